// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/panel_widget.h"

#include <QImage>

#include <memory>
#include <optional>
#include <string>

namespace surgescope::widgets {

/// Invalidation lag of the worst PoPs over time. A click on a row selects its PoP. GUI thread.
class HeatWidget : public PanelWidget {
    Q_OBJECT
  public:
    explicit HeatWidget(QWidget* parent = nullptr);

    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    void setSelectedPop(const std::optional<std::string>& code);

    /// How many cells can be told apart here.
    int plotColumns() const;
    int plotRows() const;
    QRectF plotRect() const;

  signals:
    void popSelected(const QString& code);

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

  private:
    double rowHeight() const;
    std::optional<int> rowAt(QPointF at) const;
    void paintLegend(QPainter& painter, const QRectF& body);
    void paintTimes(QPainter& painter, const QRectF& plot);

    std::shared_ptr<const feeds::Frame> m_frame;
    std::optional<std::string> m_selected;
    QImage m_image;
};

} // namespace surgescope::widgets
