// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/monitor.h"
#include "feeds/transport/publishing_link.h"
#include "feeds/transport/publishing_socket.h"
#include "feeds/transport/way.h"
#include "feeds/util/clock.h"

#include <zmq.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// For .cpp files of the transport.
namespace surgescope::feeds {

/// A publishing socket and the endpoints it has: made anew when what it connects to does not let it in, and
/// when somebody who listens must not do so any more, for ZeroMQ cannot send one of many away. One thread.
class ZmqPublishingLink final : public PublishingLink {
  public:
    ZmqPublishingLink(const PublishingSocket::Options& options, std::shared_ptr<ZmqContext> context, Way way);

    /// Errors: an endpoint that cannot be used, named with the reason. `bound`: gets what was bound.
    std::optional<Error> open(std::vector<std::string>& bound);

    bool send(std::string_view topic, std::string_view payload) override;
    void expect(const PublishingSocket::Load& load) override;
    bool readSubscriptions() override;
    bool wanted(std::string_view topic) const override;
    std::size_t subscriptions() const override { return m_subscriptions; }
    zmq::socket_t* socket() override { return &*m_socket; }
    std::string problem(const std::string& name) const override;
    std::optional<EndpointStatus> status() const override { return std::nullopt; }
    /// Makes the socket anew when that is due.
    void keepTrying(SteadyTime now, WallTime wall) override;

  private:
    void addPrefix(std::string_view prefix, const char* key);
    void shutOutGreediest();
    bool sendPart(std::string_view part, int flags);
    void openAgain(std::chrono::milliseconds linger);
    void hearMonitor(SteadyTime now);
    /// Keys that may listen.
    std::vector<std::string> listening(WallTime wall) const;
    bool mayHaveChanged(SteadyTime now);

    const PublishingSocket::Options& m_options;
    std::shared_ptr<ZmqContext> m_context;
    Way m_way;
    Attempts m_attempts;
    std::optional<zmq::socket_t> m_socket;
    std::unique_ptr<Monitor> m_monitor; // of m_socket; null: nothing of it matters
    int m_mark;                         // messages that may wait for a subscriber
    std::uint64_t m_sent = 0;           // messages, since the socket was opened and somebody listens
    struct Wish {
        std::size_t count = 0; // subscribers
        std::string key;       // of who was the first
    };
    std::map<std::string, Wish, std::less<>> m_prefixes; // subscribed to
    std::size_t m_subscriptions = 0;
    bool m_isHeard = false;      // somebody subscribed since the socket was opened
    bool m_isShut = false;       // its endpoints are to be opened again
    std::uint64_t m_version = 0; // of the allow-list that was looked through
    SteadyTime m_lookedAt{};
    std::vector<std::string> m_listening; // keys that may listen, sorted
};

} // namespace surgescope::feeds
