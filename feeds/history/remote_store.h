// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/http_client.h"
#include "feeds/history/write_requests.h"
#include "feeds/util/result.h"

#include <functional>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// Where history is written: a store that takes Prometheus remote write 1.0 (VictoriaMetrics, Prometheus,
/// Mimir, Thanos). Each call waits for the network. One thread.
class RemoteStore {
  public:
    struct Options {
        std::string url; // for writing: http://store:8428/api/v1/write
        /// Where it answers /api/v1/query; empty: as queryBase() of the URL says.
        std::string query;
        std::optional<HistogramForm> form; // nothing: it is found out
        HttpClient::Options http;
    };

    /// What the store said.
    struct Outcome {
        enum class Kind : std::uint8_t {
            stored,
            refused, // it will never take this: not to be repeated
            wrong,   // URL or credentials: it may take this once they are right
            away,    // no answer, or that it cannot just now
        };
        Kind kind = Kind::stored;
        std::string words; // its, or why there are none; one line, bounded
    };

    /// Refuses what is no URL, and credentials that cannot be read.
    static Result<RemoteStore> make(Options options);

    /// Finds out which form of histogram it keeps, by writing one and asking for it: a store may accept and
    /// forget them. `ms`: Unix time of what is written. Done once, unless the form was given.
    Outcome probe(std::int64_t ms);
    std::optional<HistogramForm> form() const { return m_options.form; }

    Outcome write(const WriteRequest& request);

    const std::string& url() const { return m_options.url; }

  private:
    RemoteStore(Options options, HttpClient http) : m_options(std::move(options)), m_http(std::move(http)) {}
    struct Query { // in three parts
        std::string before, series, behind;
    };
    /// When asked for the how-manieth time the store answers this query with a number; nothing: not in so
    /// many.
    std::optional<int> knows(const Query& query, std::int64_t ms, int times);

    Options m_options;
    HttpClient m_http;
};

/// Where a store that is written to at `url` answers queries: what stands before /api/v1/write or
/// /api/v1/push, and of Mimir's /prometheus.
std::string queryBase(const std::string& url);

} // namespace surgescope::feeds
