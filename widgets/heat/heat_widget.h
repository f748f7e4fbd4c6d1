// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/time_panel.h"

#include <QImage>

#include <memory>
#include <optional>

namespace surgescope::widgets {

/// Invalidation lag of the worst PoPs over time. A click on a row selects its PoP. GUI thread.
class HeatWidget : public TimePanel {
    Q_OBJECT
  public:
    /// Both must outlive it.
    HeatWidget(const feeds::PopCatalogue& catalogue, Focus& focus, QWidget* parent = nullptr);

    void setFrame(std::shared_ptr<const feeds::Frame> frame, const TimeWords& words);

    /// How many cells can be told apart here.
    int plotColumns() const;
    int plotRows() const;
    QRectF plotRect() const override;
    /// Up and down through the rows, Enter selects.
    bool handleKey(const QKeyEvent& event) override;

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;
    void clicked(QPointF at) override;
    void hovered(QPointF at, QPoint global) override;

  private:
    double rowHeight() const;
    std::optional<int> rowAt(QPointF at) const;
    void paintFocus(QPainter& painter) const override;
    void describe();
    void paintLegend(QPainter& painter);
    std::size_t popCount() const;
    QString rowsText() const;
    QString lagText(int row, int column) const;

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    double m_codeWide = 0; // of the widest code, at scale 1
    QImage m_image;
    std::string m_chosen; // by keys
};

} // namespace surgescope::widgets
