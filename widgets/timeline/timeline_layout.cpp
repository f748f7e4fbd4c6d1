// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_layout.h"

#include <algorithm>

namespace surgescope::widgets {

TimelineLayout::TimelineLayout(QSizeF size, double factor, bool onlyTrack)
    : scale(factor), trackOnly(onlyTrack), whole(QPointF(), size) {
    const auto s = [factor](double v) { return v * factor; };
    const double high = size.height(), middle = high / 2, right = size.width() - s(20);
    button = QRectF(s(20), middle - s(18), s(36), s(36));
    speed = QRectF(s(64), middle - s(24), s(84), s(26));
    below = QRectF(s(64), middle + s(3), s(100), s(20));
    recording = QRectF(right - s(212), middle - s(23), s(212), s(46));
    record = QRectF(recording.left(), recording.top() + s(2), s(20), s(20));
    keep = QRectF(recording.left() + s(28), middle + s(2), s(62), s(20));
    clock = QRectF(recording.left() - s(24) - s(176), recording.top(), s(176), recording.height());
    double from = s(168), to = clock.left() - s(20);
    if (trackOnly) {
        button = speed = below = recording = record = keep = clock = QRectF();
        from = s(20), to = right;
    }
    track = QRectF(from, s(6), std::max(1.0, to - from), high - s(25));
    labels = QRectF(track.left(), track.top(), track.width(), s(17));
    axis = QRectF(track.left(), track.bottom() + s(1), track.width(), s(17));
    part = QRectF(track.left(), high - s(4), track.width(), s(3));
}

} // namespace surgescope::widgets
