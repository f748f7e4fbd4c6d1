// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/raw_publisher.h"

#include "feeds/source/zmq_endpoint.h"
#include "feeds/source/zmq_poll.h"

#include <zmq.hpp>

namespace surgescope::feeds {
namespace {

constexpr int kReplayHighWaterMark = 50'000;
constexpr int kReplayFarewellMs = 2'000;

class ZmqRawPublisher final : public RawPublisher {
  public:
    ZmqRawPublisher() : m_socket(m_context, zmq::socket_type::xpub) {
        m_socket.set(zmq::sockopt::xpub_verboser, 1);
        m_socket.set(zmq::sockopt::xpub_nodrop, 1);
        m_socket.set(zmq::sockopt::sndhwm, kReplayHighWaterMark);
        m_socket.set(zmq::sockopt::sndtimeo, 200);
        m_socket.set(zmq::sockopt::linger, kReplayFarewellMs);
    }

    std::optional<Error> openAll(const std::vector<std::string>& bind,
                                 const std::vector<std::string>& connect) {
        for (const auto& endpoint : bind) {
            if (auto error = openEndpoints(m_socket, {endpoint}, {})) return error;
            m_bound.push_back(m_socket.get(zmq::sockopt::last_endpoint));
        }
        return openEndpoints(m_socket, {}, connect);
    }

    bool send(std::string_view topic, std::string_view payload) override {
        return sendPart(topic, ZMQ_SNDMORE) && sendPart(payload, 0);
    }

    int subscriptions(std::chrono::milliseconds timeout) override {
        zmq::message_t wish;
        zmq::pollitem_t item{m_socket.handle(), 0, ZMQ_POLLIN, 0};
        if (m_subscriptions == 0) pollSockets({&item, 1}, timeout);
        while (m_socket.recv(wish, zmq::recv_flags::dontwait))
            if (wish.size() > 0) m_subscriptions += *wish.data<char>() == 1 ? 1 : -1;
        return m_subscriptions;
    }

    const std::vector<std::string>& boundEndpoints() const override { return m_bound; }

  private:
    /// Only the first part of a message is waited for. A signal ends the waiting, as the time does.
    bool sendPart(std::string_view part, int flags) {
        if (::zmq_send(m_socket.handle(), part.data(), part.size(), flags) >= 0) return true;
        if (::zmq_errno() != EAGAIN && ::zmq_errno() != EINTR) throw zmq::error_t();
        return false;
    }

    zmq::context_t m_context{1};
    zmq::socket_t m_socket;
    std::vector<std::string> m_bound;
    int m_subscriptions = 0;
};

} // namespace

Result<std::unique_ptr<RawPublisher>> RawPublisher::open(const std::vector<std::string>& bind,
                                                         const std::vector<std::string>& connect) {
    auto publisher = std::make_unique<ZmqRawPublisher>();
    if (auto error = publisher->openAll(bind, connect)) return std::move(*error);
    return std::unique_ptr<RawPublisher>(std::move(publisher));
}

} // namespace surgescope::feeds
