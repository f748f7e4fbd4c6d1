// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/stats.h"

#include "feeds/util/own_process.h"

#include "app/endpoints_json.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace surgescope::app {
namespace {

using Json = nlohmann::ordered_json;
using namespace surgescope::feeds;

/// A number only where there is one: null is not zero.
Json json(const Reading& reading) {
    return {{"value", reading.hasValue() ? Json(reading.value) : Json(nullptr)},
            {"quality", wordsFor(reading.quality)}};
}

Json json(const Summary& s) {
    Json all = Json::object();
    for (std::size_t i = 0; i < kMeasureCount; ++i) {
        const auto measure = static_cast<Measure>(i);
        all[std::string(infoOf(measure).name)] = json(s[measure]);
    }
    all["nodes_heard"] = s.nodesHeard;
    all["nodes_expected"] = s.nodesExpected;
    return all;
}

const char* modeOf(const Frame& frame, const Timeline& timeline) {
    switch (timeline.mode) {
    case Timeline::Mode::behindLive: return "behind_live";
    case Timeline::Mode::replay: return "replay";
    case Timeline::Mode::live: break;
    }
    if (frame.isSentAgain) return "replay";
    return frame.mode == FeedMode::rehearsal ? "rehearsal" : "live";
}

/// The ring counts as one that records, too; `flight` tells it from a recording that was asked for.
Json json(const Timeline::Recording& recording) {
    using State = Timeline::Recording::State;
    const char* state = recording.state == State::off      ? "off"
                        : recording.state == State::failed ? "failed"
                                                           : "recording";
    return {{"state", state},
            {"reason", recording.reason},
            {"flight", recording.flight},
            {"path", recording.path},
            {"bytes", recording.bytes},
            {"dropped", recording.dropped},
            {"rosters_forgotten", recording.rostersForgotten},
            {"queue_fill", recording.queueFill}};
}

Json totalsJson(const PopTotals& totals) {
    Json counters = Json::object();
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto counter = static_cast<Counter>(i);
        if (totals.measuredByAny.has(counter)) counters[std::string(nameOf(counter))] = totals[counter];
    }
    Json distributions = Json::object();
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        const auto distribution = static_cast<Distribution>(i);
        const auto& histogram = totals[distribution];
        if (!totals.measuredByAny.has(distribution) || histogram.empty()) continue;
        distributions[std::string(nameOf(distribution))] = {{"count", histogram.count()},
                                                            {"max_us", histogram.max()},
                                                            {"p50_us", *histogram.quantile(0.50)},
                                                            {"p95_us", *histogram.quantile(0.95)},
                                                            {"p99_us", *histogram.quantile(0.99)}};
    }
    return {{"counters", counters}, {"distributions", distributions}};
}

Json json(const Card& card) {
    return {{"id", card.id},
            {"rule", card.rule},
            {"group", card.group},
            {"severity", wordsFor(card.severity)},
            {"state", wordsFor(card.state)},
            {"since", unixSeconds(card.since)},
            {"text", card.text},
            {"members", card.members},
            {"by", card.by},
            {"blind", card.isBlind}};
}

Json json(const AlarmStatus& alarms) {
    Json cards = Json::array();
    for (const auto& card : alarms.cards)
        cards.push_back(json(card));
    return {{"verdict", alarms.since ? Json(wordsFor(alarms.verdict)) : Json(nullptr)},
            {"since", alarms.since ? Json(unixSeconds(*alarms.since)) : Json(nullptr)},
            {"unacknowledged", alarms.unacked},
            {"acknowledged", alarms.acked},
            {"shelved", alarms.shelved.size()},
            {"inhibited", alarms.inhibited},
            {"flood", alarms.isFlood},
            {"rules_problem", alarms.rulesProblem},
            {"cards", cards}};
}

Json frozenJson(const std::vector<FrozenWall>& walls) {
    Json all = Json::array();
    for (const auto& wall : walls)
        all.push_back({{"wall", wall.name}, {"since", unixSeconds(wall.since)}, {"silent", wall.isSilent}});
    return all;
}

} // namespace

