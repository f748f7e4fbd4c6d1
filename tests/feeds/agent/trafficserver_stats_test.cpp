// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/trafficserver_stats.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using Stat = TrafficserverStat;

TEST_CASE("a page of Traffic Server's counters is read", "[agent][trafficserver]") {
    const auto stats = parseTrafficserverStats(capture("trafficserver-9.2.9_stats.json"));
    REQUIRE(stats);
    CHECK(stats->version == "9.2.9");
    // By grep.
    CHECK((*stats)[Stat::completed_requests] == 32'913U);
    CHECK((*stats)[Stat::responses_2xx] == 32'908U);
    CHECK((*stats)[Stat::hit_fresh] == 32'486U);
    CHECK((*stats)[Stat::hit_rww] == 13U);
    CHECK((*stats)[Stat::miss_cold] == 404U);
    CHECK((*stats)[Stat::document_bytes_out] == 2'153'856'254U);
    CHECK((*stats)[Stat::client_connections] == 32U);
    CHECK((*stats)[Stat::throttled_connections] == 0U);
    for (const auto& value : stats->values)
        CHECK(value);
}

TEST_CASE("numbers without quotation marks are read as well", "[agent][trafficserver]") {
    const auto stats = parseTrafficserverStats(
        R"({"global":{"proxy.process.http.completed_requests":7,"x":-1,"y":1.5,"z":null,"server":"10\u0001"}})");
    REQUIRE(stats);
    CHECK((*stats)[Stat::completed_requests] == 7U);
    CHECK_FALSE((*stats)[Stat::hit_fresh]);
    CHECK(stats->version == "10?");
}

TEST_CASE("odd values of other names spoil no page, nor does a gauge below zero", "[agent][trafficserver]") {
    const auto stats = parseTrafficserverStats(
        R"({"global":{"plugin.system_stats.net.eth0.speed":"18446744073709551615","proxy.node.hostname":"none",)"
        R"("proxy.process.http.current_client_connections":"-1","proxy.process.http.completed_requests":"7"},)"
        R"("other":{"proxy.process.http.completed_requests":"8"}})");
    REQUIRE(stats);
    CHECK((*stats)[Stat::completed_requests] == 7U);
    CHECK_FALSE((*stats)[Stat::client_connections_now]);
}

TEST_CASE("what is no page of Traffic Server's counters is refused", "[agent][trafficserver]") {
    const std::string whole = capture("trafficserver-9.2.9_stats.json");
    for (const std::size_t size : {whole.size() - 10, whole.size() / 2, std::size_t{1}, std::size_t{0}})
        CHECK_FALSE(parseTrafficserverStats(whole.substr(0, size)));
    const auto refusal = [](const std::string& page) {
        const auto stats = parseTrafficserverStats(page);
        REQUIRE_FALSE(stats);
        return stats.error();
    };
    CHECK_THAT(refusal("<html>"), containsText("not JSON"));
    CHECK_THAT(refusal("{}"), containsText("completed_requests"));
    CHECK_THAT(refusal(R"({"other":{"proxy.process.http.completed_requests":"7"}})"),
               containsText("completed_requests"));
    CHECK_THAT(refusal(R"({"global":{"proxy.process.http.2xx_responses":"18446744073709551615"}})"),
               containsText("2xx_responses '18446744073709551615'"));
    CHECK_THAT(refusal(R"({"global":{"a":{"b":"c"}}})"), containsText("object"));
    CHECK_THAT(refusal(R"({"global":["a"]})"), containsText("array"));
    CHECK_FALSE(parseTrafficserverStats(std::string(100'000, '[')));
    CHECK_FALSE(parseTrafficserverStats(std::string(100'000, '{')));
}
