// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/sample_frame.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace surgescope::tests {

namespace {

using namespace feeds;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kRelease = 1'795'410'000; // 2026-11-23 05:00:00 UTC
constexpr double kWorldRequests = 41.8e6;

/// Load relative to the quiet hours, by seconds since the release.
double surge(double seconds) {
    if (seconds < 0) return 0.18;
    return 0.18 + 0.82 * (1 - std::exp(-seconds / 70)) * (0.92 + 0.08 * std::exp(-seconds / 500));
}

Reading measured(double value) {
    return {value, Quality::measured};
}

void setQuality(Summary& s, Quality quality) {
    for (Reading* r :
         {&s[feeds::Measure::requests_per_second], &s[feeds::Measure::api_requests_per_second],
          &s[feeds::Measure::egress_bits_per_second], &s[feeds::Measure::saturation],
          &s[feeds::Measure::hit_ratio], &s[feeds::Measure::error_ratio], &s[feeds::Measure::ttfb_hit_p95_us],
          &s[feeds::Measure::ttfb_miss_p95_us], &s[feeds::Measure::metadata_p95_us],
          &s[feeds::Measure::lb_p50_us], &s[feeds::Measure::invalidation_lag_p50_us],
          &s[feeds::Measure::invalidation_lag_p99_us], &s[feeds::Measure::invalidations_pending],
          &s[feeds::Measure::invalidations_per_second], &s[feeds::Measure::waf_blocked_per_second],
          &s[feeds::Measure::nodes_above_critical]})
        if (r->hasValue()) r->quality = quality;
}

Summary summaryOf(double requests, double saturation, double noise) {
    const double strain = std::max(0.0, saturation - 0.5);
    Summary s;
    s[feeds::Measure::requests_per_second] = measured(requests);
    s[feeds::Measure::api_requests_per_second] = measured(requests * 0.29);
    s[feeds::Measure::egress_bits_per_second] = measured(requests * 914e3 * (0.9 + 0.2 * noise));
    s[feeds::Measure::saturation] = measured(saturation);
    s[feeds::Measure::hit_ratio] = measured(0.95 - 0.09 * strain - 0.01 * noise);
    s[feeds::Measure::error_ratio] = measured(0.0008 + 0.01 * strain * strain);
    s[feeds::Measure::ttfb_hit_p95_us] = measured(9e3 + 90e3 * strain);
    s[feeds::Measure::ttfb_miss_p95_us] = measured(60e3 + 420e3 * strain * strain + 20e3 * noise);
    s[feeds::Measure::metadata_p95_us] = measured(60e3 + 900e3 * strain * strain);
    s[feeds::Measure::lb_p50_us] = measured(400 + 2200 * strain);
    s[feeds::Measure::invalidation_lag_p50_us] = measured(120e3 + 1.2e6 * strain);
    s[feeds::Measure::invalidation_lag_p99_us] = measured(300e3 + 22e6 * strain * strain * (0.6 + noise));
    s[feeds::Measure::invalidations_pending] = measured(std::round(2.1e6 * strain / 40));
    s[feeds::Measure::invalidations_per_second] = measured(1200);
    s[feeds::Measure::waf_blocked_per_second] = measured(requests * 0.0074);
    s[feeds::Measure::nodes_above_critical] = measured(0);
    return s;
}

/// What the fullest cannot serve goes elsewhere; every second PoP with room takes some.
void spillOver(Frame& frame) {
    double out = 0, room = 0;
    const auto takes = [](const PopFrame& pop) {
        return pop.code[0] % 2 == 0 && pop.summary[feeds::Measure::saturation].value < 0.4;
    };
    for (PopFrame& pop : frame.pops) {
        Summary& s = pop.summary;
        const double more = std::max(0.0, s[feeds::Measure::saturation].value - 0.88) *
                            s[feeds::Measure::requests_per_second].value;
        s[feeds::Measure::spilled_out_per_second] = measured(more);
        out += more;
        if (takes(pop)) room += s[feeds::Measure::requests_per_second].value;
    }
    for (PopFrame& pop : frame.pops)
        pop.summary[feeds::Measure::spilled_in_per_second] =
            measured(takes(pop) ? out * pop.summary[feeds::Measure::requests_per_second].value / room : 0);
}

void makeOdd(Frame& frame, std::mt19937& random) {
    for (std::size_t i = 0; i < frame.pops.size(); ++i) {
        PopFrame& pop = frame.pops[i];
        const auto dice = random() % 100;
        if (dice < 4) {
            pop.freshness = dice == 0 ? Freshness::silent : Freshness::stale;
            pop.ageSeconds = dice == 0 ? 75 : 9;
            setQuality(pop.summary, Quality::stale);
        } else if (dice < 10) {
            pop.summary.nodesHeard = pop.summary.nodesExpected * 6 / 10;
            setQuality(pop.summary, Quality::partial);
        } else if (dice < 13) {
            const auto expected = pop.summary.nodesExpected;
            pop.summary = {};
            pop.summary.nodesExpected = expected;
            pop.freshness = Freshness::noData;
        } else if (dice < 15) {
            pop.summary[feeds::Measure::saturation] = {0, Quality::notMeasured};
            pop.summary[feeds::Measure::invalidations_pending] = {0, Quality::notMeasured};
        }
    }
    PopFrame unplaced;
    unplaced.code = "XQZ";
    unplaced.freshness = Freshness::live;
    unplaced.ageSeconds = 0.4;
    unplaced.summary = summaryOf(12, 0.31, 0.5);
    unplaced.summary.nodesHeard = unplaced.summary.nodesExpected = 2;
    frame.pops.push_back(unplaced);
    std::sort(frame.pops.begin(), frame.pops.end(),
              [](const auto& a, const auto& b) { return a.code < b.code; });
}

void fillSeries(Frame& frame, const std::vector<double>& regionShare, int columns, std::mt19937& random) {
    const auto& regions = PopCatalogue::builtIn().regions();
    std::uniform_real_distribution<float> noise(-0.012F, 0.012F);
    frame.chartAxis = {*frame.settled, columns, std::chrono::seconds(std::max(1, 900 / columns))};
    for (std::size_t r = 0; r < regions.size(); ++r) {
        PartSeries part{regions[r], {}};
        for (int c = 0; c < columns; ++c) {
            const auto since = static_cast<double>((frame.chartAxis.endOf(c) - *frame.releaseAt).count());
            const bool gap = r == 2 && c > columns * 70 / 100 && c < columns * 74 / 100;
            const auto value =
                static_cast<float>(kWorldRequests * regionShare[r] * surge(since)) * (1 + noise(random));
            part.series[feeds::Measure::requests_per_second].push_back(gap ? kNaN : value);
            part.series[feeds::Measure::egress_bits_per_second].push_back(gap ? kNaN : value * 914e3F);
        }
        frame.parts.push_back(std::move(part));
    }
    Series& w = frame.series;
    for (int c = 0; c < columns; ++c) {
        const auto since = static_cast<double>((frame.chartAxis.endOf(c) - *frame.releaseAt).count());
        const double load = surge(since) * std::exp(-std::max(0.0, since - 120) / 1400);
        const auto wobble = 1 + 3 * noise(random);
        w[feeds::Measure::requests_per_second].push_back(static_cast<float>(kWorldRequests * surge(since)) *
                                                         (1 + noise(random)));
        const bool gap = c > columns * 60 / 100 && c < columns * 63 / 100;
        w[feeds::Measure::metadata_p50_us].push_back(gap ? kNaN
                                                         : static_cast<float>(30e3 + 90e3 * load) * wobble);
        w[feeds::Measure::metadata_p95_us].push_back(gap ? kNaN
                                                         : static_cast<float>(40e3 + 280e3 * load) * wobble);
        w[feeds::Measure::metadata_p99_us].push_back(gap ? kNaN
                                                         : static_cast<float>(50e3 + 400e3 * load) * wobble);
        w[feeds::Measure::invalidation_lag_p99_us].push_back(static_cast<float>(200e3 + 5e6 * load) * wobble);
        w[feeds::Measure::saturation].push_back(static_cast<float>(0.12 + 0.55 * load) * wobble);
        w[feeds::Measure::coverage].push_back(0.998F);
        w[feeds::Measure::egress_bits_per_second].push_back(w[feeds::Measure::requests_per_second].back() *
                                                            914e3F);
        w[feeds::Measure::hit_ratio].push_back(static_cast<float>(0.975 - 0.061 * load));
        w[feeds::Measure::ttfb_hit_p95_us].push_back(static_cast<float>(5e3 + 60e3 * load) * wobble);
        w[feeds::Measure::ttfb_miss_p95_us].push_back(static_cast<float>(120e3 + 290e3 * load) * wobble);
        w[feeds::Measure::lb_p95_us].push_back(static_cast<float>(300 + 2e3 * load) * wobble);
        w[feeds::Measure::waf_blocked_per_second].push_back(static_cast<float>(2e3 + 310e3 * load) * wobble);
    }
}

void fillBaseline(Frame& frame) {
    BaselineFrame b{"standard rollout", frame.series, RollupPoint::none()};
    const auto calm = [&](std::vector<float>& values, float factor) {
        for (std::size_t c = 0; c < values.size(); ++c)
            values[c] =
                frame.series[feeds::Measure::requests_per_second].front() == 0 ? 0 : values.front() * factor;
    };
    calm(b.series[feeds::Measure::requests_per_second], 1.05F);
    calm(b.series[feeds::Measure::egress_bits_per_second], 1.05F);
    calm(b.series[feeds::Measure::metadata_p95_us], 1);
    calm(b.series[feeds::Measure::invalidation_lag_p99_us], 1);
    b.now[feeds::Measure::coverage] = 1;
    b.now[feeds::Measure::requests_per_second] = 7.6e6F;
    b.now[feeds::Measure::egress_bits_per_second] = 7.8e12F;
    b.now[feeds::Measure::saturation] = 0.14F;
    b.now[feeds::Measure::hit_ratio] = 0.975F;
    b.now[feeds::Measure::ttfb_hit_p95_us] = 55e3F;
    b.now[feeds::Measure::metadata_p95_us] = 41e3F;
    b.now[feeds::Measure::invalidation_lag_p99_us] = 0.3e6F;
    b.now[feeds::Measure::waf_blocked_per_second] = 2.1e3F;
    frame.baseline = std::move(b);
}

void fillLag(Frame& frame) {
    frame.lag.axis = frame.heat.axis;
    for (int c = 0; c < frame.lag.axis.columns; ++c) {
        const auto since = static_cast<double>((frame.lag.axis.endOf(c) - *frame.releaseAt).count());
        const double load = surge(since) * std::exp(-std::max(0.0, since - 60) / 500);
        const double middle = std::log2(60e3 * (1 + 15 * load)), width = 0.8 + 0.4 * load;
        std::vector<float> column;
        float sum = 0;
        for (std::size_t bin = 0; bin < LagBins::kCount; ++bin) {
            const double z = (std::log2(LagBins::upperBoundUs(bin)) - 0.25 - middle) / width;
            column.push_back(static_cast<float>(std::exp(-z * z / 2)));
            sum += column.back();
        }
        for (const float value : column)
            frame.lag.share.push_back(value / sum < 1e-5F ? 0 : value / sum);
    }
}

void fillHeat(Frame& frame, int columns, int rows, std::mt19937& random) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < frame.pops.size(); ++i)
        if (frame.pops[i].summary[feeds::Measure::invalidation_lag_p99_us].hasValue()) order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return frame.pops[a].summary[feeds::Measure::invalidation_lag_p99_us].value >
               frame.pops[b].summary[feeds::Measure::invalidation_lag_p99_us].value;
    });
    order.resize(std::min(order.size(), static_cast<std::size_t>(rows)));
    frame.heat.axis = frame.chartAxis;
    frame.heat.axis.columns = columns;
    std::uniform_real_distribution<double> noise(0.75, 1.3);
    for (std::size_t row = 0; row < order.size(); ++row) {
        const PopFrame& pop = frame.pops[order[row]];
        frame.heat.rows.push_back(pop.code);
        for (int c = 0; c < columns; ++c) {
            const auto since = static_cast<double>((frame.heat.axis.endOf(c) - *frame.releaseAt).count());
            float lag = static_cast<float>(
                pop.summary[feeds::Measure::invalidation_lag_p99_us].value * 4 * noise(random) *
                std::exp(-std::max(0.0, since) / (250 + 20 * static_cast<double>(row % 7))));
            if (since < 0) lag = (c / 7 + static_cast<int>(row)) % 3 == 0 ? 60e3F : HeatGrid::kNothingPurged;
            if (row % 8 == 5 && c > columns * 2 / 3 && c < columns * 3 / 4) lag = kNaN;
            frame.heat.lagUs.push_back(lag);
        }
    }
}

