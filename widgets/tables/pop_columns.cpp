// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/pop_columns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace surgescope::widgets {

namespace {

constexpr std::array kColumns{
    PopColumnInfo{PopColumn::name, u"PoP", u"code", 0, false, u"WWW W", {}},
    PopColumnInfo{PopColumn::region, u"Region", u"region", 12, false, u"North America", {}},
    PopColumnInfo{PopColumn::age, u"Age", u"age", 2, true, u"119 min", {}},
    PopColumnInfo{
        PopColumn::nodes, u"Nodes heard", u"share of nodes heard", 10, false, u"88,888 of 88,888", {}},
    PopColumnInfo{PopColumn::requests, u"Requests", u"requests", 6, true, u"≈88.8 M/s",
                  Measure::requests_per_second},
    PopColumnInfo{PopColumn::egress, u"Egress", u"egress", 11, true, u"≈88.8 Gb/s",
                  Measure::egress_bits_per_second},
    PopColumnInfo{PopColumn::saturation, u"Saturation", u"saturation", 1, true, u"≈188 %",
                  Measure::saturation},
    PopColumnInfo{PopColumn::full, u"Full in", u"time until full", 3, false, u"58 min", {}},
    PopColumnInfo{PopColumn::hitRatio, u"Hits", u"hit ratio", 5, false, u"≈88.8 %", Measure::hit_ratio},
    PopColumnInfo{PopColumn::errors, u"5xx", u"errors, 5xx", 7, true, u"≈88.8 %", Measure::error_ratio},
    PopColumnInfo{PopColumn::metadata, u"Metadata p95", u"metadata latency p95", 8, true, u"≈888 ms",
                  Measure::metadata_p95_us},
    PopColumnInfo{PopColumn::ttfb, u"TTFB miss p95", u"time to first byte of misses p95", 9, true, u"≈888 ms",
                  Measure::ttfb_miss_p95_us},
    PopColumnInfo{PopColumn::lag, u"Lag p99", u"invalidation lag p99", 4, true, u"? ≈88.8 s",
                  Measure::invalidation_lag_p99_us},
    PopColumnInfo{PopColumn::retries, u"Retries", u"retries", 13, true, u"≈88.8 %", Measure::retry_ratio},
    PopColumnInfo{PopColumn::bots, u"Bots", u"bots", 14, true, u"≈88.8 %", Measure::bot_ratio},
};

/// Nothing: it has none.
std::optional<double> valueOf(const feeds::Frame& frame, std::size_t at, const feeds::PopCatalogue& catalogue,
                              PopColumn column) {
    const feeds::PopFrame& pop = frame.pops[at];
    switch (column) {
    case PopColumn::name: return static_cast<double>(at); // they are by code
    case PopColumn::region: {
        const auto& codes = catalogue.regions();
        const auto found = std::ranges::find(codes, pop.region);
        if (found == codes.end()) return std::nullopt;
        return static_cast<double>(found - codes.begin());
    }
    case PopColumn::age:
        return pop.freshness == feeds::Freshness::noData ? std::numeric_limits<double>::infinity()
                                                         : pop.ageSeconds;
    case PopColumn::nodes:
        if (pop.summary.nodesExpected == 0) return std::nullopt;
        return static_cast<double>(pop.summary.nodesHeard) / static_cast<double>(pop.summary.nodesExpected);
    case PopColumn::full: return pop.secondsToFull;
    default: break;
    }
    const feeds::Reading& reading = pop.summary[*infoOf(column).measure];
    return reading.hasValue() ? std::optional(reading.value) : std::nullopt;
}

} // namespace

std::span<const PopColumnInfo> popColumns() {
    return kColumns;
}

const PopColumnInfo& infoOf(PopColumn column) {
    return kColumns.at(static_cast<std::size_t>(column));
}

std::vector<std::size_t> sortedPops(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue,
                                    const PopSort& sort, std::string_view region) {
    struct Keyed {
        std::size_t pop;
        std::optional<double> key;
        double requests;
    };
    std::vector<Keyed> all;
    for (std::size_t i = 0; i < frame.pops.size(); ++i) {
        if (!region.empty() && frame.pops[i].region != region) continue;
        const feeds::Reading& requests = frame.pops[i].summary[Measure::requests_per_second];
        all.push_back(
            {i, valueOf(frame, i, catalogue, sort.column), requests.hasValue() ? requests.value : -1});
    }
    std::ranges::sort(all, [&](const Keyed& a, const Keyed& b) {
        if (a.key.has_value() != b.key.has_value()) return a.key.has_value();
        if (a.key && *a.key != *b.key) return (*a.key > *b.key) == sort.highestFirst;
        return a.requests != b.requests ? a.requests > b.requests : a.pop < b.pop;
    });
    std::vector<std::size_t> order;
    for (const Keyed& one : all)
        order.push_back(one.pop);
    return order;
}

FullText fullText(const feeds::PopFrame& pop) {
    if (!pop.secondsToFull) return {QStringLiteral("–"), false};
    const double seconds = *pop.secondsToFull;
    if (seconds < 1) return {QStringLiteral("now"), true};
    if (seconds < 100) return {QStringLiteral("%1 s").arg(qRound(seconds)), true};
    return {QStringLiteral("%1 min").arg(qRound(seconds / 60)), seconds < 300};
}

QString cityOf(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue) {
    return pop.place && pop.place->value < catalogue.size()
               ? QString::fromStdString(catalogue[*pop.place].city)
               : QStringLiteral("unplaced");
}

QString cellText(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue, PopColumn column) {
    const feeds::Summary& s = pop.summary;
    switch (column) {
    case PopColumn::name: return QString::fromStdString(pop.code);
    case PopColumn::region: {
        const auto name = catalogue.regionName(pop.region);
        return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    case PopColumn::age:
        return pop.freshness == feeds::Freshness::noData ? QStringLiteral("never")
                                                         : formatAge(pop.ageSeconds);
    case PopColumn::nodes:
        return QStringLiteral("%1 of %2").arg(formatCount(s.nodesHeard), formatCount(s.nodesExpected));
    case PopColumn::full: return fullText(pop).text;
    case PopColumn::saturation: {
        const feeds::Reading& saturation = s[Measure::saturation];
        if (!saturation.hasValue()) break;
        const QString about = saturation.quality == feeds::Quality::partial ? QStringLiteral("≈") : QString();
        return about + QStringLiteral("%1 %").arg(qRound(saturation.value * 100));
    }
    case PopColumn::lag: {
        const bool doubtful = s[Measure::invalidation_lag_p99_us].hasValue() && feeds::clocksAreOff(s);
        return (doubtful ? QStringLiteral("? ") : QString()) +
               formatMeasureShort(s, Measure::invalidation_lag_p99_us);
    }
    default: break;
    }
    return formatMeasureShort(s, *infoOf(column).measure);
}

} // namespace surgescope::widgets
