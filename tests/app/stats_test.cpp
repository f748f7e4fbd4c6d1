// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/stats.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <nlohmann/json.hpp>

using namespace surgescope;
using feeds::FeedMode;
using feeds::Timeline;
using Json = nlohmann::json;

namespace {

Json written(const feeds::Frame& frame, const Timeline& timeline, const feeds::LiveStatus* status = nullptr,
             std::string_view failure = {}) {
    const tests::TemporaryFolder folder;
    const auto path = (folder.path() / "stats").string();
    const auto stats = app::StatsWriter::open(path);
    REQUIRE(stats);
    REQUIRE(stats.value()->write(frame, timeline, status, failure, {}, {}, 1));
    return Json::parse(tests::fileBytes(path));
}

} // namespace

TEST_CASE("statistics say what is looked at, how old the feed is and what is recorded") {
    feeds::Frame frame;
    Timeline timeline;
    auto line = written(frame, timeline);
    CHECK(line["mode"] == "live");
    CHECK(line["feed_age_seconds"].is_null());
    CHECK(line["recorder"]["state"] == "off");
    CHECK(line["stats_lines_dropped"] == 0);

    frame.mode = FeedMode::rehearsal;
    CHECK(written(frame, timeline)["mode"] == "rehearsal");
    timeline.mode = Timeline::Mode::behindLive;
    timeline.feedAgeSeconds = 1.5;
    timeline.recording = {.state = Timeline::Recording::State::failed,
                          .flight = true,
                          .path = "/ring",
                          .reason = "the disk is full",
                          .bytes = 12,
                          .dropped = 3,
                          .rostersForgotten = 4,
                          .queueFill = 0.25};
    line = written(frame, timeline);
    CHECK(line["mode"] == "behind_live");
    CHECK(line["feed_age_seconds"] == 1.5);
    const auto& recorder = line["recorder"];
    CHECK(recorder["state"] == "failed");
    CHECK(recorder["reason"] == "the disk is full");
    CHECK(recorder["flight"] == true);
    CHECK(recorder["path"] == "/ring");
    CHECK(recorder["bytes"] == 12);
    CHECK(recorder["dropped"] == 3);
    CHECK(recorder["rosters_forgotten"] == 4);
    CHECK(recorder["queue_fill"] == 0.25);
    timeline.mode = Timeline::Mode::replay;
    timeline.recording.state = Timeline::Recording::State::recording;
    line = written(frame, timeline);
    CHECK(line["mode"] == "replay");
    CHECK(line["recorder"]["state"] == "recording");
    CHECK(line["paused"] == false);
    CHECK(line["failure"].is_null());
    timeline.paused = true;
    line = written(frame, timeline, nullptr, "the store does not answer");
    CHECK(line["paused"] == true);
    CHECK(line["failure"] == "the store does not answer");
}

TEST_CASE("statistics say what burns, and that nothing was judged yet") {
    const feeds::Frame frame;
    CHECK(written(frame, {})["alarms"].is_null());
    feeds::LiveStatus status;
    status.alarms.verdict = feeds::Verdict::act;
    status.alarms.since = feeds::feedSecond(1'795'000'000);
    status.alarms.unacked = 1;
    feeds::Card card;
    card.rule = "pops/silent";
    card.severity = feeds::Severity::critical;
    card.text = "8 silent in Europe: FRA MUC STR +5";
    card.members = {"FRA", "MUC"};
    status.alarms.cards = {card};
    const auto alarms = written(frame, {}, &status)["alarms"];
    CHECK(alarms["verdict"] == "act");
    CHECK(alarms["since"] == 1'795'000'000);
    CHECK(alarms["unacknowledged"] == 1);
    CHECK(alarms["cards"][0]["severity"] == "critical");
    CHECK(alarms["cards"][0]["state"] == "unacknowledged");
    CHECK(alarms["cards"][0]["members"] == Json({"FRA", "MUC"}));
}

TEST_CASE("statistics tell every measure, each under its name") {
    feeds::Frame frame;
    frame.world[feeds::Measure::api_requests_per_second] = {12.5, feeds::Quality::partial};
    const auto world = written(frame, {})["world"];
    CHECK(world["api_requests_per_second"]["value"] == 12.5);
    CHECK(world["api_requests_per_second"]["quality"] == "partial");
    CHECK(world["hit_ratio"]["value"].is_null());
    CHECK(world.size() == feeds::kMeasureCount + 2); // and the nodes heard and expected
}
