// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/nats_connection.h"
#include "feeds/transport/publishing_link.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

/// For .cpp files of the transport.
namespace surgescope::feeds {

class Trust;

/// Publishes through NATS. What a stream shall keep is remembered until the stream says that it does, and
/// sent again when a server was lost or says nothing: under the same id, so that the stream keeps it once.
/// One thread, beside libnats's.
class NatsPublishingLink final : public PublishingLink {
  public:
    /// Errors: an endpoint or a file that cannot be used. `options` must outlive it.
    static Result<std::unique_ptr<NatsPublishingLink>>
    open(const std::string& endpoint, const PublishingSocket::Options& options, const Trust* trust);
    ~NatsPublishingLink() override;

    bool send(std::string_view topic, std::string_view payload) override;
    void expect(const PublishingSocket::Load&) override {}
    bool readSubscriptions() override;
    /// Node columns: as long as listeners say so, again and again. All else: while there is a server.
    bool wanted(std::string_view topic) const override;
    std::size_t subscriptions() const override { return m_connection->isConnected() ? 1 : 0; }
    zmq::socket_t* socket() override { return nullptr; }
    std::string problem(const std::string& name) const override;
    std::optional<EndpointStatus> status() const override { return m_connection->status(); }
    void keepTrying(SteadyTime now, WallTime wall) override;

  private:
    explicit NatsPublishingLink(const PublishingSocket::Options& options) : m_options(options) {}
    void hear(const NatsMessage& message);
    void hearAnswer(std::string_view number, const NatsMessage& message);
    void keep(natsConnection* connection);
    void sendAgain(SteadyTime now, bool all);
    void tellUnacknowledged(SteadyTime now, bool anew);

    struct Kept { // until it is acknowledged
        std::string subject;
        std::string payload;
        SteadyTime since;
        SteadyTime sentAt;
    };

    const PublishingSocket::Options& m_options;
    const std::string m_word = NatsConnection::uniqueWord();
    const std::string m_inbox = "_INBOX." + m_word;
    SystemClock m_clock;
    std::uint64_t m_seen = 0; // connections
    SteadyTime m_lookedAt{};  // what to send again was looked for
    SteadyTime m_keptAt{};    // the stream was looked after; the connection's thread
    bool m_isMade = false;    // the stream was as asked once; the connection's thread

    mutable std::mutex m_mutex;           // guards what follows
    std::map<std::uint64_t, Kept> m_kept; // by number
    std::size_t m_keptBytes = 0;
    std::uint64_t m_next = 0;
    bool m_isStored = false;   // a stream has acknowledged something, and does not refuse
    SteadyTime m_waitsSince{}; // for the next acknowledgement
    bool m_isUnacknowledged = false;
    std::map<std::string, SteadyTime, std::less<>> m_wishes;    // by subject, when it was said last
    mutable std::map<std::string, bool, std::less<>> m_listens; // subjects of wishes that are subscribed to
    bool m_rostersAsked = false;
    SteadyTime m_rostersSaid{};
    std::string m_problem;

    std::unique_ptr<NatsConnection> m_connection; // goes first: it calls
};

} // namespace surgescope::feeds
