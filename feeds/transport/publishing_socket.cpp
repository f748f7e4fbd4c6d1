// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/publishing_socket.h"

#include "feeds/transport/nats_publishing_link.h"
#include "feeds/transport/poll.h"
#include "feeds/transport/publishing_link.h"
#include "feeds/transport/zmq_publishing_link.h"
#include "feeds/util/clock.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {

PublishingSocket::PublishingSocket(const Options& options, std::shared_ptr<ZmqContext> context)
    : m_options(options), m_context(std::move(context)) {}

PublishingSocket::~PublishingSocket() = default;

Result<std::unique_ptr<PublishingSocket>> PublishingSocket::open(const Options& options) {
    try {
        auto context = options.context ? options.context : std::make_shared<ZmqContext>();
        std::unique_ptr<PublishingSocket> socket(new PublishingSocket(options, std::move(context)));
        std::vector<std::string> others;
        for (const auto& endpoint : options.connect) {
            if (!isNats(endpoint)) {
                others.push_back(endpoint);
                continue;
            }
            auto link = NatsPublishingLink::open(endpoint, socket->m_options, socket->m_context->trust());
            if (!link) return Error{link.error()};
            socket->m_links.push_back(std::move(link.value()));
        }
        auto ways = waysTo(options.bind, others, socket->m_context->trust());
        if (!ways) return Error{ways.error()};
        for (auto& way : ways.value()) {
            auto link =
                std::make_unique<ZmqPublishingLink>(socket->m_options, socket->m_context, std::move(way));
            if (auto error = link->open(socket->m_bound)) return std::move(*error);
            socket->m_links.push_back(std::move(link));
        }
        return socket;
    } catch (const zmq::error_t& error) { // no more sockets or descriptors
        return Error{std::string("cannot open a publisher's socket: ") + error.what()};
    }
}

bool PublishingSocket::send(std::string_view topic, std::string_view payload) {
    for (; m_sentBy < m_links.size(); ++m_sentBy)
        if (!m_links[m_sentBy]->send(topic, payload)) return false;
    m_sentBy = 0;
    return true;
}

void PublishingSocket::expect(const Load& load) {
    for (auto& link : m_links)
        link->expect(load);
}

std::size_t PublishingSocket::subscriptions(std::chrono::milliseconds timeout) {
    const auto count = [this] {
        std::size_t all = 0;
        for (const auto& link : m_links)
            all += link->subscriptions();
        return all;
    };
    if (count() == 0) {
        std::vector<zmq::pollitem_t> items;
        for (auto& link : m_links)
            if (auto* its = link->socket()) items.push_back({its->handle(), 0, ZMQ_POLLIN, 0});
        pollSockets(items, timeout);
    }
    readSubscriptions();
    return count();
}

bool PublishingSocket::readSubscriptions() {
    const SystemClock clock;
    bool joined = false;
    for (auto& link : m_links) {
        link->keepTrying(clock.steady(), clock.wall());
        joined = link->readSubscriptions() || joined;
    }
    return joined;
}

std::string PublishingSocket::problem(const std::string& name) const {
    for (const auto& link : m_links)
        if (auto problem = link->problem(name); !problem.empty()) return problem;
    return {};
}

std::vector<EndpointStatus> PublishingSocket::endpoints() const {
    std::vector<EndpointStatus> all;
    for (const auto& link : m_links)
        if (auto status = link->status()) all.push_back(std::move(*status));
    return all;
}

bool PublishingSocket::wanted(std::string_view topic) const {
    return std::ranges::any_of(m_links, [&](const auto& link) { return link->wanted(topic); });
}

} // namespace surgescope::feeds
