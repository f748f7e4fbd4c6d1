// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/connection_watch.h"

#include "feeds/transport/endpoint.h"
#include "feeds/transport/sockets.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr int kEvents = ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED |
                        ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED |
                        ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                        ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_SUCCEEDED;

std::string_view portOf(std::string_view endpoint) {
    const auto colon = endpoint.rfind(':');
    return colon == std::string_view::npos ? endpoint : endpoint.substr(colon);
}

/// What knocks at a listener whose door is closed is not heard, and knocks again. To unbind would end the
/// connections that were accepted.
void setDoor(int listener, bool open) {
    if (open) {
        const int unused = 0;
        ::setsockopt(listener, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
        return;
    }
    sock_filter takeNothing{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog program{1, &takeNothing};
    ::setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/// One end has keys and the other none, or not those that the other expects.
bool isAboutKeys(std::int32_t protocolError) {
    return protocolError == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH ||
           protocolError == ZMQ_PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE ||
           protocolError == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC;
}

/// Those who have knocked when the door closes are still let in.
constexpr std::size_t kKnocking = 16;

/// ZeroMQ may take one that was meant for turning somebody away; whoever knocked is then let in.
constexpr std::size_t kSpares = 32;

} // namespace

ConnectionWatch::ConnectionWatch(ZmqContext& context, zmq::socket_t& socket, Bound bound)
    : m_monitor(context, socket, kEvents), m_bound(std::move(bound)) {}

ConnectionWatch::~ConnectionWatch() {
    m_monitor.stop();
    if (m_thread.joinable()) m_thread.join();
    for (const int spare : m_spares)
        ::close(spare);
}

int ConnectionWatch::backlogFor(std::size_t room) {
    return static_cast<int>(std::clamp<std::size_t>(room / 2, 1, kBacklog));
}

void ConnectionWatch::start(std::vector<EndpointStatus> endpoints) {
    for (auto& endpoint : endpoints)
        m_watched.push_back({std::move(endpoint), {}});
    m_most = m_bound.connections - std::min<std::size_t>(m_bound.connections / 16, kKnocking);
    openSpares();
    m_backlog = backlog();
    m_thread = std::thread([this] { run(); });
}

std::vector<EndpointStatus> ConnectionWatch::endpoints() const {
    const std::scoped_lock lock(m_mutex);
    std::vector<EndpointStatus> endpoints;
    for (const auto& watched : m_watched) {
        endpoints.push_back(watched.endpoint);
        for (std::size_t i = 0; i < kTroubles; ++i)
            if (watched.troubles[i] > 0)
                endpoints.back().troubles.push_back({wordsFor(static_cast<Trouble>(i)), watched.troubles[i]});
    }
    return endpoints;
}

std::string ConnectionWatch::wordsFor(Trouble trouble) const {
    switch (trouble) {
    case Trouble::full: return "connections refused: " + m_bound.words;
    case Trouble::refused: return "connections refused by the system";
    case Trouble::notAuthorized: return "connections not let in";
    case Trouble::otherKeys: return "connections without a key, or with that of somebody else";
    case Trouble::notOurProtocol: return "connections that do not speak ZeroMQ as expected";
    }
    return {};
}

// ---- the watch's thread

void ConnectionWatch::run() {
    while (const auto event = m_monitor.next(true)) {
        const std::scoped_lock lock(m_mutex);
        handle(event->kind, event->value, event->address);
    }
}

ConnectionWatch::Watched* ConnectionWatch::find(std::string_view address) {
    if (m_watched.size() == 1) return &m_watched.front();
    const auto found = std::ranges::find_if(
        m_watched, [&](const Watched& watched) { return portOf(watched.endpoint.name) == portOf(address); });
    return found == m_watched.end() ? nullptr : &*found;
}

void ConnectionWatch::handle(std::uint16_t event, std::int32_t value, std::string_view address) {
    if (event == ZMQ_EVENT_LISTENING) {
        if (address.starts_with("tcp://")) m_listeners.push_back(value);
        return;
    }
    if (event == ZMQ_EVENT_DISCONNECTED) {
        if (const auto known = m_endpointOfPeer.find(value); known != m_endpointOfPeer.end()) {
            auto& endpoint = m_watched[known->second].endpoint;
            --endpoint.peers;
            ++endpoint.lost;
            m_endpointOfPeer.erase(known);
        }
        openOrClose();
        return;
    }
    auto* watched = find(address);
    if (!watched) return;
    switch (event) {
    case ZMQ_EVENT_CONNECTED:
    case ZMQ_EVENT_ACCEPTED:
        if (m_endpointOfPeer.emplace(value, watched - m_watched.data()).second) ++watched->endpoint.peers;
        openOrClose();
        break;
    case ZMQ_EVENT_ACCEPT_FAILED: acceptFailed(*watched, value); break;
    case ZMQ_EVENT_CONNECT_RETRIED: ++watched->endpoint.failed; break;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: m_met = true; break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: count(*watched, Trouble::notAuthorized); break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        count(*watched, isAboutKeys(value) ? Trouble::otherKeys : Trouble::notOurProtocol);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        ++watched->endpoint.silent;
        m_failed = true;
        break;
    default: break;
    }
}

void ConnectionWatch::count(Watched& watched, Trouble trouble) {
    ++watched.troubles[static_cast<std::size_t>(trouble)];
    if (trouble >= Trouble::notAuthorized) m_failed = true;
}

void ConnectionWatch::acceptFailed(Watched& watched, int error) {
    if (error == EAGAIN || error == EWOULDBLOCK) return; // whoever knocked was turned away meanwhile
    if (error != EMFILE && error != ENFILE) return count(watched, Trouble::refused);
    count(watched, Trouble::full);
    m_most = std::min(m_most, std::max<std::size_t>(m_endpointOfPeer.size(), 1));
    close();
    turnAwayWhoKnocked();
}

void ConnectionWatch::openOrClose() {
    const auto have = m_endpointOfPeer.size();
    setBacklog(backlogFor(m_most > have ? m_most - have : 0));
    if (have < m_most) {
        if (!m_closed) return;
        m_closed = false;
        for (const int listener : m_listeners)
            setDoor(listener, true);
        for (auto& watched : m_watched)
            watched.endpoint.full = false;
    } else if (!m_closed) {
        for (auto& watched : m_watched)
            if (watched.endpoint.binds) count(watched, Trouble::full);
        close();
    }
}

void ConnectionWatch::setBacklog(int backlog) {
    const bool alike = backlog > m_backlog / 2 && backlog / 2 < m_backlog;
    if (backlog == m_backlog || (alike && backlog != kBacklog)) return;
    m_backlog = backlog;
    for (const int listener : m_listeners)
        ::listen(listener, backlog);
}

void ConnectionWatch::close() {
    if (std::exchange(m_closed, true)) return;
    for (const int listener : m_listeners)
        setDoor(listener, false);
    for (auto& watched : m_watched)
        watched.endpoint.full = watched.endpoint.binds;
}

void ConnectionWatch::turnAwayWhoKnocked() {
    // Nobody can be let in, and ZeroMQ would try for ever.
    for (const int listener : m_listeners) {
        ::fcntl(listener, F_SETFL, ::fcntl(listener, F_GETFL) | O_NONBLOCK);
        for (;;) {
            const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (peer >= 0) {
                ::close(peer);
                continue;
            }
            if ((errno != EMFILE && errno != ENFILE) || m_spares.empty()) break;
            ::close(m_spares.back());
            m_spares.pop_back();
        }
    }
    openSpares();
}

void ConnectionWatch::openSpares() {
    while (m_spares.size() < kSpares) {
        const int spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (spare < 0) return;
        m_spares.push_back(spare);
    }
}

} // namespace surgescope::feeds
