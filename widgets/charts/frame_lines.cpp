// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/frame_lines.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace surgescope::widgets {

namespace {

QString text(std::string_view from) {
    return QString::fromUtf8(from.data(), static_cast<qsizetype>(from.size()));
}

void addGhost(std::vector<ChartLine>& lines, const feeds::Frame& frame, Measure measure,
              const QString& suffix = {}) {
    if (!frame.baseline) return;
    const auto& values = frame.baseline->series[measure];
    const bool known = std::ranges::any_of(values, [](float value) { return std::isfinite(value); });
    if (!known) return; // as of a PoP that the baseline does not tell apart
    lines.push_back({text(frame.baseline->name) + suffix, colours().text, values, true});
}

std::vector<ChartLine> partLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue,
                                 Measure measure) {
    std::vector<ChartLine> lines;
    const auto& codes = catalogue.regions();
    for (std::size_t i = 0; i < frame.parts.size(); ++i) {
        const feeds::PartSeries& part = frame.parts[i];
        const auto found = std::ranges::find(codes, part.code);
        const auto region =
            found == codes.end() ? kNoRegion : static_cast<std::size_t>(found - codes.begin());
        const bool regions = frame.selection.isWorld();
        lines.push_back({text(regions ? catalogue.regionName(part.code) : std::string_view(part.code)),
                         regionColour(regions || part.code == feeds::PartSeries::kOthers ? region : i),
                         part.series[measure]});
    }
    return lines;
}

/// Three of one kind in one hue: thin, thick, dashed.
std::vector<ChartLine> strokes(const std::array<Measure, 3>& measures,
                               const std::array<const char16_t*, 3>& names, const feeds::Frame& frame) {
    std::vector<ChartLine> lines;
    for (std::size_t i = 0; i < measures.size(); ++i)
        lines.push_back({.name = QString::fromUtf16(names[i]),
                         .colour = colours().series,
                         .values = frame.series[measures[i]],
                         .stroke = i == 1 ? 2.0 : 1.0,
                         .dashed = i == 2});
    return lines;
}

} // namespace

std::vector<ChartLine> requestLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue) {
    auto lines = partLines(frame, catalogue, Measure::requests_per_second);
    addGhost(lines, frame, Measure::requests_per_second);
    return lines;
}

std::vector<ChartLine> egressLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue) {
    auto lines = partLines(frame, catalogue, Measure::egress_bits_per_second);
    addGhost(lines, frame, Measure::egress_bits_per_second);
    return lines;
}

std::vector<ChartLine> metadataLines(const feeds::Frame& frame) {
    auto lines = strokes({Measure::metadata_p50_us, Measure::metadata_p95_us, Measure::metadata_p99_us},
                         {u"p50", u"p95", u"p99"}, frame);
    lines[1].limit = feeds::kMetadataLimitUs;
    addGhost(lines, frame, Measure::metadata_p95_us, QStringLiteral(" p95"));
    return lines;
}

std::vector<ChartLine> latencyLines(const feeds::Frame& frame) {
    return strokes({Measure::lb_p95_us, Measure::ttfb_hit_p95_us, Measure::ttfb_miss_p95_us},
                   {u"load balancer", u"TTFB hit", u"TTFB miss"}, frame);
}

} // namespace surgescope::widgets
