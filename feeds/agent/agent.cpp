// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent.h"

#include "feeds/agent/node_report.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <poll.h>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr int kLinesAtOnce = 8192; // then the clock is looked at, however fast lines come

std::string serverText(std::string header) {
    std::ranges::replace(header, '/', ' '); // "nginx/1.22.1"; "nginx" alone with server_tokens off
    return header;
}

NginxCollector::Options collectorOptions(const Agent::Options& options) {
    return {.readsLog = options.syslogPort.has_value(),
            .readsStatus = options.statusUrl.has_value(),
            .apiPrefix = options.apiPrefix};
}

} // namespace

Result<std::unique_ptr<Agent>> Agent::open(Options options, const Clock& clock, Publisher& publisher) {
    std::optional<UdpLines> lines;
    if (options.syslogPort) {
        auto bound = UdpLines::bind(*options.syslogPort);
        if (!bound) return Error{bound.error()};
        lines = *std::move(bound);
        if (lines->bufferBytes() < UdpLines::kWantedBufferBytes)
            spdlog::warn("the kernel grants {} of {} bytes for access lines; see net.core.rmem_max",
                         lines->bufferBytes(), UdpLines::kWantedBufferBytes);
    }
    return std::unique_ptr<Agent>(new Agent(std::move(options), clock, publisher, std::move(lines)));
}

Agent::Agent(Options options, const Clock& clock, Publisher& publisher, std::optional<UdpLines> lines)
    : m_options(std::move(options)), m_clock(clock), m_publisher(publisher),
      m_nginx(collectorOptions(m_options)), m_host(m_options.host), m_lines(std::move(lines)),
      m_refusalsLogged(clock.steady() - kRefusalsLogInterval) {
    m_roster.pop = m_options.pop;
}

bool Agent::wait(std::chrono::milliseconds atMost, int stopDescriptor) {
    // To the next second that may be reported; no longer than one, for the clock can be set meanwhile.
    const WallTime now = m_clock.wall();
    WallTime next = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
    if (m_lastEnd) next = std::max<WallTime>(next, *m_lastEnd + std::chrono::seconds(1));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now);
    const auto timeout = std::min({left, atMost, std::chrono::milliseconds(1000)});
    std::array<pollfd, 2> descriptors{
        pollfd{stopDescriptor, POLLIN, 0},
        pollfd{m_lines ? m_lines->descriptor() : -1, POLLIN, 0}}; // -1 is passed over
    ::poll(descriptors.data(), descriptors.size(), static_cast<int>(timeout.count()));
    return (descriptors[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0;
}

bool Agent::turn(std::chrono::milliseconds atMost, int stopDescriptor) {
    if (!wait(atMost, stopDescriptor)) return false;
    takeLines();
    m_publisher.tick();
    const FeedSecond second = std::chrono::floor<std::chrono::seconds>(m_clock.wall());
    if (!m_lastEnd) m_lastEnd = second; // the first interval begins with the next whole second
    if (*m_lastEnd - second > kLongestInterval) startOver(second);
    const bool behind = second < *m_lastEnd;
    if (behind && !std::exchange(m_clockBehind, behind))
        spdlog::warn("the clock went back by {} s; silent until it has caught up",
                     (*m_lastEnd - second).count());
    if (second <= *m_lastEnd) return true;
    m_clockBehind = false;

    pollStatus();
    if (!m_collecting || m_clock.steady() - m_begun > kLongestInterval)
        beginInterval(second);
    else
        report(second);
    logRefusals();
    return true;
}

void Agent::startOver(FeedSecond second) {
    spdlog::warn("the clock was set back by {} s: a new session begins", (*m_lastEnd - second).count());
    m_publisher.beginSession();
    m_lastEnd = second;
    m_collecting = false;
}

void Agent::run(int stopDescriptor) {
    while (turn(std::chrono::seconds(1), stopDescriptor)) {
    }
    farewell();
}

void Agent::farewell() {
    if (m_roster.nodes.empty()) return; // nobody was told of it
    m_roster.nodes.clear();
    ++m_roster.epoch;
    m_publisher.setRoster(m_roster);
}

void Agent::takeLines() {
    if (!m_lines) return;
    for (int i = 0; i < kLinesAtOnce; ++i) {
        const auto line = m_lines->next();
        if (!line) break;
        m_nginx.addLine(*line);
    }
    m_nginx.addLost(m_lines->takeDropped());
}

void Agent::pollStatus() {
    if (!m_options.statusUrl) return;
    const auto response = m_http.get(*m_options.statusUrl);
    if (!response) {
        m_nginx.addNoStatus();
        noteServerState(false, response.error());
        return;
    }
    const auto status = parseNginxStatus(response->body);
    if (!status) {
        m_nginx.addNoStatus();
        noteServerState(false, *m_options.statusUrl + " is " + status.error());
        return;
    }
    m_nginx.addStatus(*status, response->newConnections);
    if (!response->server.empty()) m_server = serverText(response->server);
    noteServerState(true, {});
}

void Agent::noteServerState(bool answers, const std::string& why) {
    if (std::exchange(m_serverAnswers, answers) == answers) return;
    if (answers)
        spdlog::info("{} answers at {}", m_server.empty() ? "nginx" : m_server, *m_options.statusUrl);
    else
        spdlog::warn("nginx does not answer: {}", why);
}

void Agent::beginInterval(FeedSecond end) {
    const NginxInterval partial = m_nginx.endInterval();
    // Before the first whole second nothing was promised; later, what is thrown away is owned up to.
    if (m_collecting && m_lines)
        m_nginx.addLost(partial.totals[Counter::requests] + partial.totals[Counter::log_lines_lost]);
    m_host.read(m_clock.steady());
    m_lastEnd = end;
    m_begun = m_clock.steady();
    m_collecting = true;
}

void Agent::report(FeedSecond end) {
    const SteadyTime now = m_clock.steady();
    NodeReport node = makeNodeReport(m_nginx.endInterval(), m_host.read(now), m_options.maxConnections);
    m_lastEnd = end;
    m_begun = now;
    updateRoster(node.totals.measuredByAll);

    PopReport totals;
    totals.header.intervalEnd = end;
    totals.pop = m_options.pop;
    totals.totals = std::move(node.totals);
    m_publisher.publish(totals);

    node.columns.header.intervalEnd = end;
    node.columns.pop = m_options.pop;
    node.columns.rosterEpoch = m_roster.epoch;
    m_publisher.publish(node.columns);
}

void Agent::updateRoster(FieldSet measured) {
    // What was measured once can be measured: one interval's hole is not a change of the node.
    RosterNode node{.name = m_options.node,
                    .role = Role::edge,
                    .server = m_server,
                    .measures = m_nginx.fields() | measured,
                    .nicMbit = m_options.host.linkMbit};
    if (!m_roster.nodes.empty()) node.measures = node.measures | m_roster.nodes.front().measures;
    if (!m_roster.nodes.empty() && m_roster.nodes.front() == node) return;
    m_roster.nodes = {std::move(node)};
    ++m_roster.epoch;
    m_publisher.setRoster(m_roster);
}

void Agent::logRefusals() {
    const SteadyTime now = m_clock.steady();
    const std::uint64_t refused = m_nginx.linesRefused();
    if (refused == m_refusalsSeen || now - m_refusalsLogged < kRefusalsLogInterval) return;
    spdlog::warn("{} access lines refused, the last because: {}", refused - m_refusalsSeen,
                 m_nginx.lastRefusal());
    m_refusalsSeen = refused;
    m_refusalsLogged = now;
}

} // namespace surgescope::feeds
