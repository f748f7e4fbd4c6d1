// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/model/measure.h"

#include <QString>

#include <cstdint>

namespace surgescope::widgets {

using feeds::Measure;
using feeds::Unit;

/// Three significant digits with an SI prefix; durations as people say them. NaN and infinity read "no data".
QString formatNumber(double value, Unit unit);

/// For axes: no digits that are not needed, and no "/s", which stands in the chart's title: "20 M", "1.5 T",
/// "250 ms".
QString tickText(double value, Unit unit);

/// With thousands separators: "998,112".
QString formatCount(std::uint64_t count);

/// "0.4 s", "12 s", "3 min": how old something is.
QString formatAge(double seconds);

/// "42 s", "3 min 20 s", "1 h 05 min": how long something lasts, to be read once.
QString formatSpan(std::int64_t seconds);

/// "00:12:34"; longer than 99 hours keeps counting hours.
QString formatClock(std::int64_t seconds);

/// "T+00:12:34", or "T−00:05:00" before the release.
QString formatSinceRelease(std::int64_t seconds);

/// "1.2 GB", "300 MB": two digits are enough for what grows or fills.
QString formatBytes(std::uint64_t bytes);

/// A reading as the screen says it. Every quality reads differently, and none without a value reads like a
/// number: "41.8 M/s", "≈ 41.8 M/s" (some of the nodes), "41.8 M/s, stale", "not measured", "no data".
QString formatReading(const feeds::Reading& reading, Unit unit);

/// The same for narrow columns: stale is told by the painter's colour there, absence by "n/m" and "–".
QString formatReadingShort(const feeds::Reading& reading, Unit unit);

/// The same of a measure, in its unit.
QString formatMeasure(const feeds::Summary& summary, Measure measure);
QString formatMeasureShort(const feeds::Summary& summary, Measure measure);

} // namespace surgescope::widgets
