// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/canary_collector.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/http_responder.h"
#include "tests/support/nginx_fixture.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

std::string microsecondsAgo(std::chrono::microseconds ago) {
    return std::to_string((SystemClock().wall() - ago).time_since_epoch().count());
}

/// Turns until the canary has been fetched so many times more.
void looks(Collecting& canary, const HttpResponder& responder, int times) {
    const int until = responder.requests() + times;
    while (responder.requests() < until)
        canary.loop.turn(100ms);
    canary.loop.turn(20ms); // the answer itself
}

} // namespace

TEST_CASE("a canary's lag is from when it was written to when a client gets it", "[agent][canary]") {
    HttpResponder responder(HttpResponder::page(microsecondsAgo(1h)));
    Collecting canary("canary url=" + responder.url());
    looks(canary, responder, 2);
    auto second = canary.second();
    CHECK(second.heard);
    CHECK(second.totals.measuredByAny.has(Distribution::invalidation_lag));
    CHECK(second.totals[Distribution::invalidation_lag].empty()); // as it was when it was met is no change
    responder.setAnswer(HttpResponder::page(microsecondsAgo(400ms) + "\n"));
    looks(canary, responder, 3);
    second = canary.second();
    CHECK(second.totals[Counter::inv_applied] == 1);
    CHECK(second.totals[Counter::lags_by_canary] == 1);
    CHECK(second.totals[Counter::lag_error_us] >= 100'000); // a step of the canary, and the request
    REQUIRE(second.totals[Distribution::invalidation_lag].count() == 1);
    CHECK(second.totals[Distribution::invalidation_lag].max() >= 400'000);
    CHECK(second.totals[Distribution::invalidation_lag].max() < 10'000'000);
}

TEST_CASE("an older canary, from a node that is not purged yet, is no change", "[agent][canary]") {
    const std::string old = microsecondsAgo(2h);
    const std::string newer = microsecondsAgo(1h);
    HttpResponder responder(HttpResponder::page(newer));
    Collecting canary("canary url=" + responder.url());
    looks(canary, responder, 2);
    responder.setAnswer(HttpResponder::page(old));
    looks(canary, responder, 2);
    responder.setAnswer(HttpResponder::page(newer));
    looks(canary, responder, 2);
    CHECK(canary.second().totals[Counter::inv_applied] == 0);
}

TEST_CASE("a canary of the future spoils nothing", "[agent][canary]") {
    const std::string now = microsecondsAgo(1s);
    HttpResponder responder(HttpResponder::page(microsecondsAgo(-24h)));
    Collecting canary("canary url=" + responder.url());
    looks(canary, responder, 2);
    CHECK_FALSE(canary.second().heard);
    CHECK_THAT(canary.collector->trouble(), containsText("ahead of this clock"));
    responder.setAnswer(HttpResponder::page(now));
    looks(canary, responder, 2);
    CHECK(canary.second().heard);
    responder.setAnswer(HttpResponder::page(microsecondsAgo(200ms)));
    looks(canary, responder, 2);
    CHECK(canary.second().totals[Counter::inv_applied] == 1);
}

TEST_CASE("a canary that cannot be read is not measured, and says why", "[agent][canary]") {
    HttpResponder responder(HttpResponder::page("yesterday"));
    Collecting canary("canary url=" + responder.url());
    looks(canary, responder, 2);
    auto second = canary.second();
    CHECK_FALSE(second.heard);
    CHECK_FALSE(second.totals.measuredByAny.has(Distribution::invalidation_lag));
    CHECK_THAT(canary.collector->trouble(), containsText("microseconds"));
    responder.setAnswer("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    looks(canary, responder, 2);
    canary.second();
    CHECK_THAT(canary.collector->trouble(), containsText("404"));
    responder.setAnswer(HttpResponder::page(microsecondsAgo(1h)));
    looks(canary, responder, 2);
    CHECK(canary.second().heard);
    CHECK(canary.collector->trouble().empty());
}

TEST_CASE("through a real nginx the canary changes when it is purged and not before",
          "[agent][canary][real]") {
    NginxFixture nginx(9); // nobody listens to its lines
    nginx.putObject("/canary.txt", microsecondsAgo(1h));
    nginx.start();
    Collecting canary("canary url=http://127.0.0.1:" + std::to_string(nginx.edgePort()) + "/canary.txt");
    bool met = false;
    while (!met) {
        canary.loop.turn(100ms);
        met = canary.second().heard;
    }
    const std::string written = microsecondsAgo(0ms);
    nginx.putObject("/canary.txt", written);
    const auto until = SystemClock().steady() + 500ms;
    while (SystemClock().steady() < until)
        canary.loop.turn(50ms);
    CHECK(canary.second().totals[Counter::inv_applied] == 0); // the cache has the old one
    nginx.purge("/canary.txt", "canary", 1, std::stoull(written));
    PopTotals seen;
    while (seen[Counter::inv_applied] == 0) {
        canary.loop.turn(100ms);
        seen.merge(canary.second().totals);
    }
    CHECK(seen[Distribution::invalidation_lag].max() >= 500'000);
    CHECK(seen[Distribution::invalidation_lag].max() < 10'000'000);
}
