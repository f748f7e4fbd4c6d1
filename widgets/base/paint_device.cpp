// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/paint_device.h"

#include <QPaintEngine>
#include <QPainter>

namespace surgescope::widgets {

bool keepsVectors(const QPainter& painter) {
    const auto type = painter.paintEngine()->type();
    return type == QPaintEngine::SVG || type == QPaintEngine::Pdf || type == QPaintEngine::Picture;
}

bool takesPixels(const QPainter& painter, double devicePixelRatio) {
    return !keepsVectors(painter) && painter.device()->devicePixelRatioF() == devicePixelRatio;
}

} // namespace surgescope::widgets
