// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/panel_widget.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// Positions in Frame::pops of the selected region, most saturated first; PoPs without a saturation come
/// last, by requests.
std::vector<std::size_t> hottest(const feeds::Frame& frame, std::size_t most);

/// "now", "71 s", "12 min": until it is full at its present slope; "–" when that is not foreseeable. Urgent
/// within five minutes.
struct FullText {
    QString text;
    bool urgent = false;
};
FullText fullText(const feeds::PopFrame& pop);

/// The hottest PoPs, painted. A click selects. GUI thread.
class PopTableWidget : public PanelWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive the widget.
    explicit PopTableWidget(const feeds::PopCatalogue& catalogue, QWidget* parent = nullptr);
    void setFrame(std::shared_ptr<const feeds::Frame> frame);

  signals:
    void popSelected(const QString& code);

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

  private:
    std::size_t rowCount() const;
    void paintRow(QPainter& painter, const QRectF& row, const feeds::PopFrame& pop) const;

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    std::vector<std::size_t> m_rows;
};

} // namespace surgescope::widgets
