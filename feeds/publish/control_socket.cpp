// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/control_socket.h"

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

constexpr std::size_t kMostBytes = 200; // of a request
constexpr int kMostAtOnce = 100;        // requests, so that a flood of them stops nothing else
// An answer begins with one of these.
constexpr std::string_view kDone = "ok ";
constexpr std::string_view kRefused = "refused ";

class ZmqControlSocket final : public ControlSocket {
  public:
    explicit ZmqControlSocket(std::shared_ptr<ZmqContext> context)
        : m_context(context ? std::move(context) : std::make_shared<ZmqContext>()),
          m_socket(makeAnswering(*m_context, kMostBytes)) {}

    std::optional<Error> bind(const std::string& endpoint) {
        const auto ways = waysTo({endpoint}, {}, m_context->trust());
        if (!ways) return Error{ways.error()};
        const auto& way = ways->front();
        if (way.plain)
            return Error{
                "cannot bind '" + endpoint +
                "' without keys: levers are for whoever is allowed to pull them; expected an endpoint "
                "within this machine, such as tcp://127.0.0.1:5557"};
        std::vector<std::string> bound;
        if (auto error = openWay(m_socket, *m_context, way, {}, Purpose::control, kBacklog, bound))
            return error;
        m_endpoint = bound.front();
        m_isGuarded = way.kind == Way::Kind::guarded;
        return std::nullopt;
    }

    const std::string& endpoint() const override { return m_endpoint; }

    void serve(const Answer& answer) override {
        zmq::message_t request;
        for (int i = 0; i < kMostAtOnce && m_socket.recv(request, zmq::recv_flags::dontwait); ++i) {
            const auto why = whyNot(request);
            bool single = true;
            while (request.more()) { // a line is one part; the others are taken and dropped
                single = false;
                if (!m_socket.recv(request, zmq::recv_flags::dontwait)) break;
            }
            const auto line = request.to_string_view();
            const bool isText = single && line.size() <= kMostBytes && std::ranges::none_of(line, [](char c) {
                                    return (c >= 0 && c < ' ') || c == 127;
                                });
            const auto said = why      ? Error{*why}
                              : isText ? answer(line)
                                       : Error{"expected one line of text, at most 200 bytes"};
            const auto reply = said ? std::string(kDone) + *said : std::string(kRefused) + said.error();
            m_socket.send(zmq::buffer(reply), zmq::send_flags::dontwait);
        }
    }

  private:
    /// Somebody who was let in may be so no longer.
    std::optional<std::string> whyNot(zmq::message_t& request) const {
        if (!m_isGuarded) return std::nullopt;
        const char* key = ::zmq_msg_gets(request.handle(), "User-Id");
        const auto permit = m_context->trust()->permitOf(key ? key : "");
        auto why = permit->whyNot(Purpose::control, SystemClock().wall());
        if (why) *why = permit->name + ": " + *why;
        return why;
    }

    std::shared_ptr<ZmqContext> m_context;
    zmq::socket_t m_socket;
    std::string m_endpoint;
    bool m_isGuarded = false;
};

} // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& endpoint,
                                                           std::shared_ptr<ZmqContext> context) {
    auto socket = std::make_unique<ZmqControlSocket>(std::move(context));
    if (auto error = socket->bind(endpoint)) return std::move(*error);
    return std::unique_ptr<ControlSocket>(std::move(socket));
}

namespace {

constexpr int kAskerEvents = ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                             ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;

/// The answer; nothing: no answer in time, or we were not let in, and `turnedAway` says so.
std::optional<std::string> askOnce(ZmqContext& context, const Way& way, const Attempts& attempts,
                                   const std::string& line, SteadyTime until, bool& turnedAway) {
    const SystemClock clock;
    auto socket = makeAsking(context);
    Monitor monitor(context, socket, kAskerEvents);
    std::vector<std::string> bound;
    if (openWay(socket, context, way, attempts, Purpose::control, kBacklog, bound)) return std::nullopt;
    socket.send(zmq::buffer(line), zmq::send_flags::none);
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

Result<std::string> askControl(const std::string& endpoint, const std::string& line,
                               std::chrono::milliseconds patience, std::shared_ptr<Trust> trust) {
    const SystemClock clock;
    ZmqContext context(std::move(trust));
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
        text = askOnce(context, way, attempts, line, until, turnedAway);
        attempts.failed(clock.steady());
        attempts.begin();
    }
    if (!text && turnedAway)
        return Error{"not let in at " + endpoint +
                     ": our key, as surgescope-keys show prints it, is not allowed to "
                     "pull levers there"};
    if (!text)
        return Error{"no answer from " + endpoint + " within " + std::to_string(patience.count()) +
                     " ms: is a simulation running with --control " + endpoint + "?"};
    if (text->starts_with(kDone)) return text->substr(kDone.size());
    if (text->starts_with(kRefused)) return Error{text->substr(kRefused.size())};
    return Error{"what answers at " + endpoint + " is no simulation"};
}

} // namespace surgescope::feeds
