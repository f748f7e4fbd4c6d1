// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/httpd_collector.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/http_responder.h"
#include "tests/support/httpd_fixture.h"
#include "tests/support/udp_sender.h"
#include "tests/support/wait.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

struct Httpd : Collecting {
    using Collecting::Collecting;
    const AccessLog& log() const { return *dynamic_cast<const HttpdCollector&>(*collector).log(); }
    void awaitLines(std::uint64_t exchanges) {
        REQUIRE(eventually([&] {
            loop.turn(20ms);
            return log().tally().exchanges() >= exchanges;
        }));
    }
};

std::string autoPage(int accesses, int busy = 1, const std::string& restarted = "Saturday") {
    return HttpResponder::page("127.0.0.1\nServerVersion: Apache/2.4.71 (Debian)\nRestartTime: " + restarted +
                               "\nServerUptime:\nTotal Accesses: " + std::to_string(accesses) +
                               "\nBusyWorkers: " + std::to_string(busy) + "\nIdleWorkers: 7\n");
}

std::string autoUrl(const HttpResponder& responder) {
    return responder.url() + "?auto";
}

} // namespace

TEST_CASE("httpd's requests are differences without the agent's own", "[agent][httpd]") {
    HttpResponder responder(autoPage(100));
    Httpd httpd("httpd max-workers=20 status=" + autoUrl(responder));
    CHECK_FALSE(httpd.second().heard); // one page says nothing
    responder.setAnswer(autoPage(111, 6));
    auto second = httpd.second();
    CHECK(second.heard);
    CHECK(second.totals[Counter::requests] == 10);
    CHECK(second.totals[Counter::node_seconds] == 1);
    CHECK(second[Resource::workers].value() == Approx(0.25));
    CHECK(httpd.collector->server() == "Apache 2.4.71 (Debian)");
    CHECK(second.totals.measuredByAll == FieldSet::of({Counter::node_seconds, Counter::requests}));
    responder.setAnswer(autoPage(150, 1, "Sunday")); // begun anew: more than before, so only its start tells
    CHECK(httpd.second().totals[Counter::requests] == 150);
    responder.setAnswer(autoPage(3, 1, "Sunday"));
    CHECK(httpd.second().totals[Counter::requests] == 3);
}

TEST_CASE("a status page that does not come costs its second", "[agent][httpd]") {
    HttpResponder responder(autoPage(100));
    Httpd httpd("httpd status=" + autoUrl(responder));
    httpd.second();
    responder.setAnswer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    CHECK_FALSE(httpd.second().heard);
    CHECK_THAT(httpd.collector->trouble(), containsText("403"));
    responder.setAnswer(autoPage(200));
    const auto back = httpd.second();
    CHECK_FALSE(back.heard); // a hundred in how many seconds?
    CHECK_FALSE(back.totals.measuredByAny.has(Counter::requests));
    responder.setAnswer(HttpResponder::page("<html>"));
    CHECK_FALSE(httpd.second().heard);
    CHECK_THAT(httpd.collector->trouble(), containsText("BusyWorkers"));
    responder.setAnswer(""); // reads, and never answers
    httpd.collector->cut();
    httpd.loop.turn(20ms);
    CHECK_FALSE(httpd.collector->take().heard);
    CHECK_THAT(httpd.collector->trouble(), containsText("in time"));
    for (const char* wrong : {"httpd", "httpd status=http://127.0.0.1/server-status",
                              "httpd status=http://x/?auto max-workers=0"}) {
        INFO(wrong);
        CHECK_FALSE(makeCollector(*readCollectorPlan(wrong), {httpd.loop, httpd.clock}));
    }
}

TEST_CASE("each thing that mod_cache says counts where it belongs", "[agent][httpd]") {
    struct Row {
        const char* cache;
        std::uint64_t hits, misses, stale;
    };
    const auto row =
        GENERATE(Row{"cache hit", 1, 0, 0}, Row{"conditional cache hit: entity refreshed", 1, 0, 0},
                 Row{"cache hit: 503 status; stale content returned", 1, 0, 1},
                 Row{"cache miss: attempting entity save", 0, 1, 0},
                 Row{"No Last-Modified; Etag; Expires; Cache-Control:max-age or s-maxage headers", 0, 1, 0},
                 Row{"cache invalidated by POST", 0, 0, 0}, Row{"-", 0, 0, 0});
    INFO(row.cache);
    HttpResponder responder(autoPage(100));
    Httpd httpd("httpd lines=udp:0 status=" + autoUrl(responder));
    UdpSender sender(httpd.log().port());
    sender.send(
        std::string(
            R"({"ts_us":"1795835848520553","m":"GET","uri":"\xff","status":"200","bytes":"1190","addr":"192.0.2.1",)"
            R"("rt_us":"9109","ttfb_us":"-","cache":"httpd )") +
        row.cache + R"("})");
    const auto second = httpd.second();
    CHECK(second.heard); // lines alone are a second
    CHECK(second.totals[Counter::log_lines_lost] == 0);
    CHECK(second.totals[Counter::requests] == 1);
    CHECK(second.totals[Counter::cache_hits] == row.hits);
    CHECK(second.totals[Counter::cache_misses] == row.misses);
    CHECK(second.totals[Counter::stale_served] == row.stale);
    CHECK(second.totals.measuredByAll.has(Counter::cache_hits));
    CHECK_FALSE(second.totals.measuredByAll.has(Distribution::ttfb_hit));
    CHECK_FALSE(second.totals.measuredByAll.has(Counter::connections_accepted));
}

