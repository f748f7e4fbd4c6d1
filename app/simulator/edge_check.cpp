// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulator/edge_check.h"

#include "feeds/sim/demand.h"
#include "feeds/sim/network.h"
#include "feeds/sim/provisioning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>

namespace surgescope::app {
namespace {

using namespace feeds;
using namespace feeds::sim;

constexpr std::size_t kMostPopRows = 40;
constexpr std::size_t kMostOdd = 30;
constexpr double kFullOnUsualEvening = 0.85; // of the knee
constexpr double kNarrowUplink = 0.25;       // of what the cards behind it could send
constexpr double kFarShieldSeconds = 0.1;
constexpr double kBusyOrigin = 0.8;
constexpr double kLongBefore = -86'400;

/// What helps in which trouble; one at a time, pulled long before.
constexpr std::array kLevers{"prewarm=0.98",    "metadata_scale=4",   "staged_purges=200",
                             "block_botnet=on", "client_jitter=120",  "spill_radius=32",
                             "edge_capacity=2", "admission_limit=0.8"};

double outOf(const Capacity& capacity) {
    return std::min(capacity.nicBitsPerSecond, capacity.uplinkBitsPerSecond);
}

/// One PoP, planned and loaded.
struct CheckedPop {
    const Pop* pop;
    Capacity capacity;
    PopDemand peak; // of its own busiest hour
    Load usual;     // then
};

class EdgeCheck {
  public:
    explicit EdgeCheck(const EdgeCheckOptions& options)
        : m_options(options), m_catalogue(*options.catalogue), m_provisioning(m_catalogue),
          m_network(m_catalogue) {
        const Demand demand(m_catalogue, options.scenario, options.seed);
        for (std::size_t p = 0; p < m_catalogue.size(); ++p) {
            const PopIndex pop(p);
            const auto peak = demand.dailyPeak(pop);
            const auto& capacity = m_provisioning.capacity(pop);
            m_pops.push_back({&m_catalogue[pop], capacity, peak,
                              PopLoad(capacity).step(Provisioning::usualWork(peak), 1, 1)});
        }
    }

    int run() {
        const auto twin = m_options.scenario.quietTwin();
        if (!runLaunches(m_options, {m_options.scenario}, Grouping::pop,
                         [&](std::size_t, std::vector<LaunchMeasures> pops) { m_launch = std::move(pops); }))
            return 130;
        std::vector<Scenario> tries{m_options.scenario};
        for (const auto* lever : kLevers) {
            tries.push_back(m_options.scenario);
            tries.back().levers.insert(tries.back().levers.begin(), {kLongBefore, *parseLever(lever)});
        }
        tries.push_back(twin);
        std::vector<std::vector<LaunchMeasures>> tried(tries.size());
        if (!runLaunches(
                m_options, tries, Grouping::world,
                [&](std::size_t i, std::vector<LaunchMeasures> world) { tried[i] = std::move(world); }))
            return 130;
        printSummary();
        printRegions();
        printPops();
        printLevers(tried);
        return printOdd(tried.back().front()) ? 1 : 0;
    }

  private:
    void printSummary() const {
        std::printf(
            "%zu PoPs in %zu regions, %llu nodes, %zu origins; built for %s listeners, mean of a day\n",
            m_catalogue.size(), m_catalogue.regions().size(),
            static_cast<unsigned long long>(m_catalogue.isInventory() ? m_catalogue.expectedNodes()
                                                                      : m_options.nodes),
            m_catalogue.origins().size(), people(m_catalogue.listeners()).c_str());
        std::printf("%s: %s\n", m_options.scenario.name.c_str(), m_options.scenario.summary.c_str());
        std::printf("Saturation 1 is full: from there on the fullest resource hurts; PoPs send clients away "
                    "from %s on.\n\n",
                    shortNumber(m_options.scenario.spillAbove).c_str());
    }

    void printRegions() const {
        std::printf("%-10s%6s%8s%12s%9s%10s%16s%16s  %s\n", "region", "PoPs", "nodes", "out Gbit/s", "cores",
                    "cache TB", "usual evening", "launch, worst", "where");
        for (std::size_t r = 0; r < m_catalogue.regions().size(); ++r) {
            double pops = 0, nodes = 0, out = 0, cores = 0, cache = 0, usual = 0;
            double worst = -1;
            const CheckedPop* where = nullptr;
            for (std::size_t p = 0; p < m_pops.size(); ++p) {
                const auto& checked = m_pops[p];
                if (checked.pop->region.value != r) continue;
                pops += 1;
                nodes += static_cast<double>(checked.pop->expectedNodes);
                out += outOf(checked.capacity) / 1e9;
                cores += checked.capacity.cores;
                cache += checked.capacity.cacheBytes / 1e12;
                usual = std::max(usual, checked.usual.saturation);
                if (const double most = worstOf(p).saturationMean; most > worst) {
                    worst = most;
                    where = &checked;
                }
            }
            if (!where) continue;
            std::printf("%-10s%6.0f%8s%12s%9.0f%10s%16s%16s  %s\n", m_catalogue.regions()[r].c_str(), pops,
                        nodes > 0 ? shortNumber(nodes).c_str() : "-", shortNumber(out).c_str(), cores,
                        shortNumber(cache).c_str(), shortNumber(usual).c_str(), shortNumber(worst).c_str(),
                        where->pop->code.c_str());
        }
        std::printf("\n");
    }

