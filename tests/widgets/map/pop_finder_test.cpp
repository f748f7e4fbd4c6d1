// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_finder.h"

#include "tests/support/catch.h"

#include <cmath>
#include <random>

using namespace surgescope::widgets;

TEST_CASE("the grid finds what looking at every marker finds") {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> place(-200, 1500), size(2, 40);
    std::vector<QPointF> centres;
    std::vector<double> radii;
    for (int i = 0; i < 400; ++i) {
        centres.emplace_back(place(random), place(random) / 2);
        radii.push_back(size(random));
    }
    PopFinder finder;
    finder.build(centres, radii, 32);
    int hits = 0;
    for (int i = 0; i < 2000; ++i) {
        const QPointF at(place(random), place(random) / 2);
        std::optional<std::size_t> best;
        double nearest = 1e9;
        for (std::size_t k = 0; k < centres.size(); ++k) {
            const double distance = std::hypot(centres[k].x() - at.x(), centres[k].y() - at.y());
            if (distance <= std::max(radii[k], 7.0) && distance < nearest) {
                best = k;
                nearest = distance;
            }
        }
        CHECK(finder.find(at, 7) == best);
        hits += best ? 1 : 0;
    }
    CHECK(hits > 100);
    CHECK(hits < 1900);
}

TEST_CASE("an empty finder finds nothing") {
    CHECK_FALSE(PopFinder().find({3, 4}, 7));
}
