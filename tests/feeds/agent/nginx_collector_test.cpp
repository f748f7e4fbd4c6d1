// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/nginx_collector.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/http_responder.h"
#include "tests/support/nginx_fixture.h"
#include "tests/support/udp_sender.h"

#include <algorithm>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

std::string statusPage(int accepts, int handled, int requests, int active) {
    return HttpResponder::page("Active connections: " + std::to_string(active) +
                               " \nserver accepts handled requests\n " + std::to_string(accepts) + " " +
                               std::to_string(handled) + " " + std::to_string(requests) +
                               " \nReading: 0 Writing: 1 Waiting: 0 \n");
}

const std::string kNoAnswer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";

const std::string kHit = R"({"ts":"1795449208.851","m":"GET","uri":"/a","status":"200","bytes":"10",)"
                         R"("rt":"0.000","cache":"HIT"})";

struct Nginx : Collecting {
    using Collecting::Collecting;
    const AccessLog& log() const { return *dynamic_cast<const NginxCollector&>(*collector).log(); }
};

} // namespace

TEST_CASE("what nginx cannot tell is not measured, with the reason", "[agent][nginx]") {
    const Nginx both("nginx lines=udp:0 status=http://127.0.0.1:1/");
    const auto fields = both.collector->capability().measures;
    for (const Counter c :
         {Counter::collapsed, Counter::bot_requests, Counter::waf_challenged, Counter::shield_fetches})
        CHECK_FALSE(fields.has(c));
    CHECK_FALSE(fields.has(Distribution::ttfb_hit));
    CHECK_FALSE(fields.has(Distribution::lb_latency));
    CHECK(fields.has(Distribution::ttfb_miss));
    CHECK(fields.has(Counter::connections_rejected));

    const auto status = Nginx("nginx status=http://127.0.0.1:1/").collector->capability();
    CHECK(status.measures.has(Counter::requests));
    CHECK_FALSE(status.measures.has(Counter::cache_hits));
    CHECK_FALSE(status.measures.has(Counter::status_5xx));
    CHECK_FALSE(status.measures.has(Counter::log_lines_lost));
    const auto gap =
        std::ranges::find_if(status.gaps, [](const Gap& g) { return g.fields.has(Counter::cache_hits); });
    REQUIRE(gap != status.gaps.end());
    CHECK_THAT(gap->because, containsText("access log"));
    CHECK_THAT(gap->remedy, containsText("lines="));
    for (const Gap& g : status.gaps) // a gap is none in what is measured
        CHECK((g.fields & status.measures) == FieldSet());
}

TEST_CASE("connections are counted between pages, without our own", "[agent][nginx]") {
    HttpResponder responder(statusPage(100, 90, 1000, 6)); // a connection a request: it closes
    Nginx nginx("nginx lines=udp:0 max-connections=100 status=" + responder.url());
    auto second = nginx.second();
    CHECK(second.heard);
    CHECK(second.connections == 5U);
    CHECK(second[Resource::connections].value() == Approx(0.05));
    CHECK(second.totals[Counter::connections_accepted] == 0);
    responder.setAnswer(statusPage(111, 99, 1050, 8));
    second = nginx.second();
    CHECK(second.totals[Counter::connections_accepted] == 10);
    CHECK(second.totals[Counter::connections_rejected] == 2);
    CHECK(second.totals[Counter::connection_seconds] == 7);
    CHECK(second.totals[Counter::requests] == 0); // lines count them
    responder.setAnswer(statusPage(5, 5, 9, 2));  // restarted
    second = nginx.second();
    CHECK(second.totals[Counter::connections_accepted] == 4);
    CHECK(second.totals[Counter::connections_rejected] == 0);
}

