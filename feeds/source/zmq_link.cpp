// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_link.h"

#include "feeds/transport/sockets.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

/// What became of the connections of an earlier socket counts on.
void addUp(EndpointStatus& endpoint, const EndpointStatus& before) {
    endpoint.lost += before.lost;
    endpoint.failed += before.failed;
    endpoint.silent += before.silent;
    for (const auto& trouble : before.troubles) {
        const auto known = std::ranges::find(endpoint.troubles, trouble.what, &Counted::what);
        if (known != endpoint.troubles.end())
            known->count += trouble.count;
        else
            endpoint.troubles.push_back(trouble);
    }
}

} // namespace

ZmqLink::ZmqLink(std::shared_ptr<ZmqContext> context, Options options)
    : m_context(std::move(context)), m_options(std::move(options)),
      m_attempts(m_options.way, m_context->trust()) {}

Result<std::unique_ptr<ZmqLink>> ZmqLink::open(std::shared_ptr<ZmqContext> context, Options options) {
    std::unique_ptr<ZmqLink> link(new ZmqLink(std::move(context), std::move(options)));
    if (auto error = link->openSocket()) return std::move(*error);
    return link;
}

std::optional<Error> ZmqLink::openSocket() {
    const auto& way = m_options.way;
    m_socket.emplace(makeSubscribing(*m_context, m_options.receiveHighWaterMark));
    m_watch = std::make_unique<ConnectionWatch>(*m_context, *m_socket, m_options.bound);
    std::vector<std::string> bound;
    if (auto error =
            openWay(*m_socket, *m_context, way, m_attempts, Purpose::publish, m_watch->backlog(), bound))
        return error;
    std::vector<EndpointStatus> endpoints;
    const auto add = [&](const std::string& name, bool binds) {
        endpoints.push_back({name, binds, name.starts_with("inproc://") ? 1 : 0});
        endpoints.back().plain = way.plain && !isWithinMachine(name);
    };
    for (const auto& name : bound)
        add(name, true);
    for (const auto& name : way.connect)
        add(name, false);
    m_watch->start(std::move(endpoints));
    m_metNoted = false;
    return std::nullopt;
}

void ZmqLink::keepTrying(SteadyTime now, const std::vector<std::string>& topics) {
    if (m_options.way.kind != Way::Kind::known) return;
    if (m_watch->hasMet() && !std::exchange(m_metNoted, true))
        m_context->trust()->noteWorked(m_options.way.connect.front(), m_attempts.key());
    if (m_watch->hasFailed()) m_attempts.failed(now);
    if (!m_attempts.isDue(now)) return;
    m_attempts.begin();
    m_before = endpoints();
    m_watch.reset();
    m_socket.reset();
    static_cast<void>(openSocket()); // it was opened alike before; whoever is not there is tried again
    for (const auto& topic : topics)
        m_socket->set(zmq::sockopt::subscribe, topic);
}

std::shared_ptr<const Permit> ZmqLink::speaker(zmq::message_t& message) const {
    const auto& way = m_options.way;
    if (way.kind == Way::Kind::open || (way.kind == Way::Kind::known && m_attempts.key().empty()))
        return nullptr;
    if (way.kind == Way::Kind::known) return m_context->trust()->permitOf(m_attempts.key());
    const char* key = ::zmq_msg_gets(message.handle(), "User-Id");
    return m_context->trust()->permitOf(key ? key : "");
}

std::vector<EndpointStatus> ZmqLink::endpoints() const {
    auto endpoints = m_watch->endpoints();
    for (std::size_t i = 0; i < endpoints.size() && i < m_before.size(); ++i)
        addUp(endpoints[i], m_before[i]);
    return endpoints;
}

} // namespace surgescope::feeds
