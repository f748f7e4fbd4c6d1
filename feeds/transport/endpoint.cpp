// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/endpoint.h"

namespace surgescope::feeds {

std::optional<Error> checkEndpoint(const char* verb, const std::string& endpoint) {
    const auto wrong = [&](const char* expected) {
        return Error{std::string("cannot ") + verb + " '" + endpoint + "': expected " + expected};
    };
    if (endpoint.starts_with("inproc://")) return std::nullopt;
    if (endpoint.starts_with("ipc://"))
        return endpoint.size() > 6 ? std::nullopt : std::optional(wrong("a path behind ipc://"));
    const auto colon = endpoint.rfind(':');
    if (!endpoint.starts_with("tcp://") || colon < 7) return wrong("tcp://HOST:PORT or ipc://PATH");
    const auto port = endpoint.substr(colon + 1);
    if (port == "*") return std::nullopt;
    const bool digits =
        !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || std::stoi(port) < 1 || std::stoi(port) > 65'535) return wrong("a port from 1 to 65535");
    return std::nullopt;
}

std::optional<Error> openEndpoints(zmq::socket_t& socket, const std::vector<std::string>& bind,
                                   const std::vector<std::string>& connect, int backlog) {
    socket.set(zmq::sockopt::backlog, backlog);
    const auto open = [](const char* verb, const std::string& endpoint, auto use) -> std::optional<Error> {
        try {
            use();
        } catch (const zmq::error_t& error) {
            return Error{std::string("cannot ") + verb + " '" + endpoint + "': " + error.what()};
        }
        return std::nullopt;
    };
    for (const auto& endpoint : bind)
        if (auto error = open("bind", endpoint, [&] { socket.bind(endpoint); })) return error;
    for (const auto& endpoint : connect)
        if (auto error = open("connect to", endpoint, [&] { socket.connect(endpoint); })) return error;
    return std::nullopt;
}

} // namespace surgescope::feeds
