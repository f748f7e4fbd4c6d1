// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/time_panel.h"

#include <QImage>

#include <memory>

namespace surgescope::widgets {

/// One pixel a column and bin, the longest lag on top: the brighter, the larger the share of that column's
/// invalidations. Shares are raised to their square root, so that rare ones stay visible. Stateless.
QImage renderLag(const feeds::LagGrid& grid);

/// How lags were measured, and how far off they may be by that, clocks aside: "by purge stamps, off by up to
/// 1.0 ms". Empty when nothing was purged, or nobody tells.
QString lagMethodText(const feeds::PopTotals& totals);

/// How invalidation lag is distributed, over time: what a quantile hides. GUI thread.
class LagWidget : public TimePanel {
    Q_OBJECT
  public:
    /// Both must outlive it.
    LagWidget(const feeds::PopCatalogue& catalogue, Focus& focus, QWidget* parent = nullptr);
    void setFrame(std::shared_ptr<const feeds::Frame> frame, const TimeWords& words);
    QRectF plotRect() const override;

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;
    void hovered(QPointF at, QPoint global) override;

  private:
    double yOf(double lagUs) const;
    QString shareText(int column, std::size_t bin) const;
    QString commonestText() const;
    void paintScale(QPainter& painter, const QRectF& plot) const;

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    QImage m_image;
};

} // namespace surgescope::widgets
