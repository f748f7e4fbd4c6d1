// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/far_past.h"
#include "feeds/history/chart_reader.h"
#include "feeds/history/store_queries.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/util/file.h"
#include "feeds/util/result.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// A time that a store of history holds, for who looks at a moment of it: charts of regions and of the world
/// as far as it goes, and the PoPs of the minutes around that moment. Recordings are made in a folder of its
/// own.
class StorePast final : public FarPast {
  public:
    struct Options {
        StoreQueries::Options store;
        FeedSecond from{};
        FeedSecond to{};
        std::optional<FeedSecond> releaseAt; // T-0, which no store knows
        /// Made if it is not there; of several that run at once each has one of its own, FOLDER-2 and so on.
        std::string folder;
        std::string library = "surgescope";
    };

    /// Reads the charts of all of it: some seconds. An Error: no answer, or nothing is kept of that time.
    /// `catalogue` must outlive it.
    static Result<std::unique_ptr<StorePast>> open(const Options& options, const PopCatalogue& catalogue);
    ~StorePast() override;

    std::string name() const override { return m_options.store.url; }
    /// A minute of 391 PoPs takes a store and us some two seconds: the first part is shorter.
    std::chrono::seconds before() const override { return std::chrono::seconds(90); }
    std::chrono::seconds behind() const override { return std::chrono::seconds(60); }
    Result<Part> around(RecordedTime at, RecordedTime until, const GoesOn& goesOn) override;
    /// A recording of charts alone, of no more than a minute each, for who looks at `at` before the first
    /// part is there; it goes with that. Empty: there are none. An Error: it cannot be written.
    Result<std::string> chartsUpTo(RecordedTime at);

  private:
    struct Reading; // of now, for who waits for the network
    StorePast(Options options, const PopCatalogue& catalogue, FileLock lock, std::shared_ptr<Reading> reading)
        : m_options(std::move(options)), m_catalogue(catalogue), m_lock(std::move(lock)),
          m_reading(std::move(reading)) {}
    Result<Part> read(FeedSecond from, FeedSecond to);
    std::optional<Error> readFine(FeedSecond from, FeedSecond to);
    std::vector<Points> pointsAround(FeedSecond from) const;
    void forget();
    std::string fileOf(unsigned number) const;

    const Options m_options;
    const PopCatalogue& m_catalogue;
    FileLock m_lock; // of the folder
    std::shared_ptr<Reading> m_reading;
    Charts m_charts;            // of all of it, a minute each or more
    std::vector<Points> m_fine; // of ten seconds each, around what is looked at
    FeedSecond m_fineFrom{};
    FeedSecond m_fineTo{};
    std::vector<std::string> m_troubles; // not told yet
    unsigned m_made = 0;
};

} // namespace surgescope::feeds
