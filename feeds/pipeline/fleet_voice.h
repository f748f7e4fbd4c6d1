// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/pipeline/fleet_faults.h"
#include "feeds/publish/failover.h"
#include "feeds/transport/publishing_socket.h"
#include "feeds/util/clock.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// A publisher of a simulated fleet: a name, a clock, sessions and connections of its own, and at most one
/// fault. It stamps, encodes and sends what it is given. One thread.
class FleetVoice {
  public:
    /// Nodes that it speaks for: a run of one PoP's roster.
    struct Part {
        std::size_t pop = 0;  // position among the fleet's PoPs
        std::size_t slot = 0; // position among the parts of that PoP
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };
    /// What it did so far.
    struct Account {
        std::uint64_t reports = 0; // made, with sequence numbers: PoP reports
        std::uint64_t columns = 0;
        std::uint64_t rosters = 0;
        std::uint64_t others = 0;   // global and events
        std::uint64_t requests = 0; // in its reports, counted once whoever repeats them
        std::uint64_t sent = 0;     // handed to a connection; those sent twice count twice
        std::uint64_t unheard = 0;  // nobody subscribed, or no room in a queue
        std::uint64_t lost = 0;     // dropped on purpose
        std::uint64_t sessions = 1;
        std::vector<std::pair<FeedSecond, FeedSecond>>
            cutOff; // by true time: from the end of one second to another
    };
    /// `relay`: the position of the one to connect to, where there are any.
    using OpenSocket = std::function<Result<std::unique_ptr<PublishingSocket>>(std::size_t relay)>;

    /// `open` makes a connection whenever one is needed. `seed`: what this voice draws by. `relays`: so many
    /// to connect to, one at a time; 0: none.
    FleetVoice(std::string name, std::vector<Part> parts, VoiceFault fault, std::uint64_t seed,
               std::size_t relays, OpenSocket open);

    FleetVoice(FleetVoice&&) noexcept = default;
    FleetVoice& operator=(FleetVoice&&) = default;
    FleetVoice(const FleetVoice&) = delete;
    FleetVoice& operator=(const FleetVoice&) = delete;
    ~FleetVoice() = default;

    /// Opens the connections; its session begins at true time `now`.
    std::optional<Error> begin(WallTime now);
    /// The second that ends at `end` (true time) begins to be told: restarts and cuts happen here.
    std::optional<Error> beginSecond(FeedSecond end, std::uint64_t number, WallTime now);
    /// Reads subscriptions, goes to another relay when nobody listens at one, and delivers what was kept.
    /// True: rosters are due.
    bool tick(SteadyTime now, WallTime wall);
    /// Where it is not let in; empty: nowhere.
    std::string problem() const;

    /// Each stamps the header, `intervalEnd` included, and sends. `end`: the true end of the second.
    void say(PopReport& message, FeedSecond end, WallTime now, Encoder& encoder);
    void say(NodeColumns& message, FeedSecond end, WallTime now, Encoder& encoder);
    void say(Roster& message, FeedSecond end, WallTime now, Encoder& encoder);
    void say(Event& message, FeedSecond end, WallTime now, Encoder& encoder);
    void say(Global& message, FeedSecond end, WallTime now, Encoder& encoder);

    bool wants(const std::string& topic) const;
    /// How long after a true second's end its own second ends: 0 to 1 s.
    double phase() const;

    const std::string& name() const { return m_name; }
    const std::vector<Part>& parts() const { return m_parts; }
    const VoiceFault& fault() const { return m_fault; }
    const Account& account() const { return m_account; }
    /// Messages kept for when the connection is back.
    std::size_t kept() const { return m_kept.size(); }
    /// Connections that a publisher with this fault has.
    static std::size_t connections(const VoiceFault& fault);

  private:
    struct Life {
        std::uint64_t session = 0;
        std::vector<std::pair<std::string, std::uint64_t>> sequences; // by topic: a handful
        std::uint64_t next(const std::string& topic);
    };
    template <class Message>
    void sayAny(Message& message, FeedSecond end, WallTime now, Encoder& encoder, std::uint64_t& made);
    void deliver(std::string_view topic, std::string_view bytes, std::size_t socket);
    std::optional<Error> openSockets();
    void follow(Failover::Move move, WallTime wall);
    WallTime own(WallTime now) const;

    std::string m_name;
    std::vector<Part> m_parts;
    VoiceFault m_fault;
    std::uint64_t m_seed;
    OpenSocket m_open;
    std::optional<Failover> m_failover;
    std::vector<std::unique_ptr<PublishingSocket>> m_sockets; // none: it is cut off
    Life m_life;
    Life m_twin;
    bool m_rosterDue = true;
    std::uint64_t m_drawn = 0;
    struct Kept {
        std::string topic;
        std::string bytes;
    };
    std::deque<Kept> m_kept; // while it is cut off, and until somebody listens again
    std::size_t m_keptBytes = 0;
    Account m_account;
};

} // namespace surgescope::feeds
