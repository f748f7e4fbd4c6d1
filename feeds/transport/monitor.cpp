// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/monitor.h"

#include "feeds/transport/sockets.h"

#include <cstring>
#include <utility>

namespace surgescope::feeds {

Monitor::Monitor(ZmqContext& context, zmq::socket_t& socket, int events)
    : m_socket(socket), m_receiver(makePair(context)) {
    const auto endpoint = uniqueInproc("monitor");
    m_receiver.set(zmq::sockopt::rcvhwm, 0);
    const int all = events | ZMQ_EVENT_MONITOR_STOPPED;
    if (::zmq_socket_monitor(socket.handle(), endpoint.c_str(), all) != 0) throw zmq::error_t();
    m_receiver.connect(endpoint);
}

Monitor::~Monitor() {
    stop();
}

void Monitor::stop() {
    if (!std::exchange(m_stopped, true)) ::zmq_socket_monitor(m_socket.handle(), nullptr, 0);
}

std::optional<Monitor::Event> Monitor::next(bool waits) {
    const auto how = waits ? zmq::recv_flags::none : zmq::recv_flags::dontwait;
    zmq::message_t event;
    zmq::message_t address;
    if (!m_receiver.recv(event, how) || !event.more() || !m_receiver.recv(address)) return std::nullopt;
    Event told;
    if (event.size() < sizeof told.kind + sizeof told.value) return std::nullopt;
    std::memcpy(&told.kind, event.data(), sizeof told.kind);
    std::memcpy(&told.value, event.data<char>() + sizeof told.kind, sizeof told.value);
    if (told.kind == ZMQ_EVENT_MONITOR_STOPPED) return std::nullopt; // the last it tells
    told.address = address.to_string();
    return told;
}

} // namespace surgescope::feeds
