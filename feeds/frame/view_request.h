// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// What the screen can show. The feed thread reduces to it, so that a frame never holds more than there are
/// pixels.
struct ViewRequest {
    std::chrono::seconds range = std::chrono::minutes(15); // back from the newest settled second
    int chartColumns = 300;                                // points a chart series may have at most
    int heatColumns = 300;                                 // cells across the heatmap at most
    int heatRows = 24;                                     // PoPs in the heatmap at most, worst first
    std::optional<std::string> selectedPop;                // its code; also asks for its node columns
    bool operator==(const ViewRequest&) const = default;
};

} // namespace surgescope::feeds
