// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/publish/publisher.h"
#include "feeds/util/clock.h"

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace surgescope::tests {

/// Stamps what a relay says as a publisher does, and keeps it.
class HeardAbove final : public feeds::Publisher {
  public:
    HeardAbove(std::string name, const feeds::Clock& clock) : m_name(std::move(name)), m_clock(clock) {}

    using Message =
        std::variant<feeds::PopReport, feeds::NodeColumns, feeds::Roster, feeds::Event, feeds::Global>;
    std::vector<Message> said; // all, in order
    std::vector<feeds::PopReport> reports;
    std::vector<feeds::NodeColumns> columns;
    std::vector<feeds::Event> events;
    std::vector<feeds::Global> globals;
    std::map<std::string, feeds::Roster> rosters; // the last of each PoP
    std::size_t rostersSent = 0;
    std::set<std::string> wants; // topics

    bool publish(feeds::PopReport& message) override { return keep(message, reports); }
    bool publish(feeds::NodeColumns& message) override { return keep(message, columns); }
    bool publish(feeds::Event& message) override { return keep(message, events); }
    bool publish(feeds::Global& message) override { return keep(message, globals); }
    void setRoster(feeds::Roster roster) override {
        roster.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(m_clock.wall());
        stamp(roster);
        said.emplace_back(roster);
        rosters[roster.pop] = std::move(roster);
        ++rostersSent;
    }
    void beginSession() override { ++m_session; }
    void tick() override {}
    bool wanted(std::string_view topic) const override { return wants.contains(std::string(topic)); }
    const std::vector<std::string>& boundEndpoints() const override { return m_bound; }
    std::uint64_t sentMessages() const override { return said.size(); }
    std::uint64_t sentBytes() const override { return 0; }

  private:
    template <class Message> void stamp(Message& message) {
        auto& header = message.header;
        header.publisher = m_name;
        header.session = m_session;
        header.sequence = ++m_sequences[topicOf(message)];
        header.sent = m_clock.wall();
    }
    template <class Message> bool keep(Message& message, std::vector<Message>& to) {
        stamp(message);
        said.emplace_back(message);
        to.push_back(message);
        return true;
    }

    std::string m_name;
    const feeds::Clock& m_clock;
    std::uint64_t m_session = 1;
    std::map<std::string, std::uint64_t> m_sequences;
    std::vector<std::string> m_bound;
};

} // namespace surgescope::tests
