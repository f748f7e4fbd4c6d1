// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_endpoint.h"

namespace surgescope::feeds {
namespace {

Error endpointError(const char* verb, const std::string& endpoint, const zmq::error_t& error) {
    std::string why = error.what();
    if (error.num() == EINVAL || error.num() == ENODEV)
        why += "; expected tcp://HOST:PORT or ipc://PATH";
    else if (error.num() == EPROTONOSUPPORT)
        why = "unknown transport; expected tcp:// or ipc://";
    return {std::string("cannot ") + verb + " '" + endpoint + "': " + why};
}

} // namespace

std::optional<Error> openEndpoints(zmq::socket_t& socket, const std::vector<std::string>& bind,
                                   const std::vector<std::string>& connect) {
    for (const auto& endpoint : bind) {
        try {
            socket.bind(endpoint);
        } catch (const zmq::error_t& error) {
            return endpointError("bind", endpoint, error);
        }
    }
    for (const auto& endpoint : connect) {
        try {
            socket.connect(endpoint);
        } catch (const zmq::error_t& error) {
            return endpointError("connect to", endpoint, error);
        }
    }
    return std::nullopt;
}

} // namespace surgescope::feeds
