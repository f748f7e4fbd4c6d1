// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/node_fleet.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace surgescope::feeds::sim {
namespace {

// Machines: what one of each generation can do over one of the first, and how many there are up to it.
struct Generation {
    double power;
    double upTo;
};
constexpr std::array kGenerations{Generation{1, 0.30}, Generation{2.45, 0.75}, Generation{4, 1.0}};
constexpr double kOfFounding = 0.5; // of a PoP's machines are of the generation that it was built with
constexpr double kRingSigma = 0.1;  // of a hash ring with 100 points a node
constexpr double kMostOfRing = 1.25;
constexpr double kDriftSigma = 0.04;
constexpr std::int64_t kDriftSeconds = 10;
constexpr double kSlowerSigma = 0.12;
constexpr double kLimping = 0.01; // of the nodes, by how much:
constexpr double kLeastLimp = 3, kMostLimp = 10;
constexpr double kLeastMemory = 0.60, kMostMemory = 0.95;
constexpr double kMissSpread = 10;           // thousandths of the requests
constexpr std::int64_t kWindowSeconds = 300; // how long a node that fails is down
constexpr double kYear = 365.25 * 86'400;
// Clocks: most are kept by NTP, a few by nobody.
constexpr double kClockOffUs = 200;
constexpr double kClockSigma = 0.8;
constexpr double kAstray = 0.001;
constexpr double kAstrayUs = 400'000;

// What a hash is drawn for.
enum Draw : std::uint64_t {
    ringDraw,
    clockDraw,
    astrayDraw,
    downDraw,
    failureDraw,
    foundingDraw,
    sameDraw,
    generationDraw,
    limpDraw,
    slowerDraw,
    memoryDraw,
    missDraw,
    driftDraw
};

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
        makeNodes(pop, p, counts[p], catalogue.pops()[p].node != NodeCapacity{});
        m_pops.push_back(std::move(pop));
    }
}

void NodeFleet::makeNodes(Nodes& pop, std::uint64_t number, std::uint64_t count, bool alike) {
    // A PoP was built in one go, and most of its machines are of that generation.
    const auto generation = [](double at) {
        return std::ranges::find_if(kGenerations, [&](const auto& g) { return at <= g.upTo; })->power;
    };
    const double founding = generation(uniform(hash(m_seed, foundingDraw, number)));
    double powers = 0;
    double rings = 0;
    double memory = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
        const auto draw = [&](Draw what) { return hash(m_seed, what, number, n); };
        pop.power.push_back(static_cast<float>(alike || uniform(draw(sameDraw)) < kOfFounding
                                                   ? founding
                                                   : generation(uniform(draw(generationDraw)))));
        powers += pop.power.back();
        pop.ring.push_back(static_cast<float>(std::exp(kRingSigma * normal(draw(ringDraw)))));
        rings += pop.ring.back();
        const double z = normal(draw(clockDraw));
        const bool astray = uniform(draw(astrayDraw)) < kAstray;
        const double off = (astray ? kAstrayUs : kClockOffUs) * std::exp(kClockSigma * std::fabs(z));
        pop.clockOffsetUs.push_back(static_cast<std::int32_t>(z < 0 ? -off : off));
        const double limps = uniform(draw(limpDraw));
        const double times = limps < kLimping ? kLeastLimp + (kMostLimp - kLeastLimp) * limps / kLimping
                                              : std::exp(kSlowerSigma * normal(draw(slowerDraw)));
        pop.slower.push_back(
            static_cast<std::int8_t>(std::lround(std::log2(times) * (1 << ExponentialHistogram::kScale))));
        pop.memory.push_back(static_cast<std::uint8_t>(
            std::lround(200 * (kLeastMemory + (kMostMemory - kLeastMemory) * uniform(draw(memoryDraw))))));
        memory += 5.0 * pop.memory.back();
        pop.misses.push_back(static_cast<std::int8_t>(
            std::lround(std::clamp(normal(draw(missDraw)), -3.0, 3.0) * kMissSpread)));
    }
    pop.memoryPermille = count > 0 ? memory / static_cast<double>(count) : 0;
    const auto nodes = static_cast<double>(count);
    for (std::uint64_t n = 0; n < count; ++n) {
        pop.power[n] = static_cast<float>(pop.power[n] * nodes / powers);
        // Bounded loads: who would get more than a quarter too much gives it to others.
        pop.ring[n] = static_cast<float>(std::min(kMostOfRing, pop.ring[n] * nodes / rings));
    }
    pop.factors = pop.ring;
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t n) { return pop.ring[n]; });
    pop.group.resize(count);
    for (std::size_t rank = 0; rank < order.size(); ++rank)
        pop.group[order[rank]] = static_cast<std::uint8_t>(rank * kNodeGroups / order.size());
}

