// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/access_line.h"
#include "feeds/agent/request_tally.h"

#include "tests/support/captures.h"
#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

struct LineTally : RequestTally {
    LineTally() : RequestTally("/api/") {}
    void addLine(std::string_view line) {
        const auto exchange = parseAccessLine(line);
        if (exchange)
            add(*exchange);
        else
            addRefused(exchange.error());
    }
};

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

TEST_CASE("the captured lines add up to what grep counts", "[agent][tally]") {
    LineTally tally;
    for (const auto& text : captureLines("nginx-1.22.1_access_json_tail.log"))
        tally.addLine(text);
    const PopTotals t = tally.cut();
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
    CHECK(tally.purgeStampsRefused() == 30); // that capture's stamps are in seconds
    CHECK(tally.cut()[Counter::requests] == 0);
}

TEST_CASE("the captured purges have their lag once they are stamped in microseconds",
          "[agent][tally][purge]") {
    LineTally tally;
    for (auto text : captureLines("nginx-1.22.1_access_json_tail.log")) {
        constexpr std::string_view name = "\"purge_issued\":\"17";
        if (const auto at = text.find(name); at != std::string::npos) {
            text.erase(text.find('.', at), 1);
            text.insert(text.find('"', at + name.size()), "000");
        }
        tally.addLine(text);
    }
    const auto t = tally.cut();
    CHECK(t[Counter::inv_received] == 30);
    CHECK(t[Counter::inv_applied] == 30);
    CHECK(t[Distribution::invalidation_lag].count() == 30);
    CHECK(t[Distribution::invalidation_lag].sum() == 0);
    CHECK(tally.lagsClamped() == 7); // seven were done a millisecond before they were issued
}

TEST_CASE("the datagrams of a cold cache add up to what grep counts", "[agent][tally]") {
    LineTally tally;
    for (const auto& text : captureLines("nginx-1.22.1_syslog_udp.txt"))
        tally.addLine(text);
    const auto t = tally.cut();
    CHECK(t[Counter::requests] == 312);
    CHECK(t[Counter::cache_hits] == 119);
    CHECK(t[Counter::cache_misses] == 113);
    CHECK(t[Counter::origin_fetches] == 139);
    CHECK(t[Counter::bytes_out] == 15'317'601);
    CHECK(t[Counter::bytes_fill] == 7'455'510);
    CHECK(t[Distribution::ttfb_miss].sum() == 259'000);
}

TEST_CASE("lines that cannot be read are counted and nothing else", "[agent][tally]") {
    LineTally tally;
    tally.addLine("rubbish");
    tally.addLine("<190>rubbish");
    tally.addLost(5);
    const auto t = tally.cut();
    CHECK(t[Counter::log_lines_lost] == 7);
    CHECK(t[Counter::requests] == 0);
    CHECK(tally.linesRefused() == 2);
    CHECK_FALSE(tally.lastRefusal().empty());
}

TEST_CASE("each cache status counts where it belongs", "[agent][tally]") {
    struct Row {
        const char* cache;
        std::uint64_t hits, misses, stale;
    };
    const auto row = GENERATE(Row{"HIT", 1, 0, 0}, Row{"STALE", 1, 0, 1}, Row{"UPDATING", 1, 0, 1},
                              Row{"REVALIDATED", 1, 0, 0}, Row{"MISS", 0, 1, 0}, Row{"EXPIRED", 0, 1, 0},
                              Row{"BYPASS", 0, 0, 0}, Row{"", 0, 0, 0});
    LineTally tally;
    tally.addLine(line({.cache = row.cache, .issued = ""}));
    const auto t = tally.cut();
    INFO(row.cache);
    CHECK(t[Counter::requests] == 1);
    CHECK(t[Counter::cache_hits] == row.hits);
    CHECK(t[Counter::cache_misses] == row.misses);
    CHECK(t[Counter::stale_served] == row.stale);
}

TEST_CASE("a purge is applied when it was answered past the cache", "[agent][tally][purge]") {
    LineTally tally;
    tally.addLine(line({}));                             // 51 ms
    tally.addLine(line({.status = "404"}));              // gone at the origin: 51 ms
    tally.addLine(line({.status = "502"}));              // not applied
    tally.addLine(line({.cache = "HIT"}));               // the cache was not bypassed: not applied
    tally.addLine(line({.issued = "1795449209000000"})); // clocks apart: 0
    tally.addLine(line({.issued = "tomorrow"}));         // no purge at all
    const auto t = tally.cut();
    CHECK(t[Counter::requests] == 6);
    CHECK(t[Counter::inv_received] == 5);
    CHECK(t[Counter::inv_applied] == 3);
    CHECK(t[Counter::lag_error_us] == 3'000); // a line's time is in milliseconds
    CHECK(t[Counter::lags_by_canary] == 0);
    CHECK(t[Distribution::invalidation_lag].count() == 3);
    CHECK(t[Distribution::invalidation_lag].sum() == 102'000);
    CHECK(t[Distribution::invalidation_lag].max() == 51'000);
    CHECK(tally.lagsClamped() == 1);
    CHECK(tally.purgeStampsRefused() == 1);
}

TEST_CASE("a stamp of another day is none", "[agent][tally][purge]") {
    LineTally tally;
    tally.addLine(line({.issued = "1577836800000001"})); // 2020
    tally.addLine(line({.issued = "1795549208800000"})); // a day ahead, and more
    tally.addLine(line({.issued = "1795363000000000"})); // almost a day before
    const auto t = tally.cut();
    CHECK(t[Counter::requests] == 3);
    CHECK(t[Counter::inv_received] == 1);
    CHECK(t[Distribution::invalidation_lag].count() == 1);
    CHECK(tally.purgeStampsRefused() == 2);
}

TEST_CASE("gaps in the purge sequence are pending for each second they last", "[agent][tally][purge]") {
    LineTally tally;
    tally.addLine(line({.sequence = "10"}));
    tally.addLine(line({.sequence = "13"}));
    tally.addLine(line({.status = "503", .sequence = "14"}));
    CHECK(tally.purgeSequence().pending() == 3); // 11, 12 and 14
    CHECK(tally.cut()[Counter::inv_pending_seconds] == 3);
    tally.addLine(line({.sequence = "11"}));
    CHECK(tally.cut()[Counter::inv_pending_seconds] == 2);
    CHECK(tally.cut()[Counter::inv_pending_seconds] == 2);
    tally.addLine(line({.sequence = "12"}));
    tally.addLine(line({.sequence = "14"}));
    CHECK(tally.cut()[Counter::inv_pending_seconds] == 0);
}
