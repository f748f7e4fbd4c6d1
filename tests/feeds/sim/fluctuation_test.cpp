// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/affinity.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/fluctuation.h"
#include "feeds/sim/network.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"

#include "tests/support/catch.h"

#include <date/tz.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

double meanOf(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const double meanA = meanOf(a);
    const double meanB = meanOf(b);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - meanA) * (b[i] - meanB);
        aa += (a[i] - meanA) * (a[i] - meanA);
        bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / std::sqrt(aa * bb);
}

double median(std::vector<double> values) {
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

/// Share of the variance that goes away when each group has a mean of its own.
double explained(const std::vector<double>& values, const std::vector<std::string>& groups) {
    std::map<std::string, std::vector<double>> byGroup;
    for (std::size_t i = 0; i < values.size(); ++i)
        byGroup[groups[i]].push_back(values[i]);
    const double mean = meanOf(values);
    double all = 0;
    for (const double value : values)
        all += (value - mean) * (value - mean);
    double within = 0;
    for (const auto& [group, members] : byGroup)
        for (const double value : members)
            within += (value - meanOf(members)) * (value - meanOf(members));
    return 1 - within / all;
}

} // namespace

TEST_CASE("what goes up and down is standard normal, and alike as far as places have things in common",
          "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    Fluctuation field(catalogue, 1, {0.08, 0.35, 0.15, 0.25, 0.17}, 10);
    std::vector<std::vector<double>> byPop(catalogue.size());
    std::vector<double> all;
    for (int i = 0; i < 1'000; ++i) {
        const auto& values = field.at(feedSecond(1'795'000'000 + 25 * i));
        for (std::size_t p = 0; p < values.size(); ++p)
            byPop[p].push_back(values[p]);
        all.push_back(values[7] * values[7]);
    }
    CHECK(meanOf(all) == Approx(1).epsilon(0.15));
    const auto of = [&](const char* a, const char* b) {
        return correlation(byPop[catalogue.find(a)->value], byPop[catalogue.find(b)->value]);
    };
    CHECK(of("EWR", "LAX") == Approx(0.83).margin(0.1)); // one country: US and US
    CHECK(of("EWR", "YYZ") == Approx(0.58).margin(0.1)); // language and region: US and Canada, 0.54 by charts
    CHECK(of("LHR", "EWR") == Approx(0.43).margin(0.1)); // language: 0.43 by charts
    CHECK(of("FRA", "WAW") == Approx(0.23).margin(0.1)); // region: 0.23 by charts
    CHECK(of("NRT", "GRU") == Approx(0.08).margin(0.1)); // neither: 0.08 by charts
}

TEST_CASE("the same seconds asked for in any order agree", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    Fluctuation forwards(catalogue, 1, {0.06, 0, 0.10, 0.34, 0.50}, 20);
    Fluctuation backwards(catalogue, 1, {0.06, 0, 0.10, 0.34, 0.50}, 20);
    std::vector<std::vector<double>> seen;
    for (int i = 0; i < 200; ++i)
        seen.push_back(forwards.at(feedSecond(1'795'000'000 + i)));
    for (int i = 199; i >= 0; --i)
        CHECK(backwards.at(feedSecond(1'795'000'000 + i)) == seen[static_cast<std::size_t>(i)]);
}

TEST_CASE("a North American release is a third American, and each artist's own", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    const auto audience = audienceShares(catalogue);
    std::vector<double> american;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto affinity = affinities(catalogue, Scenario{}, audience, seed);
        double all = 0;
        double here = 0;
        for (std::size_t p = 0; p < catalogue.size(); ++p) {
            all += audience[p] * affinity[p];
            if (catalogue.pops()[p].country == "US") here += audience[p] * affinity[p];
        }
        CHECK(all == Approx(1));
        american.push_back(here);
    }
    CHECK(median(american) > 0.30);
    CHECK(median(american) < 0.45);
    CHECK(*std::ranges::max_element(american) > *std::ranges::min_element(american) + 0.01);
}

TEST_CASE("PoPs are no clocks", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    const auto scenario = *findScenario("triple-drop");
    const Network network(catalogue);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        Simulator simulator(catalogue, scenario, 4'000, seed);
        simulator.step(); // T-60 s
        std::vector<double> saturations;
        std::vector<std::string> zones;
        std::vector<std::string> regions;
        for (const auto& report : simulator.reports()) {
            const auto& pop = catalogue[*catalogue.find(report.pop)];
            saturations.push_back(static_cast<double>(report.totals[Counter::saturation_permille_seconds]) /
                                  1'000 / static_cast<double>(report.totals[Counter::node_seconds]));
            zones.push_back(pop.timeZone);
            regions.push_back(std::to_string(pop.region.value));
        }
        REQUIRE(saturations.size() == catalogue.size());
        std::vector<std::string> offsets;
        for (const auto& zone : zones)
            offsets.push_back(
                std::to_string(date::locate_zone(zone)->get_info(scenario.start()).offset.count()));
        const double byOffset = explained(saturations, offsets);
        INFO("seed " << seed << ": UTC offset explains " << byOffset);
        CHECK(byOffset < 0.6);
        CHECK(byOffset > 0.1);

        std::map<std::string, std::vector<double>> byRegion;
        for (std::size_t i = 0; i < saturations.size(); ++i)
            byRegion[regions[i]].push_back(saturations[i]);
        std::vector<double> here;
        std::vector<double> there;
        for (std::size_t i = 0; i < saturations.size(); ++i)
            for (const auto other : network.neighbours(PopIndex(i))) {
                if (network.roundTrip(PopIndex(i), other) > 0.0075) break; // 500 km
                here.push_back(saturations[i] - meanOf(byRegion[regions[i]]));
                there.push_back(saturations[other.value] - meanOf(byRegion[regions[other.value]]));
            }
        INFO(here.size() / 2 << " pairs of neighbours: " << correlation(here, there));
        CHECK(correlation(here, there) > 0.1);
    }
}
