// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_endpoint.h"

#include "feeds/transport/trust.h"
#include "feeds/transport/way.h"

#include <algorithm>
#include <string_view>

namespace surgescope::feeds {
namespace {

constexpr std::string_view kNatsScheme = "nats://";
constexpr std::string_view kTlsScheme = "tls://";
constexpr std::size_t kMostServers = 16;

bool isHost(std::string_view text) {
    if (text.starts_with('[')) { // IPv6
        const auto inside = text.substr(1, text.size() - 2);
        return text.ends_with(']') && !inside.empty() &&
               inside.find_first_not_of("0123456789abcdefABCDEF:.%") == std::string_view::npos;
    }
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                   "0123456789-._") == std::string_view::npos;
}

bool isPort(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           text.find_first_not_of("0123456789") == std::string_view::npos &&
           std::stoi(std::string(text)) > 0 && std::stoi(std::string(text)) <= 65'535;
}

} // namespace

bool isNats(const std::string& endpoint) {
    return endpoint.starts_with(kNatsScheme) || endpoint.starts_with(kTlsScheme);
}

Result<NatsServers> natsServersOf(const std::string& endpoint, const Trust* trust) {
    const auto wrong = [&](const std::string& why) {
        return Error{"cannot connect to '" + endpoint + "': " + why};
    };
    const bool tls = endpoint.starts_with(kTlsScheme);
    const std::string scheme(tls ? kTlsScheme : kNatsScheme);
    NatsServers servers{.endpoint = endpoint};
    for (std::size_t at = 0; at <= endpoint.size();) {
        const auto comma = std::min(endpoint.find(',', at), endpoint.size());
        auto server = endpoint.substr(at, comma - at);
        at = comma + 1;
        if (server.starts_with(scheme)) server.erase(0, scheme.size());
        if (server.find('@') != std::string::npos)
            return Error{
                "cannot connect to a NATS server with a name or password in its address, which everybody "
                "here could read: expected them in a file, --nats-credentials FILE"};
        const auto bracket = server.rfind(']');
        const auto colon = server.rfind(':');
        const bool hasPort = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
        const auto host = server.substr(0, hasPort ? colon : server.size());
        const auto port = hasPort ? server.substr(colon + 1) : "4222";
        if (!isHost(host) || !isPort(port))
            return wrong("expected " + scheme + "HOST[:PORT][,HOST[:PORT]…], a port from 1 to 65535");
        if (servers.urls.size() == kMostServers)
            return wrong("expected at most " + std::to_string(kMostServers) + " servers");
        servers.urls.push_back(scheme + host + ":" + port);
        if (!tls && !isWithinMachine("tcp://" + host + ":" + port)) servers.plain = true;
    }
    if (servers.plain && !(trust && trust->plainTcp()))
        return wrong("whoever is on the way could read everything and speak for anybody; expected tls://, or "
                     "--insecure-plain-tcp if that is meant");
    return servers;
}

} // namespace surgescope::feeds
