// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/inhibition.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace surgescope::feeds {
namespace {

constexpr std::chrono::seconds kHeldBackAfter{15}; // so long an inhibitor that is over goes on

/// An alarm of such a rule and subject explains this one, if its rule says so.
bool covers(const Rule& rule, const std::string& subject, const std::string& ofSubject, const Alarm& of) {
    if (rule.each == Each::region) return of.region == subject;
    return rule.each != Each::pop || ofSubject == subject;
}

/// One that is pending holds back what nobody has seen yet; what is seen goes behind another card only when
/// that is there.
std::optional<Alarm::Inhibitor> inhibitorOf(const Rule& rule, const std::string& subject, const Alarm& alarm,
                                            bool isSeen, const Rules& rules,
                                            const std::map<std::string, AlarmsOfRule>& alarms) {
    for (const auto& other : rules.all()) {
        if (other.id == rule.id) break; // whoever inhibits comes first
        const auto known = alarms.find(other.id);
        if (known == alarms.end() || std::ranges::count(other.inhibits, rule.id) == 0) continue;
        for (const auto& [otherSubject, by] : known->second) {
            const bool counts = isSeen ? by.stage == Alarm::Stage::firing : by.stage != Alarm::Stage::normal;
            if (counts && covers(other, otherSubject, subject, alarm))
                return Alarm::Inhibitor{other.id, otherSubject};
        }
    }
    return std::nullopt;
}

} // namespace

void inhibit(const Rule& rule, const Rules& rules, std::map<std::string, AlarmsOfRule>& alarms,
             FeedSecond second, const std::function<bool(const Alarm&)>& isSeen) {
    for (auto& [subject, alarm] : alarms[rule.id]) {
        if (alarm.stage == Alarm::Stage::normal) continue;
        const bool isNew = !alarm.inhibitor && isSeen(alarm);
        if (auto by = inhibitorOf(rule, subject, alarm, isNew, rules, alarms)) {
            alarm.inhibitor = std::move(by);
            alarm.uninhibitedSince.reset();
        } else if (alarm.inhibitor) {
            if (!alarm.uninhibitedSince) alarm.uninhibitedSince = second;
            // What is clear again is nearly over: nobody needs to hear of it now.
            if (second - *alarm.uninhibitedSince < kHeldBackAfter || alarm.isClearing()) continue;
            alarm.inhibitor.reset();
            alarm.uninhibitedSince.reset();
        }
    }
}

} // namespace surgescope::feeds
