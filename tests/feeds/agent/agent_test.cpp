// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent.h"
#include "feeds/agent/nginx_collector.h"

#include "tests/support/catch.h"
#include "tests/support/http_responder.h"
#include "tests/support/nginx_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/udp_sender.h"

#include <fstream>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

struct FakeClock final : Clock {
    WallTime now = WallTime(1'800'000'000'500ms);
    SteadyTime running{1h};
    SteadyTime steady() const override { return running; }
    WallTime wall() const override { return now; }
    void advance(std::chrono::milliseconds by) {
        now += by;
        running += by;
    }
};

struct FakePublisher final : Publisher {
    std::vector<PopReport> reports;
    std::vector<NodeColumns> columns;
    std::vector<Roster> rosters;
    int ticks = 0;
    int sessions = 1;

    bool publish(PopReport& m) override { return reports.push_back(m), true; }
    bool publish(NodeColumns& m) override { return columns.push_back(m), true; }
    bool publish(Event&) override { return true; }
    bool publish(Global&) override { return true; }
    void setRoster(Roster roster) override { rosters.push_back(std::move(roster)); }
    void beginSession() override { ++sessions; }
    void tick() override { ++ticks; }
    bool wanted(std::string_view) const override { return true; }
    const std::vector<std::string>& boundEndpoints() const override { return m_none; }
    std::uint64_t sentMessages() const override { return reports.size(); }
    std::uint64_t sentBytes() const override { return 0; }

  private:
    std::vector<std::string> m_none;
};

struct Rig {
    TemporaryFolder proc; // memory alone: this machine's own would change what is measured from run to run
    FakeClock clock;
    FakePublisher publisher;
    std::unique_ptr<Agent> agent;

    /// `what` of nginx is collected: "lines=udp:0".
    explicit Rig(const std::string& what) {
        std::ofstream(proc.path() / "meminfo") << "MemTotal: 1000 kB\nMemAvailable: 250 kB\n";
        auto opened = Agent::open({node("edge1", {"nginx " + what})}, clock, publisher);
        REQUIRE(opened);
        agent = *std::move(opened);
    }
    NodePlan node(const std::string& name, const std::vector<std::string>& what,
                  const std::string& pop = "EWR") const {
        NodePlan plan{.pop = pop, .name = name};
        for (const std::string& one : what)
            plan.collect.push_back(readCollectorPlan(one).value());
        plan.collect.push_back(readCollectorPlan("host proc=" + proc.path().string()).value());
        return plan;
    }
    std::uint16_t port() const {
        return dynamic_cast<NginxCollector&>(*agent->nodes().front()->collectors().front()).log()->port();
    }
    void step(std::chrono::milliseconds by) {
        clock.advance(by);
        agent->turn(0ms);
        while (agent->settling())
            agent->turn(10ms);
    }
    /// To the whole second with which the first reported interval begins.
    void begin() {
        step(0ms);
        step(500ms);
    }
    std::vector<std::int64_t> ends() const {
        std::vector<std::int64_t> seconds;
        for (const auto& report : publisher.reports)
            seconds.push_back(unixSeconds(report.header.intervalEnd));
        return seconds;
    }
};

std::string requestLine(const std::string& uri = "/a") {
    return R"({"ts":"1800000001.000","m":"GET","uri":")" + uri +
           R"(","status":"200","bytes":"100","rt":"0.001","cache":"HIT","uht":"","urt":"","ubytes":"","ustatus":"",)"
           R"("limit":"","purge_id":"","purge_seq":"","purge_issued":""})";
}

std::string page(int accepts, int requests) {
    return HttpResponder::page("Active connections: 3 \nserver accepts handled requests\n " +
                               std::to_string(accepts) + " " + std::to_string(accepts) + " " +
                               std::to_string(requests) + " \nReading: 0 Writing: 1 Waiting: 2 \n");
}

using Seconds = std::vector<std::int64_t>;
constexpr std::int64_t kBegin = 1'800'000'001; // where Rig::begin() ends

} // namespace

