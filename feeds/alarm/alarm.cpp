// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/alarm.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

constexpr auto kWarning = static_cast<std::size_t>(Severity::warning);
constexpr auto kCritical = static_cast<std::size_t>(Severity::critical);

std::uint32_t count(seconds span) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(span.count(), 1));
}

void stepLimit(Alarm::Breach& breach, const Limit& limit, double value, std::uint32_t tick, seconds within,
               std::uint32_t clearFor) {
    const bool isBeyond = limit.isAbove ? value > limit.limit : value < limit.limit;
    const bool isClear = limit.isAbove ? value <= limit.clear : value >= limit.clear;
    if (isBeyond) breach.ticks.push_back(tick);
    const auto span = count(std::max(within, limit.hold));
    std::erase_if(breach.ticks, [&](std::uint32_t then) { return tick - then >= span; });
    breach.clearRun = isClear && !isBeyond ? breach.clearRun + 1 : 0;
    if (!breach.isOn && isBeyond) breach.isOn = breach.ticks.size() >= count(limit.hold);
    if (breach.isOn && breach.clearRun >= clearFor) breach = {.clearRun = breach.clearRun};
}

} // namespace

void Alarm::step(const Rule& rule, FeedSecond second, const Evidence& seen, std::uint32_t slower) {
    if (judged && second <= *judged) return;
    if (judged && second - *judged > seconds(1) && !missingSince) { // those in between never came
        miss(rule, *judged + seconds(1));
        miss(rule, second - seconds(1));
    }
    judged = second;
    if (!seen.value) return miss(rule, second);
    missingSince.reset();
    isBlind = false;
    const auto share = seen.share ? seen.share : evidence.share; // a wall begun anew was not there before
    evidence = seen;
    evidence.share = share;
    ++ticks;
    for (std::size_t i = 0; i < breaches.size(); ++i) {
        const bool counts = i != kCritical || !share || *share >= rule.criticalShare;
        if (!rule.limits[i]) breaches[i] = {}; // a newer rule has it no more
        if (!rule.limits[i] || (!counts && !breaches[i].isOn)) continue;
        stepLimit(breaches[i], *rule.limits[i], *seen.value, ticks, rule.within,
                  count(rule.clearFor) * slower);
    }
    // A critical one that comes before its warning's time must not end before it either.
    if (breaches[kCritical].isOn && rule.limits[kWarning]) breaches[kWarning].isOn = true;
    settle(second);
}

void Alarm::miss(const Rule& rule, FeedSecond second) {
    if (stage == Stage::normal && !rule.firesWithoutData) return;
    if (!missingSince) missingSince = second;
    if (second - *missingSince < rule.noDataAfter) return;
    if (rule.firesWithoutData) {
        auto& breach = breaches[rule.limits[kWarning] ? kWarning : kCritical];
        if (!breach.isOn) breach = {.isOn = true};
    } else if (stage == Stage::pending) {
        for (auto& breach : breaches)
            breach = {};
    }
    settle(second);
    isBlind = stage == Stage::firing;
    if (stage == Stage::normal) missingSince.reset();
}

void Alarm::settle(FeedSecond second) {
    const auto before = stage;
    const bool isOn = std::ranges::any_of(breaches, &Breach::isOn);
    const bool isBeyond =
        std::ranges::any_of(breaches, [](const auto& breach) { return !breach.ticks.empty(); });
    stage = isOn ? Stage::firing : (isBeyond ? Stage::pending : Stage::normal);
    if (before == Stage::normal && stage != Stage::normal) since = second;
    if (stage == Stage::normal) reference.reset();
}

std::optional<Severity> Alarm::severity() const {
    if (breaches[kCritical].isOn) return Severity::critical;
    if (breaches[kWarning].isOn) return Severity::warning;
    return std::nullopt;
}

bool Alarm::isBeyond(Severity limit) const {
    const auto& breach = breaches[static_cast<std::size_t>(limit)];
    return !breach.ticks.empty() && breach.ticks.back() == ticks;
}

bool Alarm::isClearing() const {
    return stage == Stage::firing && std::ranges::all_of(breaches, [](const auto& breach) {
               return !breach.isOn || breach.clearRun > 0;
           });
}

} // namespace surgescope::feeds
