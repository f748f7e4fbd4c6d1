// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/model/levels.h"

#include "widgets/base/format.h"
#include "widgets/charts/chart_shapes.h"

#include <QString>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// How a line is drawn: percentiles of one number in one hue, other things in hues of their own.
enum class LineLook : std::uint8_t { none, thin, strong, dashed, first, second, third, fourth };

struct DrawnMeasure {
    Measure measure{};
    const char16_t* name = u"";
    LineLook look = LineLook::none; // none: there is no such line
};

/// A chart that can be placed: its name, what it draws, and how. All that there are stand in kChartViews; a
/// new one is a line there, and its name in kViewNames and ExportView.
struct ChartView {
    std::string_view name; // in files and on the command line
    const char16_t* title;
    const char16_t* unit; // in words, behind the title
    Unit numbers{};
    ChartKind kind = ChartKind::lines; // areas: of the first measure alone, the parts of what is selected
    std::array<DrawnMeasure, 4> drawn;
    std::optional<Measure> headline;          // its number stands behind the title
    std::optional<Measure> beneath;           // that an earlier launch is shown of
    std::optional<double> limit;              // of the line that is strong
    std::optional<std::array<double, 2>> log; // a fixed logarithmic axis
    int leastHeight = 118;                    // pixels at scale 1: in less, all of it is smaller
    bool isAnnounced = false;                 // of the whole service, whatever is selected
    bool isModelled = false;                  // only a simulation knows it: no operator can

    std::size_t lines() const {
        std::size_t count = 0;
        while (count < drawn.size() && drawn[count].look != LineLook::none)
            ++count;
        return count;
    }
};