TEST_CASE("each whole second makes one report and one row", "[agent]") {
    Rig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    rig.begin();
    CHECK(rig.publisher.reports.empty());
    nginx.send(requestLine());
    nginx.send(requestLine("/api/x"));
    nginx.send("rubbish");
    rig.step(600ms);
    rig.step(300ms);
    CHECK(rig.publisher.reports.empty());
    rig.step(100ms);
    rig.step(0ms);
    CHECK(rig.ends() == Seconds{kBegin + 1});
    nginx.send(requestLine());
    rig.step(1000ms);
    rig.step(999ms);
    rig.step(2ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 2, kBegin + 3});

    const auto& first = rig.publisher.reports.front();
    CHECK(first.pop == "EWR");
    CHECK(first.totals[Counter::requests] == 2);
    CHECK(first.totals[Counter::api_requests] == 1);
    CHECK(first.totals[Counter::log_lines_lost] == 1);
    CHECK(first.totals[Counter::node_seconds] == 1);
    CHECK(rig.publisher.reports[1].totals[Counter::requests] == 1);
    CHECK(rig.publisher.reports[2].totals[Counter::requests] == 0);

    REQUIRE(rig.publisher.columns.size() == 3);
    const auto& row = rig.publisher.columns.front();
    CHECK(row.pop == "EWR");
    CHECK(row.header.intervalEnd == first.header.intervalEnd);
    CHECK(row.nodeCount == 1);
    CHECK(row.isHeard(0));
    CHECK(row[NodeColumn::requests] == std::vector<std::uint32_t>{2});

    REQUIRE(rig.publisher.rosters.size() == 1);
    const auto& roster = rig.publisher.rosters.front();
    CHECK(roster.pop == "EWR");
    CHECK(roster.epoch == row.rosterEpoch);
    REQUIRE(roster.nodes.size() == 1);
    CHECK(roster.nodes[0].name == "edge1");
    CHECK(roster.nodes[0].measures.has(Counter::cache_hits));
    CHECK_FALSE(roster.nodes[0].measures.has(Distribution::ttfb_hit));
    CHECK(roster.nodes[0].measures.has(Counter::memory_permille_seconds));
    CHECK(rig.publisher.ticks > 0);
}

TEST_CASE("a clock that is set never makes a second come twice or late", "[agent]") {
    Rig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    rig.begin();
    rig.step(1000ms);
    rig.clock.now -= 3s; // set back
    for (int i = 0; i < 3; ++i) {
        nginx.send(requestLine());
        rig.step(1000ms);
    }
    CHECK(rig.ends() == Seconds{kBegin + 1});
    rig.step(1000ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 2});
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 3); // nothing was lost
    rig.clock.now += 3600s;                                             // set forward
    rig.step(1000ms);
    rig.step(1000ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 2, kBegin + 3603, kBegin + 3604});
}

TEST_CASE("a clock that was an hour ahead and is corrected silences nobody for an hour", "[agent]") {
    Rig rig("lines=udp:0");
    rig.clock.now += 3600s;
    rig.begin();
    rig.step(1000ms);
    CHECK(rig.publisher.sessions == 1);
    rig.clock.now -= 3600s;
    for (int i = 0; i < 4; ++i)
        rig.step(1000ms);
    CHECK(rig.publisher.sessions == 2);
    REQUIRE(rig.ends().size() >= 3);
    CHECK(rig.ends().front() == kBegin + 3601);
    CHECK(rig.ends().back() == kBegin + 5);
}

TEST_CASE("what came in over longer than an interval may last is owned up to as lost", "[agent]") {
    Rig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    rig.begin();
    rig.step(1000ms);
    nginx.send(requestLine());
    nginx.send("rubbish");
    rig.step(60s); // stopped in a debugger, say
    CHECK(rig.ends() == Seconds{kBegin + 1});
    rig.step(1000ms);
    CHECK(rig.ends() == Seconds{kBegin + 1, kBegin + 62});
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 0);
    CHECK(rig.publisher.reports.back().totals[Counter::log_lines_lost] == 2);
}

TEST_CASE("nginx goes away and comes back", "[agent]") {
    HttpResponder responder(page(10, 100));
    Rig rig("max-connections=10 status=" + responder.url());
    rig.begin();
    responder.setAnswer(page(21, 151)); // ten connections and fifty requests, and ours
    rig.step(1000ms);
    responder.setAnswer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    rig.step(1000ms);
    responder.setAnswer(page(3, 4));
    rig.step(1000ms);
    responder.setAnswer(page(4, 7));
    rig.step(1000ms);
    REQUIRE(rig.ends() == Seconds{kBegin + 1, kBegin + 2, kBegin + 3, kBegin + 4});

    const auto& reports = rig.publisher.reports;
    CHECK(reports[0].totals[Counter::requests] == 50);
    CHECK(reports[0].totals[Counter::connections_accepted] == 10);
    CHECK(reports[0].totals[Counter::connection_seconds] == 2);
    CHECK(reports[0].totals[Counter::saturation_permille_seconds] == 250);
    CHECK(reports[0].totals[Counter::node_seconds] == 1);
    CHECK(reports[1].totals[Counter::node_seconds] == 0);
    CHECK(reports[1].totals[Counter::requests] == 0);
    CHECK_FALSE(reports[1].totals.measuredByAny.has(Counter::requests));
    CHECK(reports[2].totals[Counter::requests] == 0);
    CHECK(reports[3].totals[Counter::requests] == 2);
    CHECK(reports[3].totals[Counter::node_seconds] == 1);

    const auto& columns = rig.publisher.columns;
    CHECK(columns[0].isHeard(0));
    CHECK_FALSE(columns[1].isHeard(0));
    CHECK(columns[1][NodeColumn::requests].empty());
    CHECK(columns[1][NodeColumn::memory] == std::vector<std::uint32_t>{150}); // the host is still there
    CHECK(columns[3].isHeard(0));

    REQUIRE(rig.publisher.rosters.size() == 1); // being away is no change of the node
    CHECK(rig.publisher.rosters[0].nodes[0].server == "nginx 1.22.1");
    CHECK_FALSE(rig.publisher.rosters[0].nodes[0].measures.has(Counter::cache_hits));
}

