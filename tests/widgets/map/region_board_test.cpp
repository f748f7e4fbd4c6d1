// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/region_board.h"

#include "tests/support/catch.h"

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("regions stand in a row, take clicks, and clear what is selected already") {
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    RegionBoard board;
    board.layOut(catalogue, {10, 400, 1000, 46}, 1);
    double right = 10;
    std::vector<std::string> regions{""};
    regions.insert(regions.end(), catalogue.regions().begin(), catalogue.regions().end());
    for (const std::string& region : regions) {
        const QRectF box = board.boxOf(region);
        CHECK(box.left() == Approx(right));
        right = box.right();
        const feeds::Selection own = region.empty() ? feeds::Selection{} : feeds::Selection::region(region);
        CHECK(board.at(box.center(), {}) == own);
        CHECK(board.at(box.center(), own) == feeds::Selection{});
        CHECK(board.at(box.center(), feeds::Selection::pop("FRA")) == own);
    }
    CHECK(right == Approx(1010));
    CHECK_FALSE(board.at({5, 420}, {}));
    CHECK_FALSE(board.at({300, 380}, {}));
}

TEST_CASE("a region counts its PoPs at 90 % and more, and those not heard") {
    feeds::Frame frame;
    frame.pops.resize(4);
    const double values[] = {0.5, 0.9, 1.2, 0.95};
    for (std::size_t i = 0; i < 4; ++i) {
        frame.pops[i].region = i < 3 ? "EU" : "AS";
        frame.pops[i].freshness = feeds::Freshness::live;
        frame.pops[i].summary[feeds::Measure::saturation] = {values[i], feeds::Quality::measured};
    }
    frame.pops[2].freshness = feeds::Freshness::silent; // what it was at is not now
    RegionBoard board;
    board.layOut(feeds::PopCatalogue::builtIn(), {0, 0, 1000, 46}, 1);
    board.setFrame(frame);
    CHECK(board.countOf("EU").measured == 2);
    CHECK(board.countOf("EU").critical == 1);
    CHECK(board.countOf("EU").silent == 1);
    CHECK(board.countOf("").critical == 2);
    CHECK(board.countOf("AF").measured == 0);
    CHECK(board.countOf("nowhere").measured == 0);
}
