// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/node_report.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;

namespace {

NginxInterval serverInterval(bool heard) {
    NginxInterval server;
    FieldSet fields;
    fields.add(Counter::node_seconds);
    if (heard) {
        fields.add(Counter::requests);
        fields.add(Counter::bytes_out);
        fields.add(Distribution::ttfb_miss);
        server.totals[Counter::node_seconds] = 1;
        server.totals[Counter::requests] = 40;
        server.totals[Counter::bytes_out] = 10'300;
        for (const std::uint64_t us : {1000U, 2000U, 2000U, 2000U, 9000U})
            server.totals[Distribution::ttfb_miss].record(us);
        server.connections = 60;
    }
    server.totals.setMeasured(fields);
    server.heard = heard;
    return server;
}

} // namespace

TEST_CASE("saturation is that of the most constrained resource", "[agent][report]") {
    CHECK_FALSE(saturationPermille({.memory = 0.9}, 10, 0));
    CHECK(saturationPermille({.cpu = 0.40, .nic = 0.17}, std::nullopt, 100) == 500U);
    CHECK(saturationPermille({.cpu = 0.40, .nic = 0.85}, 10, 100) == 1000U);
    CHECK(saturationPermille({.cpu = 0.40}, 60, 100) == 750U);
    CHECK(saturationPermille({.cpu = 1.0}, 60, 0) == 1250U);
    CHECK(saturationPermille({.nic = 1e9}, 60, 0) == 10'000U);
}

TEST_CASE("server and host make one node's totals and columns", "[agent][report]") {
    const auto report = makeNodeReport(serverInterval(true), {.cpu = 0.401, .memory = 0.5}, 100);
    CHECK(report.totals[Counter::cpu_permille_seconds] == 401);
    CHECK(report.totals[Counter::memory_permille_seconds] == 500);
    CHECK(report.totals[Counter::saturation_permille_seconds] == 750);
    CHECK(report.totals.saturation.count() == 1);
    CHECK(report.totals.measuredByAll.has(Counter::saturation_permille_seconds));
    CHECK(report.totals.measuredByAll.has(Counter::cpu_permille_seconds));
    CHECK_FALSE(report.totals.measuredByAll.has(Counter::nic_permille_seconds));

    using Column = std::vector<std::uint32_t>;
    const NodeColumns& c = report.columns;
    CHECK(c.nodeCount == 1);
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

TEST_CASE("times of zero are told apart from nothing happening", "[agent][report]") {
    auto server = serverInterval(true);
    server.totals[Distribution::ttfb_miss].clear();
    CHECK(makeNodeReport(server, {}, 0).columns[NodeColumn::ttfb_p50].front() == 0);
    server.totals[Distribution::ttfb_miss].record(0, 3);
    CHECK(makeNodeReport(server, {}, 0).columns[NodeColumn::ttfb_p50].front() == 1);
    CHECK(makeNodeReport(server, {}, 0).columns[NodeColumn::ttfb_max].front() == 1);
}

TEST_CASE("a node whose server is not heard sends its host in columns alone", "[agent][report]") {
    const auto report = makeNodeReport(serverInterval(false), {.cpu = 0.4}, 100);
    CHECK(report.totals[Counter::node_seconds] == 0);
    CHECK(report.totals[Counter::cpu_permille_seconds] == 0);
    CHECK(report.totals.saturation.count() == 0);
    CHECK_FALSE(report.totals.measuredByAny.has(Counter::cpu_permille_seconds));
    CHECK_FALSE(report.columns.isHeard(0));
    CHECK(report.columns[NodeColumn::cpu] == std::vector<std::uint32_t>{80});
    CHECK(report.columns[NodeColumn::requests].empty());
}
