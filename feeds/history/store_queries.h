// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/http_client.h"
#include "feeds/history/matrix_reader.h"
#include "feeds/model/feed_time.h"
#include "feeds/util/counted.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Asks a store for series, by PromQL. Waits for the network: while an answer is read the next is on its way,
/// so that two of them are held at most. One thread.
class StoreQueries {
  public:
    struct Options {
        std::string url; // where the store answers, or where it is written to
        std::string job = "surgescope";
        HttpClient::Options http;
    };
    struct Question {
        std::string name; // for who reads an error
        std::string path; // behind the URL
    };

    /// Refuses what is no URL, and credentials that cannot be read.
    static Result<StoreQueries> make(Options options);

    /// All samples of (time - length, time].
    static Question samples(std::string name, const std::string& selector, FeedSecond time,
                            std::chrono::seconds length);
    /// What an expression gives at `from`, and each step later until `to`.
    static Question range(std::string name, const std::string& expression, FeedSecond from, FeedSecond to,
                          std::chrono::seconds step);
    /// name{job="…"}, and what else labels must be: ",vmrange!=\"\"".
    std::string selector(std::string_view name, std::string_view more = {}) const;

    /// Hands over each series of each answer, with the question's number, for the time of the call. An Error:
    /// a question had no answer, or one that cannot be read.
    std::optional<Error> ask(const std::vector<Question>& questions,
                             const std::function<void(std::size_t, const MatrixSeries&)>& take);

    /// What the store said beside answers that could be used; what is the last one?
    const Counted& warnings() const { return m_warnings; }
    const std::string& url() const { return m_options.url; }
    const std::string& job() const { return m_options.job; }

  private:
    StoreQueries(Options options, HttpClient http) : m_options(std::move(options)), m_http(std::move(http)) {}

    Options m_options;
    HttpClient m_http;
    MatrixReader m_matrix;
    Counted m_warnings;
};

/// A line each: what could not be used, and what the store warned of.
std::vector<std::string> troublesOf(const Counted& unusable, const Counted& warnings);

} // namespace surgescope::feeds
