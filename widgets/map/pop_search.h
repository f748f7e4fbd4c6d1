// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QWidget>

#include <string_view>
#include <vector>

class QLabel;
class QLineEdit;

namespace surgescope::widgets {

/// PoPs whose code or city begins with `text`, whatever its case; an exact code comes first, then codes, then
/// cities, each by catchment.
std::vector<feeds::PopIndex> findPops(const feeds::PopCatalogue& catalogue, std::string_view text,
                                      std::size_t most);

/// A small field that finds a PoP while somebody types. Enter takes the one on top, up and down choose
/// another, Esc closes. GUI thread.
class PopSearch : public QWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive it.
    PopSearch(const feeds::PopCatalogue& catalogue, QWidget* parent);

    /// Empties it, shows it with its left upper corner there, and takes the focus.
    void open(QPoint corner, double scale);
    void close();

  signals:
    void found(const QString& code);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    void find();
    void take();
    void refresh();

    const feeds::PopCatalogue& m_catalogue;
    QLineEdit* m_field; // children
    QLabel* m_hits;
    std::vector<feeds::PopIndex> m_found;
    std::size_t m_chosen = 0;
    double m_scale = 1;
};

} // namespace surgescope::widgets
