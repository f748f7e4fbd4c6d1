// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/answering_socket.h"

#include "feeds/transport/endpoint.h"
#include "feeds/transport/monitor.h"
#include "feeds/transport/poll.h"
#include "feeds/transport/sockets.h"
#include "feeds/transport/trust.h"
#include "feeds/transport/way.h"

#include <zmq.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

constexpr int kMostAtOnce = 100; // requests, so that a flood of them stops nothing else
// An answer begins with one of these.
constexpr std::string_view kDone = "ok ";
constexpr std::string_view kRefused = "refused ";

class ZmqAnsweringSocket final : public AnsweringSocket {
  public:
    ZmqAnsweringSocket(const Service& service, std::shared_ptr<ZmqContext> context)
        : m_service(service), m_context(context ? std::move(context) : std::make_shared<ZmqContext>()),
          m_socket(makeAnswering(*m_context, service.mostBytes)) {}

    std::optional<Error> bind(const std::string& endpoint) {
        const auto ways = waysTo({endpoint}, {}, m_context->trust());
        if (!ways) return Error{ways.error()};
        const auto& way = ways->front();
        if (way.plain)
            return Error{"cannot bind '" + endpoint +
                         "' without keys: " + std::string(m_service.withoutKeys) +
                         "; expected an endpoint within this machine, such as tcp://127.0.0.1:5557"};
        std::vector<std::string> bound;
        if (auto error = openWay(m_socket, *m_context, way, {}, m_service.comers, kBacklog, bound))
            return error;
        m_endpoint = bound.front();
        m_isGuarded = way.kind == Way::Kind::guarded;
        return std::nullopt;
    }

    const std::string& endpoint() const override { return m_endpoint; }

    void serve(const Answer& answer) override {
        zmq::message_t request;
        for (int i = 0; i < kMostAtOnce && m_socket.recv(request, zmq::recv_flags::dontwait); ++i) {
            const auto permit = permitOf(request);
            bool single = true;
            while (request.more()) { // a request is one part; the others are taken and dropped
                single = false;
                if (!m_socket.recv(request, zmq::recv_flags::dontwait)) break;
            }
            const auto said = reply(request.to_string_view(), single, permit.get(), answer);
            const auto text = said ? std::string(kDone) + *said : std::string(kRefused) + said.error();
            m_socket.send(zmq::buffer(text), zmq::send_flags::dontwait);
        }
    }

  private:
    Result<std::string> reply(std::string_view request, bool single, const Permit* permit,
                              const Answer& answer) const {
        const auto now = SystemClock().wall();
        if (permit) // somebody who was let in may be so no longer
            if (const auto why = permit->whyNot(m_service.comers, now))
                return Error{permit->name + ": " + *why};
        const bool isLine =
            std::ranges::none_of(request, [](char c) { return (c >= 0 && c < ' ') || c == 127; });
        if (!single || request.size() > m_service.mostBytes || (m_service.isText && !isLine))
            return Error{"expected one " + std::string(m_service.isText ? "line of text" : "message") +
                         ", at most " + std::to_string(m_service.mostBytes) + " bytes"};
        const Asker asker{.mayControl = !permit || !permit->whyNot(Purpose::control, now),
                          .name = permit ? permit->name : std::string()};
        return answer(request, asker);
    }

    /// Null: who it is does not matter.
    std::shared_ptr<const Permit> permitOf(zmq::message_t& request) const {
        if (!m_isGuarded) return nullptr;
        const char* key = ::zmq_msg_gets(request.handle(), "User-Id");
        return m_context->trust()->permitOf(key ? key : "");
    }

    const Service m_service;
    std::shared_ptr<ZmqContext> m_context;
    zmq::socket_t m_socket;
    std::string m_endpoint;
    bool m_isGuarded = false;
};

} // namespace

Result<std::unique_ptr<AnsweringSocket>> AnsweringSocket::open(const Service& service,
                                                               const std::string& endpoint,
                                                               std::shared_ptr<ZmqContext> context) {
    auto socket = std::make_unique<ZmqAnsweringSocket>(service, std::move(context));
    if (auto error = socket->bind(endpoint)) return std::move(*error);
    return std::unique_ptr<AnsweringSocket>(std::move(socket));
}

namespace {

constexpr int kAskerEvents = ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                             ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

/// The answer; nothing: no answer in time, or we were not let in, and `turnedAway` says so.
std::optional<std::string> askOnce(ZmqContext& context, const Way& way, const Attempts& attempts,
                                   Purpose purpose, const std::string& request, SteadyTime until,
                                   bool& turnedAway) {
    const SystemClock clock;
    auto socket = makeAsking(context);
    Monitor monitor(context, socket, kAskerEvents);
    std::vector<std::string> bound;
    if (openWay(socket, context, way, attempts, purpose, kBacklog, bound)) return std::nullopt;
    socket.send(zmq::buffer(request), zmq::send_flags::none);
    turnedAway = false;
    while (!turnedAway && clock.steady() < until) {
        constexpr std::chrono::milliseconds kLookEvery{20};
        zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
        zmq::message_t reply;
        if (pollSockets({&item, 1}, kLookEvery) && socket.recv(reply, zmq::recv_flags::dontwait))
            return reply.to_string();
        turnedAway = monitor.next(false).has_value();
    }
    return std::nullopt;
}

} // namespace

Result<std::string> ask(const Service& service, const std::string& endpoint, const std::string& request,
                        std::chrono::milliseconds patience, ZmqContext& context) {
    const SystemClock clock;
    const auto ways = waysTo({}, {endpoint}, context.trust());
    if (!ways) return Error{ways.error()};
    const auto& way = ways->front();
    // What cannot be opened at all is said before anybody waits.
    if (auto probe = makeAsking(context); auto error = openEndpoints(probe, {}, {endpoint}))
        return std::move(*error);
    const auto until = clock.steady() + patience;
    Attempts attempts(way, context.trust());
    bool turnedAway = false;
    std::optional<std::string> text;
    for (std::size_t i = 0; i < std::max<std::size_t>(way.keys.size(), 1) && !text; ++i) {
        text = askOnce(context, way, attempts, service.comers, request, until, turnedAway);
        attempts.failed(clock.steady());
        attempts.begin();
    }
    if (!text && turnedAway)
        return Error{"not let in at " + endpoint +
                     ": our key, as surgescope-keys show prints it, is not allowed to " +
                     std::string(service.notAllowed) + " there"};
    if (!text)
        return Error{"no answer from " + endpoint + " within " + std::to_string(patience.count()) +
                     " ms: is there " + std::string(service.missing) + " " + endpoint + "?"};
    if (text->starts_with(kDone)) return text->substr(kDone.size());
    if (text->starts_with(kRefused)) return Error{text->substr(kRefused.size())};
    return Error{"what answers at " + endpoint + " is not " + std::string(service.missing)};
}

} // namespace surgescope::feeds
