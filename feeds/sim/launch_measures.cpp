// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/launch_measures.h"

#include "feeds/model/levels.h"
#include "feeds/model/measure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace surgescope::feeds::sim {
namespace {

using Second = LaunchMeasures::Second;

constexpr double kPending = 10; // keys a node: fewer are those that a stuck relay keeps

double quantileSeconds(const PopTotals& totals, Distribution distribution, double q) {
    return totals[distribution].quantile(q).value_or(0) / 1e6;
}

double ratio(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

} // namespace

std::optional<Grouping> groupingOf(std::string_view name) {
    for (const auto& [known, grouping] :
         {std::pair{"world", Grouping::world}, {"region", Grouping::region}, {"pop", Grouping::pop}})
        if (name == known) return grouping;
    return std::nullopt;
}

std::vector<std::string> groupNames(const PopCatalogue& catalogue, Grouping grouping) {
    if (grouping == Grouping::world) return {""};
    if (grouping == Grouping::region) return catalogue.regions();
    std::vector<std::string> names;
    for (const auto& pop : catalogue.pops())
        names.push_back(pop.code);
    return names;
}

void LaunchMeasures::add(std::span<const PopReport> reports, const Global& global) {
    std::vector<const PopReport*> all;
    for (const auto& report : reports)
        all.push_back(&report);
    add(all, global);
}

void LaunchMeasures::add(std::span<const PopReport* const> reports, const Global& global) {
    PopTotals world;
    std::vector<double> saturations;
    Second s;
    for (const auto* report : reports) {
        const auto& totals = report->totals;
        world.merge(totals);
        saturations.push_back(MeasureReader(totals, {}, Quality::measured).read(Measure::saturation).value);
        s.balancerWorstP99 =
            std::max(s.balancerWorstP99, quantileSeconds(totals, Distribution::lb_latency, 0.99));
    }
    const MeasureReader reader(world, {}, Quality::measured);
    const auto read = [&](Measure measure) { return reader.read(measure).value; };
    const auto seconds = [&](Measure us) { return read(us) / 1e6; };
    const auto of = [&](Counter counter) { return static_cast<double>(world[counter]); };
    const double requests = of(Counter::requests);
    const double api = of(Counter::api_requests);
    s.t = static_cast<double>((global.header.intervalEnd - m_releaseAt).count());
    s.apiPerSecond = read(Measure::api_requests_per_second);
    s.requestsPerSecond = read(Measure::requests_per_second);
    s.hitRatio = read(Measure::hit_ratio);
    s.egressBitsPerSecond = read(Measure::egress_bits_per_second);
    s.fillsPerSecond = read(Measure::shield_fetches_per_second);
    s.originPerSecond = read(Measure::origin_fetches_per_second);
    s.errorShare = read(Measure::error_ratio);
    s.issuedPerSecond = static_cast<double>(global.purgeHead - m_purgeHead.value_or(global.purgeHead));
    m_purgeHead = global.purgeHead;
    s.pendingPerNode = ratio(read(Measure::invalidations_pending), of(Counter::node_seconds));
    s.stalePerSecond = of(Counter::stale_served);
    s.lagP50 = seconds(Measure::invalidation_lag_p50_us);
    s.lagP99 = seconds(Measure::invalidation_lag_p99_us);
    s.metadataP50 = seconds(Measure::metadata_p50_us);
    s.metadataP95 = seconds(Measure::metadata_p95_us);
    const auto& hit = world[Distribution::ttfb_hit];
    const auto& miss = world[Distribution::ttfb_miss];
    s.ttfbMean = ratio(static_cast<double>(hit.sum() + miss.sum()) / 1e6,
                       static_cast<double>(hit.count() + miss.count()));
    s.hitP95 = seconds(Measure::ttfb_hit_p95_us);
    s.missP95 = seconds(Measure::ttfb_miss_p95_us);
    s.balancerP50 = seconds(Measure::lb_p50_us);
    s.saturationMean = read(Measure::saturation);
    std::ranges::sort(saturations);
    if (!saturations.empty())
        s.saturationP99 =
            saturations[static_cast<std::size_t>(0.99 * static_cast<double>(saturations.size() - 1))];
    const auto atOrAbove = [&](double level) {
        return static_cast<double>(saturations.end() - std::ranges::lower_bound(saturations, level));
    };
    s.popsCritical = atOrAbove(kCriticalFrom);
    s.popsOverloaded = atOrAbove(kOverloadFrom);
    s.spilledInShare = ratio(of(Counter::spilled_in), requests);
    s.spilledShare = ratio(of(Counter::spilled_out), requests);
    s.unplacedShare = ratio(of(Counter::spill_unplaced), requests);
    // Attacks are on the API: of all requests they would hardly be seen.
    s.botShare = ratio(of(Counter::bot_requests), api);
    s.newPrefixShare = ratio(of(Counter::new_prefix_requests), api);
    s.retryShare = read(Measure::retry_ratio);
    s.blockedPerSecond = read(Measure::waf_blocked_per_second);
    s.challengedPerSecond = read(Measure::waf_challenged_per_second);
    s.malformedPerSecond = read(Measure::malformed_per_second);
    s.passedShare = read(Measure::challenges_passed_ratio);
    s.listeners =
        m_grouping == Grouping::world ? static_cast<double>(global.listeners) : of(Counter::stream_seconds);
    s.trendWeight = static_cast<double>(global.recommenderTrendPermille) / 1'000;
    s.churnPerHour = static_cast<double>(global.churnPpmPerHour) / 1e6;
    m_seconds.push_back(s);
}

std::span<const SecondFigure> secondFigures() {
    static constexpr std::array kFigures{
        SecondFigure{"api_per_s", "1/s", &Second::apiPerSecond},
        SecondFigure{"requests_per_s", "1/s", &Second::requestsPerSecond},
        SecondFigure{"listeners", "people", &Second::listeners},
        SecondFigure{"egress_gbit_per_s", "Gbit/s", &Second::egressBitsPerSecond, 1e-9},
        SecondFigure{"hit_ratio", "%", &Second::hitRatio, 100},
        SecondFigure{"fills_per_s", "1/s", &Second::fillsPerSecond},
        SecondFigure{"origin_per_s", "1/s", &Second::originPerSecond},
        SecondFigure{"errors", "% of requests", &Second::errorShare, 100},
        SecondFigure{"saturation", "of the knee", &Second::saturationMean},
        SecondFigure{"spilled_out", "% of requests", &Second::spilledShare, 100},
        SecondFigure{"spilled_in", "% of requests", &Second::spilledInShare, 100},
        SecondFigure{"unplaced", "% of requests", &Second::unplacedShare, 100},
        SecondFigure{"ttfb_mean", "ms", &Second::ttfbMean, 1e3},
        SecondFigure{"hit_p95", "ms", &Second::hitP95, 1e3},
        SecondFigure{"metadata_p50", "ms", &Second::metadataP50, 1e3},
        SecondFigure{"lag_p99", "s", &Second::lagP99},
        SecondFigure{"pending_per_node", "keys", &Second::pendingPerNode},
        SecondFigure{"bots", "% of API", &Second::botShare, 100},
        SecondFigure{"retries", "% of API", &Second::retryShare, 100},
        SecondFigure{"issued_per_s", "keys/s", &Second::issuedPerSecond, 1, true},
        SecondFigure{"pops_critical", "PoPs", &Second::popsCritical},
    };
    return kFigures;
}

std::vector<LaunchFigure> measuresOf(const LaunchMeasures& launch, const LaunchMeasures& quiet) {
    const auto& seconds = launch.seconds();
    const bool ofWorld = launch.grouping() == Grouping::world;
    std::vector<LaunchFigure> measures;
    const auto add = [&](const char* key, const char* name, const char* unit, std::optional<double> value) {
        measures.push_back({key, name, unit, value});
    };
    const auto highest = [&](double Second::*field) {
        double most = 0;
        for (const auto& s : seconds)
            most = std::max(most, s.*field);
        return most;
    };
    const auto lowest = [&](double Second::*field) {
        double least = seconds.empty() ? 0 : seconds.front().*field;
        for (const auto& s : seconds)
            least = std::min(least, s.*field);
        return least;
    };
    /// The second after the last one that was at `limit` or above.
    const auto overAfter = [&](double Second::*field, double limit) -> std::optional<double> {
        for (auto s = seconds.rbegin(); s != seconds.rend(); ++s)
            if ((*s).*field >= limit) return s->t + 1;
        return std::nullopt;
    };

    double change = 0;
    double changeAt = 0;
    double worstDrop = 0;
    const auto common = std::min(seconds.size(), quiet.seconds().size());
    for (std::size_t i = 0; i < common; ++i) {
        const double now = ratio(seconds[i].apiPerSecond, quiet.seconds()[i].apiPerSecond) - 1;
        if (now > change) {
            change = now;
            changeAt = seconds[i].t;
        }
        worstDrop = std::min(worstDrop, now);
    }

    if (ofWorld)
        add("invalidations_issued_peak", "cache invalidations issued, peak", "keys/s",
            highest(&Second::issuedPerSecond));
    add("invalidations_pending_peak", "  pending per node, worst", "keys", highest(&Second::pendingPerNode));
    add("invalidations_drained_at", "  drained", "s after T-0", overAfter(&Second::pendingPerNode, kPending));
    add("lag_p50_worst", "invalidation lag p50, worst second", "s", highest(&Second::lagP50));
    add("lag_p99_worst", "  p99, worst second", "s", highest(&Second::lagP99));
    add("stale_served_peak", "stale answers served, peak", "1/s", highest(&Second::stalePerSecond));
    add("api_peak", "API requests, peak", "1/s", highest(&Second::apiPerSecond));
    add("api_change_peak", "  over a night without a release", "%", 100 * change);
    add("api_change_at", "  when", "s after T-0", changeAt);
    add("api_change_lowest", "  below it, most", "%", 100 * worstDrop);
    add("retries_peak", "  retries among them, peak", "%", 100 * highest(&Second::retryShare));
    add("listeners_peak", "listeners at once, peak", ofWorld ? "M" : "thousand",
        highest(&Second::listeners) / (ofWorld ? 1e6 : 1e3));
    add("egress_peak", "egress, peak", "Gbit/s", highest(&Second::egressBitsPerSecond) / 1e9);
    add("saturation_mean_peak", "saturation of the mean node, peak", "of the knee",
        highest(&Second::saturationMean));
    add("saturation_pop_p99_peak", "  of the PoP at p99, peak", "of the knee",
        highest(&Second::saturationP99));
    add("pops_critical_peak", "  PoPs at 0.9 or more, peak", "PoPs", highest(&Second::popsCritical));
    add("pops_overloaded_peak", "  PoPs at 1 or more, peak", "PoPs", highest(&Second::popsOverloaded));
    add("spilled_peak", "spilled to neighbours, peak", "% of requests", 100 * highest(&Second::spilledShare));
    add("unplaced_peak", "  nowhere to spill, peak", "% of requests", 100 * highest(&Second::unplacedShare));
    add("metadata_p50_worst", "metadata latency p50, worst second", "ms",
        1e3 * highest(&Second::metadataP50));
    add("metadata_p95_worst", "  p95, worst second", "ms", 1e3 * highest(&Second::metadataP95));
    add("metadata_recovered_at", "  p50 below 50 ms again", "s after T-0",
        overAfter(&Second::metadataP50, 0.050));
    add("ttfb_mean_worst", "TTFB mean, worst second", "ms", 1e3 * highest(&Second::ttfbMean));
    add("ttfb_hit_p95_worst", "  hits p95, worst second", "ms", 1e3 * highest(&Second::hitP95));
    add("ttfb_miss_p95_worst", "  misses p95, worst second", "ms", 1e3 * highest(&Second::missP95));
    add("lb_p50_worst", "load balancer p50, worst second", "ms", 1e3 * highest(&Second::balancerP50));
    add("lb_pop_p99_worst", "  worst PoP's p99", "ms", 1e3 * highest(&Second::balancerWorstP99));
    add("hit_ratio_lowest", "cache hit ratio, lowest", "%", 100 * lowest(&Second::hitRatio));
    add("edge_fills_peak", "edge fills from shields, peak", "1/s", highest(&Second::fillsPerSecond));
    add("origin_fetches_peak", "origin fetches, peak", "1/s", highest(&Second::originPerSecond));
    add("errors_peak", "server errors, peak", "% of requests", 100 * highest(&Second::errorShare));
    add("bots_peak", "bots, peak", "% of API", 100 * highest(&Second::botShare));
    add("waf_blocked_peak", "WAF blocked, peak", "1/s", highest(&Second::blockedPerSecond));
    add("waf_challenged_peak", "  challenged, peak", "1/s", highest(&Second::challengedPerSecond));
    add("waf_passed_peak", "  challenged but people, peak", "% of challenged",
        100 * highest(&Second::passedShare));
    add("malformed_peak", "  malformed, peak", "1/s", highest(&Second::malformedPerSecond));
    add("new_prefixes_peak", "client prefixes never seen, peak", "% of API",
        100 * highest(&Second::newPrefixShare));
    if (ofWorld)
        add("trend_until", "recommender at taste again", "s after T-0",
            overAfter(&Second::trendWeight, 0.001));
    if (ofWorld)
        add("churn_peak", "churn (rough model), peak", "ppm/h", 1e6 * highest(&Second::churnPerHour));
    return measures;
}

std::vector<LaunchMeasures> measureGroups(const PopCatalogue& catalogue, const Scenario& scenario,
                                          Grouping grouping, std::uint64_t nodes, std::uint64_t seed,
                                          double untilSeconds, const std::function<void(double)>& progress,
                                          const std::stop_token& stop) {
    std::vector<LaunchMeasures> groups(groupNames(catalogue, grouping).size(),
                                       LaunchMeasures(scenario.releaseAt, grouping));
    std::vector<std::vector<const PopReport*>> reports(groups.size());
    const auto groupOf = [&](const std::string& code) -> std::size_t {
        if (grouping == Grouping::world) return 0;
        const auto pop = *catalogue.find(code);
        return grouping == Grouping::pop ? pop.value : catalogue[pop].region.value;
    };
    Simulator simulator(catalogue, scenario, nodes, seed);
    const double total = static_cast<double>(scenario.lead.count()) + untilSeconds + 1;
    for (double done = 1; done <= total && !stop.stop_requested(); ++done) {
        simulator.step();
        for (auto& group : reports)
            group.clear();
        for (const auto& report : simulator.reports())
            reports[groupOf(report.pop)].push_back(&report);
        for (std::size_t g = 0; g < groups.size(); ++g)
            groups[g].add(reports[g], simulator.global());
        progress(done / total);
    }
    return groups;
}

LaunchMeasures measureLaunch(const PopCatalogue& catalogue, const Scenario& scenario, std::uint64_t nodes,
                             std::uint64_t seed, double untilSeconds,
                             const std::function<void(double)>& progress, const std::stop_token& stop) {
    return std::move(
        measureGroups(catalogue, scenario, Grouping::world, nodes, seed, untilSeconds, progress, stop)
            .front());
}

} // namespace surgescope::feeds::sim
