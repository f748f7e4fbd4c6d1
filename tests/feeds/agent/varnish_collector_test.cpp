// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_collector.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/varnish_fixture.h"
#include "tests/support/wait.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <functional>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

bool noVarnish() {
    if (skippedWithout(VarnishFixture::kProgram, "varnish")) return true;
    VarnishCounters counters;
    const auto memory = VarnishMemory::open("/nonexistent", true, counters);
    if (memory) return false;
    WARN("skipped: " << memory.error());
    std::cout << "surgescope: skipped, " << memory.error() << '\n';
    return true;
}

/// A collector, and the sum of what it has collected.
struct Watching : Collecting {
    PopTotals sum;
    CollectedSecond last;

    explicit Watching(const VarnishFixture& varnish, const std::string& more = "")
        : Collecting("varnish name=" + varnish.name() + more) {}

    void next() {
        loop.turn(50ms);
        last = second();
        sum.merge(last.totals);
    }
    bool until(const std::function<bool()>& holds) {
        return eventually([&] {
            next();
            return holds();
        });
    }
    std::uint64_t operator[](Counter c) const { return sum[c]; }
};

/// What a client saw.
struct ClientsSaw {
    std::uint64_t requests = 0, hits = 0, bytes = 0;
    std::array<std::uint64_t, 6> status{}; // by class

    HttpReply add(HttpReply reply) {
        ++requests;
        ++status.at(static_cast<std::size_t>(reply.status) / 100);
        bytes += reply.head.size() + 4 + reply.body.size();
        // "X-Varnish: 32770 2": the second number is the request that fetched the object
        if (const auto at = reply.head.find("\r\nX-Varnish: "); at != std::string::npos) {
            const auto from = at + 13;
            const auto line = reply.head.substr(from, reply.head.find("\r\n", from) - from);
            if (line.find(' ') != std::string::npos) ++hits;
        }
        return reply;
    }
};

std::uint64_t nowUs() {
    return static_cast<std::uint64_t>(SystemClock().wall().time_since_epoch().count());
}

} // namespace

