// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"
#include "feeds/wire/encode.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace surgescope::tests {

/// One message as it goes over the wire.
struct Wire {
    std::string topic;
    std::string payload;
};

/// A launch as a publisher sends it, second by second, without a socket. The same for the same seed.
class SimulatedLaunch {
  public:
    explicit SimulatedLaunch(const std::string& scenario, std::uint64_t nodes, bool nodeColumns = true)
        : m_simulator(feeds::PopCatalogue::builtIn(), *feeds::sim::findScenario(scenario), nodes, 1),
          m_nodeColumns(nodeColumns) {}

    /// Everything of the next second.
    std::vector<Wire> second() {
        std::vector<Wire> wires;
        m_simulator.step();
        const auto send = [&](auto message) {
            const auto topic = feeds::topicOf(message);
            message.header.publisher = "simulator";
            message.header.session = 1'795'000'000'000'000;
            message.header.sequence = ++m_sequences[topic];
            message.header.sent = m_simulator.now();
            wires.push_back({topic, std::string(m_encoder.encode(message))});
        };
        if (m_seconds++ % 30 == 0)
            for (auto& roster : m_simulator.rosters()) {
                roster.header.intervalEnd = m_simulator.now();
                send(std::move(roster));
            }
        for (std::size_t i = 0; i < m_simulator.reports().size(); ++i) {
            send(m_simulator.reports()[i]);
            if (m_nodeColumns) send(m_simulator.columns(i));
        }
        send(m_simulator.global());
        for (const auto& event : m_simulator.events())
            send(event);
        return wires;
    }
    feeds::FeedSecond now() const { return m_simulator.now(); }

  private:
    feeds::sim::Simulator m_simulator;
    bool m_nodeColumns;
    feeds::Encoder m_encoder;
    std::map<std::string, std::uint64_t> m_sequences;
    std::uint64_t m_seconds = 0;
};

} // namespace surgescope::tests
