// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_source.h"

#include "feeds/source/zmq_intake.h"
#include "feeds/transport/connection_watch.h"
#include "feeds/transport/endpoint.h"
#include "feeds/transport/poll.h"
#include "feeds/transport/sockets.h"
#include "feeds/util/own_process.h"

#include <zmq.hpp>

#include <array>
#include <mutex>
#include <utility>

namespace surgescope::feeds {

namespace {

/// Left for files, pipes and connections that are just being made.
constexpr std::size_t kDescriptorsForOthers = 64;

ConnectionWatch::Bound connectionBound(const std::optional<std::size_t>& asked) {
    if (asked) return {*asked, "no more than " + std::to_string(*asked) + " at once"};
    const auto limit = descriptorLimit();
    const auto others = openDescriptors() + kDescriptorsForOthers;
    return {limit > others ? limit - others : 1, "no descriptor left (limit " + std::to_string(limit) + ")"};
}

} // namespace

struct ZmqSource::Sockets {
    explicit Sockets(const Options& options)
        : intake({options.bounds, options.publishersWait}, options.clock ? *options.clock : machine),
          context(options.context ? options.context : std::make_shared<ZmqContext>()),
          data(makeSubscribing(*context, options.receiveHighWaterMark)), wakeReceiver(makePair(*context)),
          wakeSender(makePair(*context)),
          connections(*context, data, connectionBound(options.maxConnections)) {}

    SystemClock machine;
    ZmqIntake intake;
    std::shared_ptr<ZmqContext> context;
    zmq::socket_t data;
    zmq::socket_t wakeReceiver;
    zmq::socket_t wakeSender;
    std::mutex wakeMutex;        // guards wakeSender
    ConnectionWatch connections; // last: it watches data
};

ZmqSource::ZmqSource(std::unique_ptr<Sockets> sockets) : m_sockets(std::move(sockets)) {}
ZmqSource::~ZmqSource() = default;

Result<std::unique_ptr<ZmqSource>> ZmqSource::open(const Options& options) {
    auto s = std::make_unique<Sockets>(options);
    const auto wake = uniqueInproc("wake");
    s->wakeReceiver.bind(wake);
    s->wakeSender.connect(wake);

    std::vector<Endpoint> endpoints;
    const auto isInproc = [](const std::string& endpoint) { return endpoint.starts_with("inproc://"); };
    for (const auto& endpoint : options.bind) {
        if (auto error = openEndpoints(s->data, {endpoint}, {}, s->connections.backlog()))
            return std::move(*error);
        endpoints.push_back({s->data.get(zmq::sockopt::last_endpoint), true, isInproc(endpoint) ? 1 : 0});
    }
    for (const auto& endpoint : options.connect) {
        if (auto error = openEndpoints(s->data, {}, {endpoint})) return std::move(*error);
        endpoints.push_back({endpoint, false, isInproc(endpoint) ? 1 : 0});
    }
    s->connections.start(std::move(endpoints));
    return std::unique_ptr<ZmqSource>(new ZmqSource(std::move(s)));
}

Source::Received ZmqSource::receive(std::chrono::milliseconds timeout) {
    auto& s = *m_sockets;
    s.intake.drain(s.data);
    auto next = s.intake.next();
    if (!next) {
        std::array<zmq::pollitem_t, 2> items{
            {{s.data.handle(), 0, ZMQ_POLLIN, 0}, {s.wakeReceiver.handle(), 0, ZMQ_POLLIN, 0}}};
        if (!pollSockets(items, timeout)) return Nothing{};
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
    return m_sockets->connections.endpoints();
}

void ZmqSource::wake() {
    const std::scoped_lock lock(m_sockets->wakeMutex);
    m_sockets->wakeSender.send(zmq::str_buffer("wake"), zmq::send_flags::dontwait);
}

} // namespace surgescope::feeds
