// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Asks web servers, one request after the other over connections that are kept. Waits for each: not for a
/// feed or GUI thread. One thread.
class HttpClient {
  public:
    struct Options {
        std::string bearerFile; // its first line is sent as a bearer token; empty: none
        std::string userFile;   // its first line is NAME:PASSWORD; empty: none
        std::string caFile;     // certificates that a server's is checked against; empty: the system's
        std::chrono::milliseconds timeout{10'000}; // of a request, from its beginning to its end
        std::size_t answerBytes = 64U << 20;       // more is refused
        /// Looked at during a request, at least once a second: false ends it.
        std::function<bool()> goesOn;
    };
    struct Answer {
        long status = 0; // 0: there was none
        std::string body;
        std::string trouble; // why there was none, in words
        bool isGood() const { return status >= 200 && status < 300; }
    };

    /// Refuses credentials that cannot be read. They are read again for each request: they may be renewed.
    static Result<HttpClient> make(Options options);
    HttpClient(HttpClient&& other) noexcept;
    ~HttpClient();

    Answer get(const std::string& url);
    Answer post(const std::string& url, std::string_view body, const std::vector<std::string>& headers);

  private:
    explicit HttpClient(Options options);
    Answer ask(const std::string& url);

    struct Curl;
    std::unique_ptr<Curl> m_curl;
    Options m_options;
};

/// Words of a server, as one line, bounded, without what a terminal would take for orders.
std::string oneLine(std::string text);
/// As in a query of a URL.
std::string percentEncoded(std::string_view text);
/// Why that is no URL of a store, http://HOST[:PORT]/PATH or https; nothing: it may be one.
std::optional<Error> urlProblem(const std::string& url);

} // namespace surgescope::feeds
