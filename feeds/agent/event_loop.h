// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::feeds {

struct HttpRequest {
    std::string url;
    std::string method = "GET";
    std::vector<std::string> headers{};                                 // "X-Purge-Seq: 17"
    std::chrono::milliseconds timeout = std::chrono::milliseconds(400); // connecting included
    bool wantsBody = true; // otherwise it is read to its end and thrown away, however large
    /// Names of headers whose values are wanted, in small letters.
    std::vector<std::string> wanted{};
};

struct HttpResponse {
    unsigned status = 0;
    std::map<std::string, std::string> wanted; // by name; printable ASCII only
    std::string body;
    std::string server;               // the Server header, printable ASCII only; empty when there is none
    std::uint64_t newConnections = 0; // that this request opened; 0: it went over a kept one
};

/// Where an agent waits: for descriptors, for HTTP answers and for time, all at once. One thread; what is
/// called back is called from turn(). Callbacks may start, watch and end whatever they like.
class EventLoop {
  public:
    static constexpr std::size_t kBodyBytes = 1U << 20;

    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Ends what it stands for when it is destroyed; then nothing is called back any more. Must not outlive
    /// the loop.
    class Handle {
      public:
        Handle() = default;
        Handle(Handle&& other) noexcept;
        Handle& operator=(Handle&& other) noexcept;
        ~Handle();

      private:
        friend class EventLoop;
        Handle(EventLoop* loop, std::uint64_t id) : m_loop(loop), m_id(id) {}
        EventLoop* m_loop = nullptr;
        std::uint64_t m_id = 0;
    };

    /// Calls `ready` whenever `descriptor` is readable (or ended, or broken).
    [[nodiscard]] Handle watch(int descriptor, std::function<void()> ready);
    /// Calls `due` about every `period`: for what has no descriptor, as a file that grows.
    [[nodiscard]] Handle every(std::chrono::milliseconds period, std::function<void()> due);
    /// Asks a server: http only, no redirects, no proxy, bounded in time and size; connections are kept for
    /// the next time. Any status is an answer. `done` is called once, never from within ask().
    [[nodiscard]] Handle ask(HttpRequest request, std::function<void(Result<HttpResponse>)> done);
    /// Fetches a page. A status other than 200 is an error, "http://… answers with status 404".
    [[nodiscard]] Handle fetch(const std::string& url, std::function<void(Result<HttpResponse>)> done);

    /// Waits until something is to be done, `atMost` that long, and does it.
    void turn(std::chrono::milliseconds atMost);

  private:
    struct Inner;
    std::unique_ptr<Inner> m_inner;
    void end(std::uint64_t id);
};

} // namespace surgescope::feeds
