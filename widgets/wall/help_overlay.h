// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/base/overlay.h"

namespace surgescope::widgets {

/// All keys, over the window, from the table that key presses go by. A click closes it. GUI thread.
class HelpOverlay : public Overlay {
    Q_OBJECT
  public:
    using Overlay::Overlay;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
};

} // namespace surgescope::widgets