TEST_CASE("another server on the node is another roster", "[agent]") {
    HttpResponder responder(page(10, 100));
    Rig rig("status=" + responder.url());
    rig.begin();
    rig.step(1000ms);
    responder.setAnswer(
        HttpResponder::page("Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n"
                            "Reading: 0 Writing: 1 Waiting: 0 \n",
                            "nginx/1.26.3"));
    rig.step(1000ms);
    REQUIRE(rig.publisher.rosters.size() == 2);
    CHECK(rig.publisher.rosters[1].nodes[0].server == "nginx 1.26.3");
    CHECK(rig.publisher.rosters[1].epoch == rig.publisher.rosters[0].epoch + 1);
    CHECK(rig.publisher.columns[1].rosterEpoch == rig.publisher.rosters[1].epoch);
}

TEST_CASE("a clean stop is a farewell", "[agent]") {
    Rig rig("lines=udp:0");
    rig.begin();
    rig.step(1000ms);
    rig.agent->farewell();
    REQUIRE(rig.publisher.rosters.size() == 2);
    CHECK(rig.publisher.rosters.back().pop == "EWR");
    CHECK(rig.publisher.rosters.back().nodes.empty());
    CHECK(rig.publisher.rosters.back().epoch == rig.publisher.rosters.front().epoch + 1);
    CHECK(rig.publisher.reports.size() == 1);
}

TEST_CASE("waiting ends with the second, with a line, or when told to stop", "[agent]") {
    Rig rig("lines=udp:0");
    rig.begin();
    rig.clock.advance(999ms);
    const SystemClock real;
    const SteadyTime before = real.steady();
    rig.agent->turn(60s); // a millisecond is left of the second
    CHECK(secondsBetween(before, real.steady()) < 5.0);
    rig.clock.now -= 3600s;
    const SteadyTime behind = real.steady();
    rig.agent->turn(60s); // an hour to go: looks at the clock each second, and does not spin
    CHECK(secondsBetween(behind, real.steady()) >= 0.9);
    CHECK(secondsBetween(behind, real.steady()) < 10.0);
}

TEST_CASE("a port that is taken is refused, with the node whose it should be", "[agent]") {
    Rig rig("lines=udp:0");
    const auto port = std::to_string(rig.port());
    const auto second = Agent::open({rig.node("b", {"nginx lines=udp:" + port})}, rig.clock, rig.publisher);
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error(), containsText(port) && containsText("EWR/b: nginx:"));
}

