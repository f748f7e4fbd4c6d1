// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_window.h"

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

using std::chrono::milliseconds;

milliseconds lengthOf(const TimelineRange& range) {
    return range.to - range.from;
}

} // namespace

TimelineRange TimelineWindow::of(const TimelineRange& whole) const {
    // One of another recording tells nothing about this one.
    if (!m_shown || m_shown->to <= whole.from || m_shown->from >= whole.to) return whole;
    const auto length = std::min(lengthOf(*m_shown), lengthOf(whole));
    const auto from = std::clamp(m_shown->from, whole.from, whole.to - length);
    return {from, from + length};
}

void TimelineWindow::show(const TimelineRange& whole, TimelineTime from, milliseconds length) {
    if (length >= lengthOf(whole)) return showWhole();
    from = std::clamp(from, whole.from, whole.to - length);
    m_shown = {from, from + length};
}

void TimelineWindow::zoom(const TimelineRange& whole, TimelineTime at, double factor) {
    const TimelineRange before = of(whole);
    if (!(factor > 0) || lengthOf(before) <= milliseconds(0)) return;
    at = std::clamp(at, before.from, before.to);
    const double length = static_cast<double>(lengthOf(before).count());
    const double share = static_cast<double>((at - before.from).count()) / length;
    const double wanted =
        std::clamp(length / factor, static_cast<double>(milliseconds(kShortest).count()),
                   static_cast<double>(std::max<milliseconds>(kShortest, lengthOf(whole)).count()));
    show(whole, at - milliseconds(std::llround(share * wanted)), milliseconds(std::llround(wanted)));
}

void TimelineWindow::pan(const TimelineRange& whole, milliseconds by) {
    const TimelineRange before = of(whole);
    show(whole, before.from + by, lengthOf(before));
}

void TimelineWindow::centre(const TimelineRange& whole, TimelineTime at) {
    const auto length = lengthOf(of(whole));
    show(whole, at - length / 2, length);
}

void TimelineWindow::keepInView(const TimelineRange& whole, TimelineTime at) {
    const TimelineRange before = of(whole);
    const auto length = lengthOf(before), beside = length / 10;
    if (at < before.from - length || at > before.to + length) return centre(whole, at);
    if (at > before.to - beside) return show(whole, at + beside - length, length);
    if (at < before.from + beside) show(whole, at - beside, length);
}

} // namespace surgescope::widgets
