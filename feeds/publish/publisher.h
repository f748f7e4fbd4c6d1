// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/context.h"
#include "feeds/transport/endpoint_status.h"
#include "feeds/transport/nats_stream.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Sends telemetry to whoever subscribes: stamps headers (publisher, session, sequence per topic, send time),
/// encodes, and keeps the last roster of each PoP for late joiners. Used by the simulator and by agents.
/// One thread at a time.
class Publisher {
  public:
    struct Options {
        std::string name;                          // publisher id, unique in the fleet
        std::uint64_t session = 0;                 // another one at each start; 0: the time of the start
        TimeSource timeSource = TimeSource::clock; // whose time the clock's is
        std::vector<std::string> bind;             // endpoints, for example tcp://*:5556
        std::vector<std::string> connect;          // endpoints, for example tcp://wall:5556
        /// Endpoints it is connected to one at a time: to the next when nobody listens at one (Failover).
        /// With these, no others.
        std::vector<std::string> relays;
        bool onlyWhileConnected = false; // nothing waits for one it connects to that is gone
        /// What it will speak for, about, where that is known before its rosters are: how much may wait for a
        /// subscriber. When rosters tell something else, it connects anew.
        std::size_t pops = 0;
        std::size_t nodes = 0;
        bool lossless = false; // wait for slow subscribers instead of dropping: rehearsals in one process
        /// Told why it is not heard as it should be, for example where it is not let in, and when that is
        /// over. By the thread that ticks.
        std::function<void(const std::string&)> warn;
        std::function<void(const std::string&)> inform;
        /// Of NATS: the stream that keeps what it says, made and looked after; nothing: what is there is
        /// used.
        std::optional<NatsStream> stream;
        std::shared_ptr<ZmqContext> context; // to share for inproc endpoints; null: one of its own

        /// Whoever hears it is of this process.
        bool isWithinProcess() const;
    };

    /// Refuses an endpoint that cannot be used, naming it and why. `clock` stamps session and send times and
    /// must outlive the publisher.
    static Result<std::unique_ptr<Publisher>> open(const Options& options, const Clock& clock);
    virtual ~Publisher() = default;

    /// Each stamps the header (all but intervalEnd) in place and sends. False: not sent, because a lossless
    /// publisher's subscriber did not take it within 200 ms; the sequence then was not used up.
    virtual bool publish(PopReport& message) = 0;
    virtual bool publish(NodeColumns& message) = 0;
    virtual bool publish(Event& message) = 0;
    virtual bool publish(Global& message) = 0;

    /// Sends the roster now, again every 30 s, and to each late joiner. Replaces the one known for its PoP.
    virtual void setRoster(Roster roster) = 0;

    /// Goes on as if it had been started anew: for a publisher whose clock was set, or who is heard by
    /// another relay. Rosters are sent again.
    virtual void beginSession() = 0;

    /// Call at least once a second: answers new subscribers and resends what is due.
    virtual void tick() = 0;

    /// Topics somebody subscribes to: spares encoding node columns that nobody reads.
    virtual bool wanted(std::string_view topic) const = 0;

    /// The endpoints bound, with the ports that were chosen for tcp://…:*.
    virtual const std::vector<std::string>& boundEndpoints() const = 0;

    /// Of NATS: whether there is a connection, and what servers refused.
    virtual std::vector<EndpointStatus> endpoints() const { return {}; }

    /// Bytes and messages handed over so far.
    virtual std::uint64_t sentMessages() const = 0;
    virtual std::uint64_t sentBytes() const = 0;
};

} // namespace surgescope::feeds
