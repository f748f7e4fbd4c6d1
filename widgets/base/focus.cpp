// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/focus.h"

#include <algorithm>

namespace surgescope::widgets {

void Focus::setRange(TimeRange range) {
    range.length = std::clamp(range.length, kShortest, kLongest);
    if (!range.until) m_lengthNow = range.length;
    visit({range, selection()});
}

void Focus::select(const feeds::Selection& selection) {
    visit({range(), selection});
}

void Focus::toNow() {
    visit({{m_lengthNow, std::nullopt}, selection()});
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
