// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/region_chips.h"

#include "tests/support/catch.h"

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("chips stand in a row, take clicks, and clear what is selected already") {
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    RegionChips chips;
    chips.layOut(catalogue, 230, 1200, 23, 1);
    double right = 230;
    std::vector<std::string> regions{""};
    regions.insert(regions.end(), catalogue.regions().begin(), catalogue.regions().end());
    for (const std::string& region : regions) {
        const QRectF box = chips.boxOf(region);
        CHECK(box.left() >= right);
        right = box.right();
        const feeds::Selection own = region.empty() ? feeds::Selection{} : feeds::Selection::region(region);
        CHECK(chips.at(box.center(), {}) == own);
        CHECK(chips.at(box.center(), own) == feeds::Selection{});
        CHECK(chips.at(box.center(), feeds::Selection::pop("FRA")) == own);
    }
    CHECK(right <= 1200);
    CHECK_FALSE(chips.at({100, 23}, {}));
    CHECK_FALSE(chips.at({300, 80}, {}));
}

TEST_CASE("in a narrow map the chips' words get shorter") {
    RegionChips wide, narrow;
    wide.layOut(feeds::PopCatalogue::builtIn(), 230, 1200, 23, 1);
    narrow.layOut(feeds::PopCatalogue::builtIn(), 230, 700, 23, 1);
    CHECK(narrow.bounds().right() <= 700);
    CHECK(narrow.boxOf("EU").width() < wide.boxOf("EU").width());
}