Roster NodeFleet::roster(PopIndex pop, const Capacity& capacity) const {
    const auto& nodes = m_pops[pop.value];
    Roster roster;
    roster.pop = nodes.code;
    roster.epoch = 1;
    const double mbit = capacity.nicBitsPerSecond / 1e6 / static_cast<double>(count(pop));
    for (std::size_t n = 0; n < nodes.power.size(); ++n) {
        const auto own = static_cast<std::uint32_t>(std::clamp(std::round(mbit * nodes.power[n]), 1.0, 4e9));
        roster.nodes.push_back(
            {n < nodes.names.size() ? nodes.names[n] : nodes.code + "-" + std::to_string(n + 1), Role::edge,
             "simulated", kSimulated, own});
    }
    return roster;
}

void NodeFleet::step(FeedSecond second, const std::vector<double>& nodesDown) {
    for (std::size_t p = 0; p < m_pops.size(); ++p) {
        // PoPs decide at different seconds, so that no second has to decide for all.
        const auto window = (unixSeconds(second) + static_cast<std::int64_t>(p)) / kWindowSeconds;
        if (m_pops[p].window != window || m_pops[p].share != nodesDown[p]) decide(p, window, nodesDown[p]);
        const auto number = (unixSeconds(second) + static_cast<std::int64_t>(p)) / kDriftSeconds;
        if (m_pops[p].drift != number) drift(p, number);
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
    pop.clockOffsets.clear();
    for (std::size_t n = 0; n < pop.down.size(); ++n)
        if (!pop.down[n]) pop.clockOffsets.record(static_cast<std::uint64_t>(std::abs(pop.clockOffsetUs[n])));
    settle(pop);
}

/// How busy each node is goes up and down by a few percent.
void NodeFleet::drift(std::size_t p, std::int64_t number) {
    auto& pop = m_pops[p];
    pop.drift = number;
    const auto key = hash(m_seed, driftDraw, p, number);
    double sum = 0;
    for (std::size_t n = 0; n < pop.ring.size(); ++n)
        sum += pop.factors[n] =
            static_cast<float>(pop.ring[n] * (1 + kDriftSigma * roughlyNormal(mix(key + n))));
    const auto scale = static_cast<float>(static_cast<double>(pop.ring.size()) / std::max(sum, 1e-9));
    for (auto& factor : pop.factors)
        factor *= scale;
    settle(pop);
}

/// What is known of the nodes that are up, together.
void NodeFleet::settle(Nodes& pop) {
    pop.busy.clear();
    pop.groupNodes = {};
    pop.groupFactor = {};
    for (std::size_t n = 0; n < pop.down.size(); ++n) {
        if (pop.down[n]) continue;
        pop.busy.push_back(pop.factors[n]);
        ++pop.groupNodes[pop.group[n]];
        pop.groupFactor[pop.group[n]] += pop.factors[n];
    }
    for (std::size_t g = 0; g < kNodeGroups; ++g)
        if (pop.groupNodes[g] > 0) pop.groupFactor[g] /= static_cast<double>(pop.groupNodes[g]);
}

SaturationHistogram NodeFleet::saturation(PopIndex pop, double saturation) const {
    SaturationHistogram histogram;
    const auto perBin = static_cast<float>(saturation * 1'000 / SaturationHistogram::kBinPermille);
    constexpr auto kLast = static_cast<float>(SaturationHistogram::kBins - 1);
    for (const float factor : m_pops[pop.value].busy)
        ++histogram.bins[static_cast<std::size_t>(std::min(kLast, factor * perBin))];
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

    // Cumulative: requests with the noise of counting, misses by how a node's cache does, and connections,
    // which stay where they are.
    std::vector<double> cumulative(nodes), missing(nodes), connected(nodes);
    const double perNode =
        static_cast<double>(totals[Counter::requests]) / std::max<double>(1, static_cast<double>(up(pop)));
    const double missShare = static_cast<double>(totals[Counter::cache_misses]) /
                             std::max<double>(1, static_cast<double>(totals[Counter::requests]));
    const auto second = static_cast<std::uint64_t>(unixSeconds(columns.header.intervalEnd));
    const auto key = hash(m_seed, pop.value, second);
    double sum = 0;
    double misses = 0;
    double connections = 0;
    for (std::size_t n = 0; n < nodes; ++n) {
        if (!someDown || !of.down[n]) {
            const double share = of.power[n] * of.factors[n];
            const double mean = perNode * share;
            const double requests = std::max(0.0, mean + std::sqrt(mean) * roughlyNormal(mix(key + n)));
            sum += requests;
            misses += requests * std::max(0.0, missShare + of.misses[n] / 1'000.0);
            connections += share;
        }
        cumulative[n] = sum;
        missing[n] = misses;
        connected[n] = connections;
    }
    const auto byRequests = [&](NodeColumn column, std::uint64_t total) {
        apportion(total, cumulative, columns[column]);
    };
    byRequests(NodeColumn::requests, totals[Counter::requests]);
    byRequests(NodeColumn::kib_out, totals[Counter::bytes_out] / 1024);
    byRequests(NodeColumn::rejected, totals[Counter::connections_rejected]);
    byRequests(NodeColumn::status_4xx, totals[Counter::status_4xx]);
    byRequests(NodeColumn::status_5xx, totals[Counter::status_5xx]);
    byRequests(NodeColumn::bot_requests, totals[Counter::bot_requests]);
    apportion(totals[Counter::cache_misses], missing, columns[NodeColumn::cache_misses]);
    // What is a hit or a miss at all, less its misses: they never exceed its requests. What one has too many
    // the next one has.
    std::uint32_t left = 0;
    byRequests(NodeColumn::cache_hits, totals[Counter::cache_hits] + totals[Counter::cache_misses]);
    for (std::size_t n = 0; n < nodes; ++n) {
        auto& hits = columns[NodeColumn::cache_hits][n];
        auto& missed = columns[NodeColumn::cache_misses][n];
        left += missed;
        missed = std::min(left, hits);
        left -= missed;
        hits -= missed;
    }
    apportion(totals[Counter::connection_seconds], connected, columns[NodeColumn::connections]);

    const auto scaled = [&](NodeColumn column, double mean) {
        auto& values = columns[column];
        values.resize(nodes);
        for (std::size_t n = 0; n < nodes; ++n)
            values[n] = static_cast<std::uint32_t>(std::min(mean * of.factors[n], 4.0) * 200 + 0.5);
    };
    scaled(NodeColumn::saturation, state.saturation);
    scaled(NodeColumn::cpu, state.cpu);
    scaled(NodeColumn::nic, state.nic);
    auto& memory = columns[NodeColumn::memory];
    memory.assign(of.memory.begin(), of.memory.end());

    const auto bucketOf = [](double us) {
        return us >= 1 ? static_cast<std::uint32_t>(
                             ExponentialHistogram::bucketIndex(static_cast<std::uint64_t>(us)) + 1)
                       : 0U;
    };
    // A node's own times: slower or faster than others, and a little different from second to second.
    const auto slowed = [&](NodeColumn column, double us, std::uint64_t noise) {
        auto& values = columns[column];
        values.resize(nodes);
        const auto usual = static_cast<std::int32_t>(bucketOf(us));
        for (std::size_t n = 0; n < nodes; ++n) {
            const auto bits = (key + n) * 0x9e3779b97f4a7c15U >> 40;
            const auto late = static_cast<std::int32_t>(bits % noise);
            values[n] = usual == 0 ? 0
                                   : static_cast<std::uint32_t>(std::clamp(
                                         usual + of.slower[n] + late - static_cast<std::int32_t>(noise / 2),
                                         1, ExponentialHistogram::kMaxIndex + 1));
        }
    };
    slowed(NodeColumn::ttfb_p50, totals[Distribution::ttfb_hit].quantile(0.5).value_or(0), 3);
    slowed(NodeColumn::ttfb_max, totals[Distribution::ttfb_miss].quantile(0.99).value_or(0), 9);

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
