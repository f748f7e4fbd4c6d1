// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/fleet_socket.h"

#include "feeds/source/zmq_endpoint.h"

#include <zmq.hpp>

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

/// Messages queued for one slow subscriber: minutes, and of ten thousand publishers still no gigabyte.
constexpr int kMemberHighWaterMark = 1'000;
constexpr int kMemberFarewellMs = 300;
constexpr std::size_t kMemberPrefixes = 1'000;

class ZmqFleetSocket final : public FleetSocket {
  public:
    explicit ZmqFleetSocket(std::shared_ptr<ZmqContext> context)
        : m_context(std::move(context)), m_socket(m_context->get(), zmq::socket_type::xpub) {
        m_socket.set(zmq::sockopt::xpub_verboser, 1);
        m_socket.set(zmq::sockopt::sndhwm, kMemberHighWaterMark);
        m_socket.set(zmq::sockopt::linger, kMemberFarewellMs);
        m_socket.set(zmq::sockopt::reconnect_ivl, 100);
        m_socket.set(zmq::sockopt::reconnect_ivl_max, 2'000);
    }
    std::optional<Error> connect(const std::vector<std::string>& endpoints) {
        return openEndpoints(m_socket, {}, endpoints);
    }

    bool readSubscriptions() override {
        bool joined = false;
        zmq::message_t message;
        while (m_socket.recv(message, zmq::recv_flags::dontwait)) {
            const auto text = message.to_string_view();
            if (text.empty() || (text[0] != 0 && text[0] != 1)) continue;
            std::string prefix(text.substr(1));
            if (text[0] == 1) {
                joined = joined || prefix.empty() || prefix.starts_with("roster");
                if (m_prefixes.size() < kMemberPrefixes) m_prefixes.push_back(std::move(prefix));
            } else if (const auto known = std::ranges::find(m_prefixes, prefix); known != m_prefixes.end()) {
                m_prefixes.erase(known);
            }
        }
        return joined;
    }

    bool wanted(std::string_view topic) const override {
        return std::ranges::any_of(m_prefixes,
                                   [&](const std::string& prefix) { return topic.starts_with(prefix); });
    }

    bool send(std::string_view topic, std::string_view payload) override {
        return wanted(topic) && sendPart(topic, ZMQ_SNDMORE) && sendPart(payload, 0);
    }

  private:
    bool sendPart(std::string_view part, int flags) {
        return ::zmq_send(m_socket.handle(), part.data(), part.size(), flags | ZMQ_DONTWAIT) >= 0;
    }

    std::shared_ptr<ZmqContext> m_context;
    zmq::socket_t m_socket;
    std::vector<std::string> m_prefixes; // one for each subscriber that asked for it
};

} // namespace

Result<std::unique_ptr<FleetSocket>> FleetSocket::open(const std::vector<std::string>& connect,
                                                       std::shared_ptr<ZmqContext> context) {
    try {
        auto socket = std::make_unique<ZmqFleetSocket>(std::move(context));
        if (auto error = socket->connect(connect)) return std::move(*error);
        return std::unique_ptr<FleetSocket>(std::move(socket));
    } catch (const zmq::error_t& error) { // no more sockets or descriptors
        return Error{std::string("cannot open a publisher's socket: ") + error.what()};
    }
}

} // namespace surgescope::feeds
