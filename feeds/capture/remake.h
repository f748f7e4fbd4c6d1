// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/rollup_maker.h"
#include "feeds/state/fleet_state.h"
#include "feeds/wire/decode.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace surgescope::feeds {

/// Makes of recorded messages, once more, what a recorder makes of those it hears: with a fleet state of its
/// own, so that sessions, clocks and times are judged as they were. One thread.
class Remake {
  public:
    /// Both must outlive it.
    Remake(const PopCatalogue& catalogue, RollupMaker::Sink& sink) : m_state(catalogue), m_sink(sink) {}

    /// A message, in the order of log time (ns); `publishTime`: the end of its interval, by its publisher.
    /// What it makes due is handed to the sink first.
    void hear(std::string_view topic, std::string_view payload, std::uint64_t logTime,
              std::uint64_t publishTime);
    /// What is due now.
    void settle();
    /// And what is not whole yet.
    void finish();

    const FleetState& state() const { return m_state; }

  private:
    FleetState m_state;
    RollupMaker::Sink& m_sink;
    RollupMaker m_rollups;
    Decoder m_decoder;
    std::optional<FeedSecond> m_settled;
    std::uint64_t m_logTime = 0;
    std::uint64_t m_nextSettle = 0;
    std::uint64_t m_newest = 0; // feed time
};

} // namespace surgescope::feeds
