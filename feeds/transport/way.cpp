// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/way.h"

#include "feeds/transport/endpoint.h"
#include "feeds/transport/greeting.h"
#include "feeds/transport/sockets.h"
#include "feeds/transport/trust.h"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <random>
#include <string_view>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;

/// After all keys of an endpoint were tried: not all of a fleet at once.
constexpr milliseconds kAfterRound{500};
constexpr milliseconds kJitter{5'000};

std::string hostOf(const std::string& endpoint) {
    constexpr std::string_view kTcp = "tcp://";
    if (!endpoint.starts_with(kTcp)) return {};
    const auto colon = endpoint.rfind(':');
    return endpoint.substr(kTcp.size(), colon > kTcp.size() ? colon - kTcp.size() : std::string::npos);
}

Error noKeys(const char* verb, const std::string& endpoint) {
    return {std::string("cannot ") + verb + " '" + endpoint +
            "' without keys: expected an endpoint within this machine, such as tcp://127.0.0.1:5556"};
}

Way& wayOf(std::vector<Way>& ways, Way::Kind kind) {
    const auto found = std::ranges::find(ways, kind, &Way::kind);
    if (found != ways.end()) return *found;
    ways.push_back({.kind = kind});
    return ways.back();
}

/// So that whoever listens within the machine is not bothered by the wrong attempt of a whole fleet.
void beginWithWhatIsAsked(const std::string& endpoint, const std::vector<std::string>& keys, Trust& trust) {
    if (keys.size() < 2 || trust.workedAt(endpoint)) return;
    const auto asks = asksForKeys(endpoint);
    if (!asks) return;
    const auto fits = std::ranges::find_if(keys, [&](const auto& key) { return key.empty() != *asks; });
    if (fits != keys.end()) trust.noteWorked(endpoint, *fits);
}

/// In the order in which they are tried: those for this endpoint alone first.
Result<std::vector<std::string>> keysTo(const std::string& endpoint, Trust& trust) {
    auto keys = trust.serverKeys(endpoint);
    if (!keys) return keys;
    const auto others = trust.serverKeys({});
    if (!others) return others;
    const bool within = isWithinMachine(endpoint);
    if (within) keys.value().push_back(""); // most listen without keys here
    keys.value().insert(keys.value().end(), others->begin(), others->end());
    const auto own = trust.ownIfAny();
    if (!own && !within) return Error{own.error()};
    // Or what runs here as ourselves, with the same key.
    if (within && own && *own) keys.value().push_back((**own).publicKey);
    if (within) beginWithWhatIsAsked(endpoint, *keys, trust);
    if (keys->empty())
        return Error{"cannot connect to '" + endpoint +
                     "': its key is not known. Pair with it: surgescope-keys pair KEY --at " + endpoint +
                     ", where KEY is what surgescope-keys show prints there"};
    return keys;
}

} // namespace

bool isWithinMachine(const std::string& endpoint) {
    if (!endpoint.starts_with("tcp://"))
        return true; // ipc, inproc; what is none is refused when it is opened
    const auto host = hostOf(endpoint);
    in_addr address{}; // a name may begin with 127., too
    const bool loopback =
        ::inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24U) == 127;
    return loopback || host == "localhost" || host == "[::1]" || host == "::1";
}

Result<std::vector<Way>> waysTo(const std::vector<std::string>& bind, const std::vector<std::string>& connect,
                                Trust* trust) {
    std::vector<Way> ways;
    for (const auto& endpoint : bind) {
        if (auto error = checkEndpoint("bind", endpoint)) return std::move(*error);
        const bool within = isWithinMachine(endpoint);
        if (!within && !trust) return noKeys("bind", endpoint);
        const bool plain = !within && trust->plainTcp();
        auto& way = wayOf(ways, within || plain ? Way::Kind::open : Way::Kind::guarded);
        way.plain = way.plain || plain;
        way.bind.push_back(endpoint);
        if (way.kind == Way::Kind::open) continue;
        if (const auto own = trust->own(); !own) return Error{own.error()};
        if (auto error = trust->follow()) return std::move(*error);
    }
    for (const auto& endpoint : connect) {
        if (auto error = checkEndpoint("connect to", endpoint)) return std::move(*error);
        const bool within = isWithinMachine(endpoint);
        if (!within && !trust) return noKeys("connect to", endpoint);
        const bool plain = !within && trust->plainTcp();
        std::vector<std::string> keys;
        if (trust && !plain && endpoint.starts_with("tcp://")) {
            auto known = keysTo(endpoint, *trust);
            if (!known) return Error{known.error()};
            keys = std::move(known.value());
        }
        if (keys.empty()) {
            auto& way = wayOf(ways, Way::Kind::open);
            way.plain = way.plain || plain;
            way.connect.push_back(endpoint);
            continue;
        }
        // Within the machine no key is needed, and none is made.
        const auto own = trust->ownIfAny();
        const bool needsOwn = own && !*own && keys != std::vector<std::string>{""};
        if (needsOwn)
            if (const auto made = trust->own(); !made) return Error{made.error()};
        if (auto error = trust->follow()) return std::move(*error);
        ways.push_back({.kind = Way::Kind::known, .connect = {endpoint}, .keys = std::move(keys)});
    }
    return ways;
}

std::optional<Error> openWay(zmq::socket_t& socket, ZmqContext& context, const Way& way,
                             const Attempts& attempts, Purpose comers, int backlog,
                             std::vector<std::string>& bound) {
    if (way.kind == Way::Kind::guarded || !attempts.key().empty()) {
        const auto own = context.trust()->own();
        if (!own) return Error{own.error()};
        if (way.kind == Way::Kind::guarded)
            guard(socket, context, *own, comers);
        else
            meet(socket, *own, attempts.key());
    }
    for (const auto& endpoint : way.bind) {
        if (auto error = openEndpoints(socket, {endpoint}, {}, backlog)) return error;
        bound.push_back(socket.get(zmq::sockopt::last_endpoint));
    }
    return openEndpoints(socket, {}, way.connect, backlog);
}

Attempts::Attempts(const Way& way, const Trust* trust) {
    if (way.kind != Way::Kind::known) return;
    m_keys = way.keys;
    const auto worked = trust->workedAt(way.connect.front());
    const auto at = worked ? std::ranges::find(m_keys, *worked) : m_keys.end();
    if (at != m_keys.end()) m_at = static_cast<std::size_t>(at - m_keys.begin());
}

void Attempts::failed(SteadyTime now) {
    if (m_due) return;
    m_at = (m_at + 1) % m_keys.size();
    m_due = now;
    if (++m_failed % m_keys.size() != 0) return;
    thread_local std::minstd_rand random(std::random_device{}());
    std::uniform_int_distribution<std::int64_t> jitter(0, kJitter.count());
    *m_due += kAfterRound + milliseconds(jitter(random));
}

} // namespace surgescope::feeds
