// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QString>

#include <array>
#include <cstdint>

namespace surgescope::widgets {

/// What a disc's colour tells. Each has a fixed domain, from 0 (fine) to 1 (as bad as the scale goes), the
/// same for every frame, so that a colour means the same all night.
enum class MapMetric : std::uint8_t {
    saturation, // 0 to 100 % of the knee
    hitRatio,   // 100 % to 60 %
    lag,        // invalidation lag p99, 10 ms to 60 s, logarithmic
    errors,     // 5xx of all requests, 0 to 10 %
    coverage,   // nodes heard of those expected, 100 % to 50 %
};
inline constexpr std::array kMapMetrics{MapMetric::saturation, MapMetric::hitRatio, MapMetric::lag,
                                        MapMetric::errors, MapMetric::coverage};
MapMetric nextMetric(MapMetric metric);

/// "hit ratio", "invalidation lag p99".
const char16_t* metricName(MapMetric metric);
/// The domain in words: "hit ratio, 100 to 60 %".
const char16_t* metricDomain(MapMetric metric);

/// A PoP's value, in the unit of Summary; coverage as a share.
feeds::Reading metricReading(const feeds::PopFrame& pop, MapMetric metric);
/// How bad a value is: 0 and 1 at the ends of the domain, and beyond.
double metricSeverity(MapMetric metric, double value);
/// Where a value lies in the domain, 0 to 1, clamped. levelOf() of it is the level that is marked.
double metricPosition(MapMetric metric, double value);
/// The value at a position, metricPosition()'s inverse.
double metricValue(MapMetric metric, double position);
/// As short as a label wants it: "93 %", "6.2 s".
QString metricText(MapMetric metric, double value);

/// What a disc's area tells.
enum class DiscSize : std::uint8_t { requests, egress };
feeds::Reading sizeReading(const feeds::Summary& summary, DiscSize size);

/// What the user has chosen to see on the map.
struct MapOptions {
    MapMetric metric = MapMetric::saturation;
    DiscSize size = DiscSize::requests;
    bool clusters = true; // where discs pile up
    bool night = true;
    bool operator==(const MapOptions&) const = default;
};

} // namespace surgescope::widgets