    void printPops() const {
        std::vector<std::size_t> order(m_pops.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, std::ranges::greater{},
                                 [&](std::size_t p) { return worstOf(p).saturationMean; });
        std::printf("%-18s%8s%12s%8s%10s%11s%15s%15s%9s%14s%10s\n", "PoP", "nodes", "out Gbit/s", "cores",
                    "cache TB", "listeners", "usual evening", "first full", "launch", "worst at", "errors");
        for (std::size_t row = 0; row < std::min(kMostPopRows, order.size()); ++row) {
            const auto p = order[row];
            const auto& checked = m_pops[p];
            const auto worst = worstOf(p);
            double errors = 0;
            for (const auto& second : m_launch[p].seconds())
                errors = std::max(errors, 100 * second.errorShare);
            std::printf(
                "%-18s%8s%12s%8.0f%10s%11s%15s%15s%9s%14s%8s %%\n", checked.pop->code.c_str(),
                checked.pop->expectedNodes > 0 ? std::to_string(checked.pop->expectedNodes).c_str() : "-",
                shortNumber(outOf(checked.capacity) / 1e9).c_str(), checked.capacity.cores,
                shortNumber(checked.capacity.cacheBytes / 1e12).c_str(),
                people(checked.peak.listeners).c_str(), shortNumber(checked.usual.saturation).c_str(),
                std::string(tightestOf(checked.usual)).c_str(), shortNumber(worst.saturationMean).c_str(),
                (std::string(worst.t < 0 ? "T-" : "T+") + shortNumber(std::abs(worst.t)) + " s").c_str(),
                shortNumber(errors).c_str());
        }
        if (order.size() > kMostPopRows)
            std::printf("and %zu less full; surgescope-sim compare --by pop --format csv has all\n",
                        order.size() - kMostPopRows);
        std::printf("\n");
    }

    void printLevers(const std::vector<std::vector<LaunchMeasures>>& tried) const {
        constexpr std::array kShown{"saturation_pop_p99_peak", "pops_overloaded_peak", "errors_peak",
                                    "ttfb_hit_p95_worst",      "metadata_p50_worst",   "lag_p99_worst"};
        constexpr std::array kTitles{"PoP p99", "PoPs full", "errors", "hits p95", "metadata", "purge lag"};
        constexpr std::array kUnits{"1 is full", "at 1 or more", "% of requests", "ms", "ms p50", "s p99"};
        std::printf("%-22s", "lever, pulled before");
        for (const auto* title : kTitles)
            std::printf("%15s", title);
        std::printf("\n%-22s", "");
        for (const auto* unit : kUnits)
            std::printf("%15s", unit);
        std::printf("\n");
        for (std::size_t i = 0; i <= kLevers.size(); ++i) {
            std::printf("%-22s", i == 0 ? "(none)" : kLevers[i - 1]);
            const auto measures = measuresOf(tried[i].front(), tried.back().front());
            for (const auto* key : kShown)
                std::printf("%15s",
                            shortNumber(std::ranges::find(measures, key, &LaunchFigure::key)->value).c_str());
            std::printf("\n");
        }
        std::printf("\n");
    }

    /// True if there is something.
    bool printOdd(const LaunchMeasures& quiet) const {
        std::vector<std::string> odd;
        addPopsThatSayNothing(odd);
        for (const auto& checked : m_pops)
            addOddOf(checked, odd);
        addShields(odd);
        addOrigins(quiet, odd);
        std::printf("%s\n", odd.empty() ? "Nothing is odd." : "Odd:");
        for (std::size_t i = 0; i < std::min(kMostOdd, odd.size()); ++i)
            std::printf("  %s\n", odd[i].c_str());
        if (odd.size() > kMostOdd) std::printf("  and %zu more\n", odd.size() - kMostOdd);
        return !odd.empty();
    }

