// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/node_fleet.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace surgescope::feeds::sim {
namespace {

constexpr double kSigma = 0.25;
constexpr std::int64_t kWindowSeconds = 300; // how long a node that fails is down
constexpr double kYear = 365.25 * 86'400;
// Clocks: most are kept by NTP, a few by nobody.
constexpr double kClockOffUs = 200;
constexpr double kClockSigma = 0.8;
constexpr double kAstray = 0.001;
constexpr double kAstrayUs = 400'000;

// What a hash is drawn for.
enum Draw : std::uint64_t { factorDraw, clockDraw, astrayDraw, downDraw, failureDraw };

std::vector<std::uint64_t> shareOut(const std::vector<double>& audience, std::uint64_t nodes) {
    std::vector<double> weights;
    for (const double a : audience)
        weights.push_back(std::pow(a, 0.9));
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<std::size_t> bySize(audience.size());
    std::iota(bySize.begin(), bySize.end(), std::size_t{0});
    std::ranges::stable_sort(bySize, [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
    std::vector<std::uint64_t> counts(audience.size(), 0);
    std::uint64_t left = nodes;
    for (const auto pop : bySize) { // everybody one node first
        if (left == 0) break;
        counts[pop] = 1;
        --left;
    }
    const double rest = static_cast<double>(left);
    double exact = 0;
    std::uint64_t given = 0;
    for (std::size_t i = 0; i < bySize.size() && left > 0; ++i) { // the rest by weight, rounded cumulatively
        exact += rest * weights[bySize[i]] / sum;
        const auto until = i + 1 == bySize.size() ? left : static_cast<std::uint64_t>(std::llround(exact));
        counts[bySize[i]] += until - given;
        given = until;
    }
    return counts;
}

/// Shares `total` out in proportion to `parts`, whole numbers that add up to it.
void apportion(std::uint64_t total, const std::vector<double>& cumulative,
               std::vector<std::uint32_t>& column) {
    column.resize(cumulative.size());
    const double scale = cumulative.back() > 0 ? static_cast<double>(total) / cumulative.back() : 0;
    std::uint64_t given = 0;
    for (std::size_t n = 0; n < cumulative.size(); ++n) {
        const auto until = static_cast<std::uint64_t>(cumulative[n] * scale + 0.5);
        column[n] = static_cast<std::uint32_t>(until - given);
        given = until;
    }
}

} // namespace

NodeFleet::NodeFleet(const PopCatalogue& catalogue, const std::vector<double>& audience, std::uint64_t nodes,
                     std::uint64_t seed, double failuresPerYear)
    : m_seed(seed), m_downInWindow(failuresPerYear * static_cast<double>(kWindowSeconds) / kYear) {
    std::vector<std::uint64_t> counts;
    if (catalogue.expectedNodes() == nodes)
        for (const auto& pop : catalogue.pops())
            counts.push_back(pop.expectedNodes);
    else
        counts = shareOut(audience, nodes);
    for (std::size_t p = 0; p < counts.size(); ++p) {
        Nodes pop;
        pop.code = catalogue.pops()[p].code;
        pop.names = catalogue.pops()[p].nodeNames;
        double sum = 0;
        for (std::uint64_t n = 0; n < counts[p]; ++n) {
            pop.factors.push_back(
                static_cast<float>(std::exp(kSigma * normal(hash(seed, factorDraw, p, n)))));
            sum += pop.factors.back();
            const double z = normal(hash(seed, clockDraw, p, n));
            const bool astray = uniform(hash(seed, astrayDraw, p, n)) < kAstray;
            const double off = (astray ? kAstrayUs : kClockOffUs) * std::exp(kClockSigma * std::fabs(z));
            pop.clockOffsetUs.push_back(static_cast<std::int32_t>(z < 0 ? -off : off));
        }
        for (auto& factor : pop.factors)
            factor = static_cast<float>(factor * static_cast<double>(counts[p]) / sum);
        std::vector<std::uint32_t> order(counts[p]);
        std::iota(order.begin(), order.end(), 0U);
        std::ranges::stable_sort(order, {}, [&](std::uint32_t n) { return pop.factors[n]; });
        pop.group.resize(counts[p]);
        for (std::size_t rank = 0; rank < order.size(); ++rank)
            pop.group[order[rank]] = static_cast<std::uint8_t>(rank * kNodeGroups / order.size());
        m_pops.push_back(std::move(pop));
    }
}

Roster NodeFleet::roster(PopIndex pop, const Capacity& capacity) const {
    const auto& nodes = m_pops[pop.value];
    Roster roster;
    roster.pop = nodes.code;
    roster.epoch = 1;
    const double mbit = capacity.nicBitsPerSecond / 1e6 / static_cast<double>(count(pop));
    const auto nicMbit = static_cast<std::uint32_t>(std::clamp(std::round(mbit), 1.0, 4e9));
    for (std::size_t n = 0; n < nodes.factors.size(); ++n)
        roster.nodes.push_back(
            {n < nodes.names.size() ? nodes.names[n] : nodes.code + "-" + std::to_string(n + 1), Role::edge,
             "simulated", FieldSet::all(), nicMbit});
    return roster;
}

void NodeFleet::step(FeedSecond second, const std::vector<double>& nodesDown) {
    for (std::size_t p = 0; p < m_pops.size(); ++p) {
        // PoPs decide at different seconds, so that no second has to decide for all.
        const auto window = (unixSeconds(second) + static_cast<std::int64_t>(p)) / kWindowSeconds;
        if (m_pops[p].window != window || m_pops[p].share != nodesDown[p]) decide(p, window, nodesDown[p]);
    }
}

void NodeFleet::decide(std::size_t p, std::int64_t window, double share) {
    auto& pop = m_pops[p];
    const bool first = pop.window < 0;
    pop.window = window;
    pop.share = share;
    std::vector<bool> down(pop.factors.size());
    for (std::size_t n = 0; n < down.size(); ++n)
        down[n] = uniform(hash(m_seed, downDraw, p, n, window)) < m_downInWindow ||
                  (share > 0 && uniform(hash(m_seed, failureDraw, p, n)) <= share);
    if (down == pop.down && !first) return;
    pop.down = std::move(down);
    pop.sorted.clear();
    pop.groupNodes = {};
    pop.groupFactor = {};
    pop.clockOffsets.clear();
    for (std::size_t n = 0; n < pop.down.size(); ++n) {
        if (pop.down[n]) continue;
        pop.sorted.push_back(pop.factors[n]);
        ++pop.groupNodes[pop.group[n]];
        pop.groupFactor[pop.group[n]] += pop.factors[n];
        pop.clockOffsets.record(static_cast<std::uint64_t>(std::abs(pop.clockOffsetUs[n])));
    }
    for (std::size_t g = 0; g < kNodeGroups; ++g)
        if (pop.groupNodes[g] > 0) pop.groupFactor[g] /= static_cast<double>(pop.groupNodes[g]);
    std::ranges::sort(pop.sorted);
}

SaturationHistogram NodeFleet::saturation(PopIndex pop, double saturation) const {
    SaturationHistogram histogram;
    const auto& sorted = m_pops[pop.value].sorted;
    if (sorted.empty()) return histogram;
    constexpr double kBin = SaturationHistogram::kBinPermille / 1000.0;
    auto bin = std::min(SaturationHistogram::kBins - 1,
                        static_cast<std::size_t>(saturation * sorted.front() / kBin)); // all before are empty
    for (auto from = sorted.begin(); from != sorted.end(); ++bin) {
        const auto upper =
            static_cast<float>(static_cast<double>(bin + 1) * kBin / std::max(1e-9, saturation));
        const auto to = bin + 1 == SaturationHistogram::kBins ? sorted.end()
                                                              : std::lower_bound(from, sorted.end(), upper);
        histogram.bins[bin] = static_cast<std::uint64_t>(to - from);
        from = to;
    }
    return histogram;
}

void NodeFleet::fill(PopIndex pop, const PopTotals& totals, const NodeState& state,
                     NodeColumns& columns) const {
    const auto& of = m_pops[pop.value];
    const auto nodes = of.factors.size();
    columns.pop = of.code;
    columns.nodeCount = static_cast<std::uint32_t>(nodes);
    columns.rosterEpoch = 1;
    columns.heard.clear();
    const bool someDown = up(pop) < nodes;
    if (someDown) {
        columns.heard.assign((nodes + 7) / 8, 0);
        for (std::size_t n = 0; n < nodes; ++n)
            if (!of.down[n]) columns.heard[n / 8] |= static_cast<std::uint8_t>(1U << (n % 8));
    }

    // Cumulative requests, with counting noise.
    std::vector<double> cumulative(nodes);
    const double perNode =
        static_cast<double>(totals[Counter::requests]) / std::max<double>(1, static_cast<double>(up(pop)));
    const auto second = static_cast<std::uint64_t>(unixSeconds(columns.header.intervalEnd));
    const auto key = hash(m_seed, pop.value, second);
    double sum = 0;
    for (std::size_t n = 0; n < nodes; ++n) {
        if (!someDown || !of.down[n]) {
            const double mean = perNode * of.factors[n];
            sum += std::max(0.0, mean + std::sqrt(mean) * roughlyNormal(mix(key + n)));
        }
        cumulative[n] = sum;
    }
    const auto byRequests = [&](NodeColumn column, std::uint64_t total) {
        apportion(total, cumulative, columns[column]);
    };
    byRequests(NodeColumn::requests, totals[Counter::requests]);
    byRequests(NodeColumn::cache_hits, totals[Counter::cache_hits]);
    byRequests(NodeColumn::cache_misses, totals[Counter::cache_misses]);
    byRequests(NodeColumn::kib_out, totals[Counter::bytes_out] / 1024);
    byRequests(NodeColumn::connections, totals[Counter::connection_seconds]);
    byRequests(NodeColumn::rejected, totals[Counter::connections_rejected]);
    byRequests(NodeColumn::status_4xx, totals[Counter::status_4xx]);
    byRequests(NodeColumn::status_5xx, totals[Counter::status_5xx]);
    byRequests(NodeColumn::bot_requests, totals[Counter::bot_requests]);

    const auto scaled = [&](NodeColumn column, double mean) {
        auto& values = columns[column];
        values.resize(nodes);
        for (std::size_t n = 0; n < nodes; ++n)
            values[n] = static_cast<std::uint32_t>(std::min(mean * of.factors[n], 4.0) * 200 + 0.5);
    };
    scaled(NodeColumn::saturation, state.saturation);
    scaled(NodeColumn::cpu, state.cpu);
    scaled(NodeColumn::nic, state.nic);
    columns[NodeColumn::memory].assign(nodes, 124); // 62 %: a full cache

    const auto bucketOf = [](double us) {
        return us >= 1 ? static_cast<std::uint32_t>(
                             ExponentialHistogram::bucketIndex(static_cast<std::uint64_t>(us)) + 1)
                       : 0U;
    };
    columns[NodeColumn::ttfb_p50].assign(nodes,
                                         bucketOf(totals[Distribution::ttfb_hit].quantile(0.5).value_or(0)));
    columns[NodeColumn::ttfb_max].assign(
        nodes, bucketOf(totals[Distribution::ttfb_miss].quantile(0.99).value_or(0)));

    std::array<std::uint64_t, kNodeGroups> met{}; // nodes of each group so far
    auto& applied = columns[NodeColumn::inv_applied];
    auto& pending = columns[NodeColumn::inv_pending];
    auto& lag = columns[NodeColumn::inv_lag_max];
    applied.assign(nodes, 0);
    pending.assign(nodes, 0);
    lag.assign(nodes, 0);
    const auto evenly = [](std::uint64_t total, std::uint64_t among, std::uint64_t position) {
        return static_cast<std::uint32_t>(total / among + (position < total % among ? 1 : 0));
    };
    for (std::size_t n = 0; n < nodes; ++n) {
        if (someDown && of.down[n]) continue;
        const auto g = of.group[n];
        const auto position = met[g]++;
        const auto& group = state.groups[g];
        applied[n] = evenly(group.applied, of.groupNodes[g], position);
        pending[n] = evenly(group.pending, of.groupNodes[g], position);
        if (applied[n] > 0) lag[n] = bucketOf(std::max(1.0, group.lagUs + of.clockOffsetUs[n]));
    }
    if (someDown) // what is not heard says nothing
        for (const auto column : {NodeColumn::saturation, NodeColumn::cpu, NodeColumn::nic,
                                  NodeColumn::memory, NodeColumn::ttfb_p50, NodeColumn::ttfb_max})
            for (std::size_t n = 0; n < nodes; ++n)
                if (of.down[n]) columns[column][n] = 0;
}

} // namespace surgescope::feeds::sim
