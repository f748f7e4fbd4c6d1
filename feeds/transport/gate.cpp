// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/gate.h"

#include "feeds/transport/keys.h"
#include "feeds/transport/sockets.h"
#include "feeds/wire/sanity.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>

namespace surgescope::feeds {
namespace {

constexpr const char* kZapEndpoint = "inproc://zeromq.zap.01"; // as RFC 27 has it
/// Where each frame of a request is.
enum Frame : std::size_t { version, requestId, domain, address, routingId, mechanism, credentials, kFrames };
constexpr std::size_t kMostFrames = 16;
constexpr std::size_t kMostNamed = 32; // of those turned away; the others are counted together

std::optional<Purpose> purposeOf(std::string_view domain) {
    for (const auto purpose : {Purpose::publish, Purpose::listen, Purpose::control})
        if (nameOf(purpose) == domain) return purpose;
    return std::nullopt;
}

} // namespace

std::optional<Gate::Answer> Gate::answer(std::span<const std::string_view> frames, const Trust& trust,
                                         WallTime now) {
    if (frames.size() < kFrames || frames[version] != "1.0") return std::nullopt;
    const auto purpose = purposeOf(frames[domain]);
    const auto key = keyOf(frames[credentials]);
    if (!purpose || frames[mechanism] != "CURVE" || key.empty())
        return Answer{"400", "somebody at " + quote(frames[address]) + ": expected a key", {}};
    const auto permit = trust.permitOf(key);
    if (const auto why = permit->whyNot(*purpose, now)) {
        const auto where = permit->stranger ? " at " + quote(frames[address]) : std::string();
        return Answer{"400", permit->name + where + ": " + *why, {}};
    }
    return Answer{"200", {}, key};
}

Gate::Gate(ZmqContext& context, const Trust& trust) : m_trust(trust), m_socket(makeGatekeeper(context)) {
    m_socket.bind(kZapEndpoint);
    m_thread = std::thread([this] { run(); });
}

Gate::~Gate() {
    m_thread.join();
}

std::vector<Counted> Gate::turnedAway() const {
    std::vector<Counted> all;
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto& [words, count] : m_turnedAway)
            all.push_back({words, count});
    }
    std::ranges::stable_sort(all, std::greater{}, &Counted::count);
    return all;
}

void Gate::run() {
    for (;;) {
        try {
            serve();
        } catch (const zmq::error_t& error) {
            if (error.num() != EINTR) break; // the context ends
        }
    }
    m_socket.close();
}

void Gate::serve() {
    std::vector<zmq::message_t> parts;
    do {
        parts.emplace_back();
        static_cast<void>(m_socket.recv(parts.back()));
        if (parts.size() > kMostFrames) parts.pop_back();
    } while (m_socket.get(zmq::sockopt::rcvmore));
    std::vector<std::string_view> frames;
    for (const auto& part : parts)
        frames.push_back(part.to_string_view());
    const auto said = answer(frames, m_trust, SystemClock().wall());
    const auto status = said ? said->status : "400";
    if (said && !said->why.empty()) {
        const std::scoped_lock lock(m_mutex);
        const auto words = "not let in: " + said->why;
        const bool named = m_turnedAway.size() < kMostNamed || m_turnedAway.contains(words);
        ++m_turnedAway[named ? words : "not let in: others"];
    }
    const std::array<std::string_view, 6> reply{"1.0",
                                                frames.size() > requestId ? frames[requestId] : "",
                                                status,
                                                status == "200" ? "OK" : "not allowed",
                                                said ? std::string_view(said->userId) : "",
                                                ""};
    for (std::size_t i = 0; i < reply.size(); ++i)
        m_socket.send(zmq::buffer(reply[i]),
                      i + 1 < reply.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

} // namespace surgescope::feeds
