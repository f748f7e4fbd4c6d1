// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/node_fleet.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace surgescope::feeds::sim {
namespace {

constexpr double kSigma = 0.25;
constexpr std::uint32_t kNicMbit = 25'000;

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
                     std::uint64_t seed)
    : m_seed(seed) {
    const auto counts = shareOut(audience, nodes);
    for (std::size_t p = 0; p < counts.size(); ++p) {
        Nodes pop;
        pop.code = catalogue.pops()[p].code;
        double sum = 0;
        for (std::uint64_t n = 0; n < counts[p]; ++n) {
            pop.factors.push_back(static_cast<float>(std::exp(kSigma * normal(hash(seed, p, n)))));
            sum += pop.factors.back();
        }
        const double mean = counts[p] > 0 ? sum / static_cast<double>(counts[p]) : 1;
        for (auto& factor : pop.factors)
            factor = static_cast<float>(factor / mean);
        pop.sorted = pop.factors;
        std::ranges::sort(pop.sorted);
        m_pops.push_back(std::move(pop));
    }
}

Roster NodeFleet::roster(PopIndex pop) const {
    const auto& nodes = m_pops[pop.value];
    Roster roster;
    roster.pop = nodes.code;
    roster.epoch = 1;
    for (std::size_t n = 0; n < nodes.factors.size(); ++n)
        roster.nodes.push_back(
            {nodes.code + "-" + std::to_string(n + 1), Role::edge, "simulated", FieldSet::all(), kNicMbit});
    return roster;
}

SaturationHistogram NodeFleet::saturation(PopIndex pop, double saturation) const {
    SaturationHistogram histogram;
    const auto& sorted = m_pops[pop.value].sorted;
    auto from = sorted.begin();
    for (std::size_t bin = 0; bin < SaturationHistogram::kBins; ++bin) {
        const double upper = static_cast<double>(bin + 1) * SaturationHistogram::kBinPermille / 1000;
        const auto to = bin + 1 == SaturationHistogram::kBins
                            ? sorted.end()
                            : std::lower_bound(from, sorted.end(),
                                               static_cast<float>(upper / std::max(1e-9, saturation)));
        histogram.bins[bin] = static_cast<std::uint64_t>(to - from);
        from = to;
    }
    return histogram;
}

void NodeFleet::fill(PopIndex pop, const PopTotals& totals, double saturation, double cpu, double nic,
                     NodeColumns& columns) const {
    const auto& factors = m_pops[pop.value].factors;
    const auto nodes = factors.size();
    columns.pop = m_pops[pop.value].code;
    columns.nodeCount = static_cast<std::uint32_t>(nodes);
    columns.rosterEpoch = 1;
    columns.heard.clear();

    // Cumulative requests, with counting noise: a sum of uniforms is normal enough, and quick.
    std::vector<double> cumulative(nodes);
    const double perNode = static_cast<double>(totals[Counter::requests]) / static_cast<double>(nodes);
    const auto second = static_cast<std::uint64_t>(unixSeconds(columns.header.intervalEnd));
    const auto key = hash(m_seed, pop.value, second);
    double sum = 0;
    for (std::size_t n = 0; n < nodes; ++n) {
        const auto bits = mix(key + n);
        const double uniforms = static_cast<double>((bits & 0xffff) + ((bits >> 16) & 0xffff) +
                                                    ((bits >> 32) & 0xffff) + (bits >> 48)) /
                                65'536;
        const double mean = perNode * factors[n];
        sum += std::max(0.0, mean + std::sqrt(mean) * (uniforms - 2) * 1.7320508);
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
            values[n] = static_cast<std::uint32_t>(std::min(mean * factors[n], 4.0) * 200 + 0.5);
    };
    scaled(NodeColumn::saturation, saturation);
    scaled(NodeColumn::cpu, cpu);
    scaled(NodeColumn::nic, nic);
    columns[NodeColumn::memory].assign(nodes, 124); // 62 %: a full cache

    const auto bucketOf = [](std::optional<double> us) {
        return us && *us >= 1 ? static_cast<std::uint32_t>(
                                    ExponentialHistogram::bucketIndex(static_cast<std::uint64_t>(*us)) + 1)
                              : 0U;
    };
    columns[NodeColumn::ttfb_p50].assign(nodes, bucketOf(totals[Distribution::ttfb_hit].quantile(0.5)));
    columns[NodeColumn::ttfb_max].assign(nodes, bucketOf(totals[Distribution::ttfb_miss].quantile(0.99)));
    const auto lag = bucketOf(totals[Distribution::invalidation_lag].quantile(0.9));
    columns[NodeColumn::inv_lag_max].assign(nodes, lag);
    const auto even = [&](NodeColumn column, std::uint64_t total) {
        columns[column].assign(nodes, static_cast<std::uint32_t>(total / nodes));
        for (std::size_t n = 0; n < total % nodes; ++n)
            ++columns[column][n];
    };
    even(NodeColumn::inv_applied, totals[Counter::inv_applied]);
    even(NodeColumn::inv_pending, totals[Counter::inv_pending_seconds]);
}

} // namespace surgescope::feeds::sim
