// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/collector_kinds.h"
#include "feeds/agent/trafficserver_collector.h"

#include "tests/support/catch.h"
#include "tests/support/http_responder.h"
#include "tests/support/test_clock.h"
#include "tests/support/trafficserver_fixture.h"
#include "tests/support/udp_sender.h"
#include "tests/support/wait.h"

#include <algorithm>
#include <memory>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

/// A collector whose seconds are as long as its clock says.
struct Trafficserver {
    TestClock clock;
    EventLoop loop;
    std::unique_ptr<Collector> collector;

    explicit Trafficserver(const std::string& what) {
        auto made = makeCollector(*readCollectorPlan(what), {loop, clock});
        REQUIRE(made);
        collector = *std::move(made);
    }
    CollectedSecond second(std::chrono::milliseconds length = 1000ms) {
        clock.advance(length);
        collector->cut();
        while (!collector->settled())
            loop.turn(100ms);
        return collector->take();
    }
    const AccessLog& log() const { return *dynamic_cast<const TrafficserverCollector&>(*collector).log(); }
    /// Lets its own clock refresh its counters.
    void letRefresh() {
        bool due = false;
        const auto timer = loop.every(300ms, [&due] { due = true; });
        while (!due)
            loop.turn(100ms);
    }
    CollectedSecond refreshedSecond() {
        letRefresh();
        return second();
    }
    void awaitLines(std::uint64_t exchanges) {
        REQUIRE(eventually([&] {
            loop.turn(20ms);
            return log().tally().exchanges() >= exchanges;
        }));
    }
};

struct Counted {
    int completed = 0;
    int hits = 0;
    int rww = 0;
    int throttled = 0;
    int ready = 1'795'833'797;
    std::string more{};
};

std::string statsPage(const Counted& c) {
    const auto stat = [](const std::string& name, std::uint64_t value) {
        return "\"proxy.process." + name + "\":\"" + std::to_string(value) + "\",";
    };
    const auto n = static_cast<std::uint64_t>(c.completed);
    return HttpResponder::page(
        "{\"global\":{" + stat("http.completed_requests", n) + stat("http.2xx_responses", n) +
        stat("http.3xx_responses", 0) + stat("http.4xx_responses", 0) + stat("http.5xx_responses", 0) +
        stat("http.user_agent_response_document_total_size", n * 10'000) +
        stat("http.user_agent_response_header_total_size", 0) + stat("http.outgoing_requests", n) +
        stat("http.cache_hit_fresh", static_cast<std::uint64_t>(c.hits)) +
        stat("http.cache_hit_revalidated", 0) + stat("http.cache_hit_ims", 0) +
        stat("http.cache_hit_stale_served", 0) +
        stat("http.cache_hit_rww", static_cast<std::uint64_t>(c.rww)) +
        stat("http.total_client_connections", 2 * n) +
        stat("net.connections_throttled_in", static_cast<std::uint64_t>(c.throttled)) +
        stat("http.current_client_connections", 5) + stat("net.connections_currently_open", 9) + c.more +
        "\"proxy.node.restarts.proxy.cache_ready_time\":\"" + std::to_string(c.ready) +
        "\",\"server\":\"9.2.9\"}}");
}

} // namespace

