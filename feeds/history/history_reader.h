// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/http_client.h"
#include "feeds/model/pop_totals.h"
#include "feeds/util/counted.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds {

/// Reads back what WriteRequests wrote: counters to what was counted in each ten seconds, histograms to ours.
/// What the store does not hold is not measured; classic buckets are too coarse, and are left. Waits for the
/// network. One thread.
class HistoryReader {
  public:
    static constexpr std::chrono::seconds kWidth{10};
    /// Asked for at once, at most.
    static constexpr std::chrono::seconds kStretch{300};

    struct Options {
        std::string url; // where the store answers, or where it is written to
        std::string job = "surgescope";
        HttpClient::Options http;
    };

    /// Refuses what is no URL, and credentials that cannot be read.
    static Result<HistoryReader> make(Options options);

    /// Slots that end behind `from` and until `to`, both multiples of ten seconds and kStretch apart at most,
    /// in order; those that nobody reported in are not there. To be called for one stretch after the other:
    /// of the first, what has no sample ten seconds before it is left out. An Error: no answer, or one that
    /// cannot be read.
    Result<std::vector<FleetRollup>> read(FeedSecond from, FeedSecond to);

    /// Series and samples that were no numbers, or of no PoP, so far; what is the last one?
    const Counted& unusable() const { return m_unusable; }

  private:
    using Json = nlohmann::json;
    using Slots = std::map<FeedSecond, std::map<std::string, FleetRollup::Pop>>;
    struct Last { // of a series
        std::int64_t ms = 0;
        double value = 0;
        std::map<int, double> buckets; // of a native histogram
    };
    struct Asked; // a name, and what its samples are

    HistoryReader(Options options, HttpClient http)
        : m_options(std::move(options)), m_http(std::move(http)) {}
    static std::vector<Asked> everything();
    std::optional<Error> ask(const Asked& asked, FeedSecond from, FeedSecond to, Slots& slots);
    void take(const Asked& asked, const Json& series, FeedSecond from, FeedSecond to, Slots& slots);
    void leave(const Asked& asked, const std::string& why);

    Options m_options;
    HttpClient m_http;
    std::unordered_map<std::string, Last> m_last; // by name and labels
    Counted m_unusable;
};

} // namespace surgescope::feeds