void fillHealth(Frame& frame) {
    FeedHealth& h = frame.health;
    h.nodesHeard = 998'112;
    h.nodesExpected = 1'000'000;
    h.reportsPerSecond = 1173;
    h.bytesPerSecond = 4.2e6;
    h.lost = 7;
    h.restarts = 2;
    h.refused = {{"wrong schema version", 3}, {"malformed", 12}, {"from the future", 1}};
    h.lastRefusal = "pop/LHR from agent-17: malformed, field 4 is cut off";
    h.newestAgeSeconds = 0.4;
    h.feedThreadLoad = 0.31;
    h.endpoints = {{"tcp://*:5556", true, 12}};
}

} // namespace

std::shared_ptr<Frame> sampleFrame(const SampleOptions& options) {
    const PopCatalogue& catalogue = PopCatalogue::builtIn();
    auto frame = std::make_shared<Frame>();
    std::mt19937 random(options.seed);
    std::uniform_real_distribution<double> unit(0, 1);
    frame->serial = options.serial;
    frame->scenario = "Triple drop, 3 albums";
    frame->releaseAt = feedSecond(kRelease);
    frame->settled =
        *frame->releaseAt + std::chrono::seconds(753 + static_cast<std::int64_t>(options.serial));

    double people = 0;
    for (const Pop& pop : catalogue.pops())
        people += pop.catchment;
    std::vector<double> share(catalogue.regions().size(), 0.0);
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        const Pop& place = catalogue.pops()[i];
        const double part = place.catchment / people;
        share[place.region.value] += part;
        PopFrame pop;
        pop.code = place.code;
        pop.place = PopIndex(i);
        pop.region = catalogue.regions()[catalogue[PopIndex(i)].region.value];
        pop.freshness = Freshness::live;
        pop.ageSeconds = 0.3 + unit(random);
        // Most PoPs cope; a handful do not.
        const double heat = unit(random);
        const double saturation =
            heat < 0.8 ? 0.18 + 0.6 * heat * unit(random) + 0.12 : 0.55 + 2.0 * (heat - 0.8);
        pop.summary = summaryOf(kWorldRequests * part * (0.7 + 0.6 * unit(random)), saturation, unit(random));
        pop.summary.nodesExpected = static_cast<std::uint64_t>(40 + 1e6 * part);
        pop.summary.nodesHeard = pop.summary.nodesExpected - random() % 3;
        if (pop.summary.nodesHeard < pop.summary.nodesExpected) setQuality(pop.summary, Quality::partial);
        frame->pops.push_back(std::move(pop));
    }
    spillOver(*frame);
    if (options.oddities) makeOdd(*frame, random);

    frame->world = summaryOf(kWorldRequests, 0.66, 0.5);
    frame->world[feeds::Measure::hit_ratio] = measured(0.914);
    frame->world[feeds::Measure::metadata_p95_us] = measured(262e3);
    frame->world[feeds::Measure::invalidation_lag_p99_us] = measured(4.8e6);
    frame->world[feeds::Measure::invalidations_pending] = {2.1e6, Quality::partial};
    frame->world[feeds::Measure::ttfb_hit_p95_us] = measured(64e3);
    frame->world[feeds::Measure::ttfb_miss_p95_us] = measured(412e3);
    frame->world[feeds::Measure::requests_per_second].quality = Quality::partial;
    frame->world.nodesHeard = 998'112;
    frame->world.nodesExpected = 1'000'000;

    fillSeries(*frame, share, options.columns, random);
    fillHeat(*frame, options.columns, options.heatRows, random);
    fillLag(*frame);
    fillBaseline(*frame);
    frame->world[Measure::listeners] = measured(61.2e6);
    frame->summary = frame->world;
    frame->listenersRecord = 48e6;
    for (PopFrame& place : frame->pops) {
        const Reading& s = place.summary[feeds::Measure::saturation];
        if (s.hasValue() && s.value >= 0.6) place.secondsToFull = std::max(0.0, 1 - s.value) * 900;
    }
    frame->events = {{*frame->releaseAt, "release", "three albums"},
                     {*frame->releaseAt + std::chrono::seconds(240), "purge", "cover art"}};
    if (!options.selected.empty()) {
        NodeDetail detail;
        detail.pop = options.selected;
        detail.nodesHeard = 3190;
        detail.nodesExpected = 3200;
        detail.nodesByLevel = {2100, 700, 320, 70};
        detail.hottestNode = "lhr-r14-n07";
        detail.hottestSaturation = measured(1.07);
        detail.worstLagUs = measured(14.2e6);
        frame->nodes = detail;
    }
    fillHealth(*frame);
    return frame;
}

