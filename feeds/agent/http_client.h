// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace surgescope::feeds {

struct HttpResponse {
    std::string body;
    std::string server;               // the Server header, printable ASCII only; empty when there is none
    std::uint64_t newConnections = 0; // that this request opened; 0: it went over a kept one
};

/// Fetches a status page from a server on this machine: plain http, no redirects, no proxy, bounded in time
/// and size. Keeps its connection open between calls. One thread at a time.
class HttpClient {
  public:
    static constexpr std::size_t kBodyBytes = 64U << 10;
    static constexpr std::chrono::milliseconds kTimeout{400}; // connecting included

    HttpClient();
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Blocks for at most kTimeout. An answer other than 200 is an error, too.
    Result<HttpResponse> get(const std::string& url);

  private:
    struct Close {
        void operator()(void* handle) const;
    };
    std::unique_ptr<void, Close> m_handle; // CURL
};

} // namespace surgescope::feeds
