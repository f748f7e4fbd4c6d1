// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/metric_mapping.h"
#include "feeds/agent/openmetrics.h"
#include "feeds/util/clock.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds {

/// What the pages of one target say, second by second, by a mapping. Does no input of its own.
///
/// A counter is the difference between two pages, series by series. One that went backwards began anew: all
/// it shows has happened since; so have they all when the mapping's `started` is another. A series that was
/// not on the page before is counted from the next page on; where the mapping says that absent is zero, and
/// it was never seen before, all of it is of this second. A second without a page is not heard, nor, of a
/// server that counts, the next: what happened in between is nobody's second. Keeps 16 bytes or so a mapped
/// series. One thread at a time.
class MetricScrape {
  public:
    explicit MetricScrape(MetricMapping mapping);
    MetricScrape(const MetricScrape&) = delete;
    MetricScrape& operator=(const MetricScrape&) = delete;

    /// What a second holds that ended with this page, fetched at `at`. Errors: it is no page, a mapped series
    /// stands on it twice, nothing mapped is on it, or its server is not up; then it counts as none.
    Result<CollectedSecond> read(std::string_view page, SteadyTime at);
    /// A second without a page.
    void skip();

    const MetricMapping& mapping() const { return m_mapping; }
    /// Of the server, as the last page told; empty: none did.
    const std::string& version() const { return m_version; }

  private:
    /// How the series of a slot are added up: their values; their differences, for which see above; the same,
    /// but what went backwards did not move; or bucket by bucket.
    enum class Adding : std::uint8_t { values, counts, progress, buckets };
    struct Bucket {
        std::uint64_t series = 0; // all its bounds have the same
        double bound = 0;
        double now = 0;
        std::optional<double> before;
    };
    struct Slot {
        Adding adding = Adding::values;
        std::string_view each; // a label whose values are added up apart

        // Of the page that is read:
        double sum = 0;
        std::size_t lastSeries =
            0;                 // added, by its place on the page: one that two selectors choose counts once
        bool named = false;    // its metric is on it
        bool selected = false; // a series was chosen
        bool known = false;    // and has a difference
        std::map<std::string, double, std::less<>> groups; // by `each`
        std::vector<Bucket> buckets;
    };
    struct Use {
        const MetricSelector* selector;
        std::size_t slot;
    };
    struct Before {
        double value = 0;
        std::uint32_t page = 0;
    };
    struct SumSlots {
        std::size_t sum;
        std::optional<std::size_t> less;
    };

    std::size_t addSlot(const MetricMapping::Series& series, Adding adding, std::string_view each = {});
    SumSlots addSum(const MetricMapping::Sum& sum, Adding adding);
    void clearSlots();
    void noteStart(std::string_view page);
    std::optional<Error> readSamples(MetricsPage& page);
    bool readSample(const MetricSample& sample, std::vector<Use>& uses);
    bool differ(const MetricSample& sample, std::optional<double>& before);
    void add(Slot& slot, const MetricSample& sample, std::optional<double> before);
    std::optional<Error> problem() const;
    void forgetGoneSeries();

    CollectedSecond second(SteadyTime at);
    std::optional<double> valueOf(const SumSlots& slots, double times) const;
    bool isKnown(const Slot& slot) const;
    void addHistogram(Slot& slot, double times, ExponentialHistogram& to) const;
    std::optional<double> utilisationOf(const MetricMapping::Utilised& utilised, const SumSlots& slots,
                                        double seconds) const;

    const MetricMapping m_mapping;
    std::vector<Slot> m_slots;
    std::vector<SumSlots> m_counters; // as in the mapping
    std::vector<SumSlots> m_gauges;
    std::vector<std::size_t> m_distributions;
    std::vector<SumSlots> m_utilisations; // part, whole
    std::optional<std::size_t> m_up;
    std::unordered_map<std::string_view, std::vector<Use>> m_uses; // by metric
    std::unordered_map<std::uint64_t, Before> m_before;            // by a hash of name and labels
    std::size_t m_seriesOnPage = 0;                                // that are mapped
    std::uint32_t m_page = 1;
    bool m_anew = false;                // all series of the page that is read began after the page before
    std::optional<double> m_started;    // as that page told
    std::optional<SteadyTime> m_lastAt; // of the page before; nothing: there was none
    std::string m_version;
};

} // namespace surgescope::feeds