TEST_CASE("an agent of many nodes reports each PoP, and silent nodes as silent", "[agent]") {
    HttpResponder here(page(10, 100));
    HttpResponder there(page(10, 100));
    const HttpResponder silent("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    Rig rig("lines=udp:0");
    const auto at = [&](const std::string& name, const std::string& url, const std::string& pop) {
        NodePlan plan = rig.node(name, {"nginx status=" + url}, pop);
        plan.collect.pop_back(); // asked from afar, so nothing is known of its machine
        return plan;
    };
    REQUIRE_FALSE(rig.agent->reload(
        {at("a", here.url(), "EWR"), at("c", there.url(), "LHR"), at("b", silent.url(), "EWR")}));
    rig.begin();
    here.setAnswer(page(21, 151));
    there.setAnswer(page(12, 109));
    rig.step(1000ms);
    REQUIRE(rig.publisher.reports.size() == 2);
    CHECK(rig.publisher.reports[0].pop == "EWR");
    CHECK(rig.publisher.reports[0].totals[Counter::requests] == 50);
    CHECK(rig.publisher.reports[0].totals[Counter::node_seconds] == 1);
    CHECK_FALSE(rig.publisher.reports[0].totals.measuredByAll.has(Counter::requests));
    CHECK(rig.publisher.reports[1].pop == "LHR");
    CHECK(rig.publisher.reports[1].totals[Counter::requests] == 8);
    const auto& row = rig.publisher.columns[0];
    CHECK(row.nodeCount == 2);
    CHECK(row.isHeard(0));
    CHECK_FALSE(row.isHeard(1));
    CHECK(row[NodeColumn::requests] == std::vector<std::uint32_t>{50, 0});
    REQUIRE(rig.publisher.rosters.size() == 2);
    CHECK(rig.publisher.rosters[0].nodes[1].name == "b");
    CHECK(rig.publisher.rosters[0].nodes[1].measures.has(Counter::requests)); // it could

    // Those that stay go on as they were; those that go are taken off, their PoP as well.
    REQUIRE_FALSE(rig.agent->reload({at("a", here.url(), "EWR")}));
    CHECK(rig.publisher.rosters.back().pop == "LHR");
    CHECK(rig.publisher.rosters.back().nodes.empty());
    here.setAnswer(page(22, 161));
    rig.step(1000ms);
    REQUIRE(rig.publisher.reports.size() == 3);
    CHECK(rig.publisher.reports[2].totals[Counter::requests] == 9);
    CHECK(rig.publisher.columns.back().nodeCount == 1);
    CHECK(rig.publisher.rosters.back().nodes.size() == 1);

    // One mistake, and all stays as it is.
    const auto error =
        rig.agent->reload({at("x", here.url(), "EWR"), rig.node("y", {"nginx lines=nowhere"})});
    REQUIRE(error);
    CHECK_THAT(error->text, containsText("EWR/y"));
    here.setAnswer(page(23, 171));
    rig.step(1000ms);
    CHECK(rig.publisher.reports.back().totals[Counter::requests] == 9);
    CHECK(rig.publisher.rosters.back().nodes[0].name == "a");
}

TEST_CASE("what came in while the nodes changed is not lost", "[agent]") {
    const HttpResponder slow("");
    Rig rig("lines=udp:0");
    UdpSender nginx(rig.port());
    NodePlan kept = rig.agent->nodes().front()->plan();
    NodePlan other = rig.node("slow", {"nginx status=" + slow.url()});
    REQUIRE_FALSE(rig.agent->reload({kept, other}));
    rig.begin();
    nginx.send(requestLine());
    rig.clock.advance(1000ms);
    rig.agent->turn(0ms);
    REQUIRE(rig.agent->settling()); // the other one has not answered
    REQUIRE_FALSE(rig.agent->reload({kept}));
    REQUIRE(rig.publisher.reports.size() == 1);
    CHECK(rig.publisher.reports[0].totals[Counter::requests] == 1);
}

TEST_CASE("a real nginx is reported, lost when it is killed and found again", "[agent][real]") {
    // The fixture needs the port before the agent needs the fixture's address: a socket holds it for a
    // moment.
    const std::uint16_t port = Rig("lines=udp:0").port();
    NginxFixture nginx(port);
    nginx.start();
    nginx.putObject("/audio/1", "sound");
    Rig rig("lines=udp:" + std::to_string(port) + " status=" + nginx.statusUrl());
    rig.begin();
    for (int i = 0; i < 10; ++i)
        nginx.get("/audio/1");
    REQUIRE(nginx.accessLogLines(10).size() == 10);
    rig.step(1000ms);
    nginx.kill();
    rig.step(1000ms);
    nginx.restart();
    nginx.get("/audio/1");
    REQUIRE(nginx.accessLogLines(11).size() == 11);
    rig.step(1000ms);

    const auto& reports = rig.publisher.reports;
    REQUIRE(reports.size() == 3);
    CHECK(reports[0].totals[Counter::requests] == 10);
    CHECK(reports[0].totals[Counter::cache_hits] == 9);
    CHECK(reports[0].totals[Counter::connections_accepted] == 10);
    CHECK(reports[0].totals[Counter::node_seconds] == 1);
    CHECK(reports[1].totals[Counter::node_seconds] == 0);
    CHECK_FALSE(rig.publisher.columns[1].isHeard(0));
    CHECK(reports[2].totals[Counter::node_seconds] == 1);
    CHECK(reports[2].totals[Counter::requests] == 1);
    CHECK(rig.publisher.rosters[0].nodes[0].server.starts_with("nginx 1."));
}
