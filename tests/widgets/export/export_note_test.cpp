// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/export_note.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <string_view>
#include <utility>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

ExportNote note(ExportView view, const feeds::Frame& frame,
                feeds::Timeline::Mode mode = feeds::Timeline::Mode::live) {
    TimeWords words;
    words.now = frame.settled;
    words.release = frame.releaseAt;
    return noteOf(view, QStringLiteral("Title"), frame, words, mode, QStringLiteral("surgescope 1.2.3"),
                  feeds::PopCatalogue::builtIn());
}

} // namespace

TEST_CASE("a note says what, of what, when, in what unit, from where and how much was heard") {
    const auto frame = tests::sampleFrame();
    const ExportNote n = note(ExportView::requests, *frame);
    CHECK(n.title == QStringLiteral("Title"));
    CHECK(n.selection == QStringLiteral("world"));
    CHECK(n.unit == QStringLiteral("requests/s"));
    CHECK(n.range == QStringLiteral("2026-11-23 04:57:34 to 05:12:34 UTC, T−00:02:26 to T+00:12:34"));
    CHECK(n.settled == QStringLiteral("numbers of 2026-11-23 05:12:34 UTC, T+00:12:34"));
    CHECK(n.source == QStringLiteral("live on tcp://*:5556: Triple drop, 3 albums"));
    CHECK(n.coverage == QStringLiteral("998,112 of 1,000,000 nodes heard (99.8 %)"));
    CHECK(n.baseline == QStringLiteral("compared with standard rollout"));
    CHECK(n.program == QStringLiteral("surgescope 1.2.3"));
}

TEST_CASE("a replay names its file, a rehearsal says that it is one") {
    const auto frame = tests::sampleFrame();
    frame->mode = feeds::FeedMode::rehearsal;
    frame->health.endpoints = {{"/data/nights/launch.mcap", false, 1}};
    CHECK(note(ExportView::map, *frame, feeds::Timeline::Mode::replay).source ==
          QStringLiteral("replay of launch.mcap, simulated data: Triple drop, 3 albums"));
    frame->health.endpoints = {{"inproc://rehearsal", false, 1}};
    CHECK(note(ExportView::map, *frame).source ==
          QStringLiteral("rehearsal, simulated data: Triple drop, 3 albums"));
}

TEST_CASE("a selection is named") {
    const auto frame = tests::sampleFrame();
    frame->selection = feeds::Selection::pop("LHR");
    CHECK(note(ExportView::metadata, *frame).selection == QStringLiteral("LHR, London"));
    frame->selection = feeds::Selection::region("EU");
    CHECK(note(ExportView::metadata, *frame).selection == QStringLiteral("Europe"));
    CHECK(note(ExportView::map, *frame).selection == QStringLiteral("all PoPs"));
    CHECK(note(ExportView::map, *frame).range.isEmpty()); // it shows one second
}

TEST_CASE("nothing received is said, not noted as zero") {
    const ExportNote n = note(ExportView::requests, *tests::emptyFrame());
    CHECK(n.range == QStringLiteral("nothing received yet"));
    CHECK(n.coverage.isEmpty());
    CHECK_FALSE(plainText(n).contains(u'0' + QStringLiteral(" of")));
}

TEST_CASE("views and formats by name") {
    for (const ExportView view : kExportViews)
        CHECK(viewNamed(viewName(view)) == view);
    CHECK_FALSE(viewNamed("globe"));
    CHECK(formatOf("a/b.c/map.PNG") == ExportFormat::png);
    CHECK(formatOf("map.csv") == ExportFormat::csv);
    CHECK_FALSE(formatOf("map"));
    CHECK_FALSE(formatOf("map.jpg"));
}

TEST_CASE("views are exported under the names that workspaces know") {
    const std::pair<ExportView, std::string_view> names[] = {
        {ExportView::map, "map"},
        {ExportView::requests, "requests"},
        {ExportView::egress, "egress"},
        {ExportView::metadata, "metadata"},
        {ExportView::latency, "latency"},
        {ExportView::lagByPop, "lag-by-pop"},
        {ExportView::lagDistribution, "lag-distribution"},
        {ExportView::hottest, "hottest"},
        {ExportView::health, "health"},
        {ExportView::tiles, "tiles"},
        {ExportView::wall, "wall"}};
    for (const auto& [view, name] : names) {
        CHECK(viewName(view) == name);
        CHECK(viewNamed(name) == view);
    }
    CHECK_FALSE(viewNamed("Map"));
}