std::shared_ptr<Frame> staleFrame(const SampleOptions& options) {
    auto frame = sampleFrame(options);
    frame->health.newestAgeSeconds = 12;
    for (PopFrame& pop : frame->pops) {
        if (pop.freshness == Freshness::noData) continue;
        const bool silent = pop.code < "LZZ";
        pop.freshness = silent ? Freshness::silent : Freshness::stale;
        pop.ageSeconds = silent ? 340 : 12;
        setQuality(pop.summary, Quality::stale);
    }
    setQuality(frame->summary, Quality::stale);
    return frame;
}

std::shared_ptr<Frame> halfCoveredFrame(const SampleOptions& options) {
    auto frame = sampleFrame(options);
    const auto halve = [](Summary& summary) {
        summary.nodesHeard = summary.nodesExpected * 55 / 100;
        if (summary[feeds::Measure::requests_per_second].hasValue()) setQuality(summary, Quality::partial);
    };
    for (PopFrame& pop : frame->pops)
        halve(pop.summary);
    halve(frame->world);
    frame->summary = frame->world;
    std::ranges::fill(frame->series[feeds::Measure::coverage], 0.55F);
    frame->health.nodesHeard = 550'000;
    return frame;
}

std::shared_ptr<Frame> fewNodesFrame() {
    auto frame = std::make_shared<Frame>();
    frame->settled = feedSecond(kRelease);
    PopFrame pop;
    pop.code = "FRA";
    pop.place = PopCatalogue::builtIn().find("FRA");
    pop.region = "EU";
    pop.freshness = Freshness::live;
    pop.ageSeconds = 0.6;
    pop.summary = summaryOf(184, 0.07, 0.5);
    pop.summary.nodesHeard = pop.summary.nodesExpected = 3;
    pop.summary[feeds::Measure::metadata_p95_us] = {0, Quality::notMeasured};
    pop.summary[feeds::Measure::invalidation_lag_p50_us] =
        pop.summary[feeds::Measure::invalidation_lag_p99_us] = {0, Quality::noData};
    pop.summary[feeds::Measure::invalidations_pending] = {0, Quality::notMeasured};
    pop.summary[feeds::Measure::waf_blocked_per_second] = {0, Quality::notMeasured};
    frame->world = frame->summary = pop.summary;
    frame->pops = {pop};
    frame->chartAxis = {*frame->settled, 300, std::chrono::seconds(3)};
    PartSeries europe{"EU", {}};
    europe.series[feeds::Measure::requests_per_second] =
        europe.series[feeds::Measure::egress_bits_per_second] = std::vector<float>(300, kNaN);
    for (std::size_t i = 297; i < 300; ++i) {
        europe.series[feeds::Measure::requests_per_second][i] = 184;
        europe.series[feeds::Measure::egress_bits_per_second][i] = 1.68e8F;
    }
    frame->parts = {europe};
    Series& w = frame->series;
    for (auto& values : w.all)
        values.assign(300, kNaN);
    w[feeds::Measure::requests_per_second] = europe.series[feeds::Measure::requests_per_second];
    w[feeds::Measure::egress_bits_per_second] = europe.series[feeds::Measure::egress_bits_per_second];
    frame->heat.axis = frame->chartAxis;
    frame->heat.rows = {"FRA"};
    frame->heat.lagUs = std::vector<float>(300, kNaN);
    for (std::size_t i = 297; i < 300; ++i)
        frame->heat.lagUs[i] = HeatGrid::kNothingPurged;
    FeedHealth& h = frame->health;
    h.nodesHeard = h.nodesExpected = 3;
    h.reportsPerSecond = 3;
    h.bytesPerSecond = 2100;
    h.newestAgeSeconds = 0.6;
    h.feedThreadLoad = 0.002;
    h.endpoints = {{"tcp://*:5556", true, 1}};
    return frame;
}

std::shared_ptr<Frame> emptyFrame() {
    auto frame = std::make_shared<Frame>();
    frame->health.endpoints = {{"tcp://*:5556", true, 0}};
    return frame;
}

} // namespace surgescope::tests
