// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/charts/line_ends.h"

#include "tests/support/catch.h"

using namespace surgescope::widgets;

namespace {

LineEnd endOf(const char16_t* text, double y, double worth = 1) {
    return {QString::fromUtf16(text), Qt::white, y, worth};
}

} // namespace

TEST_CASE("names that have room stay at their lines") {
    const auto ends = spreadEnds({endOf(u"a", 150), endOf(u"b", 50)}, 0, 200, 20);
    REQUIRE(ends.size() == 2);
    CHECK(ends[0].text == QStringLiteral("b"));
    CHECK(ends[0].y == 50);
    CHECK(ends[1].y == 150);
}

TEST_CASE("names that would overlap move apart in their order, and none leaves the plot") {
    const auto ends =
        spreadEnds({endOf(u"a", 198), endOf(u"b", 199), endOf(u"c", 197), endOf(u"d", 2)}, 0, 200, 20);
    REQUIRE(ends.size() == 4);
    CHECK(ends[1].text == QStringLiteral("c"));
    CHECK(ends[2].text == QStringLiteral("a"));
    CHECK(ends.front().y == 10);
    CHECK(ends.back().y == 190);
    for (std::size_t i = 1; i < ends.size(); ++i)
        CHECK(ends[i].y - ends[i - 1].y >= 20);
}

TEST_CASE("where there is no room for all, those worth least are not named") {
    const auto ends =
        spreadEnds({endOf(u"large", 30, 9), endOf(u"small", 20, 1), endOf(u"middle", 10, 5)}, 0, 50, 20);
    REQUIRE(ends.size() == 2);
    CHECK(ends[0].text == QStringLiteral("middle"));
    CHECK(ends[1].text == QStringLiteral("large"));
    CHECK(spreadEnds({endOf(u"a", 5)}, 0, 10, 20).empty());
}
