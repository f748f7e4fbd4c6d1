// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/host_collector.h"
#include "feeds/agent/http_client.h"
#include "feeds/agent/nginx_collector.h"
#include "feeds/agent/udp_lines.h"
#include "feeds/model/feed_time.h"
#include "feeds/publish/publisher.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// Reports one edge node: its nginx (access lines over UDP, stub_status over HTTP) and its host. At each
/// whole second of the wall clock it publishes one PopReport and one NodeColumns that end with that second;
/// the roster goes out before the first of them and whenever the server or what can be measured of it
/// changes. What is measured and how: AGENTS.md.
///
/// Clock steps: no interval end is published twice or after a later one in a session. After a step back the
/// agent collects in silence until the clock has caught up, or begins a new session if that would take longer
/// than kLongestInterval; what was collected over more than that of real time is no second's traffic any more
/// and goes into log_lines_lost.
///
/// One thread; it blocks in poll() until the next second, and for at most HttpClient::kTimeout at each. Logs
/// changes of state through spdlog's default logger.
class Agent {
  public:
    static constexpr std::chrono::seconds kLongestInterval{10};
    static constexpr std::chrono::seconds kRefusalsLogInterval{10};

    struct Options {
        std::string pop{};                         // "EWR"
        std::string node{};                        // unique in the PoP
        std::optional<std::string> statusUrl{};    // of stub_status
        std::optional<std::uint16_t> syslogPort{}; // on 127.0.0.1; 0: any free one
        std::string apiPrefix = "/api/";
        HostCollector::Options host{};
        std::uint64_t maxConnections = 0; // 0: not known, so connections do not count towards saturation
    };

    /// Refuses a syslog port that cannot be listened on. `clock` and `publisher` must outlive the agent.
    static Result<std::unique_ptr<Agent>> open(Options options, const Clock& clock, Publisher& publisher);

    /// Waits for lines, `atMost` that long and not beyond the next second, and reports when a second has
    /// ended. False when `stopDescriptor` (-1: none) became readable; then nothing was done.
    bool turn(std::chrono::milliseconds atMost, int stopDescriptor = -1);
    /// Turns until `stopDescriptor` becomes readable, and says farewell.
    void run(int stopDescriptor);
    /// Takes the node off the roster.
    void farewell();

    /// Where access lines are expected; 0 when none are.
    std::uint16_t syslogPort() const { return m_lines ? m_lines->port() : std::uint16_t{0}; }
    const NginxCollector& collector() const { return m_nginx; }

  private:
    Agent(Options options, const Clock& clock, Publisher& publisher, std::optional<UdpLines> lines);

    bool wait(std::chrono::milliseconds atMost, int stopDescriptor);
    void takeLines();
    void pollStatus();
    void beginInterval(FeedSecond end);
    void startOver(FeedSecond second);
    void report(FeedSecond end);
    void updateRoster(FieldSet measured);
    void logRefusals();
    void noteServerState(bool answers, const std::string& why);

    const Options m_options;
    const Clock& m_clock;
    Publisher& m_publisher;
    NginxCollector m_nginx;
    HostCollector m_host;
    HttpClient m_http;
    std::optional<UdpLines> m_lines;

    std::optional<FeedSecond> m_lastEnd; // of the last interval, reported or not
    bool m_collecting = false;           // an interval has begun on a whole second
    SteadyTime m_begun{};                // when the running interval began
    bool m_clockBehind = false;

    Roster m_roster;
    std::string m_server; // "nginx 1.22.1"; kept while it does not answer
    std::optional<bool> m_serverAnswers;
    SteadyTime m_refusalsLogged{};
    std::uint64_t m_refusalsSeen = 0;
};

} // namespace surgescope::feeds
