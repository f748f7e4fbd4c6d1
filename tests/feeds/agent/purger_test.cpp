// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/nginx_collector.h"
#include "feeds/agent/purger.h"

#include "tests/support/catch.h"
#include "tests/support/collecting.h"
#include "tests/support/http_responder.h"
#include "tests/support/nginx_fixture.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

struct Purging {
    SystemClock clock;
    EventLoop loop;
    std::size_t told = 0;

    std::vector<PurgeOutcome> send(const Purger::Order& order) {
        auto outcomes = Purger(loop, clock).send(order, [this](const PurgeOutcome&) { ++told; });
        REQUIRE(outcomes);
        return *std::move(outcomes);
    }
    std::string refusal(const Purger::Order& order) {
        const auto outcomes = Purger(loop, clock).send(order, [this](const PurgeOutcome&) { ++told; });
        REQUIRE_FALSE(outcomes);
        return outcomes.error();
    }
};

std::string at(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

} // namespace

TEST_CASE("a list of servers says where each is", "[agent][purge]") {
    const auto targets =
        readPurgeTargets("# ours\nEWR 10.0.0.1:80\n\n  10.0.0.2:8080 # spare\nLHR\tedge-9\r\n", "edges.txt");
    REQUIRE(targets);
    CHECK(*targets ==
          std::vector<PurgeTarget>{{"EWR", "10.0.0.1:80"}, {"", "10.0.0.2:8080"}, {"LHR", "edge-9"}});
    for (const char* text : {"\nEWR 10.0.0.1 80", "\nhttp://10.0.0.1/", "\nEWR \x01"}) {
        const auto refused = readPurgeTargets(text, "edges.txt");
        REQUIRE_FALSE(refused);
        CHECK_THAT(refused.error(), containsText("edges.txt:2"));
    }
}

