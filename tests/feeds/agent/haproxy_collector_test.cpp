// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/haproxy_collector.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/haproxy_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/udp_sender.h"
#include "tests/support/wait.h"

#include <array>
#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

struct HaproxyRig : Collecting {
    using Collecting::Collecting;
    const AccessLog& log() const { return *dynamic_cast<const HaproxyCollector&>(*collector).log(); }
    void awaitLines(std::uint64_t exchanges) {
        REQUIRE(eventually([&] {
            loop.turn(20ms);
            return log().tally().exchanges() >= exchanges;
        }));
    }
    void settle() {
        REQUIRE(eventually([this] {
            loop.turn(20ms);
            return collector->settled();
        }));
    }
};

/// What listens where a stats socket is meant to be, and answers as a test says.
class FakeSocket {
  public:
    FakeSocket() : m_listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(m_listener, 4) == 0);
    }
    ~FakeSocket() {
        if (m_asked >= 0) ::close(m_asked);
        ::close(m_listener);
    }
    std::string path() const { return (m_folder.path() / "s").string(); }

    /// The command of whoever asked; the connection stays open.
    std::string takeCommand() {
        if (m_asked >= 0) ::close(m_asked);
        m_asked = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        std::array<char, 256> text{};
        const ssize_t size = ::recv(m_asked, text.data(), text.size(), 0);
        return std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }
    void say(const std::string& text) {
        ::send(m_asked, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    void close() {
        ::close(m_asked);
        m_asked = -1;
    }
    /// A whole second of a collector that is answered so.
    CollectedSecond answer(HaproxyRig& rig, const std::string& text) {
        rig.collector->cut();
        takeCommand();
        say(text);
        close();
        rig.settle();
        return rig.collector->take();
    }

  private:
    TemporaryFolder m_folder;
    int m_listener;
    int m_asked = -1;
};

struct Said {
    int pid = 7;
    int uptime = 100;
    int requests = 0;
    int processes = 1;
    int droppedLogs = 0;
    std::string more{};
};

std::string haproxyAnswer(const Said& said) {
    return "Name: HAProxy\nVersion: 2.6.12\nNbproc: " + std::to_string(said.processes) +
           "\nPid: " + std::to_string(said.pid) + "\nUptime_sec: " + std::to_string(said.uptime) +
           "\nCurrConns: 20\nMaxconn: 400\nIdle_pct: 25\nDroppedLogs: " + std::to_string(said.droppedLogs) +
           "\n\n# pxname,svname,scur,slim,conn_tot,req_tot,mode,\n"
           "web,FRONTEND,10,100," +
           std::to_string(said.requests / 2) + "," + std::to_string(said.requests) + ",http,\n" +
           "stats,FRONTEND,9,10,1000,1000,http,\n" + said.more + "\n";
}

std::string haproxyLine(const std::string& uri, int lbUs) {
    return R"(<134>Nov 28 02:14:33 haproxy[1]: {"ts_us":"1795832073277693","m":"GET","uri":")" + uri +
           R"(","status":"200","bytes":"82","rt_us":"609","lb_us":")" + std::to_string(lbUs) + "\"}";
}

} // namespace

TEST_CASE("HAProxy's counters are differences, its gauges are of now", "[agent][haproxy]") {
    FakeSocket socket;
    HaproxyRig rig("haproxy socket=" + socket.path());
    CHECK_FALSE(socket.answer(rig, haproxyAnswer({.requests = 1000})).heard); // since when?
    const auto second = socket.answer(rig, haproxyAnswer({.requests = 1040}));
    CHECK(second.heard);
    CHECK(rig.collector->trouble().empty());
    CHECK(rig.collector->server() == "haproxy 2.6.12");
    CHECK(second.totals[Counter::node_seconds] == 1);
    CHECK(second.totals[Counter::requests] == 40); // without those of "stats"
    CHECK(second.totals[Counter::connections_accepted] == 20);
    CHECK(second.connections == 10U);
    CHECK(second.totals[Counter::connection_seconds] == 10);
    CHECK(second[Resource::workers] == Approx(0.75));
    CHECK(second[Resource::connections] == Approx(0.1)); // 10 of 100, fuller than 20 of 400
    CHECK(second.totals.measuredByAll.has(Counter::requests));
    CHECK_FALSE(second.totals.measuredByAll.has(Counter::cache_hits)); // nothing was looked up
    CHECK_FALSE(second.totals.measuredByAll.has(Counter::log_lines_lost));
    CHECK_FALSE(second.totals.measuredByAll.has(Distribution::lb_latency));
}