Result<std::unique_ptr<StatsWriter>> StatsWriter::open(const std::string& path) {
    auto lines = LineWriter::open(path);
    if (!lines) return Error{"--stats: " + lines.error()};
    return std::unique_ptr<StatsWriter>(new StatsWriter(std::move(lines.value())));
}

bool StatsWriter::write(const Frame& frame, const Timeline& timeline, const LiveStatus* status,
                        std::string_view failure, const widgets::PaintTimes& paint,
                        const widgets::PictureDelays& delays, double uptimeSeconds) {
    Json refused = Json::object();
    for (const auto& refusal : frame.health.refused)
        refused[refusal.reason] = refusal.count;
    Json pops = Json::object();
    std::array<std::uint64_t, 5> byFreshness{};
    for (const auto& pop : frame.pops)
        ++byFreshness[static_cast<std::size_t>(pop.freshness)];
    for (std::size_t i = 0; i < byFreshness.size(); ++i)
        pops[std::string(wordsFor(static_cast<Freshness>(i)))] = byFreshness[i];

    const Json line{
        {"uptime_s", uptimeSeconds},
        {"stats_lines_dropped", m_lines->dropped()},
        {"mode", modeOf(frame, timeline)},
        {"paused", timeline.paused},
        {"failure", failure.empty() ? Json(nullptr) : Json(failure)},
        {"feed_age_seconds", timeline.feedAgeSeconds ? Json(*timeline.feedAgeSeconds) : Json(nullptr)},
        {"recorder", json(timeline.recording)},
        {"settled", frame.settled ? Json(unixSeconds(*frame.settled)) : Json(nullptr)},
        {"epoch", frame.epoch},
        {"scenario", frame.scenario},
        {"frames",
         {{"painted", paint.count},
          {"median_ms", paint.median},
          {"p95_ms", paint.p95},
          {"max_ms", paint.max}}},
        {"report_to_picture_ms",
         {{"count", delays.count},
          {"p50", delays.count > 0 ? Json(delays.p50) : Json(nullptr)},
          {"p99", delays.count > 0 ? Json(delays.p99) : Json(nullptr)}}},
        {"feed",
         {{"thread_load", frame.health.feedThreadLoad},
          {"reports_per_second", frame.health.reportsPerSecond},
          {"bytes_per_second", frame.health.bytesPerSecond},
          {"newest_age_s",
           frame.health.newestAgeSeconds ? Json(*frame.health.newestAgeSeconds) : Json(nullptr)},
          {"lost", frame.health.lost},
          {"lost_below", frame.health.lostBelow},
          {"refused_below", frame.health.refusedBelow},
          {"duplicates", frame.health.duplicates},
          {"reordered", frame.health.reordered},
          {"restarts", frame.health.restarts},
          {"publishers", frame.health.publishers},
          {"corrected", frame.health.corrected},
          {"behind_s", frame.health.behindSeconds ? Json(*frame.health.behindSeconds) : Json(nullptr)},
          {"clock_synchronised",
           frame.health.clockSynchronised ? Json(*frame.health.clockSynchronised) : Json(nullptr)},
          {"complaint_count", frame.health.complaintCount},
          {"complaints", frame.health.complaints},
          {"endpoints", endpointsJson(frame.health.endpoints)},
          {"refused", refused},
          {"last_refusal", frame.health.lastRefusal}}},
        {"nodes", {{"heard", frame.health.nodesHeard}, {"expected", frame.health.nodesExpected}}},
        {"pops", pops},
        {"memory_mib", feeds::residentMebibytes()},
        {"alarms", status ? json(status->alarms) : Json(nullptr)},
        {"walls_frozen", status ? frozenJson(status->frozenWalls) : Json(nullptr)},
        {"world", json(frame.world)},
        {"since_start", totalsJson(frame.sinceStart)}};
    const auto text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    return m_lines->write(text);
}

} // namespace surgescope::app
