// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/agent.h"
#include "feeds/agent/nginx_collector.h"

#include "tests/support/catch.h"
#include "tests/support/http_responder.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// An agent whose clock a test sets and whose reports it keeps.
namespace surgescope::tests {

using namespace surgescope::feeds;
using namespace std::chrono_literals;
using Seconds = std::vector<std::int64_t>;

struct AgentClock final : Clock {
    WallTime now = WallTime(1'800'000'000'500ms);
    SteadyTime running{1h};
    SteadyTime steady() const override { return running; }
    WallTime wall() const override { return now; }
    void advance(std::chrono::milliseconds by) {
        now += by;
        running += by;
    }
};

struct KeptReports final : Publisher {
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

struct AgentRig {
    TemporaryFolder proc; // memory alone: this machine's own would change what is measured from run to run
    AgentClock clock;
    KeptReports publisher;
    std::unique_ptr<Agent> agent;

    /// `what` of nginx is collected: "lines=udp:0".
    explicit AgentRig(const std::string& what) {
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
        return dynamic_cast<NginxCollector&>(*agent->nodes().begin()->second->collectors().front())
            .log()
            ->port();
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

inline std::string requestLine(const std::string& uri = "/a") {
    return R"({"ts":"1800000001.000","m":"GET","uri":")" + uri +
           R"(","status":"200","bytes":"100","rt":"0.001","cache":"HIT","uht":"","urt":"","ubytes":"","ustatus":"",)"
           R"("limit":"","purge_id":"","purge_seq":"","purge_issued":""})";
}

inline std::string page(int accepts, int requests) {
    return HttpResponder::page("Active connections: 3 \nserver accepts handled requests\n " +
                               std::to_string(accepts) + " " + std::to_string(accepts) + " " +
                               std::to_string(requests) + " \nReading: 0 Writing: 1 Waiting: 2 \n");
}

inline constexpr std::int64_t kBegin = 1'800'000'001; // where AgentRig::begin() ends

} // namespace surgescope::tests
