// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/varnish_collector.h"

#include "tests/support/catch.h"
#include "tests/support/watching_varnish.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
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

/// What a client saw.
struct VarnishClients {
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

sockaddr_in varnishAddress(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int varnishConnection(std::uint16_t port) {
    const auto address = varnishAddress(port);
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

bool closedByVarnish(int fd) {
    char byte = 0;
    const auto got = ::recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

/// An origin that answers when it is told to.
class HeldOrigin {
  public:
    explicit HeldOrigin(std::uint16_t port) : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const auto address = varnishAddress(port);
        REQUIRE(::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(m_listener, 64) == 0);
    }
    ~HeldOrigin() {
        if (m_asked >= 0) ::close(m_asked);
        ::close(m_listener);
    }
    HeldOrigin(const HeldOrigin&) = delete;
    HeldOrigin& operator=(const HeldOrigin&) = delete;

    void awaitFetch() { m_asked = ::accept(m_listener, nullptr, nullptr); }
    void answer(const std::string& text) {
        CHECK(::send(m_asked, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }

  private:
    int m_listener;
    int m_asked = -1;
};

std::uint64_t varnishNowUs() {
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

    VarnishClients seen;
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
    const std::uint64_t begun = varnishNowUs();
    CHECK(varnish.purge("PURGE", "/a", 1, begun - late).status == 200);
    CHECK(varnish.get("/a").body == "second edition");
    varnish.putObject("/a", "third edition");
    CHECK(varnish.purge("BAN", "album-1", 2, begun - late).status == 200);
    CHECK(varnish.get("/a").body == "third edition");
    varnish.putObject("/a", "fourth edition");
    CHECK(varnish.purge("GET", "/a", 5, begun - late).body == "fourth edition"); // 3 and 4 never came
    CHECK(varnish.get("/a").body == "fourth edition");
    CHECK(varnish.purge("PURGE", "/a", 6, 12).status == 200); // issued in 1970
    const std::uint64_t took = varnishNowUs() - begun;

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

TEST_CASE("clients of Varnish from networks never seen are counted when it was learnt who comes",
          "[agent][varnish][real]") {
    if (noVarnish()) return;
    struct HandClock final : Clock {
        SteadyTime now{1h};
        SteadyTime steady() const override { return now; }
        WallTime wall() const override { return SystemClock().wall(); }
    } clock;
    VarnishFixture varnish;
    varnish.start();
    EventLoop loop;
    auto made = makeCollector(readCollectorPlan("varnish name=" + varnish.name()).value(), {loop, clock});
    REQUIRE(made);
    Collector& collector = **made;
    PopTotals sum;
    const auto until = [&](std::uint64_t requests) {
        return eventually([&] {
            loop.turn(50ms);
            collector.cut();
            sum.merge(collector.take().totals);
            return sum[Counter::requests] >= requests;
        });
    };
    varnish.get("/refused/a");
    CHECK(until(1));
    CHECK_FALSE(sum.measuredByAny.has(Counter::new_prefix_requests));
    clock.now += 11min;
    CHECK(until(1));
    sum = {};
    const std::string request = "GET /refused/a HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n";
    sendHttp(varnish.port(), request);
    sendHttp(varnish.port(), request, "127.0.1.2");
    CHECK(until(2));
    CHECK(sum.measuredByAny.has(Counter::new_prefix_requests));
    CHECK(sum[Counter::new_prefix_requests] == 1);
}

TEST_CASE("who waits for another's fetch is collapsed", "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish;
    varnish.start();
    Watching logged(varnish);
    Watching counted(varnish, " log=no");
    HeldOrigin origin(varnish.heldPort());
    std::array<int, 5> statuses{};
    std::vector<std::thread> clients;
    for (int& status : statuses)
        clients.emplace_back([&status, &varnish] { status = varnish.get("/held/a").status; });
    origin.awaitFetch();
    const bool asleep = counted.until([&] { return counted[Counter::collapsed] >= statuses.size() - 1; });
    logged.next();
    CHECK(logged.last.connections == statuses.size());
    CHECK(logged[Counter::requests] == 0);
    origin.answer("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok");
    for (auto& client : clients)
        client.join();

    CHECK(asleep);
    CHECK(std::ranges::count(statuses, 200) == 5);
    CHECK(logged.until([&] { return logged[Counter::requests] >= 5 && logged.last.connections == 0U; }));
    CHECK(logged[Counter::cache_misses] == 1);
    CHECK(logged[Counter::cache_hits] == 4);
    CHECK(logged[Counter::collapsed] == 4);
    CHECK(logged[Counter::origin_fetches] == 1);
    CHECK(logged.sum[Distribution::ttfb_hit].count() == 4);
}

TEST_CASE("when threads run out, workers are full and who is turned away is counted",
          "[agent][varnish][real]") {
    if (noVarnish()) return;
    VarnishFixture varnish(
        {"-p", "thread_pool_max=10", "-p", "thread_queue_limit=2", "-p", "timeout_linger=0"});
    varnish.start();
    const HeldOrigin origin(varnish.heldPort()); // it never answers
    Watching watching(varnish);
    watching.next();
    CHECK_FALSE(watching.last[Resource::workers].has_value()); // not 0: nobody tells how many are busy
    std::vector<int> clients(30);
    const auto ask = [](int client, const std::string& path) {
        const std::string request = "GET " + path + " HTTP/1.1\r\nHost: edge\r\n\r\n";
        CHECK(::send(client, request.data(), request.size(), MSG_NOSIGNAL) > 0);
    };
    for (int& client : clients) {
        client = varnishConnection(varnish.port());
        ask(client, "/refused/");
        std::array<char, 4096> answer{};
        CHECK(::recv(client, answer.data(), answer.size(), 0) > 0);
    }
    for (const int client : clients) // each that is piped holds a thread
        ask(client, "/pipe/held/");
    bool full = false;
    std::uint64_t turnedAway = 0;
    CHECK(watching.until([&] {
        full = full || watching.last[Resource::workers] == 1.0;
        turnedAway = static_cast<std::uint64_t>(std::ranges::count_if(clients, closedByVarnish));
        return full && turnedAway > 0 && watching[Counter::connections_rejected] >= turnedAway;
    }));
    CHECK(watching[Counter::connections_rejected] == turnedAway);
    for (const int client : clients)
        ::close(client);
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
