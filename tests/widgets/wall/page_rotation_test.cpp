// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/page_rotation.h"

#include "tests/support/catch.h"

using surgescope::widgets::PageRotation;
using namespace std::chrono_literals;

TEST_CASE("pages take turns, a touch holds them for a minute") {
    PageRotation pages(3, 10s);
    CHECK(pages.turns());
    CHECK_FALSE(pages.advance(4s));
    CHECK(pages.progress() == Approx(0.4));
    CHECK(pages.advance(6s));
    CHECK(pages.page() == 1);
    CHECK(pages.progress() == 0);
    pages.advance(5s);
    pages.touch();
    CHECK(pages.held());
    CHECK_FALSE(pages.advance(59s));
    CHECK(pages.progress() == Approx(0.5));
    pages.touch();
    CHECK_FALSE(pages.advance(60s));
    CHECK_FALSE(pages.held());
    CHECK(pages.advance(5s));
    CHECK(pages.page() == 2);
    CHECK(pages.advance(1h)); // a suspended machine turns one page, not hundreds
    CHECK(pages.page() == 0);
}

TEST_CASE("nothing turns with fewer than two pages or no time") {
    for (PageRotation pages : {PageRotation(), PageRotation(1, 10s), PageRotation(5, 0s)}) {
        CHECK_FALSE(pages.turns());
        CHECK_FALSE(pages.advance(1h));
        CHECK(pages.progress() == 0);
    }
}