inline constexpr std::array kChartViews{
    ChartView{.name = "requests",
              .title = u"Requests",
              .unit = u"requests/s",
              .numbers = Unit::perSecond,
              .kind = ChartKind::stackedAreas,
              .drawn = {{{Measure::requests_per_second, u"", LineLook::strong}}},
              .headline = Measure::requests_per_second,
              .beneath = Measure::requests_per_second,
              .leastHeight = 130},
    ChartView{.name = "egress",
              .title = u"Egress",
              .unit = u"bit/s",
              .numbers = Unit::bitsPerSecond,
              .kind = ChartKind::stackedAreas,
              .drawn = {{{Measure::egress_bits_per_second, u"", LineLook::strong}}},
              .headline = Measure::egress_bits_per_second,
              .beneath = Measure::egress_bits_per_second},
    ChartView{.name = "api",
              .title = u"API requests",
              .unit = u"requests/s",
              .numbers = Unit::perSecond,
              .drawn = {{{Measure::api_requests_per_second, u"API", LineLook::strong}}},
              .headline = Measure::api_requests_per_second,
              .beneath = Measure::api_requests_per_second},
    ChartView{.name = "errors",
              .title = u"Errors",
              .unit = u"share of the requests; overload: 429, 503, 504",
              .numbers = Unit::ratio,
              .drawn = {{{Measure::error_ratio, u"5xx", LineLook::first},
                         {Measure::client_error_ratio, u"4xx", LineLook::second},
                         {Measure::overload_ratio, u"overload", LineLook::third}}},
              .headline = Measure::error_ratio,
              .beneath = Measure::error_ratio},
    ChartView{.name = "retries",
              .title = u"Retries",
              .unit = u"share of the API requests",
              .numbers = Unit::ratio,
              .drawn = {{{Measure::retry_ratio, u"retries", LineLook::strong}}},
              .headline = Measure::retry_ratio,
              .beneath = Measure::retry_ratio},
    ChartView{.name = "metadata",
              .title = u"Metadata latency",
              .unit = u"time to answer, quantiles",
              .numbers = Unit::microseconds,
              .drawn = {{{Measure::metadata_p50_us, u"p50", LineLook::thin},
                         {Measure::metadata_p95_us, u"p95", LineLook::strong},
                         {Measure::metadata_p99_us, u"p99", LineLook::dashed}}},
              .beneath = Measure::metadata_p95_us,
              .limit = feeds::kMetadataLimitUs,
              .leastHeight = 85},
    ChartView{.name = "latency",
              .title = u"Edge latency",
              .unit = u"time, 95th percentile",
              .numbers = Unit::microseconds,
              .drawn = {{{Measure::lb_p95_us, u"load balancer", LineLook::thin},
                         {Measure::ttfb_hit_p95_us, u"TTFB hit", LineLook::strong},
                         {Measure::ttfb_miss_p95_us, u"TTFB miss", LineLook::dashed}}},
              .log = {{100, 10e6}}},
    ChartView{.name = "backlog",
              .title = u"Backlog",
              .unit = u"how long the newest request waits for a core, mean of the nodes",
              .numbers = Unit::microseconds,
              .drawn = {{{Measure::backlog_us, u"backlog", LineLook::strong}}},
              .headline = Measure::backlog_us,
              .beneath = Measure::backlog_us},
    ChartView{.name = "hits",
              .title = u"Cache hits",
              .unit = u"hits of the lookups, stale of the requests",
              .numbers = Unit::ratio,
              .drawn = {{{Measure::hit_ratio, u"hits", LineLook::strong},
                         {Measure::stale_ratio, u"stale", LineLook::third}}},
              .headline = Measure::hit_ratio,
              .beneath = Measure::hit_ratio},
    ChartView{.name = "fetches",
              .title = u"Fetches",
              .unit = u"requests/s",
              .numbers = Unit::perSecond,
              .drawn = {{{Measure::shield_fetches_per_second, u"to shields", LineLook::first},
                         {Measure::origin_fetches_per_second, u"to origin", LineLook::second},
                         {Measure::collapsed_per_second, u"collapsed", LineLook::third}}},
              .headline = Measure::origin_fetches_per_second,
              .beneath = Measure::origin_fetches_per_second,
              .log = {{100, 10e6}}},
    ChartView{.name = "fill",
              .title = u"Fill",
              .unit = u"bit/s from shields and origin",
              .numbers = Unit::bitsPerSecond,
              .drawn = {{{Measure::fill_bits_per_second, u"fill", LineLook::strong}}},
              .headline = Measure::fill_bits_per_second,
              .beneath = Measure::fill_bits_per_second},
    ChartView{.name = "invalidations",
              .title = u"Invalidations",
              .unit = u"keys × nodes a second",
              .numbers = Unit::perSecond,
              .drawn = {{{Measure::invalidations_received_per_second, u"received", LineLook::first},
                         {Measure::invalidations_per_second, u"applied", LineLook::second}}},
              .headline = Measure::invalidations_per_second},
    ChartView{.name = "pending",
              .title = u"Invalidations pending",
              .unit = u"keys × nodes",
              .numbers = Unit::keys,
              .drawn = {{{Measure::invalidations_pending, u"pending", LineLook::first},
                         {Measure::invalidations_missing, u"missing", LineLook::second}}},
              .headline = Measure::invalidations_pending},
    ChartView{.name = "bots",
              .title = u"Bots",
              .unit = u"share of the requests",
              .numbers = Unit::ratio,
              .drawn = {{{Measure::bot_ratio, u"bots", LineLook::first},
                         {Measure::new_prefix_ratio, u"new prefixes", LineLook::second}}},
              .headline = Measure::bot_ratio,
              .beneath = Measure::bot_ratio},
    ChartView{.name = "waf",
              .title = u"Turned away",
              .unit = u"requests/s",
              .numbers = Unit::perSecond,
              .drawn = {{{Measure::waf_blocked_per_second, u"blocked", LineLook::first},
                         {Measure::waf_challenged_per_second, u"challenged", LineLook::second},
                         {Measure::malformed_per_second, u"malformed", LineLook::third}}},
              .headline = Measure::waf_blocked_per_second,
              .beneath = Measure::waf_blocked_per_second},
    ChartView{.name = "challenges",
              .title = u"Challenges passed",
              .unit = u"of those challenged, and as a share of all requests",
              .numbers = Unit::ratio,
              .drawn = {{{Measure::challenges_passed_ratio, u"passed", LineLook::first},
                         {Measure::people_challenged_ratio, u"of all", LineLook::second}}},
              .headline = Measure::challenges_passed_ratio},
    ChartView{.name = "rejected",
              .title = u"No room",
              .unit = u"a second",
              .numbers = Unit::perSecond,
              .drawn = {{{Measure::connections_rejected_per_second, u"connections", LineLook::first},
                         {Measure::spill_unplaced_per_second, u"requests", LineLook::second}}},
              .headline = Measure::connections_rejected_per_second},
    ChartView{.name = "listeners",
              .title = u"Listeners",
              .unit = u"people who listen now",
              .numbers = Unit::count,
              .drawn = {{{Measure::listeners, u"listeners", LineLook::strong}}},
              .headline = Measure::listeners,
              .beneath = Measure::listeners,
              .isAnnounced = true},
    ChartView{.name = "streams",
              .title = u"Streams",
              .unit = u"sessions that asked for a segment of late",
              .numbers = Unit::count,
              .drawn = {{{Measure::streams, u"streams", LineLook::strong}}},
              .headline = Measure::streams,
              .beneath = Measure::streams},
    ChartView{.name = "churn",
              .title = u"Churn",
              .unit = u"of a million listeners, so many leave for good in an hour",
              .numbers = Unit::count,
              .drawn = {{{Measure::churn_ppm_per_hour, u"churn", LineLook::strong}}},
              .headline = Measure::churn_ppm_per_hour,
              .beneath = Measure::churn_ppm_per_hour,
              .isAnnounced = true,
              .isModelled = true},
    ChartView{.name = "recommender-signal",
              .title = u"Recommender's signal",
              .unit = u"what plays of the new tracks say about taste: so many times the noise",
              .numbers = Unit::count,
              .drawn = {{{Measure::recommender_signal, u"signal", LineLook::strong}}},
              .headline = Measure::recommender_signal,
              .isAnnounced = true,
              .isModelled = true},
    ChartView{.name = "recommender-trend",
              .title = u"Recommended by trend",
              .unit = u"instead of taste, share of the new tracks",
              .numbers = Unit::ratio,
              .drawn = {{{Measure::recommender_trend, u"by trend", LineLook::strong}}},
              .headline = Measure::recommender_trend,
              .isAnnounced = true,
              .isModelled = true},
};

/// Nothing: no chart has that name.
constexpr std::optional<std::size_t> chartNamed(std::string_view name) {
    for (std::size_t i = 0; i < kChartViews.size(); ++i)
        if (kChartViews[i].name == name) return i;
    return std::nullopt;
}

/// What it shows of a frame. Regions have the same colour everywhere, whichever others are there; a baseline
/// is a ghost beneath.
std::vector<ChartLine> linesOf(const ChartView& chart, const feeds::Frame& frame,
                               const feeds::PopCatalogue& catalogue);
/// Behind what it is called: of what, and what of it only a simulation knows.
QString titleOf(const ChartView& chart, const feeds::Frame& frame, const feeds::PopCatalogue& catalogue);
/// What stands where there are no lines: why that is so.
QString absenceOf(const ChartView& chart, const feeds::Frame& frame);

} // namespace surgescope::widgets
