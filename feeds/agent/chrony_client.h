// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/event_loop.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Asks the chronyd of this machine how far the clock is off ("chronyc tracking", System time), over its
/// command port on 127.0.0.1: one datagram out, one back. Nobody waits for the answer: it is there for who
/// asks later. One thread.
class ChronyClient {
  public:
    static constexpr std::uint16_t kPort = 323;
    static constexpr std::chrono::seconds kFresh{3};

    ChronyClient(EventLoop& loop, const Clock& clock, std::uint16_t port);
    ~ChronyClient();
    ChronyClient(const ChronyClient&) = delete;
    ChronyClient& operator=(const ChronyClient&) = delete;

    void ask();
    /// The last answer, unless it is older than kFresh. Errors say why there is none.
    Result<std::chrono::microseconds> offset() const;

    /// Version 6 of the protocol (chrony 2 to 4), candm.h of its source: a request for tracking data, as long
    /// as the answer.
    static std::string request(std::uint32_t sequence);
    /// Either way. Errors: it is no answer to that request, chronyd refuses, or has no time itself.
    static Result<std::chrono::microseconds> readAnswer(std::string_view datagram, std::uint32_t sequence);

  private:
    void open();
    void takeAnswers();

    EventLoop& m_loop;
    const Clock& m_clock;
    const std::uint16_t m_port;
    int m_socket = -1;
    std::uint32_t m_sequence = 0;
    Result<std::chrono::microseconds> m_answer{Error{"chronyd has not answered yet"}};
    SteadyTime m_answeredAt{};
    EventLoop::Handle m_watch;
};

} // namespace surgescope::feeds
