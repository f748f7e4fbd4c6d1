// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/control_socket.h"

#include "feeds/transport/endpoint.h"
#include "feeds/transport/sockets.h"

#include <zmq.hpp>

#include <algorithm>

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
        if (auto error = openEndpoints(m_socket, {endpoint}, {})) return error;
        m_endpoint = m_socket.get(zmq::sockopt::last_endpoint);
        return std::nullopt;
    }

    const std::string& endpoint() const override { return m_endpoint; }

    void serve(const Answer& answer) override {
        zmq::message_t request;
        for (int i = 0; i < kMostAtOnce && m_socket.recv(request, zmq::recv_flags::dontwait); ++i) {
            bool single = true;
            while (request.more()) { // a line is one part; the others are taken and dropped
                single = false;
                if (!m_socket.recv(request, zmq::recv_flags::dontwait)) break;
            }
            const auto line = request.to_string_view();
            const bool isText = single && line.size() <= kMostBytes && std::ranges::none_of(line, [](char c) {
                                    return (c >= 0 && c < ' ') || c == 127;
                                });
            const auto said = isText ? answer(line) : Error{"expected one line of text, at most 200 bytes"};
            const auto reply = said ? std::string(kDone) + *said : std::string(kRefused) + said.error();
            m_socket.send(zmq::buffer(reply), zmq::send_flags::dontwait);
        }
    }

  private:
    std::shared_ptr<ZmqContext> m_context;
    zmq::socket_t m_socket;
    std::string m_endpoint;
};

} // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& endpoint,
                                                           std::shared_ptr<ZmqContext> context) {
    auto socket = std::make_unique<ZmqControlSocket>(std::move(context));
    if (auto error = socket->bind(endpoint)) return std::move(*error);
    return std::unique_ptr<ControlSocket>(std::move(socket));
}

Result<std::string> askControl(const std::string& endpoint, const std::string& line,
                               std::chrono::milliseconds patience) {
    ZmqContext context;
    auto socket = makeAsking(context, patience);
    if (auto error = openEndpoints(socket, {}, {endpoint})) return std::move(*error);
    zmq::message_t reply;
    if (!socket.send(zmq::buffer(line), zmq::send_flags::none) || !socket.recv(reply, zmq::recv_flags::none))
        return Error{"no answer from " + endpoint + " within " + std::to_string(patience.count()) +
                     " ms: is a simulation running with --control " + endpoint + "?"};
    const auto text = reply.to_string_view();
    if (text.starts_with(kDone)) return std::string(text.substr(kDone.size()));
    if (text.starts_with(kRefused)) return Error{std::string(text.substr(kRefused.size()))};
    return Error{"what answers at " + endpoint + " is no simulation"};
}

} // namespace surgescope::feeds