TEST_CASE("Traffic Server's counters are differences without the agent's own requests",
          "[agent][trafficserver]") {
    HttpResponder responder(statsPage({.completed = 100}));
    Trafficserver server("trafficserver max-connections=90 stats=" + responder.url());
    CHECK_FALSE(server.second().heard); // one page says nothing,
    responder.setAnswer(statsPage({.completed = 101}));
    CHECK_FALSE(server.second().heard); // nor do two: how old was the first?
    CHECK(server.collector->trouble().empty());
    responder.setAnswer(statsPage({.completed = 112, .hits = 6, .rww = 2, .throttled = 1}));
    const auto second = server.second();
    CHECK(second.heard);
    CHECK(server.collector->server() == "trafficserver 9.2.9");
    CHECK(second.totals[Counter::requests] == 10);
    CHECK(second.totals[Counter::status_2xx] == 10);
    CHECK(second.totals[Counter::origin_fetches] == 10);
    CHECK(second.totals[Counter::cache_hits] == 8);
    CHECK(second.totals[Counter::collapsed] == 2);
    CHECK(second.totals[Counter::bytes_out] > 108'000); // 110,000 less one page
    CHECK(second.totals[Counter::bytes_out] < 110'000);
    CHECK(second.totals[Counter::connections_accepted] == 22); // 11 × 2 less one, and one that was closed
    CHECK(second.totals[Counter::connections_rejected] == 1);
    CHECK(second.connections == 4U);
    CHECK(second[Resource::connections].value() == Approx(0.1));
    CHECK(second.totals.measuredByAll.has(Counter::cache_hits));
    CHECK_FALSE(second.totals.measuredByAll.has(Counter::cache_misses)); // this page has no such numbers
    CHECK_FALSE(second.totals.measuredByAll.has(Counter::api_requests));
}

TEST_CASE("numbers that Traffic Server did not refresh are no seconds", "[agent][trafficserver]") {
    HttpResponder responder(statsPage({.completed = 100}));
    Trafficserver server("trafficserver stats=" + responder.url());
    int completed = 100;
    for (int fiveSeconds = 0; fiveSeconds < 3; ++fiveSeconds, completed += 5'000) {
        responder.setAnswer(statsPage({.completed = completed}));
        for (int i = 0; i < 5; ++i) {
            const auto second = server.second();
            CHECK_FALSE(second.heard);
            CHECK(second.totals[Counter::node_seconds] == 0);
            CHECK_FALSE(second.totals.measuredByAny.has(Counter::requests));
        }
        CHECK_THAT(server.collector->trouble(), containsText("raw_stat_sync_interval_ms"));
    }
    const auto gaps = server.collector->capability().gaps;
    CHECK(std::ranges::any_of(gaps, [](const Gap& g) {
        return g.fields.has(Counter::requests) &&
               g.remedy.find("raw_stat_sync_interval_ms") != std::string::npos;
    }));
    // Told to refresh in time.
    for (const int more : {10, 20, 30, 41}) {
        responder.setAnswer(statsPage({.completed = completed + more}));
        const auto second = server.second();
        CHECK(second.heard == (more > 10));
        if (second.heard) CHECK(second.totals[Counter::requests] == (more == 41 ? 10 : 9));
    }
    CHECK(server.collector->trouble().empty());
}

TEST_CASE("Traffic Server is asked before the first second begins", "[agent][trafficserver]") {
    HttpResponder responder(statsPage({.completed = 100}));
    Trafficserver server("trafficserver stats=" + responder.url());
    REQUIRE(eventually([&] {
        server.loop.turn(20ms);
        return server.collector->settled();
    }));
    CHECK_FALSE(server.second(50ms).heard); // too soon for anything to have been refreshed
    CHECK(server.collector->trouble().empty());
    responder.setAnswer(statsPage({.completed = 105}));
    CHECK_FALSE(server.second().heard);
    responder.setAnswer(statsPage({.completed = 109}));
    CHECK(server.second().totals[Counter::requests] == 3);
}

TEST_CASE("while counters are stale, Traffic Server's lines count", "[agent][trafficserver]") {
    HttpResponder responder(statsPage({.completed = 100}));
    Trafficserver server("trafficserver lines=udp:0 stats=" + responder.url());
    UdpSender sender(server.log().port());
    const auto say = [&](const char* status, const char* cache, const char* ttfb,
                         const char* method = "GET") {
        sender.send(std::string(R"({"ts":"1795833798.843","m":")") + method +
                    R"(","uri":"\/api\/a","status":")" + status +
                    R"(","bytes":"100","rt_ms":"7","ttfb_ms":")" + ttfb + R"(","cache":")" + cache +
                    R"(","ustatus":"000","purge_id":"-","purge_seq":"-","purge_issued":"1795833798840000"})");
    };
    CHECK_FALSE(server.second().heard);
    CHECK_FALSE(
        server.second().totals.measuredByAny.has(Distribution::ttfb_hit)); // no line has come: not set up?
    say("200", "TCP_HIT", "3");
    say("200", "TCP_CF_HIT", "5");
    say("200", "TCP_REF_FAIL_HIT", "1");
    say("200", "TCP_MISS", "6");
    say("000", "ERR_CLIENT_ABORT", "-1");
    say("200", "TCP_HIT", "0", "PURGE"); // finds what it purges, and serves nothing
    say("404", "TCP_MISS", "0", "PURGE");
    const auto second = server.second();
    CHECK(second.heard);
    CHECK(server.collector->trouble().empty());
    CHECK(second.totals[Counter::requests] == 7);
    CHECK(second.totals[Counter::cache_hits] == 3);
    CHECK(second.totals[Counter::cache_misses] == 1);
    CHECK(second.totals[Counter::collapsed] == 1);
    CHECK(second.totals[Counter::stale_served] == 1);
    CHECK(second.totals[Distribution::ttfb_hit].count() == 3);
    CHECK(second.totals[Distribution::ttfb_hit].sum() == 9'000);
    CHECK(second.totals[Distribution::ttfb_miss].sum() == 6'000);
    CHECK(second.totals[Counter::inv_applied] == 4); // of all seven, those answered past what the cache had
    CHECK(second.totals[Counter::log_lines_lost] == 0);
    CHECK(second.totals.measuredByAny.has(Counter::requests));
    CHECK_FALSE(second.totals.measuredByAny.has(Counter::connections_accepted));
    CHECK_FALSE(second.totals.measuredByAny.has(Counter::origin_fetches));
}

TEST_CASE("a Traffic Server that begins anew counts from zero", "[agent][trafficserver]") {
    HttpResponder responder(statsPage({.completed = 100}));
    Trafficserver server("trafficserver stats=" + responder.url());
    server.second();
    responder.setAnswer(statsPage({.completed = 101}));
    server.second();
    responder.setAnswer(statsPage({.completed = 150, .ready = 1'795'833'900}));
    CHECK(server.second().totals[Counter::requests] == 150); // more than before: only its start tells
    responder.setAnswer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    CHECK_FALSE(server.second().heard);
    CHECK_THAT(server.collector->trouble(), containsText("502"));
    responder.setAnswer(HttpResponder::page("<html>"));
    CHECK_FALSE(server.second().heard);
    CHECK_THAT(server.collector->trouble(), containsText("is not JSON"));
    responder.setAnswer(""); // reads, and never answers
    server.collector->cut();
    server.loop.turn(20ms);
    CHECK_FALSE(server.collector->take().heard);
    CHECK_THAT(server.collector->trouble(), containsText("in time"));
}

TEST_CASE("totals equal what a real Traffic Server was asked", "[agent][trafficserver][real]") {
    if (skippedWithout(TrafficserverFixture::kProgram, "trafficserver, not in Debian 13")) return;
    TrafficserverFixture fixture(20);
    fixture.start();
    Trafficserver server("trafficserver stats=" + fixture.statsUrl() + " lines=" + fixture.log());
    server.second();
    server.refreshedSecond();
    server.letRefresh();

    std::uint64_t asked = 0;
    std::uint64_t bytes = 0;
    const auto note = [&](const HttpReply& reply) {
        ++asked;
        bytes += reply.head.size() + 4 + reply.body.size();
        return reply.status;
    };
    const auto ask = [&](const std::string& path, const std::string& method = "GET",
                         const std::vector<std::string>& headers = {}) {
        return note(askHttp(fixture.port(), path, method, headers));
    };
    for (int i = 0; i < 40; ++i)
        CHECK(ask("/audio/" + std::to_string(i % 20)) == 200);
    for (int i = 0; i < 2; ++i)
        CHECK(ask("/api/album?x=\"\\") == 200);
    fixture.origin().setAnswer(TrafficserverFixture::answer(404));
    for (int i = 0; i < 5; ++i)
        CHECK(ask("/gone/" + std::to_string(i)) == 404);
    fixture.origin().setAnswer(TrafficserverFixture::answer(503));
    for (int i = 0; i < 3; ++i)
        CHECK(ask("/broken/" + std::to_string(i)) == 503);
    const auto issued = SystemClock().wall().time_since_epoch().count() - 250'000;
    for (const auto& [path, status] : {std::pair{"/audio/1", 200}, {"/audio/2", 200}, {"/audio/1", 404}})
        CHECK(ask(path, "PURGE",
                  {"X-Purge-Id: drop", "X-Purge-Seq: " + std::to_string(asked),
                   "X-Purge-Issued-At: " + std::to_string(issued)}) == status);
    CHECK(note(sendHttp(fixture.port(), "rubbish\r\n\r\n")) == 400);
    server.awaitLines(asked);
    const auto second = server.refreshedSecond();
    REQUIRE(second.heard);
    const PopTotals& t = second.totals;
    CHECK(t[Counter::requests] == asked);
    CHECK(t[Counter::status_2xx] == 40 + 2 + 2);
    CHECK(t[Counter::status_4xx] == 5 + 1 + 1);
    CHECK(t[Counter::status_5xx] == 3);
    CHECK(t[Counter::cache_hits] == 20 + 1 + 2); // by its own count purges find what they purge
    CHECK(t[Counter::cache_misses] == 20 + 1 + 5 + 3);
    CHECK(t[Counter::origin_fetches] == 29);
    CHECK(t[Counter::origin_fetches] == static_cast<std::uint64_t>(fixture.origin().requests()));
    CHECK(t[Counter::stale_served] == 0);
    CHECK(t[Counter::bytes_out] >= bytes);
    CHECK(t[Counter::bytes_out] <= bytes + 300); // of the agent's page the headers are left
    CHECK(t[Counter::bytes_fill] >= 29 * TrafficserverFixture::answer(200).size());
    CHECK(t[Counter::bytes_fill] <= 29 * TrafficserverFixture::answer(200).size() + 300);
    CHECK(t[Counter::connections_accepted] == asked);
    CHECK(t[Counter::connections_rejected] == 0);
    CHECK(second.connections == 0U);
    CHECK(t[Counter::overload_errors] == 3);
    CHECK(t[Counter::malformed] == 1);
    CHECK(server.log().tally().addresses() == asked);
    CHECK(t[Counter::api_requests] == 2);
    CHECK(t[Distribution::metadata_latency].count() == 2);
    CHECK(t[Distribution::ttfb_hit].count() == 21);
    CHECK(t[Distribution::ttfb_miss].count() == 29);
    CHECK(t[Counter::inv_received] == 3);
    CHECK(t[Counter::inv_applied] == 3);
    CHECK(t[Distribution::invalidation_lag].count() == 3);
    CHECK(t[Distribution::invalidation_lag].sum() >= 3 * 240'000);
    CHECK(t[Counter::log_lines_lost] == 0);

    fixture.kill();
    CHECK_FALSE(server.second().heard);
    fixture.origin().setAnswer(TrafficserverFixture::answer(200));
    fixture.start();
    server.second();
    server.refreshedSecond();
    server.letRefresh();
    CHECK(ask("/new") == 200);
    CHECK(ask("/new") == 200);
    const auto again = server.refreshedSecond();
    CHECK(again.heard);
    CHECK(again.totals[Counter::requests] == 2);
    CHECK(again.totals[Counter::cache_hits] == 1);
}

TEST_CASE("a real Traffic Server that was not told is not believed", "[agent][trafficserver][real]") {
    if (skippedWithout(TrafficserverFixture::kProgram, "trafficserver, not in Debian 13")) return;
    TrafficserverFixture fixture(0);
    fixture.start();
    Trafficserver server("trafficserver stats=" + fixture.statsUrl());
    for (int i = 0; i < 4; ++i) {
        askHttp(fixture.port(), "/audio");
        CHECK_FALSE(server.second().heard);
    }
    CHECK_THAT(server.collector->trouble(), containsText("raw_stat_sync_interval_ms"));
}