TEST_CASE("a HAProxy that begins anew counts from zero, and another one not at all", "[agent][haproxy]") {
    FakeSocket socket;
    HaproxyRig rig("haproxy socket=" + socket.path());
    socket.answer(rig, haproxyAnswer({.requests = 1000}));
    // Reloaded: more than before within a second, so that only the process tells.
    auto second = socket.answer(rig, haproxyAnswer({.pid = 8, .uptime = 1, .requests = 1500}));
    CHECK(second.heard);
    CHECK(second.totals[Counter::requests] == 1500);
    // "clear counters all"
    second = socket.answer(rig, haproxyAnswer({.pid = 8, .uptime = 2, .requests = 30}));
    CHECK(second.totals[Counter::requests] == 30);
    second = socket.answer(rig, haproxyAnswer({.pid = 9, .uptime = 5000, .requests = 99'000}));
    CHECK_FALSE(second.heard);
    CHECK_THAT(rig.collector->trouble(), containsText("another process"));
    CHECK(socket.answer(rig, haproxyAnswer({.pid = 9, .uptime = 5001, .requests = 99'010}))
              .totals[Counter::requests] == 10);
}

TEST_CASE("a stats socket that hangs, breaks off or floods costs its second and no more",
          "[agent][haproxy]") {
    FakeSocket socket;
    HaproxyRig rig("haproxy socket=" + socket.path());
    const auto troubleAfter = [&rig](const CollectedSecond& second) {
        CHECK_FALSE(second.heard);
        CHECK_FALSE(second.totals.measuredByAny.has(Counter::requests));
        CHECK(second.totals[Counter::node_seconds] == 0);
        return rig.collector->trouble();
    };
    const auto works = [&] {
        socket.answer(rig, haproxyAnswer({.requests = 100}));
        CHECK(socket.answer(rig, haproxyAnswer({.requests = 107})).totals[Counter::requests] == 7);
    };
    works();

    rig.collector->cut();
    CHECK(socket.takeCommand() == kHaproxyCommand);
    socket.say(haproxyAnswer({}).substr(0, 50));
    rig.loop.turn(20ms);
    CHECK_FALSE(rig.collector->settled());
    CHECK_THAT(troubleAfter(rig.collector->take()), containsText("in time"));
    socket.say("too late");
    rig.loop.turn(0ms);
    works();

    CHECK_THAT(troubleAfter(socket.answer(rig, haproxyAnswer({}).substr(0, 200))), containsText("cut off"));
    works();
    CHECK_THAT(troubleAfter(socket.answer(rig, "Permission denied\n")), containsText("Permission denied"));
    CHECK_THAT(troubleAfter(socket.answer(rig, haproxyAnswer({.processes = 4}))), containsText("one of 4"));

    rig.collector->cut();
    socket.takeCommand();
    const std::string part(64 << 10, 'x');
    CHECK(eventually([&] {
        socket.say(part);
        rig.loop.turn(1ms);
        return rig.collector->settled();
    }));
    CHECK_THAT(troubleAfter(rig.collector->take()), containsText("more than 1048576 bytes"));
    works();
}

TEST_CASE("a stats socket that is not there is named", "[agent][haproxy]") {
    HaproxyRig rig("haproxy socket=/nonexistent/haproxy.sock");
    CHECK_FALSE(rig.second().heard);
    CHECK_THAT(rig.collector->trouble(), containsText("/nonexistent/haproxy.sock: No such file"));
    for (const char* wrong : {"haproxy", "haproxy socket=relative", "haproxy socket=/s frontend=,"}) {
        INFO(wrong);
        CHECK_FALSE(makeCollector(*readCollectorPlan(wrong), {rig.loop, rig.clock}));
    }
}

TEST_CASE("only the frontends that were named count", "[agent][haproxy]") {
    FakeSocket socket;
    HaproxyRig rig("haproxy frontend=api,stats socket=" + socket.path());
    const auto rows = [](int requests) {
        return Said{.requests = 5 * requests,
                    .more = "api,FRONTEND,1,10,5," + std::to_string(requests) +
                            ",http,\napi,BACKEND,,,,900,http,\n"};
    };
    socket.answer(rig, haproxyAnswer(rows(100)));
    const auto second = socket.answer(rig, haproxyAnswer(rows(103)));
    CHECK(second.totals[Counter::requests] == 3);
    CHECK(second.connections == 10U); // 9 of stats and 1 of api
    CHECK_FALSE(socket.answer(rig, haproxyAnswer({})).heard);
    CHECK_THAT(rig.collector->trouble(), containsText("no frontend 'api'"));
}

TEST_CASE("HAProxy's lines bring the time in the balancer, and what it dropped is lost", "[agent][haproxy]") {
    FakeSocket socket;
    HaproxyRig rig("haproxy lines=udp:0 socket=" + socket.path());
    socket.answer(rig, haproxyAnswer({.requests = 100}));
    auto second = socket.answer(rig, haproxyAnswer({.requests = 102}));
    CHECK(second.heard);
    CHECK_FALSE(second.totals.measuredByAny.has(Distribution::lb_latency)); // no line has come: not set up?
    CHECK_FALSE(second.totals.measuredByAny.has(Counter::api_requests));
    CHECK(second.totals.measuredByAny.has(Counter::log_lines_lost));

    UdpSender sender(rig.log().port());
    sender.send(haproxyLine("/api/x", 40));
    sender.send(haproxyLine("/audio", 250));
    sender.send("<134>Nov 28 02:14:33 haproxy[1]: Server origin/one is DOWN");
    second = socket.answer(rig, haproxyAnswer({.requests = 110, .droppedLogs = 3}));
    CHECK(second.totals[Counter::requests] == 8); // counters lose nothing, lines may
    CHECK(second.totals[Counter::bytes_out] == 0);
    CHECK(second.totals[Counter::api_requests] == 1);
    CHECK(second.totals[Counter::log_lines_lost] == 4);
    CHECK(second.totals[Distribution::lb_latency].count() == 2);
    CHECK(second.totals[Distribution::lb_latency].sum() == 290);
    CHECK(second.totals[Distribution::metadata_latency].count() == 1);
    CHECK(second.totals.measuredByAny.has(Distribution::lb_latency));

    // Gone within the second: its last counters are lost, its lines are not.
    sender.send(haproxyLine("/audio", 10));
    second = socket.answer(rig, "");
    CHECK_FALSE(second.heard);
    CHECK(second.totals[Counter::requests] == 1);
    CHECK(second.totals[Counter::status_2xx] == 1);
    CHECK(second.totals.measuredByAny.has(Counter::requests));
    CHECK(second.totals.measuredByAny.has(Distribution::lb_latency));
    CHECK_FALSE(second.totals.measuredByAny.has(Counter::connections_accepted));
}

TEST_CASE("totals equal what a real HAProxy was asked and what it counts", "[agent][haproxy][real]") {
    if (skippedWithout(HaproxyFixture::kProgram, "haproxy")) return;
    HaproxyRig rig("haproxy lines=udp:0 socket=/nonexistent"); // for its lines
    HaproxyFixture haproxy(rig.log().port());
    haproxy.start();
    HaproxyRig real("haproxy frontend=web,tunnel socket=" + haproxy.socket());
    HaproxyRig all("haproxy socket=" + haproxy.socket());
    real.second();
    all.second();

    const auto get = [&](const std::string& path) { return askHttp(haproxy.web(), path).status; };
    for (int i = 0; i < 30; ++i)
        CHECK(get("/audio/" + std::to_string(i)) == 200);
    for (int i = 0; i < 4; ++i)
        CHECK(get("/limited/x") == 429);
    CHECK(get("/forbidden/x?y=\"\\") == 403);
    CHECK(get("/api/album") == 200);
    haproxy.origin().setAnswer(HaproxyFixture::answer(200, "Cache-Control: max-age=60\r\n"));
    for (int i = 0; i < 5; ++i)
        CHECK(get("/kept/one") == 200);
    haproxy.origin().setAnswer(HaproxyFixture::answer(404));
    for (int i = 0; i < 6; ++i)
        CHECK(get("/gone") == 404);
    haproxy.origin().setAnswer(HaproxyFixture::answer(503));
    for (int i = 0; i < 3; ++i)
        CHECK(get("/broken") == 503);
    haproxy.origin().setAnswer(HaproxyFixture::answer(302));
    CHECK(get("/elsewhere") == 302);
    CHECK(sendHttp(haproxy.web(), "rubbish\r\n\r\n").status == 400);
    CHECK(sendHttp(haproxy.web(), "GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n").status == 400);
    CHECK(askHttp(haproxy.tunnel(), "/audio").status == 302);
    CHECK(sendHttp(haproxy.tunnel(), "GET / HTTP/1.0\r\n\r\n", "127.0.0.2").status == 0);
    for (int i = 0; i < 9; ++i)
        CHECK(askHttp(haproxy.other(), "/").status == 200);
    constexpr std::uint64_t kAsked = 30 + 4 + 1 + 1 + 5 + 6 + 3 + 1 + 2;
    rig.awaitLines(kAsked); // logged after they were counted

    auto second = real.second();
    const PopTotals& t = second.totals;
    REQUIRE(second.heard);
    CHECK(t[Counter::requests] == kAsked);
    CHECK(t[Counter::status_2xx] == 36);
    CHECK(t[Counter::status_3xx] == 1);
    CHECK(t[Counter::status_4xx] == 4 + 1 + 6 + 2);
    CHECK(t[Counter::status_5xx] == 3);
    CHECK(t[Counter::waf_blocked] == 5);
    CHECK(t[Counter::malformed] == 2);
    CHECK(t[Counter::connections_accepted] == kAsked + 2);
    CHECK(t[Counter::connections_rejected] == 1);
    CHECK(second.connections == 0U);
    CHECK(t[Counter::bytes_out] ==
          haproxy.stat("web", "FRONTEND", "bout") + haproxy.stat("tunnel", "FRONTEND", "bout"));
    CHECK(t[Counter::bytes_out] > 47 * 1000);
    CHECK_FALSE(t.measuredByAll.has(Counter::cache_hits));
    REQUIRE(second[Resource::workers]);
    CHECK(*second[Resource::workers] >= 0);
    CHECK(*second[Resource::workers] <= 1);

    second = all.second();
    CHECK(second.totals[Counter::requests] == kAsked + 9);
    CHECK(second.totals[Counter::cache_hits] == 4);
    CHECK(second.totals[Counter::cache_misses] == 1);
    CHECK(second.totals.measuredByAll.has(Counter::cache_hits));
    CHECK_THAT(all.collector->server(), containsText("haproxy "));

    rig.collector->cut(); // has the lines
    const PopTotals lines = rig.collector->take().totals;
    CHECK(lines[Counter::log_lines_lost] == 0);
    CHECK(lines[Counter::requests] == kAsked);
    CHECK(lines[Counter::api_requests] == 1);
    CHECK(rig.log().tally().addresses() == kAsked - 2); // of requests that could be read
    CHECK(lines[Counter::overload_errors] == 4 + 3);
    CHECK(lines[Distribution::metadata_latency].count() == 1);
    CHECK(lines[Distribution::metadata_latency].max() > 0);
    // Those that a server or its own cache answered, and not a rule.
    CHECK(lines[Distribution::lb_latency].count() == 30 + 1 + 5 + 6 + 3 + 1);
    CHECK(lines[Distribution::lb_latency].max() < 2'000'000);
}

TEST_CASE("a real HAProxy is reloaded and killed and started again", "[agent][haproxy][real]") {
    if (skippedWithout(HaproxyFixture::kProgram, "haproxy")) return;
    HaproxyRig lines("haproxy lines=udp:0 socket=/nonexistent"); // for its lines
    HaproxyFixture haproxy(lines.log().port());
    haproxy.start();
    HaproxyRig rig("haproxy socket=" + haproxy.socket());
    std::uint64_t asked = 0;
    const auto ask = [&](int times) {
        for (int i = 0; i < times; ++i, ++asked)
            CHECK(askHttp(haproxy.web(), "/audio").status == 200);
        lines.awaitLines(asked);
    };
    rig.second();
    ask(5);
    CHECK(rig.second().totals[Counter::requests] == 5);
    haproxy.reload();
    ask(8);
    const auto reloaded = rig.second();
    CHECK(reloaded.heard);
    CHECK(reloaded.totals[Counter::requests] == 8);
    ask(2);
    CHECK(rig.second().totals[Counter::requests] == 2);
    haproxy.kill();
    CHECK_FALSE(rig.second().heard);
    CHECK_THAT(rig.collector->trouble(), containsText(haproxy.socket() + ": "));
    haproxy.start();
    ask(3);
    CHECK_FALSE(rig.second().heard); // these three are of a second that nobody saw begin
    ask(4);
    CHECK(rig.second().totals[Counter::requests] == 4);
}
