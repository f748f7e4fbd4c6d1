// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/transport/endpoint_status.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace surgescope::app {

/// Endpoints as --stats tells them, alike in all programs.
inline nlohmann::ordered_json endpointsJson(const std::vector<feeds::EndpointStatus>& endpoints) {
    using Json = nlohmann::ordered_json;
    Json all = Json::array();
    for (const auto& endpoint : endpoints) {
        Json troubles = Json::object();
        for (const auto& trouble : endpoint.troubles)
            troubles[trouble.what] = trouble.count;
        all.push_back({{"name", endpoint.name},
                       {"binds", endpoint.binds},
                       {"peers", endpoint.peers},
                       {"full", endpoint.full},
                       {"plain", endpoint.plain},
                       {"lost", endpoint.lost},
                       {"failed", endpoint.failed},
                       {"silent", endpoint.silent},
                       {"troubles", troubles}});
    }
    return all;
}

} // namespace surgescope::app
