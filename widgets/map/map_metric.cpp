// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_metric.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kHitRange = 0.4, kErrorRange = 0.1, kCoverageRange = 0.5;

feeds::Reading coverageOf(const feeds::PopFrame& pop) {
    const feeds::Summary& s = pop.summary;
    if (s.nodesExpected == 0) return {0, feeds::Quality::notMeasured};
    if (pop.freshness == feeds::Freshness::noData) return {0, feeds::Quality::noData};
    const bool stale = pop.freshness >= feeds::Freshness::stale;
    return {static_cast<double>(s.nodesHeard) / static_cast<double>(s.nodesExpected),
            stale ? feeds::Quality::stale : feeds::Quality::measured};
}

} // namespace

MapMetric nextMetric(MapMetric metric) {
    return kMapMetrics[(static_cast<std::size_t>(metric) + 1) % kMapMetrics.size()];
}

const char16_t* metricName(MapMetric metric) {
    switch (metric) {
    case MapMetric::saturation: return u"saturation";
    case MapMetric::hitRatio: return u"hit ratio";
    case MapMetric::lag: return u"invalidation lag p99";
    case MapMetric::errors: return u"errors (5xx)";
    case MapMetric::coverage: return u"coverage";
    }
    return u"";
}

const char16_t* metricDomain(MapMetric metric) {
    switch (metric) {
    case MapMetric::saturation: return u"saturation, 0 to 100 %";
    case MapMetric::hitRatio: return u"hit ratio, 100 to 60 %";
    case MapMetric::lag: return u"lag p99, 10 ms to 60 s, logarithmic";
    case MapMetric::errors: return u"5xx of all requests, 0 to 10 %";
    case MapMetric::coverage: return u"nodes heard, 100 to 50 %";
    }
    return u"";
}

feeds::Reading metricReading(const feeds::PopFrame& pop, MapMetric metric) {
    switch (metric) {
    case MapMetric::saturation: return pop.summary[Measure::saturation];
    case MapMetric::hitRatio: return pop.summary[Measure::hit_ratio];
    case MapMetric::lag: return pop.summary[Measure::invalidation_lag_p99_us];
    case MapMetric::errors: return pop.summary[Measure::error_ratio];
    case MapMetric::coverage: return coverageOf(pop);
    }
    return {};
}

double metricSeverity(MapMetric metric, double value) {
    switch (metric) {
    case MapMetric::saturation: return value;
    case MapMetric::hitRatio: return (1 - value) / kHitRange;
    case MapMetric::lag: // the heatmap's scale, which ends at its domain's ends
        return value > kHeatHighestUs ? 1 + std::log(value / kHeatHighestUs) : heatPosition(value);
    case MapMetric::errors: return value / kErrorRange;
    case MapMetric::coverage: return (1 - value) / kCoverageRange;
    }
    return 0;
}

double metricPosition(MapMetric metric, double value) {
    const double severity = metricSeverity(metric, value);
    return std::isfinite(severity) ? std::clamp(severity, 0.0, 1.0) : 0.0;
}

double metricValue(MapMetric metric, double position) {
    switch (metric) {
    case MapMetric::saturation: return position;
    case MapMetric::hitRatio: return 1 - position * kHitRange;
    case MapMetric::lag: return kHeatLowestUs * std::pow(kHeatHighestUs / kHeatLowestUs, position);
    case MapMetric::errors: return position * kErrorRange;
    case MapMetric::coverage: return 1 - position * kCoverageRange;
    }
    return 0;
}

QString metricText(MapMetric metric, double value) {
    if (metric == MapMetric::lag)
        return value >= 9.95e6 && value < 99.5e6 ? QStringLiteral("%1 s").arg(qRound(value / 1e6))
                                                 : formatNumber(value, Unit::microseconds);
    if (metric == MapMetric::errors && value < 0.0995)
        return QString::number(value * 100, 'f', 1) + QStringLiteral(" %");
    return QStringLiteral("%1 %").arg(qRound(value * 100));
}

feeds::Reading sizeReading(const feeds::Summary& summary, DiscSize size) {
    return size == DiscSize::requests ? summary[Measure::requests_per_second]
                                      : summary[Measure::egress_bits_per_second];
}

} // namespace surgescope::widgets
