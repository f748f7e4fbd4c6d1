// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/intake.h"

#include <zmq.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

/// For .cpp files of sources only.
namespace surgescope::feeds {

/// Takes messages out of ZeroMQ, whose queues are bounded in messages, and one may have 16 MB. One thread.
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
    std::optional<Source::Received> next();

  private:
    struct Parts {
        zmq::message_t first;
        zmq::message_t second;
        std::string_view topic() const { return first.to_string_view(); }
        std::string_view payload() const { return second.to_string_view(); }
    };

    bool takeOne(zmq::socket_t& socket, const Speaker& speaker);
    void keep(Parts parts, std::shared_ptr<const Permit> permit);
    void refuseParts(std::size_t parts, const Permit* permit);

    const bool m_waits;
    const Clock& m_clock;
    Intake<Parts> m_intake;
    std::size_t m_handedMessages = 0; // since it was drained the last time
    std::size_t m_handedBytes = 0;
};

} // namespace surgescope::feeds
