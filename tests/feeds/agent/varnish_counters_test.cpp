// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_counters.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;

TEST_CASE("of Varnish's counters those of backends and pools are summed", "[agent][varnish]") {
    CHECK(varnishCounter("MAIN.client_req") == VarnishCounter::client_req);
    CHECK(varnishCounter("VBE.boot.origin.req") == VarnishCounter::backend_req);
    CHECK(varnishCounter("VBE.boot.goto.00000000.(127.0.0.1).(http://a.b:80).(ttl:5.000000).pipe_in") ==
          VarnishCounter::backend_pipe_in);
    CHECK(varnishCounter("MEMPOOL.sess1.live") == VarnishCounter::sessions_live);
    for (const char* other : {"", ".", "MAIN", "MAIN.", "MAIN.uptime", "VBE.boot.origin.happy", "client_req",
                              "MEMPOOL.req0.live", "LCK.sess.live", "MGT.client_req"})
        CHECK_FALSE(varnishCounter(other));

    VarnishCounters counters;
    CHECK(counters.empty());
    std::uint64_t a = 100, b = 7, live0 = 3, live1 = 4;
    counters.add("VBE.boot.a.req", &a, true);
    counters.add("VBE.boot.b.req", &b, false);
    counters.add("MEMPOOL.sess0.live", &live0, true);
    counters.add("MEMPOOL.sess1.live", &live1, true);
    auto reading = counters.read();
    CHECK(reading[VarnishCounter::backend_req] == 7); // what a had counted is not ours
    CHECK(reading[VarnishCounter::sessions_live] == 7);
    a += 5;
    b += 1;
    live1 = ~std::uint64_t{0}; // -1, for a moment
    reading = counters.read();
    CHECK(reading[VarnishCounter::backend_req] == 6);
    CHECK(reading[VarnishCounter::sessions_live] == 3);
    CHECK(counters.read()[VarnishCounter::backend_req] == 0);
}

TEST_CASE("what a counter had counted when it went still counts", "[agent][varnish]") {
    VarnishCounters counters;
    std::uint64_t before = 100, bans = 5;
    counters.add("MAIN.client_req", &before, true);
    counters.add("MAIN.bans", &bans, true);
    before = 130;
    counters.remove(&before);
    counters.remove(&bans);
    CHECK(counters.empty());
    std::uint64_t after = 8; // a new process
    counters.add("MAIN.client_req", &after, false);
    auto reading = counters.read();
    CHECK(reading[VarnishCounter::client_req] == 38);
    CHECK(reading[VarnishCounter::bans] == 0); // nobody has any now
    after = 2;                                 // backwards: it began anew
    CHECK(counters.read()[VarnishCounter::client_req] == 2);
    counters.remove(&before); // not there: nothing happens
    CHECK_FALSE(counters.empty());
}
