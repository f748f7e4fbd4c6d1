// SPDX-License-Identifier: GPL-3.0-or-later
// How a Varnish that comes and goes is followed, and a log that comes too fast.
#include "feeds/agent/varnish_collector.h"

#include "tests/support/catch.h"
#include "tests/support/watching_varnish.h"

#include <filesystem>
#include <string>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

TEST_CASE("what Varnish did before it was gone, and after it is back, counts", "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish;
    varnish.putObject("/a", "some text");
    varnish.start();
    Watching logged(varnish);
    Watching counted(varnish, " log=no");
    // Others look while these two do not, for Varnish logs and counts a request after it has answered.
    Watching earlyLogged(varnish);
    Watching earlyCounted(varnish, " log=no");
    std::uint64_t sent = 0;
    const auto load = [&] { // a miss and nine hits
        for (int i = 0; i < 10; ++i, ++sent)
            CHECK(varnish.get("/a").status == 200);
        CHECK(earlyLogged.until([&] { return earlyLogged[Counter::requests] == sent; }));
    };
    load();
    // What it has not added up when the child dies nobody knows.
    CHECK(earlyCounted.until(
        [&] { return earlyCounted[Counter::requests] == sent && earlyCounted[Counter::bytes_out] > 0; }));
    varnish.restartChild();
    load();
    CHECK(logged.until([&] { return logged[Counter::requests] >= 20; }));
    CHECK(counted.until([&] { return counted[Counter::requests] >= 20; }));
    for (const Watching* w : {&logged, &counted}) {
        CHECK((*w)[Counter::requests] == 20);
        CHECK((*w)[Counter::cache_hits] == 18);
        CHECK((*w)[Counter::cache_misses] == 2);
        CHECK((*w)[Counter::origin_fetches] == 2);
        CHECK(w->last.heard);
    }
    CHECK(logged[Counter::status_2xx] == 20);
    CHECK(logged[Counter::log_lines_lost] == 0);

    load();
    varnish.kill();
    logged.next();
    CHECK_FALSE(logged.last.heard);
    CHECK(logged[Counter::requests] == 30);
    CHECK(logged.last.totals.measuredByAny.has(Counter::requests)); // what it served, it served
    CHECK_FALSE(logged.last.totals.measuredByAny.has(Counter::connection_seconds));
    CHECK_THAT(logged.collector->trouble(), containsText("has ended"));
    logged.next();
    CHECK_FALSE(logged.last.totals.measuredByAny.has(Counter::requests));
    varnish.start();
    load();
    CHECK(logged.until([&] { return logged[Counter::requests] >= 40; }));
    CHECK(logged.last.heard);
    CHECK(logged.collector->trouble().empty());
    CHECK(logged[Counter::requests] == 40);
}

TEST_CASE("a Varnish that starts after the collector is counted from its first request",
          "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish;
    varnish.putObject("/a", "some text");
    Watching logged(varnish);
    Watching counted(varnish, " log=no");
    logged.next();
    CHECK_FALSE(logged.last.heard);
    CHECK_FALSE(logged.last.totals.measuredByAny.has(Counter::requests));
    CHECK_THAT(logged.collector->trouble(), containsText("no varnishd runs in " + varnish.name()));
    CHECK(logged.collector->server().empty());
    counted.next();
    varnish.start();
    for (int i = 0; i < 10; ++i)
        varnish.get("/a");
    CHECK(logged.until([&] { return logged[Counter::requests] >= 10; }));
    CHECK(counted.until([&] { return counted[Counter::requests] >= 10; }));
    CHECK(logged[Counter::requests] == 10);
    CHECK(counted[Counter::requests] == 10);
    Watching late(varnish); // what was before is not its
    varnish.get("/a");
    CHECK(late.until([&] { return late[Counter::requests] >= 1; }));
    CHECK(late[Counter::requests] == 1);
}

TEST_CASE("who may not read Varnish's memory is told what to do", "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish;
    varnish.start();
    const auto child = varnish.name() + "/_.vsm_mgt";
    const bool root = ::geteuid() == 0;
    if (root)
        REQUIRE(::seteuid(65'534) == 0);
    else
        std::filesystem::permissions(child, std::filesystem::perms::none);
    Watching watching(varnish);
    watching.next();
    const auto trouble = watching.collector->trouble();
    if (root)
        REQUIRE(::seteuid(0) == 0);
    else
        std::filesystem::permissions(child, std::filesystem::perms::owner_all);
    CHECK_FALSE(watching.last.heard);
    CHECK_THAT(trouble, containsText("no permission to read " + varnish.name()));
    CHECK_THAT(trouble, containsText("group varnish"));
    CHECK(watching.until([&] { return watching.last.heard; }));
}

TEST_CASE("what was written over before it was read is counted as lost", "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish({"-l", "1m"});
    varnish.putObject("/a", "some text");
    varnish.start();
    Watching logged(varnish);
    Watching watcher(varnish, " log=no");
    constexpr std::uint64_t sent = 2'000; // some 2 MB of log
    const std::string one = "GET /a HTTP/1.1\r\nHost: edge\r\n\r\n";
    std::string many;
    for (std::uint64_t i = 0; i + 1 < 100; ++i)
        many += one;
    many += "GET /a HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n";
    for (std::uint64_t i = 0; i < sent; i += 100)
        CHECK(sendHttp(varnish.port(), many).status == 200);
    REQUIRE(watcher.until([&] { return watcher[Counter::requests] >= sent; }));
    logged.next();
    CHECK(logged[Counter::log_lines_lost] > 0);
    CHECK(logged[Counter::requests] + logged[Counter::log_lines_lost] == sent);
    varnish.get("/a");
    CHECK(logged.until([&] { return logged[Counter::requests] + logged[Counter::log_lines_lost] > sent; }));
    CHECK(logged[Counter::requests] + logged[Counter::log_lines_lost] == sent + 1);
}

TEST_CASE("one look into the log ends, however much there is", "[agent][varnish][real]") {
    if (noVarnish()) return;
    struct HastyClock final : Clock { // a millisecond goes by each time it is looked at
        mutable SteadyTime now{1h};
        SteadyTime steady() const override { return now += 1ms; }
        WallTime wall() const override { return SystemClock().wall(); }
    } clock;
    VarnishFixture varnish;
    varnish.putObject("/a", "some text");
    varnish.start();
    EventLoop loop;
    auto collector =
        makeCollector(readCollectorPlan("varnish name=" + varnish.name()).value(), {loop, clock});
    REQUIRE(collector);
    for (int i = 0; i < 400; ++i)
        varnish.get("/a");
    std::uint64_t first = 0, all = 0;
    CHECK(eventually([&] {
        (*collector)->cut();
        const auto second = (*collector)->take();
        CHECK(second.totals[Counter::log_lines_lost] == 0);
        all += second.totals[Counter::requests];
        if (first == 0) first = all;
        return all >= 400;
    }));
    CHECK(first > 0);
    CHECK(first < 400);
    CHECK(all == 400);
}
