// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/node_report.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace surgescope::feeds {
namespace {

constexpr double kMostPermille =
    10'000; // whatever was configured: ten times past the knee is as full as it gets

std::uint32_t permille(double share) {
    return static_cast<std::uint32_t>(std::lround(std::clamp(share * 1000, 0.0, kMostPermille)));
}

std::uint32_t halfPercents(std::uint32_t permille) {
    return (permille + 2) / 5;
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

void addServerColumns(NodeColumns& columns, const NginxInterval& server) {
    const PopTotals& t = server.totals;
    const auto set = [&](auto field, NodeColumn column, std::uint64_t value) {
        if (t.measuredByAll.has(field)) columns[column] = {narrowed(value)};
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
    if (server.connections) columns[NodeColumn::connections] = {narrowed(*server.connections)};
    set(Counter::inv_pending_seconds, NodeColumn::inv_pending, server.invalidationsPending);
    const ExponentialHistogram& ttfb = t[Distribution::ttfb_miss];
    set(Distribution::ttfb_miss, NodeColumn::ttfb_p50, quantileCode(ttfb, 0.5));
    set(Distribution::ttfb_miss, NodeColumn::ttfb_max, maxCode(ttfb));
    set(Distribution::invalidation_lag, NodeColumn::inv_lag_max, maxCode(t[Distribution::invalidation_lag]));
}

void addHostTotals(PopTotals& totals, const HostReading& host, std::optional<std::uint32_t> saturation) {
    FieldSet measured = totals.measuredByAll | hostFields(host);
    if (host.cpu) totals[Counter::cpu_permille_seconds] = permille(*host.cpu);
    if (host.nic) totals[Counter::nic_permille_seconds] = permille(*host.nic);
    if (host.memory) totals[Counter::memory_permille_seconds] = permille(*host.memory);
    if (saturation) {
        totals[Counter::saturation_permille_seconds] = *saturation;
        totals.saturation.record(*saturation);
        measured.add(Counter::saturation_permille_seconds);
    }
    totals.setMeasured(measured);
}

} // namespace

std::optional<std::uint32_t> saturationPermille(const HostReading& host,
                                                std::optional<std::uint64_t> connections,
                                                std::uint64_t maxConnections) {
    std::optional<double> fullest;
    const auto consider = [&fullest](double utilisation, double knee) {
        fullest = std::max(fullest.value_or(0.0), utilisation / knee);
    };
    if (host.cpu) consider(*host.cpu, kCpuKnee);
    if (host.nic) consider(*host.nic, kNicKnee);
    if (connections && maxConnections > 0)
        consider(static_cast<double>(*connections) / static_cast<double>(maxConnections), kConnectionKnee);
    if (!fullest) return std::nullopt;
    return permille(*fullest);
}

FieldSet hostFields(const HostReading& host) {
    FieldSet fields;
    if (host.cpu) fields.add(Counter::cpu_permille_seconds);
    if (host.nic) fields.add(Counter::nic_permille_seconds);
    if (host.memory) fields.add(Counter::memory_permille_seconds);
    return fields;
}

NodeReport makeNodeReport(const NginxInterval& server, const HostReading& host,
                          std::uint64_t maxConnections) {
    NodeReport report;
    report.totals = server.totals;
    const auto saturation = saturationPermille(host, server.connections, maxConnections);
    if (server.heard) addHostTotals(report.totals, host, saturation);

    NodeColumns& columns = report.columns;
    columns.nodeCount = 1;
    columns.heard = {static_cast<std::uint8_t>(server.heard ? 1 : 0)};
    if (server.heard) addServerColumns(columns, server);
    if (saturation) columns[NodeColumn::saturation] = {halfPercents(*saturation)};
    if (host.cpu) columns[NodeColumn::cpu] = {halfPercents(permille(*host.cpu))};
    if (host.nic) columns[NodeColumn::nic] = {halfPercents(permille(*host.nic))};
    if (host.memory) columns[NodeColumn::memory] = {halfPercents(permille(*host.memory))};
    return report;
}

} // namespace surgescope::feeds
