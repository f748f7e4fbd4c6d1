// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/model/pop_totals.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// How a store keeps distributions. Ours are base-2 exponential histograms of scale 3.
enum class HistogramForm : std::uint8_t {
    native,  // Prometheus' native ones of schema 3, which are the same
    vmrange, // VictoriaMetrics': a series a bucket, bounds in the label vmrange; ours, those that count
             // something
    classic, // a series a bound, cumulative, in the label le; every fourth of our bounds from 64 µs to 18 min
};
std::string_view nameOf(HistogramForm form);

/// What goes to a store by Prometheus remote write 1.0, in one request.
struct WriteRequest {
    std::string bytes; // compressed
    std::uint64_t samples = 0;
};

/// Rollups to requests: counts add up from the first on, as counters must, and a series that begins has a
/// sample of nothing a millisecond after the ten seconds before, so that what it counts first is not lost.
/// What the PoPs of a region counted is written merged as well, for who reads hours of it. Which series there
/// are: HISTORY.md. One thread.
class WriteRequests {
  public:
    /// `catalogue` must outlive it.
    WriteRequests(const PopCatalogue& catalogue, std::string job, std::string instance, HistogramForm form);
    ~WriteRequests();

    /// In parts that stores take: some hundred kilobytes each.
    std::vector<WriteRequest> of(const FleetRollup& rollup);

  private:
    struct Message;    // for its memory
    struct Region;     // of one rollup
    struct Known {     // of a PoP
        PopTotals sum; // measuredByAny tells which have begun
        std::string_view region;
        std::uint64_t expectedNodes = 0;
    };
    Known& knownOf(const FleetRollup::Pop& pop);

    const PopCatalogue& m_catalogue;
    std::string m_job;
    std::string m_instance;
    HistogramForm m_form;
    std::map<std::string, Known> m_pops;
    std::unique_ptr<Message> m_message;
};

/// One series with one sample, for asking whether a store takes it: a number, or of `histogram` form one that
/// holds 1000 µs once.
WriteRequest probeRequest(const std::string& name, std::int64_t ms);
WriteRequest probeRequest(const std::string& name, std::int64_t ms, HistogramForm form);

} // namespace surgescope::feeds
