// SPDX-License-Identifier: GPL-3.0-or-later
// The wall of an operator's own network: its regions, its codes, and who is missing.
#include "feeds/pipeline/feed_step.h"

#include "widgets/charts/chart_views.h"
#include "widgets/export/export_note.h"
#include "widgets/export/frame_csv.h"
#include "widgets/map/map_texts.h"
#include "widgets/map/region_board.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/catch.h"
#include "tests/support/edge.h"
#include "tests/support/list_source.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <QTest>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

/// One node of FRA-2 and all of MUC were heard, NYC never.
std::shared_ptr<const feeds::Frame> frameOf(const feeds::Selection& selection) {
    tests::ListSource source;
    tests::TestClock clock;
    feeds::FeedStep step(source, tests::ownEdge(), clock, feeds::NodeColumnsWanted::ofSelectedPop);
    auto one = tests::roster({.publisher = "a", .pop = "FRA-2"});
    one.nodes[0].name = "a";
    source.add(one);
    source.add(tests::popReport({.publisher = "a", .pop = "FRA-2"}));
    source.add(tests::roster({.publisher = "muc", .pop = "MUC", .nodes = 4}));
    source.add(tests::popReport({.publisher = "muc", .pop = "MUC", .nodes = 4}));
    feeds::ViewRequest request;
    request.selection = selection;
    step.request(request);
    step.receive(std::chrono::milliseconds(0));
    return step.buildFrame(0);
}

} // namespace

TEST_CASE("regions are called as the edge file calls them, everywhere") {
    const auto world = frameOf({});
    const auto region = frameOf(feeds::Selection::region("US-EAST"));
    RegionBoard board;
    board.layOut(tests::ownEdge(), {0, 0, 900, 46}, 1);
    CHECK(board.at(board.boxOf("US-EAST").center(), {}) == feeds::Selection::region("US-EAST"));
    const auto lines = linesOf(kChartViews[*chartNamed("requests")], *world, tests::ownEdge());
    REQUIRE(lines.size() == 1); // nobody spoke of the other
    CHECK(lines[0].name == QStringLiteral("Germany"));
    PopTableWidget table(tests::ownEdge());
    table.resize(600, 280);
    table.setFrame(region);
    CHECK(table.title() == QStringLiteral("Hottest PoPs, The East"));
    const auto note = noteOf(ExportView::requests, QStringLiteral("Title"), *region, {},
                             feeds::Timeline::Mode::live, QStringLiteral("surgescope"), tests::ownEdge());
    CHECK(note.selection == QStringLiteral("The East"));
    CHECK_THAT(csvOf(ExportView::map, *world, tests::ownEdge()),
               tests::containsText("FRA-2,Frankfurt 2,,Germany,50.1,8.7,live,"));
    CHECK_THAT(csvOf(ExportView::requests, *region, tests::ownEdge()),
               tests::containsText("requests The East [1/s]"));
}

TEST_CASE("who was never heard is on the map, and said to be missing") {
    const auto world = frameOf({});
    const auto never = std::ranges::find(world->pops, "NYC", &feeds::PopFrame::code);
    REQUIRE(never != world->pops.end());
    const auto tip = popTooltip(*never, tests::ownEdge());
    CHECK(tip.contains(QStringLiteral("New York<br>The East")));
    CHECK(tip.contains(QStringLiteral("0 of 20")));
    CHECK(tip.contains(QStringLiteral("never heard")));
    const auto note = noteOf(ExportView::map, QStringLiteral("Title"), *world, {},
                             feeds::Timeline::Mode::live, QStringLiteral("surgescope"), tests::ownEdge());
    CHECK(note.coverage == QStringLiteral("5 of 27 nodes heard (18.5 %)"));
}

TEST_CASE("a wall of one's own edge paints all of it, whatever is selected") {
    WallWindow window{tests::ownEdge()};
    window.resize(1600, 900);
    window.show();
    for (const auto& selection : {feeds::Selection{}, feeds::Selection::region("DE"),
                                  feeds::Selection::pop("FRA-2"), feeds::Selection::pop("NYC")}) {
        window.focus().select(selection);
        window.setFrame(frameOf(selection));
        REQUIRE(QTest::qWaitFor([&] { return window.isSettled(); }, 20'000));
        CHECK_FALSE(window.grab().isNull());
    }
}
