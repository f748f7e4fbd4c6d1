// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/node_second.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace surgescope::feeds {
namespace {

// Whatever was configured: ten times past the knee is as full as it gets.
constexpr double kMostPermille = 10'000;

std::uint32_t permille(double share) {
    return static_cast<std::uint32_t>(std::lround(std::clamp(share * 1000, 0.0, kMostPermille)));
}

std::uint32_t halfPercents(double share) {
    return (permille(share) + 2) / 5;
}

std::uint32_t narrowed(std::uint64_t value) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

/// Bucket index + 1. Values up to 1 µs share the code 1, for 0 says that nothing happened.
std::uint32_t latencyCode(double us) {
    const auto value = static_cast<std::uint64_t>(std::max(std::llround(us), 1LL));
    return static_cast<std::uint32_t>(std::max(ExponentialHistogram::bucketIndex(value) + 1, 1));
}

std::uint32_t quantileCode(const ExponentialHistogram& histogram, double q) {
    const auto value = histogram.quantile(q);
    return value ? latencyCode(*value) : 0;
}

std::uint32_t maxCode(const ExponentialHistogram& histogram) {
    return histogram.empty() ? 0 : latencyCode(static_cast<double>(histogram.max()));
}

/// Of these a load balancer and the servers behind it would count each one twice.
FieldSet countedBehind() {
    using enum Counter;
    return FieldSet::of({requests, cache_hits, cache_misses, collapsed, stale_served, shield_fetches,
                         origin_fetches, bytes_out, bytes_fill, status_2xx, status_3xx, status_4xx,
                         status_5xx, overload_errors, api_requests, inv_received, inv_applied,
                         inv_pending_seconds},
                        {Distribution::ttfb_hit, Distribution::ttfb_miss, Distribution::metadata_latency,
                         Distribution::invalidation_lag});
}

/// Of these collectors of one node tell different things: every cache applies a purge for itself, a canary
/// sees its own, and lines are lost of each log.
FieldSet addedUp() {
    using enum Counter;
    return FieldSet::of({log_lines_lost, inv_received, inv_applied, lags_by_canary, lag_error_us},
                        {Distribution::invalidation_lag});
}

void add(PopTotals& into, const PopTotals& from, FieldSet fields) {
    for (std::size_t i = 0; i < kCounterCount; ++i)
        if (fields.has(static_cast<Counter>(i))) into.counters[i] += from.counters[i];
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        if (fields.has(static_cast<Distribution>(i))) into.distributions[i].merge(from.distributions[i]);
}

void addResources(NodeSecond& node, FieldSet& measured) {
    const auto add = [&](Resource resource, Counter counter) {
        const auto& share = node.utilisation[static_cast<std::size_t>(resource)];
        if (!share) return;
        node.totals[counter] = permille(*share);
        measured.add(counter);
    };
    add(Resource::cpu, Counter::cpu_permille_seconds);
    add(Resource::nic, Counter::nic_permille_seconds);
    add(Resource::memory, Counter::memory_permille_seconds);
    add(Resource::disk, Counter::disk_permille_seconds);
    if (!node.saturation) return;
    node.totals[Counter::saturation_permille_seconds] = *node.saturation;
    node.totals.saturation.record(*node.saturation);
    measured.add(Counter::saturation_permille_seconds);
}

std::optional<std::uint32_t> saturationOf(const NodeSecond& node) {
    std::optional<double> fullest;
    for (std::size_t i = 0; i < kResourceCount; ++i) {
        const auto knee = kneeOf(static_cast<Resource>(i));
        if (knee && node.utilisation[i])
            fullest = std::max(fullest.value_or(0.0), *node.utilisation[i] / *knee);
    }
    return fullest ? std::optional(permille(*fullest)) : std::nullopt;
}

} // namespace

std::optional<double> kneeOf(Resource resource) {
    switch (resource) {
    case Resource::nic: return 0.85;
    case Resource::cpu:
    case Resource::disk:
    case Resource::connections:
    case Resource::workers: return 0.80;
    case Resource::memory: break;
    }
    return std::nullopt;
}

