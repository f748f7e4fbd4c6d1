// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QSizeF>
#include <QWidget>

namespace surgescope::widgets {

/// A panel over the whole window, in its middle, until it is dismissed. GUI thread.
class Overlay : public QWidget {
  public:
    explicit Overlay(QWidget* parent);
    void toggle(double scale);
    /// False: it was not open.
    bool dismiss();
    void place(double scale);

  protected:
    /// Veils the window and paints the panel, `size` at scale 1; what is painted from then on is in its
    /// units, from its corner. Narrow windows get it smaller, not cut off.
    void beginPanel(QPainter& painter, QSizeF size) const;
    /// The panel in the widget.
    QRectF panelBox(QSizeF size) const;

  private:
    double scaleOf(QSizeF size) const;

    double m_scale = 1;
};

} // namespace surgescope::widgets
