// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/recommender.h"

#include "tests/support/catch.h"

#include <cmath>

using namespace surgescope::feeds::sim;

TEST_CASE("the recommender follows the trend until it has learnt enough", "[sim]") {
    Recommender recommender;
    int pivotAt = 0;
    int returnAt = 0;
    for (int second = 1; second <= 1'200; ++second) {
        const double plays = second < 100 ? 0 : 60.0;
        const auto step = recommender.step(plays, 0.04, second);
        if (step.pivoted) pivotAt = second;
        if (step.returned) returnAt = second;
        CHECK((step.trendWeight > 0) == (pivotAt > 0 && returnAt == 0));
    }
    CHECK(pivotAt >= 100);
    CHECK(pivotAt < 110);
    CHECK(returnAt == 300); // the first refresh of its embeddings: 12,000 plays known by then
}

TEST_CASE("few plays never pivot, machines weaken the signal", "[sim]") {
    Recommender quiet;
    for (int second = 0; second < 600; ++second)
        CHECK(quiet.step(0.05, 0, second).trendWeight == 0);
    Recommender clean;
    Recommender dirty;
    Recommender::Step cleanStep;
    Recommender::Step dirtyStep;
    for (int second = 0; second < 100; ++second) {
        cleanStep = clean.step(25, 0, second);
        dirtyStep = dirty.step(25, 0.5, second);
    }
    CHECK(cleanStep.signalToNoise == Approx(1)); // 2,500 plays say as much as the noise does
    CHECK(dirtyStep.signalToNoise == Approx(0.25));
}

TEST_CASE("slow metadata and failures drive people away", "[sim]") {
    const double usual = churnPerHour(0.04, 0);
    CHECK(churnPerHour(0.3, 0) / usual == Approx(std::exp(0.5)));
    CHECK(churnPerHour(0.04, 0.5) / usual == Approx(std::exp(1.0)));
}
