// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/publisher.h"

#include "feeds/source/zmq_endpoint.h"
#include "feeds/wire/encode.h"

#include <zmq.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <unordered_map>

namespace surgescope::feeds {
namespace {

constexpr auto kRosterEvery = std::chrono::seconds(30);
/// Messages queued for one slow subscriber before a lossy publisher drops: minutes of PoP reports.
constexpr int kHighWaterMark = 50'000;
constexpr int kFarewellMs = 300;
constexpr std::size_t kMaxPrefixes = 10'000;

class ZmqPublisher final : public Publisher {
  public:
    ZmqPublisher(const Options& options, const Clock& clock)
        : m_options(options), m_clock(clock),
          m_context(options.context ? options.context : std::make_shared<ZmqContext>()),
          m_socket(m_context->get(), zmq::socket_type::xpub),
          m_session(options.session > 0
                        ? options.session
                        : static_cast<std::uint64_t>(clock.wall().time_since_epoch().count())) {
        m_socket.set(zmq::sockopt::xpub_verboser, 1); // every subscriber's wishes, to count them
        m_socket.set(zmq::sockopt::sndhwm, kHighWaterMark);
        m_socket.set(zmq::sockopt::sndtimeo, 200);
        m_socket.set(zmq::sockopt::linger, options.lossless ? 0 : kFarewellMs);
        m_socket.set(zmq::sockopt::reconnect_ivl, 100);
        m_socket.set(zmq::sockopt::reconnect_ivl_max, 2'000);
        if (options.lossless) m_socket.set(zmq::sockopt::xpub_nodrop, 1);
    }

    std::optional<Error> openAll() {
        for (const auto& endpoint : m_options.bind) {
            if (auto error = openEndpoints(m_socket, {endpoint}, {})) return error;
            m_bound.push_back(m_socket.get(zmq::sockopt::last_endpoint));
        }
        return openEndpoints(m_socket, {}, m_options.connect);
    }

    bool publish(PopReport& message) override { return send(message); }
    bool publish(NodeColumns& message) override { return send(message); }
    bool publish(Event& message) override { return send(message); }
    bool publish(Global& message) override { return send(message); }

    void setRoster(Roster roster) override {
        auto& kept = m_rosters[roster.pop];
        kept.roster = std::move(roster);
        sendRoster(kept);
        if (kept.roster.nodes.empty()) m_rosters.erase(kept.roster.pop);
    }

    void beginSession() override {
        m_session =
            std::max(m_session + 1, static_cast<std::uint64_t>(m_clock.wall().time_since_epoch().count()));
        m_sequences.clear();
        for (auto& [pop, kept] : m_rosters)
            sendRoster(kept);
    }

    void tick() override {
        const bool joined = readSubscriptions();
        const auto now = m_clock.steady();
        for (auto& [pop, kept] : m_rosters)
            if (joined || now - kept.sentAt >= kRosterEvery) sendRoster(kept);
    }

    bool wanted(std::string_view topic) const override {
        if (m_prefixes.size() > kMaxPrefixes) return true;
        return std::ranges::any_of(m_prefixes,
                                   [&](const auto& entry) { return topic.starts_with(entry.first); });
    }

    const std::vector<std::string>& boundEndpoints() const override { return m_bound; }
    std::uint64_t sentMessages() const override { return m_sentMessages; }
    std::uint64_t sentBytes() const override { return m_sentBytes; }

  private:
    struct Kept {
        Roster roster;
        SteadyTime sentAt;
    };

    template <class Message> bool send(Message& message) {
        const auto topic = topicOf(message);
        auto& sequence = m_sequences[topic];
        auto& header = message.header;
        header.publisher = m_options.name;
        header.session = m_session;
        header.sequence = sequence + 1;
        header.sent = m_clock.wall();
        header.timeSource = m_options.timeSource;
        const auto bytes = m_encoder.encode(message);
        // A lossless publisher may find its subscriber full at the first part only: the parts travel
        // together.
        if (!m_socket.send(zmq::buffer(topic), zmq::send_flags::sndmore)) return false;
        if (!m_socket.send(zmq::buffer(bytes), zmq::send_flags::none)) return false;
        ++sequence;
        ++m_sentMessages;
        m_sentBytes += topic.size() + bytes.size();
        return true;
    }

    void sendRoster(Kept& kept) {
        kept.roster.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(m_clock.wall());
        if (send(kept.roster)) kept.sentAt = m_clock.steady();
    }

    /// True when somebody new asks for rosters.
    bool readSubscriptions() {
        bool joined = false;
        zmq::message_t message;
        while (m_socket.recv(message, zmq::recv_flags::dontwait)) {
            const auto text = message.to_string_view();
            if (text.empty() || (text[0] != 0 && text[0] != 1)) continue;
            const std::string prefix(text.substr(1));
            if (text[0] == 1) {
                if (m_prefixes.size() <= kMaxPrefixes) ++m_prefixes[prefix];
                joined = joined || prefix.empty() || prefix.starts_with("roster");
            } else if (const auto known = m_prefixes.find(prefix);
                       known != m_prefixes.end() && --known->second == 0) {
                m_prefixes.erase(known);
            }
        }
        return joined;
    }

    Options m_options;
    const Clock& m_clock;
    std::shared_ptr<ZmqContext> m_context;
    zmq::socket_t m_socket;
    std::uint64_t m_session;
    Encoder m_encoder;
    std::vector<std::string> m_bound;
    std::unordered_map<std::string, std::uint64_t> m_sequences; // by topic
    std::map<std::string, Kept> m_rosters;                      // by PoP
    std::map<std::string, int> m_prefixes;                      // subscribed topics, how many want each
    std::uint64_t m_sentMessages = 0;
    std::uint64_t m_sentBytes = 0;
};

} // namespace

Result<std::unique_ptr<Publisher>> Publisher::open(const Options& options, const Clock& clock) {
    auto publisher = std::make_unique<ZmqPublisher>(options, clock);
    if (auto error = publisher->openAll()) return std::move(*error);
    return std::unique_ptr<Publisher>(std::move(publisher));
}

} // namespace surgescope::feeds
