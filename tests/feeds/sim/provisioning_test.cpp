// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/edge_file.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/provisioning.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

const PopCatalogue& everywhere = PopCatalogue::builtIn();

/// How busy each PoP is at its own daily peak, of what the edge was built for.
struct PeakUse {
    std::vector<double> cpu, nic, uplink, audience;
};

PeakUse peakUse() {
    const Provisioning provisioning(everywhere);
    const Demand demand(everywhere, Scenario{}, 0);
    PeakUse use;
    for (std::size_t p = 0; p < everywhere.size(); ++p) {
        const auto peak = Provisioning::usualWork(demand.dailyPeak(PopIndex(p)));
        const auto& capacity = provisioning.capacity(PopIndex(p));
        use.cpu.push_back(cpuSecondsOf(peak) / capacity.cores);
        use.nic.push_back(peak.demand.egressBitsPerSecond / capacity.nicBitsPerSecond);
        use.uplink.push_back(peak.demand.egressBitsPerSecond / capacity.uplinkBitsPerSecond);
        use.audience.push_back(peak.demand.listeners);
    }
    return use;
}

double quartile(std::vector<double> values, double q) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const auto n = static_cast<double>(a.size());
    const double meanA = std::accumulate(a.begin(), a.end(), 0.0) / n;
    const double meanB = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - meanA) * (b[i] - meanB);
        aa += (a[i] - meanA) * (a[i] - meanA);
        bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / std::sqrt(aa * bb);
}

const char* kTwoPops = R"(
[regions]
EU = "Europe"
[audience]
listeners = 20_000
[node]
gbit_per_s = 10
cores = 8
cache_bytes = 4e12
connections = 50_000
[[origin]]
name = "Store"
latitude = 50
longitude = 8
requests_per_s = 700
[[pop]]
code = "FRA"
name = "Frankfurt"
latitude = 50
longitude = 8
region = "EU"
nodes = 4
[[pop]]
code = "AMS"
name = "Amsterdam"
latitude = 52
longitude = 5
region = "EU"
nodes = 2
uplink_gbit_per_s = 1
)";

/// The PoP's totals after ten quiet seconds.
PopTotals quietTotals(const PopCatalogue& edge, double listeners, std::uint64_t nodes, const char* code) {
    Scenario scenario;
    scenario.meanListeners = listeners;
    Simulator simulator(edge, scenario, nodes, 1);
    for (int i = 0; i < 10; ++i)
        simulator.step();
    for (const auto& report : simulator.reports())
        if (report.pop == code) return report.totals;
    return {};
}

double perNode(const PopTotals& totals, Counter counter) {
    return static_cast<double>(totals[counter]) / static_cast<double>(totals[Counter::node_seconds]) / 1'000;
}

} // namespace

TEST_CASE("PoPs are used at their daily peak as operators let them be, whatever their size", "[sim]") {
    const auto use = peakUse();
    for (const auto* of : {&use.cpu, &use.nic}) {
        CHECK(quartile(*of, 0.25) == Approx(0.33).margin(0.04));
        CHECK(quartile(*of, 0.5) == Approx(0.42).margin(0.04));
        CHECK(quartile(*of, 0.75) == Approx(0.52).margin(0.04));
        CHECK(quartile(*of, 0) > 0.19);
        CHECK(quartile(*of, 1) < 0.81);
        CHECK(std::abs(correlation(*of, use.audience)) < 0.2);
    }
    CHECK(correlation(use.cpu, use.nic) == Approx(0.45).margin(0.15));
    std::size_t tight = 0;
    for (std::size_t p = 0; p < everywhere.size(); ++p)
        if (use.uplink[p] > use.nic[p] + 1e-9) ++tight;
    CHECK(static_cast<double>(tight) / static_cast<double>(everywhere.size()) == Approx(0.08).margin(0.04));
    CHECK(quartile(use.uplink, 1) < 0.85);
}

TEST_CASE("an edge can do what its file says", "[sim]") {
    const auto edge = parseEdge(kTwoPops, "two.toml");
    REQUIRE(edge);
    const Provisioning provisioning(*edge);
    const auto& frankfurt = provisioning.capacity(*edge->find("FRA"));
    CHECK(frankfurt.cores == 32);
    CHECK(frankfurt.nicBitsPerSecond == 40e9);
    CHECK(frankfurt.uplinkBitsPerSecond == 40e9); // nobody says: as the cards
    CHECK(frankfurt.cacheBytes == 16e12);
    CHECK(frankfurt.connections == 200'000);
    CHECK(provisioning.capacity(*edge->find("AMS")).uplinkBitsPerSecond == 1e9);
    CHECK(provisioning.originPerSecond(0) == 700);
}

TEST_CASE("capacity is the edge's: twice the audience is twice the load", "[sim]") {
    const auto once = quietTotals(everywhere, 10e6, 4'000, "LHR");
    const auto twice = quietTotals(everywhere, 20e6, 4'000, "LHR");
    for (const auto counter :
         {Counter::cpu_permille_seconds, Counter::nic_permille_seconds, Counter::saturation_permille_seconds})
        CHECK(perNode(twice, counter) == Approx(2 * perNode(once, counter)).epsilon(0.06));
}

TEST_CASE("however many nodes are simulated, they share what the PoP can do", "[sim]") {
    for (const std::uint64_t nodes : {400U, 4'000U, 40'000U}) {
        Scenario scenario;
        Simulator simulator(everywhere, scenario, nodes, 1);
        for (int i = 0; i < 5; ++i)
            simulator.step();
        std::size_t compared = 0;
        for (const auto& roster : simulator.rosters()) {
            double bits = 0; // that its nodes' cards can send
            for (const auto& node : roster.nodes)
                bits += 1e6 * node.nicMbit;
            for (const auto& report : simulator.reports())
                if (report.pop == roster.pop && bits > 10e9) {
                    INFO(roster.pop << " of " << nodes);
                    const double sent = 8 * static_cast<double>(report.totals[Counter::bytes_out]);
                    CHECK(perNode(report.totals, Counter::nic_permille_seconds) * bits ==
                          Approx(sent).epsilon(0.03));
                    ++compared;
                }
        }
        CHECK(compared > 100);
    }
}

TEST_CASE("a full uplink is what hurts, though network cards are idle", "[sim]") {
    const auto edge = parseEdge(kTwoPops, "two.toml");
    REQUIRE(edge);
    const auto tight = quietTotals(*edge, 20'000, 6, "AMS"); // 1 Gbit/s
    const auto wide = quietTotals(*edge, 20'000, 6, "FRA");
    CHECK(perNode(tight, Counter::saturation_permille_seconds) > 0.8);
    CHECK(perNode(tight, Counter::nic_permille_seconds) < 0.2);
    CHECK(perNode(wide, Counter::saturation_permille_seconds) < 0.5);
}

TEST_CASE("what one PoP can do does not depend on the others", "[sim]") {
    auto more = std::string(kTwoPops);
    more.replace(more.find("[node]"), std::string("[node]\ngbit_per_s = 10").size(), "[node]");
    const auto without = parseEdge(more, "two.toml");
    REQUIRE(without);
    const Provisioning provisioning(*without);
    const auto again = Provisioning(*without);
    CHECK(provisioning.capacity(PopIndex(0)).nicBitsPerSecond ==
          again.capacity(PopIndex(0)).nicBitsPerSecond);
    CHECK(provisioning.capacity(PopIndex(0)).nicBitsPerSecond != 40e9); // planned now
    CHECK(provisioning.capacity(PopIndex(0)).cores == 32);              // still said
}
