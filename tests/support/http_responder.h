// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace surgescope::tests {

/// An HTTP server on a free port of 127.0.0.1 that gives every request the same bytes and closes: for answers
/// that no real server gives. Works on a thread of its own from construction to destruction.
class HttpResponder {
  public:
    /// `answer` are the bytes of the whole answer, headers included; empty: it reads and never answers.
    explicit HttpResponder(std::string answer);
    ~HttpResponder();
    HttpResponder(const HttpResponder&) = delete;
    HttpResponder& operator=(const HttpResponder&) = delete;

    /// From the next request on. Any thread.
    void setAnswer(std::string answer);
    std::uint16_t port() const { return m_port; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port) + "/stub_status"; }
    int requests() const { return m_requests; }
    /// The last one, as it came. Any thread.
    std::string lastRequest();

    static std::string page(const std::string& body, const std::string& server = "nginx/1.22.1");

  private:
    void serve();

    int m_listener = -1;
    int m_stop = -1; // eventfd
    std::uint16_t m_port = 0;
    std::mutex m_mutex;
    std::string m_answer;  // guarded by m_mutex
    std::string m_request; // the same: the last
    std::atomic<int> m_requests = 0;
    std::thread m_thread;
};

} // namespace surgescope::tests
