// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/timeline/timeline_text.h"

#include "tests/support/catch.h"
#include "tests/support/sample_timeline.h"

#include <limits>

using namespace surgescope;
using namespace surgescope::widgets;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("speeds read as people say them") {
    CHECK(speedText(1) == QStringLiteral("1×"));
    CHECK(speedText(0.1) == QStringLiteral("0.1×"));
    CHECK(speedText(64) == QStringLiteral("64×"));
    CHECK(speedText(std::numeric_limits<double>::infinity()) == QStringLiteral("max"));
}

TEST_CASE("each state of the recording has its words") {
    feeds::Timeline t = tests::sampleTimeline("buffered");
    CHECK(recordingText(t).first == QStringLiteral("flight recorder 300 MB"));
    CHECK(recordingText(t).second.isEmpty());
    t.recording.dropped = 1312;
    CHECK(recordingText(t).second == QStringLiteral("1,312 dropped"));
    CHECK(recordingText(t).secondColour == colours().elevated);
    t.recording.dropped = 0;
    t.recording.flight = false;
    t.recording.bytes = 1'213'000'000;
    t.recording.path = "/data/night.mcap";
    CHECK(recordingText(t).first == QStringLiteral("Recording 1.2 GB"));
    CHECK(recordingText(t).second == QStringLiteral("night.mcap"));
    t.recording = {};
    CHECK(recordingText(t).first == QStringLiteral("not recording"));

    t = tests::sampleTimeline("failed");
    CHECK(recordingText(t).failed);
    CHECK(recordingText(t).second == QStringLiteral("no space left on /var/lib/surgescope"));
    CHECK(recordingTooltip(t).contains(QStringLiteral("20261123T045000Z.mcap")));

    t = tests::sampleTimeline("playing");
    CHECK(recordingText(t).first == QStringLiteral("50 min 00 s recorded"));
}

TEST_CASE("hovering tells both clocks, the requests and the events nearby") {
    feeds::Timeline t = tests::sampleTimeline("playing");
    const TimelineTime purge = *t.releaseAt + seconds(422);
    QString tip = timelineTooltip(t, purge + milliseconds(900), seconds(4));
    CHECK(tip.contains(QStringLiteral("T+00:07:02")));
    CHECK(tip.contains(QStringLiteral("2026-11-23 05:07:02 UTC")));
    CHECK(tip.contains(QStringLiteral("M/s")));
    CHECK(tip.contains(QStringLiteral("cover art, second try")));
    CHECK_FALSE(tip.contains(QStringLiteral("botnet")));
    CHECK(timelineTooltip(t, *t.releaseAt - milliseconds(500), {}).contains(QStringLiteral("T−00:00:01")));

    tip = timelineTooltip(t, t.gaps[0].from + seconds(30), seconds(4));
    CHECK(tip.contains(QStringLiteral("nothing received")));
    CHECK_FALSE(tip.contains(QStringLiteral("/s")));

    t.events = {{*t.releaseAt, "note", "<b>bold</b>"}};
    CHECK(timelineTooltip(t, *t.releaseAt, {}).contains(QStringLiteral("&lt;b&gt;bold")));
    t.events.assign(40, {*t.releaseAt, "purge", "one of many"});
    CHECK(timelineTooltip(t, *t.releaseAt, {}).contains(QStringLiteral("and 34 more")));

    t = tests::sampleTimeline("buffered");
    CHECK(timelineTooltip(t, t.begin, {}).contains(QStringLiteral("cannot be gone back to")));
    CHECK_FALSE(timelineTooltip(t, t.end, {}).contains(QStringLiteral("cannot be gone back to")));
}

TEST_CASE("what is read to be shown says how far it is") {
    feeds::Timeline t;
    t.opening = true;
    CHECK(openingText(t) == QStringLiteral("opening"));
    t.openingShare = 0.407;
    CHECK(openingText(t) == QStringLiteral("reading what is kept, 40 %"));
    t.mode = feeds::Timeline::Mode::replay; // nothing of it is there yet
    CHECK(recordingText(t).first.isEmpty());
    CHECK(recordingText(t).second.isEmpty());
}
