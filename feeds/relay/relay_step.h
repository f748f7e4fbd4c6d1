// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/feed_tap.h"
#include "feeds/model/exponential_histogram.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/publish/publisher.h"
#include "feeds/relay/relay.h"
#include "feeds/source/source.h"
#include "feeds/util/clock.h"
#include "feeds/util/counted.h"
#include "feeds/wire/decode.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What statistics and status page say of a relay, of the time since the one before where it says "new".
struct RelayStatus {
    std::size_t pops = 0;
    std::size_t agents = 0;     // known, counted in each PoP they speak for
    std::size_t liveAgents = 0; // reported within three seconds
    std::uint64_t nodes = 0;    // expected, on the rosters of all agents
    std::uint64_t reports = 0;  // PoP reports taken
    std::uint64_t newReports = 0;
    std::uint64_t whole = 0; // seconds of a PoP that all its agents had reported when they went up
    std::uint64_t late = 0;  // that went up without some
    std::uint64_t corrections = 0;
    ExponentialHistogram newHeld; // µs from a second's first report to its going up
    std::uint64_t lost = 0;
    std::uint64_t duplicates = 0;
    std::vector<Counted> refused; // by reason
    std::string lastRefusal;
    std::uint64_t corrected = 0; // put into another second, as their agent's clock is off
    std::vector<std::string> complaints;
    std::size_t complaintCount = 0;
    std::size_t columnPops = 0; // whose node columns somebody looks at
    std::uint64_t sentMessages = 0;
    std::uint64_t sentBytes = 0;
    std::vector<Source::Endpoint> endpoints;
    double threadLoad = 0; // share of a core, of the feed thread
};

/// What the relay's feed does, without a thread: bytes in, relay, publisher out. Tests drive it by hand. One
/// thread.
class RelayStep {
  public:
    /// All must outlive the step. `tap`, if any, gets everything that is received, before it is decoded;
    /// `history`, if any, the seconds that go up.
    RelayStep(Source& source, const PopCatalogue& catalogue, Publisher& up, const Clock& clock,
              FeedTap* tap = nullptr, HistoryWriter* history = nullptr);

    /// Waits for a message, at most `atMost` and until something is due; takes what else is there, up to a
    /// bound; sends what is due. Returns how many came.
    std::size_t turn(std::chrono::milliseconds atMost);
    /// Takes what has come, and sends all there is.
    void drain();

    RelayStatus status(double threadLoad);
    Relay& relay() { return m_relay; }
    const Relay& relay() const { return m_relay; }

  private:
    void handle(const RawMessage& message);
    void refuse(const Refused& refused);
    /// Asks agents for the node columns that somebody above asks us for.
    void passOnWishes();

    Source& m_source;
    Publisher& m_up;
    const Clock& m_clock;
    FeedTap* m_tap;
    Decoder m_decoder;
    Relay m_relay;
    std::set<std::string> m_columnsOf; // PoPs whose columns are subscribed to
    std::optional<SteadyTime> m_due;   // as of the last tick
    std::optional<SteadyTime> m_tickedAt;
    std::optional<SteadyTime> m_lookedAt;
    std::array<std::uint64_t, kRefusalCount> m_refused{};
    std::string m_lastRefusal;
    std::uint64_t m_reports = 0;
    std::uint64_t m_reportsTold = 0;
    Gathering::Done m_done; // all in all, without how long seconds were held
};

} // namespace surgescope::feeds
