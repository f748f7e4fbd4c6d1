// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/focus.h"

#include <algorithm>

namespace surgescope::widgets {

std::chrono::seconds TimeRange::lengthAt(feeds::FeedSecond settled, feeds::FeedSecond begin,
                                         std::optional<feeds::FeedSecond> release) const {
    using std::chrono::seconds;
    constexpr seconds kShortest(60), kBeforeRelease(60);
    if (until || reach == Reach::fixed) return length;
    const bool released = reach == Reach::sinceRelease && release && *release < settled;
    const seconds wanted = settled - (released ? *release - kBeforeRelease : begin);
    const seconds step(wanted < seconds(300) ? 10 : wanted < seconds(1800) ? 30 : 300);
    return std::clamp((wanted + step - seconds(1)) / step * step, std::min(kShortest, length), length);
}

void Focus::setRange(TimeRange range) {
    range.length = std::clamp(range.length, kShortest, kLongest);
    if (!range.until) m_now = range;
    visit({range, selection()});
}

void Focus::select(const feeds::Selection& selection) {
    visit({range(), selection});
}

void Focus::toNow() {
    visit({m_now, selection()});
}

bool Focus::back() {
    if (m_place == 0) return false;
    go(m_place - 1);
    return true;
}

bool Focus::forward() {
    if (m_place + 1 == m_places.size()) return false;
    go(m_place + 1);
    return true;
}

void Focus::setCrosshair(std::optional<feeds::FeedSecond> at) {
    if (at == m_crosshair) return;
    m_crosshair = at;
    emit crosshairMoved();
}

void Focus::setTimeText(TimeText text, bool localZone) {
    if (text == m_timeText && localZone == m_localZone) return;
    m_timeText = text;
    m_localZone = localZone;
    emit timeTextChanged();
}

void Focus::visit(const Place& place) {
    if (place == m_places[m_place]) return;
    m_places.resize(m_place + 1); // what lay ahead is another story now
    m_places.push_back(place);
    if (m_places.size() > kMostPlaces) {
        m_places.erase(m_places.begin());
        --m_place;
    }
    go(m_places.size() - 1);
}

void Focus::go(std::size_t place) {
    const Place before = m_places[m_place];
    m_place = place;
    if (range() != before.range) emit rangeChanged();
    if (selection() != before.selection) emit selectionChanged();
}

} // namespace surgescope::widgets
