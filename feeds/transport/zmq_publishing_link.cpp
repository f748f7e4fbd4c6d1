// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/zmq_publishing_link.h"

#include "feeds/transport/endpoint.h"
#include "feeds/transport/sockets.h"
#include "feeds/transport/trust.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace surgescope::feeds {
namespace {

/// Topics that are told apart; beyond, everything counts as wanted.
constexpr std::size_t kMostPrefixes = 10'000;
constexpr std::chrono::seconds kLookEvery{2};
/// What is left is for somebody who did not let us in, or must not listen.
constexpr std::chrono::milliseconds kAtOnce{0};
constexpr int kPublisherEvents = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

/// ZeroMQ counts messages.
int markOf(std::size_t queueBytes, const PublishingSocket::Load& load) {
    constexpr std::size_t kFewest = 100;
    constexpr std::size_t kMost = 100'000;
    const auto budget = queueBytes / std::max(load.messageBytes, std::size_t{1});
    return static_cast<int>(std::clamp(std::min(budget, load.mostWaiting), kFewest, kMost));
}

bool isWithinProcess(const Way& way) {
    const auto isInproc = [](const std::string& endpoint) { return endpoint.starts_with("inproc:"); };
    return std::ranges::any_of(way.bind, isInproc) || std::ranges::any_of(way.connect, isInproc);
}

} // namespace

ZmqPublishingLink::ZmqPublishingLink(const PublishingSocket::Options& options,
                                     std::shared_ptr<ZmqContext> context, Way way)
    : m_options(options), m_context(std::move(context)), m_way(std::move(way)),
      m_attempts(m_way, m_context->trust()), m_mark(markOf(options.queueBytes, options.load)) {}

std::optional<Error> ZmqPublishingLink::open(std::vector<std::string>& bound) {
    m_prefixes.clear();
    m_subscriptions = 0;
    m_sent = 0;
    m_isHeard = false;
    m_socket.emplace(makePublishing(*m_context, m_options.waits, m_options.farewell));
    m_socket->set(zmq::sockopt::sndhwm, m_mark);
    m_socket->set(zmq::sockopt::immediate, m_options.onlyWhileConnected);
    if (m_options.onlyWhileConnected) askWhetherAlive(*m_socket);
    if (m_way.kind == Way::Kind::known)
        m_monitor = std::make_unique<Monitor>(*m_context, *m_socket, kPublisherEvents);
    std::vector<std::string> its;
    if (auto error = openWay(*m_socket, *m_context, m_way, m_attempts, Purpose::listen, kBacklog, its))
        return error;
    m_way.bind = its; // with the ports that were chosen
    bound.insert(bound.end(), its.begin(), its.end());
    return std::nullopt;
}

void ZmqPublishingLink::openAgain(std::chrono::milliseconds linger) {
    m_monitor.reset();
    m_socket->set(zmq::sockopt::linger, static_cast<int>(linger.count()));
    m_socket.reset();
    std::vector<std::string> bound;
    m_isShut = open(bound).has_value(); // ZeroMQ closes the one before when it has time
}

// ---- messages

bool ZmqPublishingLink::send(std::string_view topic, std::string_view payload) {
    // A slow subscriber is waited for at the first part only: the parts travel together.
    if (!sendPart(topic, ZMQ_SNDMORE) || !sendPart(payload, 0)) return false;
    ++m_sent;
    return true;
}

/// The mark of an open socket must not move, in ZeroMQ 4.3.4: with a connection that just ends the process
/// does, and where as much waits as may, or more was read than a lower mark lets through, nothing is ever
/// sent again. So the socket is made anew.
void ZmqPublishingLink::expect(const PublishingSocket::Load& load) {
    if (isWithinProcess(m_way)) return; // both ends' marks are one sum there
    const int mark = markOf(m_options.queueBytes, load);
    // A little more memory than was meant does not matter, nor does a mark that is too low for long.
    if (mark * 3 / 2 > m_mark && mark < m_mark * 16) return;
    if (m_options.waits && m_sent > 0) return; // nothing that is waited for may be lost on the way
    m_mark = mark;
    openAgain(m_options.farewell);
}

/// A signal ends the waiting, as the time does.
bool ZmqPublishingLink::sendPart(std::string_view part, int flags) {
    if (::zmq_send(m_socket->handle(), part.data(), part.size(), flags) >= 0) return true;
    if (::zmq_errno() != EAGAIN && ::zmq_errno() != EINTR) throw zmq::error_t();
    return false;
}

