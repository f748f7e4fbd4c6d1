// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QSizeF>

namespace surgescope::widgets {

/// Where everything of the timeline is, in pixels of the widget. The same in every mode: nothing moves under
/// the pointer when a live feed is left.
struct TimelineLayout {
    /// `scale` is 1 for a window 1080 pixels high. `trackOnly`: nothing to press, only time.
    TimelineLayout(QSizeF size, double scale, bool trackOnly = false);

    double scale;
    bool trackOnly;
    QRectF whole;
    QRectF button;    // play, pause, or the live dot
    QRectF speed;     // "8×", its left half slower, its right half faster; live: the word
    QRectF below;     // beneath the speed: the way back to live, or how the replay is doing
    QRectF track;     // the curve, as wide as time is
    QRectF labels;    // the upper part of the track
    QRectF axis;      // beneath the track; while only a part is seen, it scrolls
    QRectF part;      // in it, at the lower edge: which part that is
    QRectF clock;     // T± and UTC of the handle while a hand holds it
    QRectF recording; // two lines
    QRectF record;    // its button
    QRectF keep;      // the other one, in the lower line
};

} // namespace surgescope::widgets
