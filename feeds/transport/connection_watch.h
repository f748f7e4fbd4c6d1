// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/context.h"
#include "feeds/transport/endpoint_status.h"
#include "feeds/transport/monitor.h"

#include <zmq.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

/// For .cpp files that stand on ZeroMQ.
namespace surgescope::feeds {

/// Watches who connects to a socket, who leaves, and what comes to nothing, on a thread of its own: ZeroMQ's
/// waits until somebody has heard what it tells. It also keeps the process from running out of descriptors,
/// for then ZeroMQ would try to accept for ever: near the bound, those who knock are not let in until others
/// have left.
class ConnectionWatch {
  public:
    struct Bound {
        std::size_t connections = 0;
        std::string words; // why there are no more
    };

    /// Before anything is bound or connected. `socket` must outlive the watch.
    ConnectionWatch(ZmqContext& context, zmq::socket_t& socket, Bound bound);
    /// By the socket's thread, as the constructor.
    ~ConnectionWatch();
    ConnectionWatch(const ConnectionWatch&) = delete;
    ConnectionWatch& operator=(const ConnectionWatch&) = delete;

    /// What the socket is to be bound with: those who have knocked are let in, bound or not. It shrinks with
    /// the room there is.
    int backlog() const { return backlogFor(m_bound.connections); }
    /// After binding and connecting, once.
    void start(std::vector<EndpointStatus> endpoints);

    /// Any thread.
    std::vector<EndpointStatus> endpoints() const;
    /// Somebody was not let in, here or there; and somebody was. Any thread.
    bool hasFailed() const { return m_failed; }
    bool hasMet() const { return m_met; }

  private:
    /// In the order they are told.
    enum class Trouble : std::uint8_t { full, refused, notAuthorized, otherKeys, notOurProtocol };
    static constexpr std::size_t kTroubles = 5;
    struct Watched {
        EndpointStatus endpoint;
        std::array<std::uint64_t, kTroubles> troubles{};
    };

    void run();
    void handle(std::uint16_t event, std::int32_t value, std::string_view address);
    void acceptFailed(Watched& watched, int error);
    Watched* find(std::string_view address);
    void count(Watched& watched, Trouble trouble);
    std::string wordsFor(Trouble trouble) const;
    static int backlogFor(std::size_t room);
    void openOrClose();
    void setBacklog(int backlog);
    void close();
    void turnAwayWhoKnocked();
    void openSpares();

    Monitor m_monitor;
    const Bound m_bound;
    // The watch's thread:
    std::vector<int> m_listeners;                          // descriptors, of TCP
    std::unordered_map<int, std::size_t> m_endpointOfPeer; // by descriptor
    bool m_closed = false;
    int m_backlog = 0;         // of each listener, as it is now
    std::size_t m_most = 0;    // connections, as far as is known: others take descriptors, too
    std::vector<int> m_spares; // descriptors to be free when there is none

    std::atomic<bool> m_failed{false};
    std::atomic<bool> m_met{false};
    mutable std::mutex m_mutex; // guards what follows
    std::vector<Watched> m_watched;

    std::thread m_thread;
};

} // namespace surgescope::feeds
