// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/alarm_watch.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

double ageOf(std::optional<SteadyTime> heard, SteadyTime now) {
    return heard ? std::max(0.0, secondsBetween(*heard, now)) : 0;
}

/// After so long a silence the seconds in it are not ticked one by one: nothing new would come of it.
constexpr int kMostTicks = 3'600;
/// What stood before a restart still means something after so long.
constexpr std::chrono::hours kRestoredWithin{1};

} // namespace

void AlarmWatch::settled(const FleetState& state) {
    const auto settled = state.settled();
    if (!settled || (m_judged && *settled == *m_judged && state.epoch() == m_epoch)) return;
    if (m_epoch && state.epoch() != *m_epoch) {
        m_alarms = Alarms(m_alarms.rules());
        m_observation.clear();
        m_judged.reset();
        m_isNew = true;
    }
    m_epoch = state.epoch();
    tick(state);
    if (!m_judged) useSaved(*settled);
    // What has closed cannot be judged any more: its alarms see that it is missing. Who begins takes in what
    // is still open, so that windows fill the sooner.
    const auto oldest = *settled - seconds(Rollup::kOpenSeconds - 1);
    auto second = m_judged ? std::max(*m_judged + seconds(1), oldest) : oldest;
    const auto now = m_clock.steady();
    const bool isRehearsal = state.global() && state.global()->rehearsal;
    const Observation::Now other{.releaseAt = m_release ? m_release : state.releaseAt(),
                                 .feedAgeSeconds = ageOf(state.lastReport(), now),
                                 .recorderDropped = m_recorderDropped,
                                 .baseline =
                                     m_baseline && m_baseline->fits(isRehearsal) ? m_baseline : nullptr};
    // A second in which nobody was heard tells of a feed that is cut, and nothing of PoPs.
    for (; second <= *settled; second += seconds(1))
        if (state.world().totals(second)) m_alarms.judge(m_observation.of(state, second, other));
    m_judged = settled;
    m_judgedAt = now;
    m_ticks = 0;
    m_heardAt = state.lastReport();
    takeTransitions();
}

std::string AlarmWatch::save() const {
    return m_judged ? std::to_string(unixSeconds(*m_judged)) + '\n' + m_alarms.save() : std::string();
}

void AlarmWatch::useSaved(FeedSecond first) {
    const auto saved = std::exchange(m_saved, {});
    const auto end = saved.find('\n');
    std::int64_t then = 0;
    if (end == std::string::npos ||
        std::from_chars(saved.data(), saved.data() + end, then).ptr != saved.data() + end)
        return;
    const seconds since(unixSeconds(first) - then);
    if (since < -seconds(Rollup::kOpenSeconds) || since > kRestoredWithin) return;
    if (const auto refused = m_alarms.restore(std::string_view(saved).substr(end + 1)))
        m_problem = "alarms begin anew: " + refused->text; // of another version of the program
    takeTransitions();
}

void AlarmWatch::tick(const FleetState& state) {
    if (!m_judged) return;
    const auto now = m_clock.steady();
    const auto heard = state.lastReport();
    // Each second of silence once, however seldom this is called.
    while (m_ticks < kMostTicks && m_judgedAt + seconds(m_ticks + 1) <= now) {
        ++m_ticks;
        const auto at = m_judgedAt + seconds(m_ticks);
        if (m_ticks == 1) continue; // seconds settle a little less evenly than they pass
        // What came since the last look was not there before it came.
        const auto age = ageOf(heard && *heard <= at ? heard : m_heardAt, at);
        m_alarms.tick(*m_judged + seconds(m_ticks), age, m_recorderDropped);
        takeTransitions();
    }
    m_heardAt = heard;
}

void AlarmWatch::take(const AlarmCommand& command) {
    std::visit(
        [this](const auto& asked) {
            using Asked = std::decay_t<decltype(asked)>;
            std::optional<Error> refused;
            if constexpr (std::is_same_v<Asked, Acknowledge>)
                refused = m_alarms.acknowledge(asked.card, asked.by, asked.note);
            else if constexpr (std::is_same_v<Asked, Shelve>)
                refused = m_alarms.shelve(asked.card, asked.minutes, asked.by, asked.note);
            else if constexpr (std::is_same_v<Asked, Unshelve>)
                refused = m_alarms.unshelve(asked.card, asked.by);
            else if (asked.rules)
                m_alarms.setRules(asked.rules.value());
            else
                m_alarms.setRulesProblem(asked.rules.error());
            m_problem = refused ? refused->text : std::string();
        },
        command);
    takeTransitions();
}

void AlarmWatch::takeTransitions() {
    m_isNew = true;
    for (auto& transition : m_alarms.takeTransitions()) {
        if (m_listener) m_listener(transition);
        m_history.push_back(std::move(transition));
        ++m_changes;
        if (m_history.size() > LiveStatus::kHistory) m_history.pop_front();
    }
}

std::optional<FeedSecond> AlarmWatch::at() const {
    return m_judged ? std::optional(*m_judged + seconds(m_ticks)) : std::nullopt;
}

std::shared_ptr<const LiveStatus> AlarmWatch::takeStatus() {
    if (!std::exchange(m_isNew, false)) return nullptr;
    return std::make_shared<const LiveStatus>(LiveStatus{.alarms = m_alarms.status(),
                                                         .history = {m_history.begin(), m_history.end()},
                                                         .changes = m_changes,
                                                         .problem = m_problem});
}

} // namespace surgescope::feeds
