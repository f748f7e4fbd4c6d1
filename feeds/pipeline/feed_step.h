// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/feed_tap.h"
#include "feeds/frame/frame_builder.h"
#include "feeds/pipeline/second_counter.h"
#include "feeds/source/source.h"
#include "feeds/state/fleet_state.h"
#include "feeds/util/clock.h"
#include "feeds/wire/decode.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Which node columns a dashboard asks its publishers for. PoP reports always come.
enum class NodeColumnsWanted : std::uint8_t { ofSelectedPop, all };

/// What the feed does, without a thread: bytes in, state, frame out. Tests drive it by hand. One thread.
class FeedStep {
  public:
    /// All must outlive the step. `taps` get everything that is received, before it is decoded, one after the
    /// other. `firstEpoch`: as of FleetState.
    FeedStep(Source& source, const PopCatalogue& catalogue, const Clock& clock, NodeColumnsWanted wanted,
             std::vector<FeedTap*> taps = {}, std::uint64_t firstEpoch = 1);

    /// Waits at most `timeout` for a message, then takes what else is there, up to a bound in number and in
    /// time: a frame may be built every kBatchTime, however long messages take. Returns how many came.
    std::size_t receive(std::chrono::milliseconds timeout);

    /// What the screen shows from now on.
    void request(const ViewRequest& request);
    /// What is drawn beneath it from now on.
    void setBaseline(std::shared_ptr<const Baseline> baseline);

    /// A past is being brought back, and the state is not whole.
    bool isSeeking() const { return m_seeking; }

    /// Moves the settled second on, as building a frame does. True when it is another one than at the last
    /// call: time for a frame.
    bool settle();
    static constexpr std::chrono::milliseconds kBatchTime{20};

    /// `threadLoad`: share of one core the feed took, for the screen.
    std::shared_ptr<const Frame> buildFrame(double threadLoad);

    const FleetState& state() const { return m_state; }

  private:
    void handle(const RawMessage& message);
    void tellTaps();
    void refuse(const Refused& refused);
    FeedHealth health(double threadLoad);

    Source& m_source;
    const Clock& m_real;  // paces the work
    const Clock& m_clock; // what was received ages by
    NodeColumnsWanted m_wanted;
    std::vector<FeedTap*> m_taps;
    std::optional<FeedSecond> m_tapsSettled; // as they know it
    bool m_seeking = false;
    bool m_coarseComes = false; // of a past that can be shown already
    Decoder m_decoder;
    FleetState m_state;
    FrameBuilder m_builder;
    ViewRequest m_request;
    std::shared_ptr<const Baseline> m_baseline;

    std::array<std::uint64_t, kRefusalCount> m_refused{};
    std::string m_lastRefusal;
    Publishers::Complaints m_complaints;
    std::optional<SteadyTime> m_complainedAt;
    SecondCounter m_received;
    std::optional<FeedSecond> m_settled;         // at the last settle()
    std::optional<SteadyTime> m_reportAt;        // when the newest report since then arrived
    std::optional<SteadyTime> m_settledReportAt; // when that arrived which settled m_settled
};

} // namespace surgescope::feeds
