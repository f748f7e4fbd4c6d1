// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/endpoint_status.h"
#include "feeds/transport/late_calls.h"
#include "feeds/transport/nats_access.h"
#include "feeds/transport/nats_attempt.h"
#include "feeds/transport/nats_endpoint.h"
#include "feeds/transport/nats_login.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nats/nats.h>
#include <string>
#include <string_view>
#include <thread>

/// For .cpp files that stand on NATS.
namespace surgescope::feeds {

/// One message as libnats has it.
class NatsMessage {
  public:
    NatsMessage() = default;
    explicit NatsMessage(natsMsg* message) : m_message(message) {}

    std::string_view subject() const { return view(natsMsg_GetSubject(m_message.get())); }
    std::string_view reply() const { return view(natsMsg_GetReply(m_message.get())); }
    std::string_view payload() const {
        return {natsMsg_GetData(m_message.get()),
                static_cast<std::size_t>(natsMsg_GetDataLength(m_message.get()))};
    }
    /// Empty: there is none. What a server says itself has a "Status".
    std::string_view header(const char* name) const {
        const char* value = nullptr;
        return natsMsgHeader_Get(m_message.get(), name, &value) == NATS_OK ? view(value) : std::string_view();
    }

  private:
    struct Destroy {
        void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
    };
    static std::string_view view(const char* text) { return text ? text : std::string_view(); }
    std::unique_ptr<natsMsg, Destroy> m_message;
};

/// A connection to one of a cluster's servers, which is made, kept and made again by a thread of its own:
/// nobody who uses it waits. What is published waits in a bounded queue until a server takes it. Any thread.
class NatsConnection {
  public:
    struct Options {
        NatsServers servers;
        NatsAccess access;
        std::size_t queueBytes = 64U << 20U; // may wait for a server; beyond, the oldest is dropped
        std::size_t queueMessages = 100'000;
        std::chrono::milliseconds farewell{300}; // in which what is queued may still be sent at the end
        /// Gets what was subscribed to, on the one thread that libnats has for that: must not wait.
        std::function<void(NatsMessage)> hear;
        /// Called while there is a connection, some ten times a second and after poke(), on the connection's
        /// own thread: may ask servers and wait for them.
        std::function<void(natsConnection*)> work;
    };
    struct Outgoing {
        std::string subject;
        std::string payload;
        std::string reply; // empty: none
        std::string id;    // by which a stream keeps it once; empty: no stream keeps it
    };

    /// Errors: a file that cannot be read or is something else. Does nothing before start().
    static Result<std::unique_ptr<NatsConnection>> open(Options options);
    /// From here on `hear` and `work` are called. Once.
    void start();
    ~NatsConnection();
    /// From its return on nothing is called. For owners whose `hear` or `work` use it: a pointer to it that
    /// is reset is null before it has ended.
    void stop();
    NatsConnection(const NatsConnection&) = delete;
    NatsConnection& operator=(const NatsConnection&) = delete;

    /// A message larger than the server takes is sent in parts (NatsParts).
    void publish(Outgoing message);
    /// False: it is full, though it was waited for.
    bool awaitRoom(std::chrono::milliseconds patience);
    void subscribe(const std::string& subject);
    void unsubscribe(const std::string& subject);
    void poke();

    bool isConnected() const;
    /// Rises with each connection.
    std::uint64_t connections() const;
    EndpointStatus status() const;
    /// For its status; bounded.
    void note(const std::string& trouble, std::uint64_t count = 1);
    /// What was noted and begins so is no longer true, and shown no longer.
    void over(std::string_view beginning);

    /// A word that nobody else has, of letters and digits.
    static std::string uniqueWord();

  private:
    using Late = LateCalls<NatsConnection>; // libnats calls also when this is gone
    struct Calls;
    template <class T> using Held = NatsHeld<T>;

    NatsConnection(Options options, NatsLogin login);
    void run();
    void connect();
    bool awaitAttempt(NatsAttempt& attempt);
    void close();
    void follow();
    void send(bool last);
    natsStatus sendOne(const Outgoing& message);
    natsStatus sendPart(const Outgoing& message, std::string_view part, const std::string& id,
                        const std::string& place, bool last);
    void complain(natsConnection* connection, natsStatus error, natsSubscription* subscription);
    void noteLocked(const std::string& trouble, std::uint64_t count);
    void overLocked(std::string_view beginning);

    const Options m_options;
    const NatsLogin m_login;
    std::shared_ptr<Late> m_lateCalls;
    // The connection's thread; others compare m_connection, under m_mutex:
    Held<natsConnection> m_connection;
    std::map<std::string, Held<natsSubscription>> m_subscriptions; // by subject
    std::uint64_t m_partsSent = 0;
    const std::string m_word = uniqueWord();

    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_news;
    std::deque<Outgoing> m_queue;
    std::size_t m_queuedBytes = 0;
    std::map<std::string, int> m_wanted; // subjects, and how often
    bool m_isUp = false;
    bool m_isClosed = false; // for good, by libnats
    bool m_poked = false;
    bool m_stop = false;
    std::uint64_t m_connections = 0;
    std::map<std::string, std::int64_t> m_dropped; // by libnats, by subject, as it told last
    EndpointStatus m_status;

    std::thread m_thread;
};

} // namespace surgescope::feeds
