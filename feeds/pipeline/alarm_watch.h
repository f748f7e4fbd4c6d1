// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/capture/feed_tap.h"
#include "feeds/pipeline/observation.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace surgescope::feeds {

/// Judges what settles, and what does not, and does what people ask of alarms. One thread.
class AlarmWatch final : public FeedTap {
  public:
    /// `clock`: what was received ages by it. It must outlive the watch.
    AlarmWatch(Rules rules, const Clock& clock) : m_alarms(std::move(rules)), m_clock(clock) {}

    /// Judges each second that has settled since, once; before that it ticks. A state in a new epoch is
    /// another feed.
    void settled(const FleetState& state) override;
    void received(std::string_view, std::string_view, WallTime) override {}
    /// When none settles: call it at least once a second.
    void tick(const FleetState& state);

    // From now on; each must outlive the watch or be changed before it goes.
    void setRelease(std::optional<FeedSecond> byHand) { m_release = byHand; }
    void setBaseline(const Baseline* baseline) { m_baseline = baseline; }
    void setRecorderDropped(std::optional<std::uint64_t> messages) { m_recorderDropped = messages; }

    /// Told of each transition as it comes.
    void setListener(std::function<void(const Transition&)> listener) { m_listener = std::move(listener); }

    void take(const AlarmCommand& command);

    /// For a restart: where alarms stand, of the second judged last. Empty: nothing was judged.
    std::string save() const;
    /// What save() said of the same feed. Used when the first second that settles is of the hour after it:
    /// otherwise, and when it cannot be read, everything begins anew.
    void restore(std::string saved) { m_saved = std::move(saved); }

    /// Null: nothing has changed since.
    std::shared_ptr<const LiveStatus> takeStatus();
    /// The newest second judged, or the tick after it; nothing: none was.
    std::optional<FeedSecond> at() const;

  private:
    void takeTransitions();
    void useSaved(FeedSecond first);

    Alarms m_alarms;
    const Clock& m_clock;
    Observation m_observation;
    std::optional<FeedSecond> m_release; // T-0 set by hand
    const Baseline* m_baseline = nullptr;
    std::optional<std::uint64_t> m_recorderDropped;
    std::optional<std::uint64_t> m_epoch;
    std::optional<FeedSecond> m_judged;
    SteadyTime m_judgedAt;               // when m_judged was
    int m_ticks = 0;                     // since then
    std::optional<SteadyTime> m_heardAt; // the last report, as of the last look at the state
    std::deque<Transition> m_history;
    std::uint64_t m_changes = 0; // so far
    std::function<void(const Transition&)> m_listener;
    std::string m_problem;
    std::string m_saved; // until the first second settles
    bool m_isNew = true;
};

} // namespace surgescope::feeds
