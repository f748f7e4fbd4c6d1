// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/transport/keys.h"
#include "feeds/util/clock.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/messages.h"

#include <zmq.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

/// For benchmarks: agents with a connection each, that all speak at the beginning of a second. Bare sockets,
/// in processes of their own.
namespace surgescope::bench {

inline feeds::PopReport reportOf(std::size_t agent, const feeds::PopCatalogue& catalogue) {
    using feeds::Counter;
    feeds::PopReport report;
    report.header.publisher = "agent-" + std::to_string(agent);
    report.pop = catalogue.pops()[agent % catalogue.pops().size()].code;
    report.totals.setMeasured(feeds::FieldSet::all());
    report.totals[Counter::node_seconds] = 1;
    report.totals[Counter::requests] = 1'000;
    report.totals[Counter::cache_hits] = 900;
    report.totals[Counter::cache_misses] = 100;
    report.totals[Counter::bytes_out] = 1'000'000;
    report.totals[Counter::saturation_permille_seconds] = 500;
    report.totals.saturation.record(500, 1);
    return report;
}

/// For ever, or until killed. `keys`: theirs, and those of what they connect to; null: without.
inline void runAgents(std::size_t first, std::size_t count, const std::string& endpoint,
                      const feeds::KeyPair* keys = nullptr) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nobody is left behind
    const feeds::SystemClock clock;
    zmq::context_t context(1);
    context.set(zmq::ctxopt::max_sockets, static_cast<int>(count) + 100);
    std::vector<zmq::socket_t> sockets;
    std::vector<feeds::PopReport> reports;
    const auto session = static_cast<std::uint64_t>(clock.wall().time_since_epoch().count());
    for (std::size_t i = 0; i < count; ++i) {
        auto& socket = sockets.emplace_back(context, zmq::socket_type::pub);
        socket.set(zmq::sockopt::linger, 0);
        if (keys) {
            socket.set(zmq::sockopt::curve_serverkey, keys->publicKey);
            socket.set(zmq::sockopt::curve_publickey, keys->publicKey);
            socket.set(zmq::sockopt::curve_secretkey, keys->secretKey);
        }
        socket.connect(endpoint);
        reports.push_back(reportOf(first + i, feeds::PopCatalogue::builtIn()));
        reports.back().header.session = session;
    }
    feeds::Encoder encoder;
    for (std::uint64_t sequence = 1;; ++sequence) {
        const auto now = clock.wall();
        const auto next = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1);
        ::poll(nullptr, 0,
               static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next - now).count()));
        for (std::size_t i = 0; i < count; ++i) {
            auto& header = reports[i].header;
            header.intervalEnd = next;
            header.sent = clock.wall();
            header.sequence = sequence;
            const auto bytes = encoder.encode(reports[i]);
            sockets[i].send(zmq::buffer(topicOf(reports[i])), zmq::send_flags::sndmore);
            sockets[i].send(zmq::buffer(bytes), zmq::send_flags::none);
        }
    }
}

/// Agents of a fleet, until this object ends. To be made before the process has threads.
class Agents {
  public:
    Agents(std::size_t agents, const std::string& endpoint, const feeds::KeyPair* keys = nullptr) {
        constexpr std::size_t kOfProcess = 5'000; // a socket takes two descriptors
        for (std::size_t first = 0; first < agents; first += kOfProcess) {
            m_children.push_back(::fork());
            if (m_children.back() == 0)
                runAgents(first, std::min(kOfProcess, agents - first), endpoint, keys);
        }
    }
    ~Agents() {
        for (const pid_t child : m_children) {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
    }
    Agents(const Agents&) = delete;
    Agents& operator=(const Agents&) = delete;

  private:
    std::vector<pid_t> m_children;
};

} // namespace surgescope::bench
