// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/fonts.h"
#include "widgets/wall/viewing.h"

#include "tests/support/catch.h"

#include <limits>

using namespace surgescope::widgets;

TEST_CASE("type is as large as readers are far away and the screen is small") {
    const QSize hd(1920, 1080), uhd(3840, 2160);
    // 10 minutes of arc at 4 m are 11.6 mm; a pixel of 65 inches is 0.749 mm wide, Inter's capitals 0.727 em.
    CHECK(typePixels({4, 65}, hd, 10) == Approx(21.4).margin(0.1));
    CHECK(typePixels({4, 55}, hd, 16) == Approx(40.4).margin(0.5));
    CHECK(typePixels({4, 65}, uhd, 10) == Approx(2 * typePixels({4, 65}, hd, 10)));
    CHECK(typePixels({2, 65}, hd, 10) == Approx(typePixels({4, 65}, hd, 10) / 2));
}

TEST_CASE("nothing on a wall is below ten minutes of arc") {
    for (const Viewing& viewing : {Viewing{4, 65}, Viewing{4, 86}, Viewing{2, 40}, Viewing{4.4, 65}})
        for (const QSize screen : {QSize(1920, 1080), QSize(3840, 2160)}) {
            REQUIRE(viewingProblem(viewing).empty());
            CHECK(kLeastType * wallScale(viewing, screen) >=
                  typePixels(viewing, screen, kLeastMinutesOfArc) * 0.999);
        }
    CHECK(wallScale({1, 65}, {1920, 1080}) == 1); // near it need not be small
}

TEST_CASE("a screen with more pixels shows more to those who sit as far away") {
    const double hd = wallScale({4, 86}, {1920, 1080}), uhd = wallScale({4, 86}, {3840, 2160});
    CHECK(uhd == Approx(2 * hd));                                               // as large to the eye
    CHECK(wallScale({4, 86}, {1920, 1080}) < wallScale({4, 65}, {1920, 1080})); // a larger one shows more
}

TEST_CASE("what nobody could read is refused, with what would do") {
    CHECK(viewingProblem({}).empty());
    CHECK(viewingProblem({0.2, 65}).find("--viewing: expected 0.5 to 30 metres") == 0);
    CHECK(viewingProblem({4, 5}).find("--diagonal: expected 20 to 400 inches") == 0);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_FALSE(viewingProblem({nan, 65}).empty());
    CHECK_FALSE(viewingProblem({4, nan}).empty());
    const std::string problem = viewingProblem({8, 65});
    CHECK(problem.find("at most 4.4 m, or at least 116 inches") != std::string::npos);
    CHECK(viewingProblem({4.4, 65}).empty());
    CHECK(viewingProblem({8, 117}).empty());
}
