// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/frame/frame_builder.h"

#include <algorithm>

namespace surgescope::feeds {
namespace {

/// Reads one second's totals, knowing how much of the place they cover.
class TotalsOfSecond {
  public:
    TotalsOfSecond(const PopTotals& totals, Quality whole) : m_totals(totals), m_whole(whole) {}

    Reading count(Counter counter, double factor = 1) const {
        return {static_cast<double>(m_totals[counter]) * factor, quality(counter)};
    }
    Reading ratio(Counter part, Counter whole) const { return ratio(part, count(whole), quality(whole)); }
    Reading hitRatio() const {
        const Reading both{
            static_cast<double>(m_totals[Counter::cache_hits] + m_totals[Counter::cache_misses]),
            quality(Counter::cache_misses)};
        return ratio(Counter::cache_hits, both, both.quality);
    }
    Reading meanOverNodes(Counter counter, double factor) const {
        return ratio(counter, {static_cast<double>(m_totals[Counter::node_seconds]) / factor, m_whole},
                     m_whole);
    }
    Reading quantile(Distribution distribution, double q) const {
        const auto value = m_totals[distribution].quantile(q);
        const auto known = quality(distribution);
        if (known == Quality::notMeasured) return {0, known};
        return value ? Reading{*value, known} : Reading{0, Quality::noData};
    }
    template <class Field> Quality quality(Field field) const {
        if (!m_totals.measuredByAny.has(field)) return Quality::notMeasured;
        if (m_whole == Quality::measured && !m_totals.measuredByAll.has(field)) return Quality::partial;
        return m_whole;
    }

  private:
    Reading ratio(Counter part, Reading whole, Quality wholeQuality) const {
        const auto worst = std::max(quality(part), wholeQuality);
        if (worst == Quality::notMeasured) return {0, worst};
        if (whole.value <= 0) return {0, Quality::noData};
        return {static_cast<double>(m_totals[part]) / whole.value, worst};
    }

    const PopTotals& m_totals;
    Quality m_whole;
};

} // namespace

Summary summarise(const PopTotals* totals, std::uint64_t expectedNodes, bool stale) {
    Summary s;
    s.nodesExpected = expectedNodes;
    if (!totals) return s;
    const auto heard = (*totals)[Counter::node_seconds];
    if (heard == 0) return s;
    if (!stale) s.nodesHeard = heard;
    const bool whole = static_cast<double>(heard) >= (1 - kTooFewToShow) * static_cast<double>(expectedNodes);
    const TotalsOfSecond read(*totals, stale    ? Quality::stale
                                       : !whole ? Quality::partial
                                                : Quality::measured);
    s.requestsPerSecond = read.count(Counter::requests);
    s.egressBitsPerSecond = read.count(Counter::bytes_out, 8);
    s.saturation = read.meanOverNodes(Counter::saturation_permille_seconds, 1e-3);
    s.hitRatio = read.hitRatio();
    s.errorRatio = read.ratio(Counter::status_5xx, Counter::requests);
    s.ttfbHitP95Us = read.quantile(Distribution::ttfb_hit, 0.95);
    s.ttfbMissP95Us = read.quantile(Distribution::ttfb_miss, 0.95);
    s.metadataP95Us = read.quantile(Distribution::metadata_latency, 0.95);
    s.lbP50Us = read.quantile(Distribution::lb_latency, 0.50);
    s.lagP50Us = read.quantile(Distribution::invalidation_lag, 0.50);
    s.lagP99Us = read.quantile(Distribution::invalidation_lag, 0.99);
    s.clockOffsetP95Us = read.quantile(Distribution::clock_offset, 0.95);
    s.pendingKeys = read.count(Counter::inv_pending_seconds);
    s.invalidationsPerSecond = read.count(Counter::inv_applied);
    s.wafBlockedPerSecond = read.count(Counter::waf_blocked);
    s.spilledInPerSecond = read.count(Counter::spilled_in);
    s.spilledOutPerSecond = read.count(Counter::spilled_out);
    s.nodesAboveCritical = {static_cast<double>(totals->saturation.atOrAbove(900)),
                            read.quality(Counter::saturation_permille_seconds)};
    return s;
}

} // namespace surgescope::feeds
