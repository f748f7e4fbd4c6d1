// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_source.h"

#include "feeds/source/zmq_intake.h"
#include "feeds/source/zmq_link.h"
#include "feeds/transport/poll.h"
#include "feeds/transport/sockets.h"
#include "feeds/util/own_process.h"

#include <zmq.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

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
        : clock(options.clock ? *options.clock : machine),
          intake({options.bounds, options.publishersWait}, clock),
          context(options.context ? options.context : std::make_shared<ZmqContext>()),
          wakeReceiver(makePair(*context)), wakeSender(makePair(*context)) {}

    SystemClock machine;
    const Clock& clock;
    ZmqIntake intake;
    std::shared_ptr<ZmqContext> context;
    std::vector<std::unique_ptr<ZmqLink>> links;
    std::vector<std::string> topics; // that are subscribed to
    zmq::socket_t wakeReceiver;
    zmq::socket_t wakeSender;
    std::mutex wakeMutex; // guards wakeSender
    std::vector<zmq::pollitem_t> items;

    void drain() {
        for (auto& link : links) {
            link->keepTrying(clock.steady(), topics);
            intake.drain(link->socket(), [&](zmq::message_t& message) { return link->speaker(message); });
        }
    }
};

ZmqSource::ZmqSource(std::unique_ptr<Sockets> sockets) : m_sockets(std::move(sockets)) {}
ZmqSource::~ZmqSource() = default;

Result<std::unique_ptr<ZmqSource>> ZmqSource::open(const Options& options) {
    auto s = std::make_unique<Sockets>(options);
    const auto wake = uniqueInproc("wake");
    s->wakeReceiver.bind(wake);
    s->wakeSender.connect(wake);

    auto ways = waysTo(options.bind, options.connect, s->context->trust());
    if (!ways) return Error{ways.error()};
    auto bound = connectionBound(options.maxConnections);
    const auto listening =
        std::ranges::count_if(ways.value(), [](const Way& way) { return !way.bind.empty(); });
    bound.connections = std::max<std::size_t>(bound.connections / std::max<std::size_t>(listening, 1), 1);
    for (auto& way : ways.value()) {
        auto link = ZmqLink::open(s->context, {std::move(way), options.receiveHighWaterMark, bound});
        if (!link) return Error{link.error()};
        s->links.push_back(std::move(link.value()));
    }
    return std::unique_ptr<ZmqSource>(new ZmqSource(std::move(s)));
}

Source::Received ZmqSource::receive(std::chrono::milliseconds timeout) {
    auto& s = *m_sockets;
    s.drain();
    auto next = s.intake.next();
    if (!next) {
        s.items = {{s.wakeReceiver.handle(), 0, ZMQ_POLLIN, 0}};
        for (auto& link : s.links)
            s.items.push_back({link->socket().handle(), 0, ZMQ_POLLIN, 0});
        if (!pollSockets(s.items, timeout)) return Nothing{};
        if (s.items.front().revents) {
            zmq::message_t word;
            while (s.wakeReceiver.recv(word, zmq::recv_flags::dontwait)) {
            }
            return Nothing{};
        }
        s.drain();
        next = s.intake.next();
    }
    return next ? std::move(*next) : Received(Nothing{});
}

void ZmqSource::subscribe(const std::string& prefix) {
    m_sockets->topics.push_back(prefix);
    for (auto& link : m_sockets->links)
        link->socket().set(zmq::sockopt::subscribe, prefix);
}

void ZmqSource::unsubscribe(const std::string& prefix) {
    auto& topics = m_sockets->topics;
    if (const auto at = std::ranges::find(topics, prefix); at != topics.end()) topics.erase(at);
    for (auto& link : m_sockets->links)
        link->socket().set(zmq::sockopt::unsubscribe, prefix);
}

std::vector<Source::Endpoint> ZmqSource::endpoints() const {
    std::vector<Endpoint> all;
    for (const auto& link : m_sockets->links)
        for (auto& endpoint : link->endpoints())
            all.push_back(std::move(endpoint));
    // Who was not let in, and what is wrong with the allow-list, is told at the first endpoint with keys.
    const auto hasKeys = std::ranges::find_if(
        all, [](const Endpoint& one) { return !one.plain && !isWithinMachine(one.name); });
    if (hasKeys == all.end()) return all;
    for (auto& turnedAway : m_sockets->context->turnedAway())
        hasKeys->troubles.push_back(std::move(turnedAway));
    if (auto problem = m_sockets->context->trust()->problem(); !problem.empty())
        hasKeys->troubles.push_back({std::move(problem), 1});
    return all;
}

void ZmqSource::wake() {
    const std::scoped_lock lock(m_sockets->wakeMutex);
    m_sockets->wakeSender.send(zmq::str_buffer("wake"), zmq::send_flags::dontwait);
}

} // namespace surgescope::feeds