bool ZmqPublishingLink::readSubscriptions() {
    bool joined = false;
    zmq::message_t wish;
    while (m_socket->recv(wish, zmq::recv_flags::dontwait)) {
        const auto text = wish.to_string_view();
        if (text.empty() || (text[0] != 0 && text[0] != 1)) continue;
        const auto prefix = text.substr(1);
        const auto known = m_prefixes.find(prefix);
        if (text[0] == 1) {
            m_isHeard = true;
            ++m_subscriptions;
            if (known != m_prefixes.end())
                ++known->second.count;
            else
                addPrefix(prefix, ::zmq_msg_gets(wish.handle(), "User-Id"));
            joined = joined || prefix.empty() || prefix.starts_with("roster");
        } else {
            if (m_subscriptions > 0) --m_subscriptions;
            if (known != m_prefixes.end() && --known->second.count == 0) m_prefixes.erase(known);
        }
    }
    if (!m_isHeard) m_sent = 0; // to nobody
    return joined;
}

/// ZeroMQ keeps what is asked for in a tree with a branch for each letter, without a bound, so that some
/// thousand long wishes take a gigabyte. It is given back when the socket is made anew, without whoever that
/// was.
void ZmqPublishingLink::addPrefix(std::string_view prefix, const char* key) {
    const std::string asker = key ? key : "";
    if (prefix.size() > limits::kTopicBytes) {
        if (key) m_context->trust()->shutOut(asker);
    } else if (m_prefixes.size() <= kMostPrefixes) {
        m_prefixes.emplace(prefix, Wish{1, asker});
        if (m_prefixes.size() > kMostPrefixes) shutOutGreediest();
    }
}

void ZmqPublishingLink::shutOutGreediest() {
    std::map<std::string_view, std::size_t> asked;
    for (const auto& [prefix, wish] : m_prefixes)
        ++asked[wish.key];
    const auto most = std::ranges::max_element(asked, {}, [](const auto& entry) { return entry.second; });
    m_context->trust()->shutOut(std::string(most->first));
}

bool ZmqPublishingLink::wanted(std::string_view topic) const {
    if (m_prefixes.size() > kMostPrefixes) return true;
    return std::ranges::any_of(m_prefixes, [&](const auto& entry) { return topic.starts_with(entry.first); });
}

// ---- who is let in, here and there

void ZmqPublishingLink::hearMonitor(SteadyTime now) {
    while (const auto event = m_monitor->next(false)) {
        if (event->kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            m_context->trust()->noteWorked(m_way.connect.front(), m_attempts.key());
            m_attempts.succeeded();
        } else
            m_attempts.failed(now);
    }
}

std::string ZmqPublishingLink::problem(const std::string& name) const {
    if (m_way.kind != Way::Kind::known || !m_attempts.hasFailed()) return {};
    const auto own = m_context->trust()->ownPublicKey();
    const auto& endpoint = m_way.connect.front();
    if (own.empty())
        return "not let in at " + endpoint +
               ": it expects a key. surgescope-keys pair says how to get one in there";
    return "not let in at " + endpoint + ". There, " + allowCommand({.name = name, .key = own}) +
           " lets us in";
}

std::vector<std::string> ZmqPublishingLink::listening(WallTime wall) const {
    std::vector<std::string> keys;
    for (const auto& permit : m_context->trust()->permits())
        if (!permit->whyNot(Purpose::listen, wall)) keys.push_back(permit->key);
    std::ranges::sort(keys);
    return keys;
}

void ZmqPublishingLink::keepTrying(SteadyTime now, WallTime wall) {
    if (m_isShut) return openAgain(kAtOnce);
    if (m_monitor) {
        hearMonitor(now);
        if (!m_attempts.isDue(now)) return;
        m_attempts.begin();
        return openAgain(kAtOnce);
    }
    if (m_way.kind != Way::Kind::guarded || !mayHaveChanged(now)) return;
    const auto before = std::exchange(m_listening, listening(wall));
    if (!std::ranges::includes(m_listening, before)) openAgain(kAtOnce);
}

/// A list may be long: it is looked through when it is another one, and now and then for keys that are over.
bool ZmqPublishingLink::mayHaveChanged(SteadyTime now) {
    const auto version = m_context->trust()->version();
    if (version == m_version && now - m_lookedAt < kLookEvery) return false;
    m_version = version;
    m_lookedAt = now;
    return true;
}

} // namespace surgescope::feeds
