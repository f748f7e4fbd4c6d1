// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/status_marks.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <string_view>

namespace surgescope::widgets {

QColor colourOf(const MapAlarm& alarm) {
    const Palette& p = colours();
    return alarm.isSilence ? p.silent : alarm.isCritical ? p.overload : p.elevated;
}

void LevelWatch::see(const feeds::Frame& frame) {
    if (!frame.settled) return;
    if (frame.epoch != m_epoch || *frame.settled < m_now) m_seen.clear();
    m_epoch = frame.epoch;
    m_now = *frame.settled;
    for (const feeds::PopFrame& pop : frame.pops) {
        const feeds::Reading& saturation = pop.summary[Measure::saturation];
        if (!saturation.hasValue() || saturation.quality == feeds::Quality::stale) continue;
        const Level level = levelOf(saturation.value);
        const auto [seen, isNew] = m_seen.try_emplace(pop.code, Seen{level, {}});
        if (!isNew && level > seen->second.level && level >= Level::critical) seen->second.risenAt = m_now;
        if (level < Level::critical) seen->second.risenAt.reset();
        seen->second.level = level;
    }
}

bool LevelWatch::hasRisen(const std::string& code) const {
    const auto seen = m_seen.find(code);
    return seen != m_seen.end() && seen->second.risenAt && m_now - *seen->second.risenAt < kFresh;
}

std::vector<StatusMark> statusMarks(std::span<const MapAlarm> alarms, const LevelWatch& watch,
                                    std::span<const PopMarker> markers,
                                    const std::vector<feeds::PopFrame>& pops) {
    std::map<std::string_view, std::size_t> markerOf;
    for (std::size_t i = 0; i < markers.size(); ++i)
        markerOf.emplace(pops[markers[i].pop].code, i);
    std::vector<StatusMark> marks;
    std::vector<bool> taken(markers.size());
    const auto add = [&](std::size_t marker, const QColor& colour, bool isNamed) {
        if (taken[marker] || marks.size() >= kMostStatusMarks) return false;
        taken[marker] = true;
        marks.push_back({marker, colour, isNamed});
        return true;
    };
    for (const MapAlarm& alarm : alarms) {
        std::size_t named = 0;
        for (const std::string& code : alarm.codes) {
            const auto found = markerOf.find(code);
            if (found == markerOf.end()) continue;
            if (alarm.isSilence)
                taken[found->second] = true;
            else if (named < kMostOfOneAlarm && add(found->second, colourOf(alarm), true))
                ++named;
        }
    }
    for (std::size_t i = markers.size(); i-- > 0;) // the worst is last
        if (markers[i].isCritical() && watch.hasRisen(pops[markers[i].pop].code))
            add(i, levelColour(markers[i].level), false);
    return marks;
}

void paintStatusMark(QPainter& painter, const PopMarker& marker, const QColor& colour, double scale) {
    const double r = marker.radius + (kStatusRoom - 2.2) * scale;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, 2.4 * scale));
    painter.drawEllipse(marker.at, r, r);
}

} // namespace surgescope::widgets
