// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/allow_list.h"
#include "feeds/transport/context.h"
#include "feeds/transport/trust.h"
#include "feeds/util/counted.h"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// For .cpp files of the transport.
namespace surgescope::feeds {

/// Asked by ZeroMQ about everybody who comes to a guarded socket of its context, before a message of his is
/// taken: ZAP, ZeroMQ's RFC 27. Answers on a thread of its own. What it lets in carries the key as User-Id.
class Gate {
  public:
    /// `context`, shut down before the gate ends, and `trust` must outlive it.
    Gate(ZmqContext& context, const Trust& trust);
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    /// Who was not let in, by name and reason, the most often first. Any thread.
    std::vector<Counted> turnedAway() const;

    /// What ZAP answers.
    struct Answer {
        std::string_view status; // "200": come in; "400": no
        std::string why;         // of 400, for our eyes only
        std::string userId;
    };
    /// `frames`: of a request, behind the empty one. Nothing: it is no request of ZAP's.
    static std::optional<Answer> answer(std::span<const std::string_view> frames, const Trust& trust,
                                        WallTime now);

  private:
    void run();
    void serve();

    const Trust& m_trust;
    zmq::socket_t m_socket;
    mutable std::mutex m_mutex;                        // guards what follows
    std::map<std::string, std::uint64_t> m_turnedAway; // by words
    std::thread m_thread;
};

} // namespace surgescope::feeds