TEST_CASE("each server's answer is told, and what it means", "[agent][purge]") {
    const HttpResponder takes("HTTP/1.1 200 Purged\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    const HttpResponder absent("HTTP/1.1 404 Not in cache\r\nContent-Length: 0\r\n\r\n");
    const HttpResponder refuses("HTTP/1.1 405 Not Allowed\r\nContent-Length: 0\r\n\r\n");
    const HttpResponder forbids("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    const HttpResponder silent("");
    Purging purging;
    auto outcomes = purging.send({.urls = {"https://www.example.com/a"},
                                  .targets = {{"", at(takes.port())},
                                              {"", at(absent.port())},
                                              {"", at(refuses.port())},
                                              {"", at(forbids.port())},
                                              {"", at(silent.port())},
                                              {"", "127.0.0.1:1"}},
                                  .id = "drop-1",
                                  .timeout = 300ms});
    REQUIRE(outcomes.size() == 6);
    CHECK(purging.told == 6);
    std::ranges::sort(outcomes, {}, &PurgeOutcome::target);
    CHECK(outcomes[0].applied);
    CHECK(outcomes[0].why.empty());
    CHECK(outcomes[0].took.count() > 0);
    CHECK(outcomes[1].applied);
    CHECK_FALSE(outcomes[2].applied);
    CHECK_THAT(outcomes[2].why, containsText("--method GET"));
    CHECK_THAT(outcomes[3].why, containsText("issuer"));
    CHECK_FALSE(outcomes[4].applied);
    CHECK(outcomes[4].status == 0);
    CHECK(outcomes[4].took >= 300ms);
    CHECK_FALSE(outcomes[5].why.empty());
}

TEST_CASE("more purges than may be under way at once are all sent", "[agent][purge]") {
    const HttpResponder server("HTTP/1.1 200 Purged\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    Purging purging;
    Purger::Order order{.urls = {"http://a/1", "http://a/2", "http://a/3"}, .id = "x"};
    order.targets.assign(Purger::kAtOnce, {"", at(server.port())});
    const auto outcomes = purging.send(order);
    CHECK(outcomes.size() == 3 * Purger::kAtOnce);
    for (const PurgeOutcome& outcome : outcomes) {
        INFO(outcome.why);
        CHECK(outcome.applied);
    }
    CHECK(std::ranges::count(outcomes, 2U, &PurgeOutcome::url) ==
          static_cast<std::ptrdiff_t>(Purger::kAtOnce));
}

TEST_CASE("an answer counts, however large the object it brings", "[agent][purge]") {
    const HttpResponder large("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" +
                              std::string(3 * EventLoop::kBodyBytes, 'x'));
    Purging purging;
    const auto outcomes = purging.send(
        {.urls = {"http://a/1"}, .targets = {{"", at(large.port())}}, .method = "GET", .id = "x"});
    CHECK(outcomes[0].applied);
    CHECK(outcomes[0].why.empty());
}

TEST_CASE("what is no URL, address or name is refused before anything is sent", "[agent][purge]") {
    Purging purging;
    const PurgeTarget somewhere{"", "127.0.0.1:1"};
    CHECK_THAT(purging.refusal({.urls = {"http://a/1", "ftp://a/1"}, .targets = {somewhere}}),
               containsText("ftp://a/1"));
    CHECK_THAT(purging.refusal({.urls = {"http://a"}, .targets = {somewhere}}), containsText("HOST/PATH"));
    CHECK_THAT(purging.refusal({.urls = {"http:///a"}, .targets = {somewhere}}), containsText("HOST/PATH"));
    CHECK_THAT(purging.refusal({.urls = {"http://a/\r\nX: y"}, .targets = {somewhere}}),
               containsText("HOST/PATH"));
    CHECK_THAT(purging.refusal({.urls = {"http://a/1"}, .targets = {{"", "a/b"}}}), containsText("address"));
    CHECK_THAT(purging.refusal({.urls = {"http://a/1"}, .targets = {somewhere}, .id = "a\r\nX: y"}),
               containsText("name"));
    for (const char* url : {"http://a:99999/1", "http://[::1/1", "http://user:secret@a/1", "http://a b/1"})
        CHECK_THAT(purging.refusal({.urls = {url}, .targets = {somewhere}}), containsText("HOST/PATH"));
    for (const char* header :
         {"x-purge-seq: 9", "Host: b", "Content-Length: 5", "Transfer-Encoding: chunked"})
        CHECK_THAT(purging.refusal({.urls = {"http://a/1"}, .targets = {somewhere}, .headers = {header}}),
                   containsText("is set by the purge itself"));
    for (const char* header : {"X-Key", ": y", "X-Key: a\r\nX: y", "X Key: y"})
        CHECK_THAT(purging.refusal({.urls = {"http://a/1"}, .targets = {somewhere}, .headers = {header}}),
                   containsText("NAME: VALUE"));
    CHECK(purging.told == 0);
}

TEST_CASE("an issuer's numbers go on where they stopped, whoever takes them", "[agent][purge]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "purge-sequence").string();
    CHECK(takePurgeSequence(path, 1).value() == 1);
    CHECK(takePurgeSequence(path, 3).value() == 2);
    CHECK(takePurgeSequence(path, 1).value() == 5);
    std::vector<std::uint64_t> taken;
    {
        std::vector<std::thread> issuers;
        std::vector<std::vector<std::uint64_t>> each(4);
        for (auto& mine : each)
            issuers.emplace_back([&path, &mine] {
                for (int i = 0; i < 25; ++i)
                    mine.push_back(takePurgeSequence(path, 1).value());
            });
        for (auto& issuer : issuers)
            issuer.join();
        for (const auto& mine : each)
            taken.insert(taken.end(), mine.begin(), mine.end());
    }
    std::ranges::sort(taken);
    REQUIRE(taken.size() == 100);
    for (std::size_t i = 0; i < taken.size(); ++i)
        CHECK(taken[i] == 6 + i);
    // What is not as it was left starts no new numbering in silence.
    for (const char* damaged : {"seventeen", "", "5\n6", "-1", "18446744073709551615\n"}) {
        std::ofstream(path, std::ios::trunc) << damaged;
        const auto refused = takePurgeSequence(path, 1);
        INFO(damaged);
        REQUIRE_FALSE(refused);
        CHECK_THAT(refused.error(), containsText("number of the last purge"));
    }
    CHECK_THAT(takePurgeSequence((folder.path() / "none/purge-sequence").string(), 1).error(),
               containsText("No such file"));
    CHECK_THAT(takePurgeSequence(folder.path().string(), 1).error(), containsText("directory"));
}

TEST_CASE("a purge that is sent is one that nginx's agent sees, with its lag", "[agent][purge][real]") {
    Collecting finder("nginx lines=udp:0");
    const auto port = dynamic_cast<NginxCollector&>(*finder.collector).log()->port();
    finder.collector.reset();
    NginxFixture nginx(port);
    nginx.putObject("/audio/1", "first edition");
    nginx.start();
    Collecting watched("nginx lines=udp:" + std::to_string(port));
    const auto& tally = dynamic_cast<NginxCollector&>(*watched.collector).log()->tally();
    CHECK(nginx.get("/audio/1").body == "first edition");
    nginx.putObject("/audio/1", "second edition");
    CHECK(nginx.get("/audio/1").body == "first edition");

    Purging purging;
    const auto outcomes = purging.send({.urls = {"http://localhost/audio/1"},
                                        .targets = {{"EWR", at(nginx.edgePort())}},
                                        .method = "GET",
                                        .id = "drop-1",
                                        .firstSequence = 17});
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].applied);
    CHECK(nginx.get("/audio/1").body == "second edition");
    while (tally.exchanges() < 4)
        watched.loop.turn(100ms);
    const auto second = watched.second();
    CHECK(second.totals[Counter::inv_received] == 1);
    CHECK(second.totals[Counter::inv_applied] == 1);
    REQUIRE(second.totals[Distribution::invalidation_lag].count() == 1);
    // nginx's clock stands still within one turn of its event loop.
    CHECK(second.totals[Distribution::invalidation_lag].max() <=
          static_cast<std::uint64_t>(outcomes[0].took.count()) + 1000);

    const auto notPurged = purging.send(
        {.urls = {"http://localhost/audio/1"}, .targets = {{"EWR", at(nginx.edgePort())}}, .id = "drop-2"});
    CHECK_FALSE(notPurged[0].applied); // nginx knows no PURGE
}