    void addPopsThatSayNothing(std::vector<std::string>& odd) const {
        if (!m_catalogue.isInventory()) return; // the one built in is planned as a whole
        std::string silent;
        std::size_t count = 0;
        for (const auto& checked : m_pops) {
            const auto& node = checked.pop->node;
            if (node.gbitPerSecond > 0 && node.cores > 0 && node.cacheBytes > 0 && node.connections > 0)
                continue;
            if (++count <= 5) silent += (count > 1 ? ", " : "") + checked.pop->code;
        }
        if (count > 5) silent += " and " + std::to_string(count - 5) + " more";
        if (count > 0)
            odd.push_back(
                silent + ": nobody says all that a node can do; what is missing is planned for the audience");
    }

    void addOddOf(const CheckedPop& checked, std::vector<std::string>& odd) const {
        const auto& pop = *checked.pop;
        if (checked.usual.saturation >= kFullOnUsualEvening)
            odd.push_back(pop.code + ": at " + shortNumber(checked.usual.saturation) +
                          " of what it can do on a usual evening (" + std::string(tightestOf(checked.usual)) +
                          ")");
        if (checked.capacity.uplinkBitsPerSecond < kNarrowUplink * checked.capacity.nicBitsPerSecond)
            odd.push_back(pop.code + ": its uplink carries " +
                          shortNumber(checked.capacity.uplinkBitsPerSecond / 1e9) + " Gbit/s of the " +
                          shortNumber(checked.capacity.nicBitsPerSecond / 1e9) + " its nodes could send");
        if (pop.expectedNodes == 1) odd.push_back(pop.code + ": one node, and nothing when it fails");
        const auto shield = *m_catalogue.find(pop.shield);
        const double away = roundTripSeconds(pop, m_catalogue[shield]);
        if (away > kFarShieldSeconds)
            odd.push_back(pop.code + ": its shield " + pop.shield + " is " + shortNumber(1e3 * away) +
                          " ms away and back");
        if (m_catalogue[shield].shield != pop.shield)
            odd.push_back(pop.code + ": its shield " + pop.shield + " has a shield itself, " +
                          m_catalogue[shield].shield +
                          ", which does not count: shields fetch from the origins");
    }

    void addShields(std::vector<std::string>& odd) const {
        for (const auto shield : m_network.shields()) {
            const auto& own = m_pops[shield.value];
            double fills = 0; // bits per second of the PoPs behind it, on a usual evening
            double largest = 0;
            for (const auto& checked : m_pops) {
                if (checked.pop->shield != own.pop->code || &checked == &own) continue;
                const auto work = Provisioning::usualWork(checked.peak);
                fills += checked.peak.egressBitsPerSecond * work.fetches /
                         std::max(1.0, checked.peak.audioPerSecond);
                largest = std::max(largest, checked.capacity.cacheBytes);
            }
            if (own.capacity.cacheBytes < largest)
                odd.push_back(own.pop->code + ": a shield that holds " +
                              shortNumber(own.capacity.cacheBytes / 1e12) +
                              " TB, less than a PoP behind it (" + shortNumber(largest / 1e12) + " TB)");
            if (own.peak.egressBitsPerSecond + fills > outOf(own.capacity))
                odd.push_back(own.pop->code + ": a shield that sends " +
                              shortNumber(outOf(own.capacity) / 1e9) + " Gbit/s at most, and " +
                              shortNumber((own.peak.egressBitsPerSecond + fills) / 1e9) +
                              " are asked of it on a usual evening, fills included");
        }
    }

    void addOrigins(const LaunchMeasures& quiet, std::vector<std::string>& odd) const {
        double can = 0;
        for (std::size_t i = 0; i < m_catalogue.origins().size(); ++i)
            can += m_provisioning.originPerSecond(i);
        double asked = 0;
        for (const auto& second : quiet.seconds())
            asked = std::max(asked, second.originPerSecond);
        if (asked > kBusyOrigin * can)
            odd.push_back("origins: " + shortNumber(asked) +
                          " fetches/s on a usual evening, and they can do " + shortNumber(can));
    }

    /// The second in which the PoP was fullest.
    LaunchMeasures::Second worstOf(std::size_t pop) const {
        const auto& seconds = m_launch[pop].seconds();
        return *std::ranges::max_element(seconds, {}, &LaunchMeasures::Second::saturationMean);
    }

    static std::string people(double count) {
        return count >= 1e6   ? shortNumber(count / 1e6) + " M"
               : count >= 1e3 ? shortNumber(count / 1e3) + " k"
                              : shortNumber(count);
    }

    const EdgeCheckOptions& m_options;
    const PopCatalogue& m_catalogue;
    Provisioning m_provisioning;
    Network m_network;
    std::vector<CheckedPop> m_pops;
    std::vector<LaunchMeasures> m_launch; // by PoP
};

} // namespace

int checkEdge(const EdgeCheckOptions& options) {
    return EdgeCheck(options).run();
}

} // namespace surgescope::app
