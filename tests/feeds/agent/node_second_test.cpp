// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/node_second.h"

#include "tests/support/catch.h"

#include <utility>
#include <vector>

using namespace surgescope::feeds;

namespace {

Seen server(bool heard = true) {
    CollectedSecond second;
    FieldSet fields = FieldSet::of({Counter::node_seconds});
    if (heard) {
        fields = fields | FieldSet::of({Counter::requests, Counter::bytes_out, Counter::connection_seconds},
                                       {Distribution::ttfb_miss});
        second.totals[Counter::node_seconds] = 1;
        second.totals[Counter::requests] = 40;
        second.totals[Counter::bytes_out] = 10'300;
        for (const std::uint64_t us : {1000U, 2000U, 2000U, 2000U, 9000U})
            second.totals[Distribution::ttfb_miss].record(us);
        second.connections = 60;
        second[Resource::connections] = 0.60;
    }
    second.totals.setMeasured(fields);
    second.heard = heard;
    return {std::move(second), true};
}

Seen host(std::vector<std::pair<Resource, double>> shares) {
    CollectedSecond second;
    second.heard = true;
    second.totals.setMeasured(FieldSet::of({Counter::node_seconds}));
    for (const auto& [resource, share] : shares)
        second[resource] = share;
    return {std::move(second), false};
}

NodeSecond together(std::vector<Seen> seen, Role role = Role::edge) {
    return putTogether(seen, role);
}

NodeColumns rowOf(const NodeSecond& node) {
    NodeColumns columns;
    columns.nodeCount = 1;
    setRow(columns, 0, node);
    return columns;
}

using Column = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("saturation is that of the most constrained resource", "[agent][report]") {
    using enum Resource;
    CHECK_FALSE(together({host({{memory, 0.9}})}).saturation);
    CHECK(together({host({{cpu, 0.40}, {nic, 0.17}})}).saturation == 500U);
    CHECK(together({host({{cpu, 0.40}, {nic, 0.85}})}).saturation == 1000U);
    CHECK(together({server(), host({{cpu, 0.40}})}).saturation == 750U);
    CHECK(together({host({{cpu, 1.0}, {disk, 0.5}})}).saturation == 1250U);
    CHECK(together({host({{nic, 1e9}})}).saturation == 10'000U);
    CHECK(together({host({{workers, 0.72}, {cpu, 0.1}})}).saturation == 900U);
}

TEST_CASE("server and host make one node's totals and columns", "[agent][report]") {
    const auto node = together({server(), host({{Resource::cpu, 0.401}, {Resource::memory, 0.5}})});
    CHECK(node.heard);
    CHECK(node.totals[Counter::node_seconds] == 1);
    CHECK(node.totals[Counter::cpu_permille_seconds] == 401);
    CHECK(node.totals[Counter::memory_permille_seconds] == 500);
    CHECK(node.totals[Counter::saturation_permille_seconds] == 750);
    CHECK(node.totals.saturation.count() == 1);
    CHECK(node.totals.measuredByAll.has(Counter::saturation_permille_seconds));
    CHECK(node.totals.measuredByAll.has(Counter::cpu_permille_seconds));
    CHECK_FALSE(node.totals.measuredByAll.has(Counter::nic_permille_seconds));

    const NodeColumns c = rowOf(node);
    CHECK(c.isHeard(0));
    CHECK(c[NodeColumn::requests] == Column{40});
    CHECK(c[NodeColumn::kib_out] == Column{10});
    CHECK(c[NodeColumn::connections] == Column{60});
    CHECK(c[NodeColumn::saturation] == Column{150});
    CHECK(c[NodeColumn::cpu] == Column{80});
    CHECK(c[NodeColumn::memory] == Column{100});
    CHECK(c[NodeColumn::nic].empty());
    CHECK(c[NodeColumn::cache_hits].empty()); // not measured is not zero
    const auto code = [](std::uint64_t us) {
        return static_cast<std::uint32_t>(ExponentialHistogram::bucketIndex(us) + 1);
    };
    CHECK(c[NodeColumn::ttfb_p50] == Column{code(2000)});
    CHECK(c[NodeColumn::ttfb_max] == Column{code(9000)});
}

TEST_CASE("the first collector that measures a field speaks for it", "[agent][report]") {
    Seen balancer = server();
    balancer.second.totals[Counter::requests] = 41;
    balancer.second.totals[Counter::waf_blocked] = 3;
    balancer.second.totals[Counter::log_lines_lost] = 2;
    balancer.second.totals.setMeasured(
        FieldSet::of({Counter::requests, Counter::waf_blocked, Counter::log_lines_lost}));
    Seen cache = server();
    cache.second.totals[Counter::log_lines_lost] = 5;
    cache.second.totals.setMeasured(cache.second.totals.measuredByAny |
                                    FieldSet::of({Counter::log_lines_lost}));
    const auto node = together({balancer, cache});
    CHECK(node.totals[Counter::requests] == 41);
    CHECK(node.totals[Counter::waf_blocked] == 3);
    CHECK(node.totals[Counter::bytes_out] == 10'300);
    CHECK(node.totals[Counter::log_lines_lost] == 7); // what is lost is lost of both
    CHECK(node.totals[Distribution::ttfb_miss].count() == 5);
    CHECK(together({cache, balancer}).totals[Counter::requests] == 40);
}

TEST_CASE("every cache of a node applies a purge, and a canary tells of its own", "[agent][report]") {
    using enum Counter;
    const auto purged = [](std::uint64_t applied, std::uint64_t byCanary, std::uint64_t lagUs) {
        Seen seen = server();
        PopTotals& totals = seen.second.totals;
        totals[inv_received] = totals[inv_applied] = applied;
        totals[lags_by_canary] = byCanary;
        totals[lag_error_us] = applied;
        totals[Distribution::invalidation_lag].record(lagUs, applied);
        totals.setMeasured(totals.measuredByAny |
                           FieldSet::of({inv_received, inv_applied, lags_by_canary, lag_error_us},
                                        {Distribution::invalidation_lag}));
        return seen;
    };
    const auto node = together({purged(3, 0, 1'000), purged(1, 1, 400'000)});
    CHECK(node.totals[inv_received] == 4);
    CHECK(node.totals[inv_applied] == 4);
    CHECK(node.totals[lags_by_canary] == 1);
    CHECK(node.totals[lag_error_us] == 4);
    CHECK(node.totals[Distribution::invalidation_lag].count() == 4);
    CHECK(node.totals[Distribution::invalidation_lag].max() == 400'000);
    CHECK(node.totals[requests] == 40); // as before: the first speaks for it
}

TEST_CASE("who does not measure what is pending does not speak for it", "[agent][report]") {
    Seen balancer = server();
    balancer.second.invalidationsPending = 0;
    Seen cache = server();
    cache.second.invalidationsPending = 7;
    cache.second.totals[Counter::inv_pending_seconds] = 7;
    cache.second.totals.setMeasured(cache.second.totals.measuredByAny |
                                    FieldSet::of({Counter::inv_pending_seconds}));
    CHECK(rowOf(together({balancer, cache}))[NodeColumn::inv_pending] == Column{7});
}

TEST_CASE("a load balancer leaves out what the servers behind it count", "[agent][report]") {
    Seen balancer = server();
    balancer.second.totals[Counter::waf_blocked] = 3;
    balancer.second.totals[Distribution::lb_latency].record(48);
    balancer.second.totals.setMeasured(balancer.second.totals.measuredByAny |
                                       FieldSet::of({Counter::waf_blocked}, {Distribution::lb_latency}));
    const auto node = together({balancer}, Role::loadBalancer);
    CHECK(node.heard);
    CHECK(node.totals[Counter::requests] == 0);
    CHECK_FALSE(node.totals.measuredByAny.has(Counter::requests));
    CHECK_FALSE(node.totals.measuredByAny.has(Distribution::ttfb_miss));
    CHECK(node.totals[Counter::waf_blocked] == 3);
    CHECK(node.totals[Distribution::lb_latency].count() == 1);
}

TEST_CASE("times of zero are told apart from nothing happening", "[agent][report]") {
    Seen seen = server();
    seen.second.totals[Distribution::ttfb_miss].clear();
    CHECK(rowOf(together({seen}))[NodeColumn::ttfb_p50] == Column{0});
    seen.second.totals[Distribution::ttfb_miss].record(0, 3);
    CHECK(rowOf(together({seen}))[NodeColumn::ttfb_p50] == Column{1});
    CHECK(rowOf(together({seen}))[NodeColumn::ttfb_max] == Column{1});
}

TEST_CASE("a node whose server is not heard sends its host in columns alone", "[agent][report]") {
    const auto node = together({server(false), host({{Resource::cpu, 0.4}})});
    CHECK_FALSE(node.heard);
    CHECK(node.totals[Counter::node_seconds] == 0);
    CHECK(node.totals[Counter::cpu_permille_seconds] == 0);
    CHECK(node.totals.saturation.count() == 0);
    CHECK_FALSE(node.totals.measuredByAny.has(Counter::cpu_permille_seconds));
    const NodeColumns columns = rowOf(node);
    CHECK_FALSE(columns.isHeard(0));
    CHECK(columns[NodeColumn::cpu] == Column{80});
    CHECK(columns[NodeColumn::requests].empty());
    CHECK(together({host({{Resource::cpu, 0.4}})}).heard); // it has no server
    CHECK(together({server(false), server()}).heard);
}

TEST_CASE("what a machine counts of a node that is not heard is nobody's", "[agent][report]") {
    Seen machine = host({{Resource::cpu, 0.4}});
    machine.second.totals[Counter::connections_rejected] = 9;
    machine.second.totals.setMeasured(machine.second.totals.measuredByAny |
                                      FieldSet::of({Counter::connections_rejected}));
    const auto silent = together({server(false), machine});
    CHECK(silent.totals[Counter::connections_rejected] == 0);
    CHECK_FALSE(silent.totals.measuredByAny.has(Counter::connections_rejected));
    CHECK(together({server(), machine}).totals[Counter::connections_rejected] == 9);
}

TEST_CASE("rows of several nodes stand side by side", "[agent][report]") {
    NodeColumns columns;
    columns.nodeCount = 10;
    setRow(columns, 1, together({server()}));
    setRow(columns, 9, together({server(), host({{Resource::cpu, 0.5}})}));
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(columns.isHeard(i) == (i == 1 || i == 9));
    REQUIRE(columns[NodeColumn::requests].size() == 10);
    CHECK(columns[NodeColumn::requests][1] == 40);
    CHECK(columns[NodeColumn::requests][0] == 0);
    CHECK(columns[NodeColumn::cpu] == Column{0, 0, 0, 0, 0, 0, 0, 0, 0, 100});
}
