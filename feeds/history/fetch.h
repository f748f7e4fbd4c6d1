// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/store_queries.h"
#include "feeds/model/feed_time.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/util/counted.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What is fetched from a store, and as what.
struct FetchOptions {
    StoreQueries::Options store;
    FeedSecond from{};
    FeedSecond to{};
    std::optional<FeedSecond> releaseAt; // T-0, which no store knows
    std::string library;                 // program and version, for the file's head
    /// Drawn as they are where nothing is fetched, before and behind; by time.
    std::vector<Points> charts;
    /// Told the share that is done, once a stretch at least; false: stop.
    std::function<bool(double)> goesOn;
};

struct Fetched {
    std::uint64_t points = 0; // ten seconds of all PoPs
    std::uint64_t reports = 0;
    bool isWhole = true; // false: it was told to stop
    /// Series, samples and reports that could not be used; what is the last one?
    Counted refused;
    Counted warnings; // of the store's own
};

/// What a store holds of a time, as a recording: everything that plays, exports, judges or compares
/// recordings works with it. Ten seconds become a report for each second that somebody had reported in, equal
/// parts, so that their sums are what they were; of rosters it knows how many nodes were expected and nothing
/// else. Waits for network and disk. Refuses an output that exists. An Error: the store does not answer or
/// holds nothing of that time; then there is no file.
Result<Fetched> fetchHistory(const std::string& output, const PopCatalogue& catalogue,
                             const FetchOptions& options);

/// Options::charts alone as a recording, up to `at`: a picture of it has charts, and no PoP has data. Refuses
/// an output that exists. An Error: it cannot be written.
std::optional<Error> writeCharts(const std::string& output, const PopCatalogue& catalogue, FeedSecond at,
                                 const FetchOptions& options);

} // namespace surgescope::feeds