TEST_CASE("totals equal what clients of a real Varnish saw", "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish;
    for (int i = 0; i < 20; ++i)
        varnish.putObject("/audio/" + std::to_string(i), std::string(1000, 'x'));
    for (const char* path : {"/pass/a", "/pipe/a", "/stale/a", "/part", "/api/a"})
        varnish.putObject(path, "some text");
    varnish.putObject("/whole", "<p>before <esi:include src=\"/part\"/> behind");
    varnish.start();
    Watching logged(varnish);
    Watching counted(varnish, " log=no");

    ClientsSaw seen;
    const auto get = [&](const std::string& path, int times) {
        for (int i = 0; i < times; ++i)
            seen.add(varnish.get(path));
    };
    for (int i = 0; i < 200; ++i)
        get("/audio/" + std::to_string(i % 25), 1); // 25 misses, 5 of them of what is not there
    get("/pass/a", 10);
    get("/pipe/a", 5);
    get("/refused/a", 4);
    get("/again/audio/1", 3);
    get("/stale/a", 2); // a miss, and one that is fetched anew behind its client's back
    get("/api/a", 2);   // a miss
    // A miss, and its part is another. Of pages in parts Varnish does not count all that HTTP/1.1 puts around
    // them.
    const std::string page = "GET /whole HTTP/1.0\r\nHost: edge\r\n\r\n";
    const auto whole = seen.add(sendHttp(varnish.port(), page)).body;
    CHECK_THAT(whole, containsText("before "));
    CHECK_THAT(whole, containsText("some text"));
    seen.add(sendHttp(varnish.port(), page));
    const std::uint64_t understood = seen.requests;
    seen.add(sendHttp(varnish.port(), "\x16\x03\x01 rubbish\r\n\r\n"));
    seen.add(sendHttp(varnish.port(), "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
    constexpr std::uint64_t misses = 25 + 1 + 1 + 1, fetches = misses + 1 + 1 + 10 + 5;

    // Varnish adds up what its threads have counted when they come to it.
    CHECK(logged.until([&] {
        return logged[Counter::requests] >= seen.requests && logged[Counter::origin_fetches] >= fetches &&
               logged[Counter::connections_accepted] >= seen.requests;
    }));
    CHECK(counted.until([&] {
        return counted[Counter::malformed] >= 2 && counted[Counter::bytes_out] >= seen.bytes &&
               counted[Counter::connections_accepted] >= seen.requests;
    }));
    for (const Watching* w : {&logged, &counted}) {
        INFO((w == &logged ? "by the log" : "by counters"));
        CHECK(w->last.heard);
        CHECK((*w)[Counter::malformed] == seen.requests - understood);
        CHECK((*w)[Counter::stale_served] == 1);
        CHECK((*w)[Counter::bytes_out] == seen.bytes);
        CHECK((*w)[Counter::origin_fetches] == fetches);
        CHECK((*w)[Counter::connections_accepted] == seen.requests);
        CHECK((*w)[Counter::connections_rejected] == 0);
    }
    const PopTotals& t = logged.sum;
    CHECK(t[Counter::requests] == seen.requests);
    CHECK(counted[Counter::requests] == seen.requests - 1); // without the rubbish
    CHECK(t[Counter::cache_hits] == seen.hits);
    CHECK(t[Counter::cache_misses] == misses);
    CHECK(counted[Counter::cache_hits] == seen.hits + 1); // counters count parts of pages as well
    CHECK(counted[Counter::cache_misses] == misses + 1);
    CHECK(t[Distribution::ttfb_hit].count() == seen.hits);
    CHECK(t[Distribution::ttfb_miss].count() == misses);
    CHECK(t[Distribution::ttfb_hit].max() < 5'000'000);
    CHECK(t[Counter::status_2xx] == seen.status[2] - 5); // what was piped Varnish has not read
    CHECK(t[Counter::status_4xx] == seen.status[4]);
    CHECK(t[Counter::status_5xx] == 0);
    CHECK(seen.status[4] == 8 * 5 + 4 + 2);
    CHECK(t[Counter::waf_blocked] == 4);
    CHECK(t[Counter::api_requests] == 2);
    CHECK(t[Distribution::metadata_latency].count() == 2);
    CHECK(t[Counter::collapsed] == 0);
    CHECK(t[Counter::log_lines_lost] == 0);
    CHECK(t[Counter::bytes_fill] > 21 * 1000);
    CHECK_THAT(logged.collector->server(), containsText("varnish 7."));
}

TEST_CASE("purges, bans and refreshes of issuers are timed, those of strangers are not",
          "[agent][varnish][real][purge]") {
    if (noVarnish()) return;
    VarnishFixture varnish({"-p", "ban_lurker_age=1"});
    varnish.putObject("/a", "first edition");
    varnish.start();
    Watching watching(varnish);
    CHECK(varnish.get("/a").body == "first edition");
    varnish.putObject("/a", "second edition");
    CHECK(varnish.get("/a").body == "first edition");

    constexpr std::uint64_t late = 250'000;
    const std::uint64_t begun = nowUs();
    CHECK(varnish.purge("PURGE", "/a", 1, begun - late).status == 200);
    CHECK(varnish.get("/a").body == "second edition");
    varnish.putObject("/a", "third edition");
    CHECK(varnish.purge("BAN", "album-1", 2, begun - late).status == 200);
    CHECK(varnish.get("/a").body == "third edition");
    varnish.putObject("/a", "fourth edition");
    CHECK(varnish.purge("GET", "/a", 5, begun - late).body == "fourth edition"); // 3 and 4 never came
    CHECK(varnish.get("/a").body == "fourth edition");
    CHECK(varnish.purge("PURGE", "/a", 6, 12).status == 200); // issued in 1970
    const std::uint64_t took = nowUs() - begun;

    // Nobody of the issuers: 127.0.0.2.
    const std::string stamps = "\r\nHost: edge\r\nConnection: close\r\nX-Purge-Id: x\r\nX-Purge-Seq: 900"
                               "\r\nX-Purge-Issued-At: " +
                               std::to_string(begun) + "\r\n\r\n";
    CHECK(sendHttp(varnish.port(), "PURGE /a HTTP/1.1" + stamps, "127.0.0.2").status == 405);
    CHECK(sendHttp(varnish.port(), "GET /a HTTP/1.1" + stamps, "127.0.0.2").status == 200);

    REQUIRE(watching.until([&] { return watching[Counter::requests] >= 11; }));
    const PopTotals& t = watching.sum;
    CHECK(t[Counter::requests] == 11);
    CHECK(t[Counter::inv_received] == 3);
    CHECK(t[Counter::inv_applied] == 3);
    CHECK(t[Counter::waf_blocked] == 1);
    const auto& lag = t[Distribution::invalidation_lag];
    CHECK(lag.count() == 3);
    CHECK(lag.sum() >= 3 * late);
    CHECK(lag.max() <= late + took);
    const auto& collector = dynamic_cast<const VarnishCollector&>(*watching.collector);
    CHECK(collector.tally().purgeStampsRefused() == 1);

    // The ban is pending until the lurker has worked it off; 3 and 4 are until they come.
    CHECK(watching.last.invalidationsPending == 3U);
    CHECK(watching.last.totals[Counter::inv_pending_seconds] == 3);
    CHECK(watching.until([&] { return watching.last.invalidationsPending == 2U; }));
    CHECK(varnish.purge("PURGE", "/a", 3, begun).status == 200);
    CHECK(varnish.purge("PURGE", "/a", 4, begun).status == 200);
    CHECK(watching.until([&] { return watching.last.invalidationsPending == 0U; }));
}

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

TEST_CASE("who waits for another's fetch is collapsed", "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish;
    varnish.start();
    Watching logged(varnish);
    Watching counted(varnish, " log=no");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(varnish.heldPort());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener, 8) == 0);

    std::array<int, 5> statuses{};
    std::vector<std::thread> clients;
    for (int& status : statuses)
        clients.emplace_back([&status, &varnish] { status = varnish.get("/held/a").status; });
    const int origin = ::accept(listener, nullptr, nullptr);
    const bool asleep = counted.until([&] { return counted[Counter::collapsed] >= statuses.size() - 1; });
    logged.next();
    CHECK(logged.last.connections == statuses.size());
    CHECK(logged[Counter::requests] == 0);
    const std::string answer = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok";
    CHECK(::send(origin, answer.data(), answer.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(answer.size()));
    for (auto& client : clients)
        client.join();
    ::close(origin);
    ::close(listener);

    CHECK(asleep);
    CHECK(std::ranges::count(statuses, 200) == 5);
    CHECK(logged.until([&] { return logged[Counter::requests] >= 5 && logged.last.connections == 0U; }));
    CHECK(logged[Counter::cache_misses] == 1);
    CHECK(logged[Counter::cache_hits] == 4);
    CHECK(logged[Counter::collapsed] == 4);
    CHECK(logged[Counter::origin_fetches] == 1);
    CHECK(logged.sum[Distribution::ttfb_hit].count() == 4);
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

TEST_CASE("what Varnish cannot tell is not measured, with the reason", "[agent][varnish]") {
    if (noVarnish()) return;
    const auto capabilityOf = [](const std::string& plan) {
        return Collecting(plan).collector->capability();
    };
    const auto all = capabilityOf("varnish name=/nonexistent");
    CHECK(all.measures.has(Distribution::ttfb_hit));
    CHECK(all.measures.has(Counter::collapsed));
    CHECK_FALSE(all.measures.has(Counter::waf_blocked)); // until the VCL has said so once
    const auto some = capabilityOf("varnish name=/nonexistent log=no");
    CHECK(some.measures.has(Counter::cache_hits));
    CHECK(some.measures.has(Counter::inv_pending_seconds));
    for (const Counter c : {Counter::status_5xx, Counter::api_requests, Counter::inv_applied})
        CHECK_FALSE(some.measures.has(c));
    CHECK_FALSE(some.measures.has(Distribution::ttfb_miss));
    for (const Capability& capability : {all, some})
        for (const Gap& gap : capability.gaps) // a gap is none in what is measured
            CHECK((gap.fields & capability.measures) == FieldSet());
    EventLoop loop;
    const SystemClock clock;
    const auto refused = makeCollector(readCollectorPlan("varnish log=perhaps").value(), {loop, clock});
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == "varnish: log: 'perhaps', expected yes or no");
}
