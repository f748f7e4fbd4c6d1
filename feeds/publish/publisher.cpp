// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/publisher.h"

#include "feeds/publish/failover.h"
#include "feeds/publish/message_size.h"
#include "feeds/transport/publishing_socket.h"
#include "feeds/wire/encode.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <unordered_map>

namespace surgescope::feeds {
namespace {

constexpr auto kRosterEvery = std::chrono::seconds(30);
constexpr std::chrono::milliseconds kFarewell{300};
/// Who is gone for longer gets what is new, when he is back, and not what has long passed: thousands of
/// publishers would have hours to tell at once.
constexpr std::size_t kWaitSeconds = 60;
constexpr std::chrono::milliseconds kPatientFarewell{5'000};

/// How long a subscriber may take for what is queued at the end; of a connection that is full even then
/// ZeroMQ may keep the last eight kilobytes. Inside one process the user has had enough.
std::chrono::milliseconds farewellOf(const Publisher::Options& options) {
    if (!options.lossless) return kFarewell;
    return options.isWithinProcess() ? std::chrono::milliseconds(0) : kPatientFarewell;
}

/// Who speaks for so many: reports, columns and what is rarer.
PublishingSocket::Load loadOf(const Publisher::Options& options, std::size_t pops, std::size_t nodes) {
    if (pops == 0) return {}; // not known yet
    PublishingSocket::Load load{.messageBytes = meanMessageBytes(nodes, pops)};
    // Who says nothing to one that is gone has nothing to tell either when he is back.
    const bool onlyWhileConnected = options.onlyWhileConnected || !options.relays.empty();
    if (!options.lossless && !onlyWhileConnected) load.mostWaiting = 3 * kWaitSeconds * (pops + 1);
    return load;
}

/// With relays, to the one that is number `relay` of them.
Result<std::unique_ptr<PublishingSocket>> openSocket(const Publisher::Options& options, std::size_t relay,
                                                     const PublishingSocket::Load& load) {
    const bool one = !options.relays.empty();
    return PublishingSocket::open(
        {.bind = options.bind,
         .connect = one ? std::vector<std::string>{options.relays[relay]} : options.connect,
         .waits = options.lossless,
         .onlyWhileConnected = one || options.onlyWhileConnected,
         .farewell = farewellOf(options),
         .load = load,
         .stream = options.stream,
         .context = options.context});
}

class SocketPublisher final : public Publisher {
  public:
    SocketPublisher(const Options& options, const Clock& clock, std::unique_ptr<PublishingSocket> socket)
        : m_options(options), m_clock(clock),
          m_failover(options.relays.size(), std::hash<std::string>{}(options.name)),
          m_socket(std::move(socket)),
          m_session(options.session > 0
                        ? options.session
                        : static_cast<std::uint64_t>(clock.wall().time_since_epoch().count())) {}

    bool publish(PopReport& message) override { return send(message); }
    bool publish(NodeColumns& message) override { return send(message); }
    bool publish(Event& message) override { return send(message); }
    bool publish(Global& message) override { return send(message); }

    void setRoster(Roster roster) override {
        auto& kept = m_rosters[roster.pop];
        m_nodes += roster.nodes.size() - kept.roster.nodes.size();
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
        const bool joined = m_socket->readSubscriptions();
        tellProblem();
        const auto now = m_clock.steady();
        if (!m_options.relays.empty()) follow(m_failover.look(m_socket->wanted("pop/"), now));
        m_socket->expect(load());
        for (auto& [pop, kept] : m_rosters)
            if (joined || now - kept.sentAt >= kRosterEvery) sendRoster(kept);
    }

    bool wanted(std::string_view topic) const override { return m_socket->wanted(topic); }

    const std::vector<std::string>& boundEndpoints() const override { return m_socket->boundEndpoints(); }
    std::vector<EndpointStatus> endpoints() const override { return m_socket->endpoints(); }
    std::uint64_t sentMessages() const override { return m_sentMessages; }
    std::uint64_t sentBytes() const override { return m_sentBytes; }

  private:
    struct Kept {
        Roster roster;
        SteadyTime sentAt;
    };

    PublishingSocket::Load load() const {
        return m_rosters.empty() ? loadOf(m_options, m_options.pops, m_options.nodes)
                                 : loadOf(m_options, m_rosters.size(), m_nodes);
    }

    template <class Message> bool send(Message& message) {
        if (m_failover.isBetween()) return true; // nobody hears it
        const auto topic = topicOf(message);
        auto& sequence = m_sequences[topic];
        auto& header = message.header;
        header.publisher = m_options.name;
        header.session = m_session;
        header.sequence = sequence + 1;
        header.sent = m_clock.wall();
        header.timeSource = m_options.timeSource;
        const auto bytes = m_encoder.encode(message);
        if (!m_socket->send(topic, bytes)) return false;
        ++sequence;
        ++m_sentMessages;
        m_sentBytes += topic.size() + bytes.size();
        return true;
    }

    void tellProblem() {
        auto problem = m_socket->problem(m_options.name);
        if (problem == m_problem) return;
        const auto& tell = problem.empty() ? m_options.inform : m_options.warn;
        if (tell) tell(problem.empty() ? "publishes now, as " + m_options.name : problem);
        m_problem = std::move(problem);
    }

    void follow(Failover::Move move) {
        if (move == Failover::Move::arrives) beginSession();
        if (move != Failover::Move::leaves) return;
        auto next = openSocket(m_options, m_failover.at(), load());
        if (next) m_socket = std::move(next.value()); // otherwise the one after it, when that is due
    }

    void sendRoster(Kept& kept) {
        kept.roster.header.intervalEnd = std::chrono::floor<std::chrono::seconds>(m_clock.wall());
        if (send(kept.roster)) kept.sentAt = m_clock.steady();
    }

    Options m_options;
    const Clock& m_clock;
    Failover m_failover;
    std::unique_ptr<PublishingSocket> m_socket;
    std::uint64_t m_session;
    Encoder m_encoder;
    std::unordered_map<std::string, std::uint64_t> m_sequences; // by topic
    std::map<std::string, Kept> m_rosters;                      // by PoP
    std::size_t m_nodes = 0;                                    // of these
    std::string m_problem;
    std::uint64_t m_sentMessages = 0;
    std::uint64_t m_sentBytes = 0;
};

} // namespace

bool Publisher::Options::isWithinProcess() const {
    const auto isInproc = [](const std::string& endpoint) { return endpoint.starts_with("inproc:"); };
    return relays.empty() && std::ranges::all_of(bind, isInproc) && std::ranges::all_of(connect, isInproc);
}

Result<std::unique_ptr<Publisher>> Publisher::open(const Options& asked, const Clock& clock) {
    auto options = asked;
    // Shared by one relay's socket after the other: none waits for what the last one still delivers.
    if (!options.context) options.context = std::make_shared<ZmqContext>();
    const auto load = loadOf(options, options.pops, options.nodes);
    for (std::size_t relay = 1; relay < options.relays.size(); ++relay) // a mistake is told now, not in need
        if (auto tried = openSocket(options, relay, load); !tried) return Error{tried.error()};
    auto socket = openSocket(options, 0, load);
    if (!socket) return Error{socket.error()};
    return std::unique_ptr<Publisher>(
        std::make_unique<SocketPublisher>(options, clock, std::move(socket.value())));
}

} // namespace surgescope::feeds
