// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/focus.h"
#include "widgets/base/panel_widget.h"
#include "widgets/base/time_words.h"

#include <QPixmap>

#include <optional>

namespace surgescope::widgets {

/// A panel with time from left to right. It shows the crosshair all views share, moves it, and zooms:
/// dragging selects a range, a double click goes back to now. Its body is painted once and copied until it
/// changes, so that a moving crosshair costs next to nothing. GUI thread.
class TimePanel : public PanelWidget {
    Q_OBJECT
  public:
    /// `focus` must outlive the panel.
    TimePanel(Focus& focus, const QString& title, QWidget* parent = nullptr);

    /// The plot area in this widget's pixels: left edge to right edge are the axis' beginning and end.
    virtual QRectF plotRect() const = 0;
    const feeds::TimeAxis& timeAxis() const { return m_axis; }
    const TimeWords& timeWords() const { return m_words; }
    /// Before it, while the panel shows a range of the past, which that is.
    QString subtitle() const override;

  protected:
    Focus& focus() const { return m_focus; }
    void setTime(const feeds::TimeAxis& axis, const TimeWords& words);
    double xOf(feeds::FeedSecond at) const;
    /// The column beneath; nothing outside of the plot.
    std::optional<int> columnAt(double x) const;
    std::optional<int> columnOf(feeds::FeedSecond at) const;

    /// The body has changed: it is painted anew.
    void refresh();
    /// What a panel shows at the crosshair, on top of its body.
    virtual void paintCrosshair(QPainter& painter, double x, int column);
    void paintTimeTicks(QPainter& painter, const QRectF& plot) const;
    /// A dotted line at T-0 and, where `named`, the word beside it.
    void paintRelease(QPainter& painter, const QRectF& plot, bool named) const;

    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    /// A press and release in one place.
    virtual void clicked(QPointF) {}
    virtual void hovered(QPointF, QPoint) {}

  private:
    feeds::FeedSecond timeAt(double x) const;
    void paintOverlay(QPainter& painter);

    Focus& m_focus;
    feeds::TimeAxis m_axis;
    TimeWords m_words;
    QPixmap m_picture; // of everything but the overlay; null: to be painted
    std::optional<QPointF> m_pressedAt;
    std::optional<double> m_dragX; // while a range is dragged out
};

} // namespace surgescope::widgets
