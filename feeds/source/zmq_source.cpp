// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_source.h"

#include "feeds/source/zmq_endpoint.h"
#include "feeds/source/zmq_intake.h"
#include "feeds/source/zmq_poll.h"
#include "feeds/wire/limits.h"

#include <zmq.hpp>

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace surgescope::feeds {

struct ZmqSource::Sockets {
    explicit Sockets(const Options& options)
        : intake({options.bounds, options.publishersWait}, options.clock ? *options.clock : machine) {}

    SystemClock machine;
    ZmqIntake intake;
    std::shared_ptr<ZmqContext> context;
    zmq::socket_t data;
    zmq::socket_t monitor; // connections made and lost
    zmq::socket_t wakeReceiver;
    zmq::socket_t wakeSender;
    std::mutex wakeMutex; // guards wakeSender
    std::vector<Endpoint> endpoints;
    std::unordered_map<int, std::size_t> endpointOfPeer; // by file descriptor
};

namespace {

std::string uniqueInproc(const char* what) {
    static std::atomic<unsigned> number{0};
    return std::string("inproc://surgescope-") + what + "-" + std::to_string(++number);
}

std::string_view portOf(std::string_view endpoint) {
    const auto colon = endpoint.rfind(':');
    return colon == std::string_view::npos ? endpoint : endpoint.substr(colon);
}

} // namespace

ZmqSource::ZmqSource(std::unique_ptr<Sockets> sockets) : m_sockets(std::move(sockets)) {}
ZmqSource::~ZmqSource() = default;

Result<std::unique_ptr<ZmqSource>> ZmqSource::open(const Options& options) {
    auto s = std::make_unique<Sockets>(options);
    s->context = options.context ? options.context : std::make_shared<ZmqContext>();
    auto& context = s->context->get();
    s->data = zmq::socket_t(context, zmq::socket_type::sub);
    s->data.set(zmq::sockopt::linger, 0);
    s->data.set(zmq::sockopt::rcvhwm, options.receiveHighWaterMark);
    s->data.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(2 * limits::kMessageBytes));
    s->data.set(zmq::sockopt::reconnect_ivl, 100);
    s->data.set(zmq::sockopt::reconnect_ivl_max, 2'000);

    const auto monitor = uniqueInproc("monitor");
    zmq_socket_monitor(s->data.handle(), monitor.c_str(),
                       ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
    s->monitor = zmq::socket_t(context, zmq::socket_type::pair);
    s->monitor.set(zmq::sockopt::linger, 0);
    s->monitor.connect(monitor);
    const auto wake = uniqueInproc("wake");
    for (auto* socket : {&s->wakeReceiver, &s->wakeSender}) {
        *socket = zmq::socket_t(context, zmq::socket_type::pair);
        socket->set(zmq::sockopt::linger, 0);
    }
    s->wakeReceiver.bind(wake);
    s->wakeSender.connect(wake);

    const auto isInproc = [](const std::string& endpoint) { return endpoint.starts_with("inproc://"); };
    for (const auto& endpoint : options.bind) {
        if (auto error = openEndpoints(s->data, {endpoint}, {})) return std::move(*error);
        s->endpoints.push_back({s->data.get(zmq::sockopt::last_endpoint), true, isInproc(endpoint) ? 1 : 0});
    }
    for (const auto& endpoint : options.connect) {
        if (auto error = openEndpoints(s->data, {}, {endpoint})) return std::move(*error);
        s->endpoints.push_back({endpoint, false, isInproc(endpoint) ? 1 : 0});
    }
    return std::unique_ptr<ZmqSource>(new ZmqSource(std::move(s)));
}

void ZmqSource::readMonitors() {
    auto& s = *m_sockets;
    zmq::message_t event;
    zmq::message_t address;
    while (s.monitor.recv(event, zmq::recv_flags::dontwait)) {
        if (!event.more() || !s.monitor.recv(address) || event.size() < 6) continue;
        std::uint16_t kind = 0;
        std::int32_t peer = 0;
        std::memcpy(&kind, event.data(), sizeof kind);
        std::memcpy(&peer, event.data<char>() + 2, sizeof peer);
        if (kind == ZMQ_EVENT_DISCONNECTED) {
            if (const auto known = s.endpointOfPeer.find(peer); known != s.endpointOfPeer.end()) {
                --s.endpoints[known->second].peers;
                s.endpointOfPeer.erase(known);
            }
            continue;
        }
        for (std::size_t i = 0; i < s.endpoints.size(); ++i) {
            const bool only = s.endpoints.size() == 1;
            if (!only && portOf(s.endpoints[i].name) != portOf(address.to_string_view())) continue;
            if (s.endpointOfPeer.emplace(peer, i).second) ++s.endpoints[i].peers;
            break;
        }
    }
}

Source::Received ZmqSource::receive(std::chrono::milliseconds timeout) {
    auto& s = *m_sockets;
    s.intake.drain(s.data);
    auto next = s.intake.next();
    if (!next) {
        std::array<zmq::pollitem_t, 3> items{{{s.data.handle(), 0, ZMQ_POLLIN, 0},
                                              {s.wakeReceiver.handle(), 0, ZMQ_POLLIN, 0},
                                              {s.monitor.handle(), 0, ZMQ_POLLIN, 0}}};
        if (!pollSockets(items, timeout)) return Nothing{};
        if (items[2].revents) readMonitors();
        if (items[1].revents) {
            zmq::message_t word;
            while (s.wakeReceiver.recv(word, zmq::recv_flags::dontwait)) {
            }
            return Nothing{};
        }
        s.intake.drain(s.data);
        next = s.intake.next();
    }
    if (!next) return Nothing{};
    return std::visit([](auto& got) -> Received { return std::move(got); }, *next);
}

void ZmqSource::subscribe(const std::string& prefix) {
    m_sockets->data.set(zmq::sockopt::subscribe, prefix);
}
void ZmqSource::unsubscribe(const std::string& prefix) {
    m_sockets->data.set(zmq::sockopt::unsubscribe, prefix);
}

std::vector<Source::Endpoint> ZmqSource::endpoints() const {
    return m_sockets->endpoints;
}

void ZmqSource::wake() {
    const std::scoped_lock lock(m_sockets->wakeMutex);
    m_sockets->wakeSender.send(zmq::str_buffer("wake"), zmq::send_flags::dontwait);
}

} // namespace surgescope::feeds
