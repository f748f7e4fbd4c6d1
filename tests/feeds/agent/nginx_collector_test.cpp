// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/http_client.h"
#include "feeds/agent/nginx_collector.h"
#include "feeds/agent/udp_lines.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"
#include "tests/support/nginx_fixture.h"

#include <algorithm>
#include <poll.h>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

NginxCollector logCollector() {
    return NginxCollector({.readsLog = true});
}

struct Purge {
    std::string time = "1795449208.851";
    std::string status = "200";
    std::string cache = "BYPASS";
    std::string sequence{};
    std::string issued = "1795449208800000";
};

std::string line(const Purge& p) {
    return R"({"ts":")" + p.time + R"(","m":"GET","uri":"/a","status":")" + p.status +
           R"(","bytes":"10","rt":"0.000","cache":")" + p.cache +
           R"(","uht":"","urt":"","ubytes":"","ustatus":"","limit":"","purge_id":"x","purge_seq":")" +
           p.sequence + R"(","purge_issued":")" + p.issued + "\"}";
}

} // namespace

TEST_CASE("the captured lines add up to what grep counts", "[agent][nginx]") {
    auto collector = logCollector();
    for (const auto& text : captureLines("nginx-1.22.1_access_json_tail.log"))
        collector.addLine(text);
    const auto interval = collector.endInterval();
    const PopTotals& t = interval.totals;
    CHECK(interval.heard);
    CHECK(t[Counter::node_seconds] == 1);
    CHECK(t[Counter::requests] == 340);    // wc -l
    CHECK(t[Counter::cache_hits] == 95);   // "cache":"HIT"
    CHECK(t[Counter::cache_misses] == 52); // "cache":"MISS"; 30 BYPASS and 163 without are neither
    CHECK(t[Counter::stale_served] == 0);
    CHECK(t[Counter::status_2xx] == 281);
    CHECK(t[Counter::status_3xx] == 0);
    CHECK(t[Counter::status_4xx] == 57);                     // 2 × 400, 404, 54 × 429
    CHECK(t[Counter::status_5xx] == 2);                      // 503, 505
    CHECK(t[Counter::overload_errors] == 55);                // 54 × 429, 503
    CHECK(t[Counter::waf_blocked] == 54);                    // "limit":"REJECTED"
    CHECK(t[Counter::malformed] == 2);                       // "m":""
    CHECK(t[Counter::origin_fetches] == 108);                // "ustatus":"[^"]
    CHECK(t[Counter::api_requests] == 160);                  // "uri":"/api/
    CHECK(t[Distribution::metadata_latency].count() == 106); // those but for 54 × 429
    CHECK(t[Counter::bytes_out] == 11'574'868);              // the sums with a script
    CHECK(t[Counter::bytes_fill] == 5'281'888);
    CHECK(t[Distribution::ttfb_miss].count() == 52);
    CHECK(t[Distribution::ttfb_miss].sum() == 29'000);
    CHECK(t[Distribution::ttfb_hit].empty());
    CHECK(t[Counter::log_lines_lost] == 0);
    CHECK(t[Counter::inv_received] == 0);
    CHECK(collector.purgeStampsRefused() == 30); // that capture's stamps are in seconds
    CHECK(collector.endInterval().totals[Counter::requests] == 0);
}

TEST_CASE("the captured purges have their lag once they are stamped in microseconds",
          "[agent][nginx][purge]") {
    auto collector = logCollector();
    for (auto text : captureLines("nginx-1.22.1_access_json_tail.log")) {
        constexpr std::string_view name = "\"purge_issued\":\"17";
        if (const auto at = text.find(name); at != std::string::npos) {
            text.erase(text.find('.', at), 1);
            text.insert(text.find('"', at + name.size()), "000");
        }
        collector.addLine(text);
    }
    const auto t = collector.endInterval().totals;
    CHECK(t[Counter::inv_received] == 30);
    CHECK(t[Counter::inv_applied] == 30);
    CHECK(t[Distribution::invalidation_lag].count() == 30);
    CHECK(t[Distribution::invalidation_lag].sum() == 0);
    CHECK(collector.lagsClamped() == 7); // seven were done a millisecond before they were issued
}

TEST_CASE("the datagrams of a cold cache add up to what grep counts", "[agent][nginx]") {
    auto collector = logCollector();
    for (const auto& text : captureLines("nginx-1.22.1_syslog_udp.txt"))
        collector.addLine(text);
    const auto t = collector.endInterval().totals;
    CHECK(t[Counter::requests] == 312);
    CHECK(t[Counter::cache_hits] == 119);
    CHECK(t[Counter::cache_misses] == 113);
    CHECK(t[Counter::origin_fetches] == 139);
    CHECK(t[Counter::bytes_out] == 15'317'601);
    CHECK(t[Counter::bytes_fill] == 7'455'510);
    CHECK(t[Distribution::ttfb_miss].sum() == 259'000);
}

TEST_CASE("lines that cannot be read are counted and nothing else", "[agent][nginx]") {
    auto collector = logCollector();
    collector.addLine("rubbish");
    collector.addLine("<190>rubbish");
    collector.addLost(5);
    const auto t = collector.endInterval().totals;
    CHECK(t[Counter::log_lines_lost] == 7);
    CHECK(t[Counter::requests] == 0);
    CHECK(collector.linesRefused() == 2);
    CHECK_FALSE(collector.lastRefusal().empty());
}

TEST_CASE("each cache status counts where it belongs", "[agent][nginx]") {
    struct Row {
        const char* cache;
        std::uint64_t hits, misses, stale;
    };
    const auto row = GENERATE(Row{"HIT", 1, 0, 0}, Row{"STALE", 1, 0, 1}, Row{"UPDATING", 1, 0, 1},
                              Row{"REVALIDATED", 1, 0, 0}, Row{"MISS", 0, 1, 0}, Row{"EXPIRED", 0, 1, 0},
                              Row{"BYPASS", 0, 0, 0}, Row{"", 0, 0, 0});
    auto collector = logCollector();
    collector.addLine(line({.cache = row.cache, .issued = ""}));
    const auto t = collector.endInterval().totals;
    INFO(row.cache);
    CHECK(t[Counter::requests] == 1);
    CHECK(t[Counter::cache_hits] == row.hits);
    CHECK(t[Counter::cache_misses] == row.misses);
    CHECK(t[Counter::stale_served] == row.stale);
}

TEST_CASE("what nginx cannot tell is not measured", "[agent][nginx]") {
    const NginxCollector both({.readsLog = true, .readsStatus = true});
    for (const Counter c :
         {Counter::collapsed, Counter::bot_requests, Counter::waf_challenged, Counter::shield_fetches})
        CHECK_FALSE(both.fields().has(c));
    CHECK_FALSE(both.fields().has(Distribution::ttfb_hit));
    CHECK_FALSE(both.fields().has(Distribution::lb_latency));
    CHECK(both.fields().has(Distribution::ttfb_miss));
    CHECK(both.fields().has(Counter::connections_rejected));
    const NginxCollector status({.readsStatus = true});
    CHECK(status.fields().has(Counter::requests));
    CHECK_FALSE(status.fields().has(Counter::cache_hits));
    CHECK_FALSE(status.fields().has(Counter::status_5xx));
    CHECK_FALSE(status.fields().has(Counter::log_lines_lost));
}

TEST_CASE("a purge is applied when it was answered past the cache", "[agent][nginx][purge]") {
    auto collector = logCollector();
    collector.addLine(line({}));                             // 51 ms
    collector.addLine(line({.status = "404"}));              // gone at the origin: 51 ms
    collector.addLine(line({.status = "502"}));              // not applied
    collector.addLine(line({.cache = "HIT"}));               // the cache was not bypassed: not applied
    collector.addLine(line({.issued = "1795449209000000"})); // clocks apart: 0
    collector.addLine(line({.issued = "tomorrow"}));         // no purge at all
    const auto t = collector.endInterval().totals;
    CHECK(t[Counter::requests] == 6);
    CHECK(t[Counter::inv_received] == 5);
    CHECK(t[Counter::inv_applied] == 3);
    CHECK(t[Distribution::invalidation_lag].count() == 3);
    CHECK(t[Distribution::invalidation_lag].sum() == 102'000);
    CHECK(t[Distribution::invalidation_lag].max() == 51'000);
    CHECK(collector.lagsClamped() == 1);
    CHECK(collector.purgeStampsRefused() == 1);
}

TEST_CASE("gaps in the purge sequence are pending for each second they last", "[agent][nginx][purge]") {
    auto collector = logCollector();
    collector.addLine(line({.sequence = "10"}));
    collector.addLine(line({.sequence = "13"}));
    collector.addLine(line({.status = "503", .sequence = "14"}));
    auto interval = collector.endInterval();
    CHECK(interval.invalidationsPending == 3); // 11, 12 and 14
    CHECK(interval.totals[Counter::inv_pending_seconds] == 3);
    collector.addLine(line({.sequence = "11"}));
    CHECK(collector.endInterval().totals[Counter::inv_pending_seconds] == 2);
    CHECK(collector.endInterval().totals[Counter::inv_pending_seconds] == 2);
    collector.addLine(line({.sequence = "12"}));
    collector.addLine(line({.sequence = "14"}));
    CHECK(collector.endInterval().totals[Counter::inv_pending_seconds] == 0);
}

TEST_CASE("connections are counted between pages, without our own", "[agent][nginx]") {
    NginxCollector collector({.readsLog = true, .readsStatus = true});
    collector.addStatus({.accepts = 100, .handled = 90, .requests = 1000, .active = 6}, 1);
    auto interval = collector.endInterval();
    CHECK(interval.heard);
    CHECK(interval.connections == 5U);
    CHECK(interval.totals[Counter::connections_accepted] == 0);
    collector.addStatus({.accepts = 111, .handled = 99, .requests = 1050, .active = 8}, 1);
    interval = collector.endInterval();
    CHECK(interval.totals[Counter::connections_accepted] == 10);
    CHECK(interval.totals[Counter::connections_rejected] == 2);
    CHECK(interval.totals[Counter::connection_seconds] == 7);
    CHECK(interval.totals[Counter::requests] == 0);                                   // lines count them
    collector.addStatus({.accepts = 5, .handled = 5, .requests = 9, .active = 2}, 1); // restarted
    interval = collector.endInterval();
    CHECK(interval.totals[Counter::connections_accepted] == 4);
    CHECK(interval.totals[Counter::connections_rejected] == 0);
}

TEST_CASE("without lines requests are the difference of two pages", "[agent][nginx]") {
    NginxCollector collector({.readsStatus = true});
    collector.addStatus({.accepts = 1, .handled = 1, .requests = 1000, .active = 1}, 1);
    CHECK_FALSE(collector.endInterval().heard); // one page alone says nothing
    collector.addStatus({.accepts = 1, .handled = 1, .requests = 1031, .active = 1}, 0);
    auto interval = collector.endInterval();
    CHECK(interval.heard);
    CHECK(interval.totals[Counter::requests] == 30);
    collector.addNoStatus();
    interval = collector.endInterval();
    CHECK_FALSE(interval.heard);
    CHECK(interval.totals[Counter::node_seconds] == 0);
    CHECK_FALSE(interval.totals.measuredByAny.has(Counter::requests));
    collector.addStatus({.accepts = 9, .handled = 9, .requests = 2000, .active = 1}, 1);
    interval = collector.endInterval();
    CHECK_FALSE(interval.heard);
    CHECK(interval.totals[Counter::requests] == 0); // nobody knows in which second they were
    collector.addStatus({.accepts = 9, .handled = 9, .requests = 2001, .active = 1}, 0);
    CHECK(collector.endInterval().heard);
}

TEST_CASE("what was served before nginx went away still counts", "[agent][nginx]") {
    NginxCollector collector({.readsLog = true, .readsStatus = true});
    collector.addLine(line({.issued = ""}));
    collector.addNoStatus();
    auto interval = collector.endInterval();
    CHECK_FALSE(interval.heard);
    CHECK(interval.totals[Counter::node_seconds] == 0);
    CHECK(interval.totals[Counter::requests] == 1);
    CHECK(interval.totals.measuredByAny.has(Counter::requests));
    CHECK_FALSE(interval.totals.measuredByAny.has(Counter::connections_accepted));
    collector.addNoStatus();
    CHECK_FALSE(collector.endInterval().totals.measuredByAny.has(Counter::requests));
}

TEST_CASE("totals equal what a real nginx logged", "[agent][nginx][real]") {
    auto bound = UdpLines::bind(0);
    REQUIRE(bound);
    auto& lines = bound.value();
    NginxFixture nginx(lines.port());
    nginx.start();
    HttpClient http;
    NginxCollector collector({.readsLog = true, .readsStatus = true});
    const auto readStatus = [&] {
        const auto page = http.get(nginx.statusUrl());
        REQUIRE(page);
        CHECK(page->server.starts_with("nginx/"));
        const auto status = parseNginxStatus(page->body);
        REQUIRE(status);
        collector.addStatus(*status, page->newConnections);
    };
    readStatus();
    collector.endInterval();

    for (int i = 0; i < 20; ++i)
        nginx.putObject("/audio/" + std::to_string(i), std::string(1000, 'x'));
    nginx.putObject("/api/album", "{}");
    std::uint64_t sent = 0;
    for (int i = 0; i < 200; ++i, ++sent)
        nginx.get("/audio/" + std::to_string(i % 25)); // 20 to 24 are not there
    for (int i = 0; i < 30; ++i, ++sent)
        nginx.get("/api/album");
    CHECK(nginx.send("\x16\x03\x01 rubbish\r\n\r\n").status == 400);
    CHECK(nginx.get("/audio/\xff%FF\"").status == 404);
    sent += 2;
    const std::string before = nginx.get("/audio/3").body;
    nginx.putObject("/audio/3", "second edition");
    CHECK(nginx.get("/audio/3").body == before);
    const auto now = SystemClock().wall().time_since_epoch().count();
    const auto issued = static_cast<std::uint64_t>(now - 250'000);
    CHECK(nginx.purge("/audio/3", "drop-1", 1, issued).cache == "BYPASS");
    CHECK(nginx.get("/audio/3").body == "second edition");
    nginx.removeObject("/audio/4");
    CHECK(nginx.get("/audio/4").status == 200);
    CHECK(nginx.purge("/audio/4", "drop-2", 4, issued).status == 404);
    CHECK(nginx.get("/audio/4").status == 404); // not the cached one: proxy_cache_valid 404
    sent += 7;

    const auto logged = nginx.accessLogLines(sent);
    REQUIRE(logged.size() == sent);
    for (std::uint64_t received = 0; received < sent; ++received) {
        pollfd descriptor{lines.descriptor(), POLLIN, 0};
        REQUIRE(::poll(&descriptor, 1, 10'000) == 1);
        collector.addLine(lines.next().value());
    }
    readStatus();
    const auto interval = collector.endInterval();
    const PopTotals& t = interval.totals;

    // Counted from the file by looking for texts, not by the code under test.
    const auto having = [&logged](const std::string& text) {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            logged, [&](const std::string& l) { return l.find(text) != std::string::npos; }));
    };
    CHECK(lines.takeDropped() == 0);
    CHECK(t[Counter::log_lines_lost] == 0);
    CHECK(t[Counter::requests] == sent);
    CHECK(t[Counter::cache_hits] == having(R"("cache":"HIT")"));
    CHECK(t[Counter::cache_misses] == having(R"("cache":"MISS")") + having(R"("cache":"EXPIRED")"));
    CHECK(t[Counter::status_2xx] == having(R"("status":"200")"));
    CHECK(t[Counter::status_4xx] ==
          having(R"("status":"400")") + having(R"("status":"404")") + having(R"("status":"429")"));
    CHECK(t[Counter::status_5xx] == 0);
    CHECK(t[Counter::waf_blocked] == having(R"("limit":"REJECTED")"));
    CHECK(t[Counter::waf_blocked] > 0);
    CHECK(t[Counter::malformed] == 1);
    CHECK(t[Counter::api_requests] == 30);
    CHECK(t[Counter::cache_hits] > 100);
    CHECK(t[Counter::origin_fetches] == sent - having(R"("ustatus":"")"));
    CHECK(t[Counter::connections_accepted] == sent);
    CHECK(t[Counter::connections_rejected] == 0);
    CHECK(t[Counter::inv_received] == 2);
    CHECK(t[Counter::inv_applied] == 2);
    CHECK(interval.invalidationsPending == 2); // 2 and 3 never came
    CHECK(t[Distribution::invalidation_lag].sum() >= 2 * 249'000);
    CHECK(t[Distribution::invalidation_lag].max() < 5'000'000);
}