TEST_CASE("without lines requests are the difference of two pages", "[agent][nginx]") {
    HttpResponder responder(statusPage(1, 1, 1000, 1));
    Nginx nginx("nginx status=" + responder.url());
    CHECK_FALSE(nginx.second().heard); // one page alone says nothing
    responder.setAnswer(statusPage(2, 2, 1031, 1));
    auto second = nginx.second();
    CHECK(second.heard);
    CHECK(second.totals[Counter::requests] == 30);
    CHECK(nginx.collector->server() == "nginx 1.22.1");
    CHECK(nginx.collector->trouble().empty());
    responder.setAnswer(kNoAnswer);
    second = nginx.second();
    CHECK_FALSE(second.heard);
    CHECK(second.totals[Counter::node_seconds] == 0);
    CHECK_FALSE(second.totals.measuredByAny.has(Counter::requests));
    CHECK_THAT(nginx.collector->trouble(), containsText("502"));
    responder.setAnswer(statusPage(9, 9, 2000, 1));
    second = nginx.second();
    CHECK_FALSE(second.heard);
    CHECK(second.totals[Counter::requests] == 0); // nobody knows in which second they were
    responder.setAnswer(statusPage(10, 10, 2002, 1));
    second = nginx.second();
    CHECK(second.heard);
    CHECK(second.totals[Counter::requests] == 1);
}

TEST_CASE("what was served before nginx went away still counts", "[agent][nginx]") {
    const HttpResponder responder(kNoAnswer);
    Nginx nginx("nginx lines=udp:0 status=" + responder.url());
    UdpSender sender(nginx.log().port());
    sender.send(kHit);
    auto second = nginx.second();
    CHECK_FALSE(second.heard);
    CHECK(second.totals[Counter::node_seconds] == 0);
    CHECK(second.totals[Counter::requests] == 1);
    CHECK(second.totals.measuredByAny.has(Counter::requests));
    CHECK_FALSE(second.totals.measuredByAny.has(Counter::connections_accepted));
    CHECK_FALSE(nginx.second().totals.measuredByAny.has(Counter::requests));
}

TEST_CASE("a page that does not come in time is not waited for", "[agent][nginx]") {
    const HttpResponder silent("");
    Nginx nginx("nginx lines=udp:0 status=" + silent.url());
    UdpSender sender(nginx.log().port());
    sender.send(kHit);
    nginx.collector->cut();
    CHECK_FALSE(nginx.collector->settled());
    const auto second = nginx.collector->take();
    CHECK_FALSE(second.heard);
    CHECK(second.totals[Counter::requests] == 1);
    CHECK(nginx.collector->settled());
    CHECK_THAT(nginx.collector->trouble(), containsText("in time"));
}

TEST_CASE("totals equal what a real nginx logged", "[agent][nginx][real]") {
    // The fixture is told the port before the agent can be told the fixture's: a first one finds a free port.
    const auto port = Nginx("nginx lines=udp:0").log().port();
    NginxFixture nginx(port);
    nginx.start();
    Nginx watched("nginx lines=udp:" + std::to_string(port) + " status=" + nginx.statusUrl());
    watched.second();
    CHECK(watched.collector->server().starts_with("nginx 1."));

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
    while (watched.log().tally().exchanges() + watched.log().tally().linesRefused() < sent)
        watched.loop.turn(100ms);
    const auto second = watched.second();
    const PopTotals& t = second.totals;

    // Counted from the file by looking for texts, not by the code under test.
    const auto having = [&logged](const std::string& text) {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            logged, [&](const std::string& l) { return l.find(text) != std::string::npos; }));
    };
    CHECK(t[Counter::log_lines_lost] == 0);
    CHECK(t[Counter::requests] == sent);
    CHECK(watched.log().tally().addresses() == sent);
    CHECK_FALSE(t.measuredByAny.has(Counter::new_prefix_requests)); // it is still learning
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
    CHECK(second.invalidationsPending == 2U); // 2 and 3 never came
    CHECK(t[Distribution::invalidation_lag].sum() >= 2 * 249'000);
    CHECK(t[Distribution::invalidation_lag].max() < 5'000'000);
}
