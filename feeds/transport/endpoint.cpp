// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/endpoint.h"

namespace surgescope::feeds {
namespace {

Error endpointError(const char* verb, const std::string& endpoint, const zmq::error_t& error) {
    return {std::string("cannot ") + verb + " '" + endpoint + "': " + error.what()};
}

/// What the library would let pass and misread: it takes a port modulo 65536.
std::optional<Error> checkForm(const char* verb, const std::string& endpoint) {
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

} // namespace

std::optional<Error> openEndpoints(zmq::socket_t& socket, const std::vector<std::string>& bind,
                                   const std::vector<std::string>& connect, int backlog) {
    socket.set(zmq::sockopt::backlog, backlog);
    for (const auto& endpoint : bind) {
        if (auto error = checkForm("bind", endpoint)) return error;
        try {
            socket.bind(endpoint);
        } catch (const zmq::error_t& error) {
            return endpointError("bind", endpoint, error);
        }
    }
    for (const auto& endpoint : connect) {
        if (auto error = checkForm("connect to", endpoint)) return error;
        try {
            socket.connect(endpoint);
        } catch (const zmq::error_t& error) {
            return endpointError("connect to", endpoint, error);
        }
    }
    return std::nullopt;
}

} // namespace surgescope::feeds