TEST_CASE("totals equal what a real httpd was asked", "[agent][httpd][real]") {
    if (skippedWithout(HttpdFixture::kProgram, "apache2")) return;
    HttpdFixture fixture;
    fixture.start();
    Httpd httpd("httpd max-workers=8 status=" + fixture.statusUrl() + " lines=" + fixture.log());
    httpd.second();

    std::uint64_t asked = 0;
    std::uint64_t bytes = 0;
    const auto note = [&](const HttpReply& reply) {
        ++asked;
        bytes += reply.head.size() + 4 + reply.body.size();
        return reply.status;
    };
    const auto ask = [&](const std::string& path, const std::vector<std::string>& headers = {}) {
        return note(askHttp(fixture.port(), path, "GET", headers));
    };
    for (int i = 0; i < 40; ++i)
        CHECK(ask("/audio/" + std::to_string(i % 20)) == 200);
    for (int i = 0; i < 2; ++i)
        CHECK(ask("/api/album\"%22%ff\\?x") == 200);
    fixture.origin().setAnswer(HttpdFixture::answer(200, 0));
    CHECK(ask("/brief") == 200);
    fixture.origin().setAnswer(HttpdFixture::answer(503));
    for (int i = 0; i < 3; ++i)
        CHECK(ask("/broken/" + std::to_string(i)) == 503);
    CHECK(ask("/brief") == 200); // the origin fails, and what was kept is better than nothing
    fixture.origin().setAnswer(HttpdFixture::answer(404));
    for (int i = 0; i < 5; ++i)
        CHECK(ask("/gone/" + std::to_string(i)) == 404);
    fixture.origin().setAnswer(HttpdFixture::answer(400));
    CHECK(ask("/choosy") == 400); // the origin's own
    fixture.origin().setAnswer(HttpdFixture::answer(302));
    CHECK(ask("/elsewhere") == 302);
    CHECK(note(sendHttp(fixture.port(), "rubbish\r\n\r\n")) == 400);
    CHECK(note(sendHttp(fixture.port(), "GET / HTTP/1.1\r\n\r\n")) == 400);
    fixture.origin().setAnswer(HttpdFixture::answer(200));
    const auto issued = SystemClock().wall().time_since_epoch().count() - 250'000;
    const std::vector<std::string> stamps{"X-Purge-Id: drop", "X-Purge-Seq: 7",
                                          "X-Purge-Issued-At: " + std::to_string(issued)};
    auto purge = stamps;
    purge.emplace_back("Cache-Control: no-cache");
    const int fetches = fixture.origin().requests();
    CHECK(ask("/audio/1", purge) == 200);
    CHECK(fixture.origin().requests() == fetches + 1); // fetched anew
    CHECK(ask("/audio/1") == 200);
    CHECK(ask("/audio/2", stamps) == 200); // from the cache: that was no purge
    CHECK(fixture.origin().requests() == fetches + 1);
    httpd.awaitLines(asked);

    const auto second = httpd.second();
    REQUIRE(second.heard);
    const PopTotals& t = second.totals;
    CHECK(t[Counter::requests] == asked);
    CHECK(t[Counter::status_2xx] == 40 + 2 + 1 + 1 + 3);
    CHECK(t[Counter::status_3xx] == 1);
    CHECK(t[Counter::status_4xx] == 5 + 1 + 2);
    CHECK(t[Counter::status_5xx] == 3);
    CHECK(t[Counter::overload_errors] == 3);
    CHECK(t[Counter::bytes_out] == bytes);
    CHECK(t[Counter::cache_hits] == 20 + 1 + 1 + 2);
    CHECK(t[Counter::stale_served] == 1);
    CHECK(t[Counter::cache_misses] == static_cast<std::uint64_t>(fixture.origin().requests()) - 1);
    CHECK(t[Distribution::ttfb_miss].count() == t[Counter::cache_misses]);
    CHECK(t[Counter::malformed] == 2);
    CHECK(t[Counter::api_requests] == 2);
    CHECK(t[Distribution::metadata_latency].count() == 2);
    CHECK(t[Distribution::metadata_latency].max() > 0);
    CHECK(httpd.log().tally().addresses() == asked);
    CHECK(t[Counter::inv_received] == 2);
    CHECK(t[Counter::inv_applied] == 1);
    CHECK(t[Distribution::invalidation_lag].sum() >= 240'000);
    CHECK(t[Counter::log_lines_lost] == 0);
    REQUIRE(second[Resource::workers]);
    CHECK(*second[Resource::workers] <= 1);
}

TEST_CASE("a real httpd is reloaded and killed and started again", "[agent][httpd][real]") {
    if (skippedWithout(HttpdFixture::kProgram, "apache2")) return;
    HttpdFixture fixture;
    fixture.start();
    Httpd httpd("httpd status=" + fixture.statusUrl());
    const auto ask = [&](int times) {
        for (int i = 0; i < times; ++i)
            CHECK(askHttp(fixture.port(), "/audio").status == 200);
    };
    httpd.second();
    ask(5);
    CHECK(httpd.second().totals[Counter::requests] == 5);
    fixture.reload();
    ask(8);
    const auto reloaded = httpd.second();
    CHECK(reloaded.heard);
    CHECK(reloaded.totals[Counter::requests] == 8);
    fixture.kill();
    CHECK_FALSE(httpd.second().heard);
    fixture.start();
    ask(3);
    CHECK_FALSE(httpd.second().heard);
    ask(4);
    CHECK(httpd.second().totals[Counter::requests] == 4);
}
