// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/picture_delay.h"

#include "tests/support/catch.h"

using namespace surgescope::widgets;

TEST_CASE("how long pictures took is told of the newest six hundred") {
    PictureDelay delay;
    CHECK(delay.delays().count == 0);
    for (int i = 0; i < 700; ++i)
        delay.record(i < 100 ? 5'000 : i - 99); // 1 to 600
    CHECK(delay.delays().count == 600);
    CHECK(delay.delays().p50 == 300);
    CHECK(delay.delays().p99 == 594);
    delay.forget();
    CHECK(delay.delays().count == 0);
    delay.record(12);
    CHECK(delay.delays().p50 == 12);
    CHECK(delay.delays().p99 == 12);
}
