// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QPainter;

namespace surgescope::widgets {

/// Whether the painter's device keeps lines as lines: SVG, PDF, QPicture. There a curve is painted as one
/// path, and nothing as a picture that is not one.
bool keepsVectors(const QPainter& painter);

/// Whether pixels that were kept for a screen with this device pixel ratio can be copied as they are. If
/// not, what they show is to be painted anew, or it would come out blurred.
bool takesPixels(const QPainter& painter, double devicePixelRatio);

} // namespace surgescope::widgets
