// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/publishing_socket.h"

#include "feeds/transport/endpoint.h"
#include "feeds/transport/poll.h"
#include "feeds/transport/sockets.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

/// Topics that are told apart; beyond, everything counts as wanted.
constexpr std::size_t kMostPrefixes = 10'000;

} // namespace

PublishingSocket::PublishingSocket(const Options& options, std::shared_ptr<ZmqContext> context)
    : m_context(std::move(context)),
      m_socket(std::make_unique<zmq::socket_t>(makePublishing(*m_context, options.waits, options.farewell))),
      m_budget(options.queueBytes) {
    m_socket->set(zmq::sockopt::sndhwm, m_budget.mark());
    m_socket->set(zmq::sockopt::immediate, options.onlyWhileConnected);
}

PublishingSocket::~PublishingSocket() = default;

Result<std::unique_ptr<PublishingSocket>> PublishingSocket::open(const Options& options) {
    try {
        auto context = options.context ? options.context : std::make_shared<ZmqContext>();
        std::unique_ptr<PublishingSocket> socket(new PublishingSocket(options, std::move(context)));
        for (const auto& endpoint : options.bind) {
            if (auto error = openEndpoints(*socket->m_socket, {endpoint}, {})) return std::move(*error);
            socket->m_bound.push_back(socket->m_socket->get(zmq::sockopt::last_endpoint));
        }
        if (auto error = openEndpoints(*socket->m_socket, {}, options.connect)) return std::move(*error);
        return socket;
    } catch (const zmq::error_t& error) { // no more sockets or descriptors
        return Error{std::string("cannot open a publisher's socket: ") + error.what()};
    }
}

bool PublishingSocket::send(std::string_view topic, std::string_view payload) {
    // A slow subscriber is waited for at the first part only: the parts travel together.
    if (!sendPart(topic, ZMQ_SNDMORE) || !sendPart(payload, 0)) return false;
    if (m_budget.note(topic.size() + payload.size())) m_socket->set(zmq::sockopt::sndhwm, m_budget.mark());
    return true;
}

/// A signal ends the waiting, as the time does.
bool PublishingSocket::sendPart(std::string_view part, int flags) {
    if (::zmq_send(m_socket->handle(), part.data(), part.size(), flags) >= 0) return true;
    if (::zmq_errno() != EAGAIN && ::zmq_errno() != EINTR) throw zmq::error_t();
    return false;
}

std::size_t PublishingSocket::subscriptions(std::chrono::milliseconds timeout) {
    zmq::pollitem_t item{m_socket->handle(), 0, ZMQ_POLLIN, 0};
    if (m_subscriptions == 0) pollSockets({&item, 1}, timeout);
    readSubscriptions();
    return m_subscriptions;
}

bool PublishingSocket::readSubscriptions() {
    bool joined = false;
    zmq::message_t wish;
    while (m_socket->recv(wish, zmq::recv_flags::dontwait)) {
        const auto text = wish.to_string_view();
        if (text.empty() || (text[0] != 0 && text[0] != 1)) continue;
        const auto prefix = text.substr(1);
        const auto known = m_prefixes.find(prefix);
        if (text[0] == 1) {
            ++m_subscriptions;
            if (known != m_prefixes.end())
                ++known->second;
            else if (m_prefixes.size() <= kMostPrefixes)
                m_prefixes.emplace(prefix, 1);
            joined = joined || prefix.empty() || prefix.starts_with("roster");
        } else {
            if (m_subscriptions > 0) --m_subscriptions;
            if (known != m_prefixes.end() && --known->second == 0) m_prefixes.erase(known);
        }
    }
    return joined;
}

bool PublishingSocket::wanted(std::string_view topic) const {
    if (m_prefixes.size() > kMostPrefixes) return true;
    return std::ranges::any_of(m_prefixes, [&](const auto& entry) { return topic.starts_with(entry.first); });
}

} // namespace surgescope::feeds
