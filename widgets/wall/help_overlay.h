// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace surgescope::widgets {

/// All keys, over the window, from the table that key presses go by. A click closes it. GUI thread.
class HelpOverlay : public QWidget {
    Q_OBJECT
  public:
    explicit HelpOverlay(QWidget* parent);
    void toggle(double scale);
    /// False: it was not open.
    bool dismiss();
    void place(double scale);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

  private:
    double m_scale = 1;
};

} // namespace surgescope::widgets
