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

Json written(const feeds::Frame& frame, const Timeline& timeline) {
    const tests::TemporaryFolder folder;
    const auto path = (folder.path() / "stats").string();
    const auto stats = app::StatsWriter::open(path);
    REQUIRE(stats);
    REQUIRE(stats.value()->write(frame, timeline, {}, {}, 1));
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
}
