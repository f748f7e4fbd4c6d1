// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/level_count.h"

#include "widgets/base/palette.h"

namespace surgescope::widgets {

namespace {

bool isPart(const feeds::PopFrame& pop, const feeds::Selection& of) {
    switch (of.scope) {
    case feeds::Selection::Scope::world: break;
    case feeds::Selection::Scope::region: return pop.region == of.code;
    case feeds::Selection::Scope::pop: return pop.code == of.code;
    }
    return true;
}

} // namespace

bool isOld(const feeds::Frame& frame) {
    return frame.summary[feeds::Measure::requests_per_second].quality == feeds::Quality::stale &&
           frame.health.newestAgeSeconds.value_or(0) > feeds::kStaleAfterSeconds;
}

LevelCount countLevels(const feeds::Frame& frame, const feeds::Selection& of) {
    LevelCount count;
    const bool old = isOld(frame);
    for (const feeds::PopFrame& pop : frame.pops) {
        if (!isPart(pop, of)) continue;
        const feeds::Reading& saturation = pop.summary[feeds::Measure::saturation];
        const bool heard = pop.freshness < feeds::Freshness::stale;
        if (!heard && !old) ++count.silent;
        if (!saturation.hasValue() || (!heard && !old)) continue;
        ++count.measured;
        if (saturation.value >= kCriticalFrom) ++count.critical;
        if (saturation.value >= kOverloadFrom) ++count.overload;
    }
    return count;
}

} // namespace surgescope::widgets