FieldSet spokenFor(FieldSet measured, Role role) {
    return role == Role::loadBalancer ? measured - countedBehind() : measured;
}

NodeSecond putTogether(const std::vector<Seen>& seen, Role role) {
    NodeSecond node;
    FieldSet measured = FieldSet::of({Counter::node_seconds});
    const bool hasServer = std::ranges::any_of(seen, &Seen::ofServer);
    node.heard = std::ranges::any_of(
        seen, [hasServer](const Seen& s) { return s.second.heard && s.ofServer == hasServer; });
    for (const auto& [second, ofServer] : seen) {
        const bool counts = ofServer || node.heard;
        const FieldSet told = counts ? spokenFor(second.totals.measuredByAny, role) : FieldSet();
        const FieldSet fresh = told - measured;
        add(node.totals, second.totals, fresh | (told & addedUp()));
        measured = measured | fresh;
        if (fresh.has(Counter::connection_seconds)) node.connections = second.connections;
        if (fresh.has(Counter::inv_pending_seconds)) node.invalidationsPending = second.invalidationsPending;
        for (std::size_t i = 0; i < kResourceCount; ++i)
            if (const auto& share = second.utilisation[i])
                node.utilisation[i] = std::max(node.utilisation[i].value_or(0.0), *share);
    }
    node.saturation = saturationOf(node);
    if (node.heard) {
        node.totals[Counter::node_seconds] = 1;
        addResources(node, measured);
    }
    node.totals.setMeasured(measured);
    return node;
}

void setRow(NodeColumns& columns, std::size_t row, const NodeSecond& node) {
    const auto put = [&](NodeColumn column, std::uint32_t value) {
        columns[column].resize(columns.nodeCount);
        columns[column][row] = value;
    };
    const auto share = [&](Resource resource, NodeColumn column) {
        if (const auto& value = node.utilisation[static_cast<std::size_t>(resource)])
            put(column, halfPercents(*value));
    };
    columns.heard.resize((columns.nodeCount + 7) / 8);
    if (node.heard) columns.heard[row / 8] |= static_cast<std::uint8_t>(1U << (row % 8));
    if (node.saturation) put(NodeColumn::saturation, halfPercents(*node.saturation / 1000.0));
    share(Resource::cpu, NodeColumn::cpu);
    share(Resource::nic, NodeColumn::nic);
    share(Resource::memory, NodeColumn::memory);
    if (!node.heard) return;

    const PopTotals& t = node.totals;
    const auto set = [&](auto field, NodeColumn column, std::uint64_t value) {
        if (t.measuredByAll.has(field)) put(column, narrowed(value));
    };
    const auto same = [&](Counter counter, NodeColumn column) { set(counter, column, t[counter]); };
    same(Counter::requests, NodeColumn::requests);
    same(Counter::cache_hits, NodeColumn::cache_hits);
    same(Counter::cache_misses, NodeColumn::cache_misses);
    set(Counter::bytes_out, NodeColumn::kib_out, t[Counter::bytes_out] / 1024);
    same(Counter::connections_rejected, NodeColumn::rejected);
    same(Counter::status_4xx, NodeColumn::status_4xx);
    same(Counter::status_5xx, NodeColumn::status_5xx);
    same(Counter::inv_applied, NodeColumn::inv_applied);
    if (node.connections) put(NodeColumn::connections, narrowed(*node.connections));
    set(Counter::inv_pending_seconds, NodeColumn::inv_pending, node.invalidationsPending.value_or(0));
    const ExponentialHistogram& ttfb = t[Distribution::ttfb_miss];
    set(Distribution::ttfb_miss, NodeColumn::ttfb_p50, quantileCode(ttfb, 0.5));
    set(Distribution::ttfb_miss, NodeColumn::ttfb_max, maxCode(ttfb));
    set(Distribution::invalidation_lag, NodeColumn::inv_lag_max, maxCode(t[Distribution::invalidation_lag]));
}

} // namespace surgescope::feeds
