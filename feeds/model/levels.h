// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace surgescope::feeds {

/// Levels of saturation; 1 = at the knee.
enum class Level : std::uint8_t { managed, elevated, critical, overload };

inline constexpr double kElevatedFrom = 0.75;
inline constexpr double kCriticalFrom = 0.90;
inline constexpr double kOverloadFrom = 1.00;

/// NaN counts as managed: whoever has no value must not ask.
constexpr Level levelOf(double saturation) {
    if (saturation >= kOverloadFrom) return Level::overload;
    if (saturation >= kCriticalFrom) return Level::critical;
    return saturation >= kElevatedFrom ? Level::elevated : Level::managed;
}

/// The 95th percentile of the metadata latency must stay below this.
inline constexpr double kMetadataLimitUs = 250e3;

} // namespace surgescope::feeds
