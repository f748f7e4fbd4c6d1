// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/publisher_shares.h"
#include "feeds/source/refusal_tally.h"
#include "feeds/source/source.h"
#include "feeds/transport/allow_list.h"
#include "feeds/util/arrival_line.h"

#include <zmq.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

/// For .cpp files of sources only.
namespace surgescope::feeds {

/// What has arrived and waits to be handled. ZeroMQ bounds its queues in messages, and one may have 16 MB:
/// what comes is taken out of them soon, stamped and kept here, in bounds of bytes, altogether and of each
/// publisher. What is beyond them is refused, unread but for its publisher's name. One thread.
class ZmqIntake {
  public:
    struct Options {
        PublisherShares::Bounds bounds;
        /// Takes a message only when it is asked for: the others wait in ZeroMQ, and in the end at their
        /// publisher. For those of this process, which need no bounds.
        bool waits = false;
    };

    /// `clock` must outlive it.
    ZmqIntake(const Options& options, const Clock& clock);

    /// Who said something; null: anybody may say anything there. Asked before the message is moved.
    using Speaker = std::function<std::shared_ptr<const Permit>(zmq::message_t& payload)>;
    /// Takes what has arrived without waiting for more, and for some milliseconds only. Cheap when that was
    /// done just now. What its speaker's key does not allow is refused, at his cost alone.
    void drain(zmq::socket_t& socket, const Speaker& speaker);
    /// What is to be handled next, in the order of arrival; nothing: there is nothing. Valid until the next
    /// call.
    std::optional<std::variant<RawMessage, Refused>> next();

  private:
    struct Waiting {
        zmq::message_t topic;
        zmq::message_t payload;
        WallTime arrived;
        SteadyTime heardAt;
        std::shared_ptr<const Permit> permit;
        PublisherShares::Share* share;
        std::size_t bytes;
    };

    bool takeOne(zmq::socket_t& socket, const Speaker& speaker);
    void keep(zmq::message_t& topic, zmq::message_t& payload, std::shared_ptr<const Permit> permit);
    bool mayBeSaid(std::string_view topic, std::string_view publisher, const Permit* permit);
    void refuseParts(std::size_t parts, const Permit* permit);

    const bool m_waits;
    const Clock& m_clock;
    ArrivalLine m_arrival;
    PublisherShares m_shares;
    RefusalTally m_refused;
    std::deque<Waiting> m_waiting;
    Waiting m_current{};
    std::size_t m_handedMessages = 0; // since it was drained the last time
    std::size_t m_handedBytes = 0;
};

} // namespace surgescope::feeds
