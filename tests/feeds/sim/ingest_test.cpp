// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/ingest.h"
#include "feeds/sim/recommender.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds::sim;

namespace {

struct Readiness {
    double first = -1; // s after delivery
    double most = -1;  // 95 %
    double last = -1;
};

Readiness readinessOf(double delivered, double encoders, std::uint64_t seed) {
    Scenario scenario;
    scenario.albums = 3;
    scenario.deliveredSeconds = delivered;
    Ingest ingest(scenario, seed);
    Readiness readiness;
    for (double t = -delivered; t < 2 * 86'400; t += 60) {
        ingest.step(t, encoders);
        if (readiness.first < 0 && ingest.ready() > 0) readiness.first = t + delivered;
        if (readiness.most < 0 && ingest.ready() >= 0.9) readiness.most = t + delivered;
        if (ingest.finished()) readiness.last = t + delivered;
    }
    CHECK(ingest.ready() == 1);
    return readiness;
}

} // namespace

TEST_CASE("a release waits behind Friday's others, is checked, and a few tracks are late", "[sim]") {
    // 100,000 tracks in four renditions of three seconds on 64 encoders: 5.2 hours.
    const auto usual = readinessOf(86'400, 64, 1);
    CHECK(usual.first > 5.2 * 3'600);
    CHECK(usual.first < 5.6 * 3'600);
    CHECK(usual.most < 7.5 * 3'600); // two hours of checks
    int late = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) // of 54 tracks one or two are sent back
        if (readinessOf(86'400, 64, seed).last > usual.first + 3 * 3'600) ++late;
    CHECK(late >= 10);
}

TEST_CASE("more encoders make a release ready earlier, an earlier delivery does not", "[sim]") {
    const auto usual = readinessOf(86'400, 64, 2);
    const auto more = readinessOf(86'400, 640, 2);
    CHECK(more.first == Approx(usual.first - 0.9 * 5.2 * 3'600).margin(300));
    CHECK(readinessOf(2 * 86'400, 64, 2).last == Approx(usual.last).margin(120));
}

TEST_CASE("what is in the library keeps people, more so if it is nowhere else", "[sim]") {
    LockIn elsewhere;
    LockIn onlyHere;
    double a = 0;
    double b = 0;
    for (int second = 0; second < 3'000; ++second) {
        a = elsewhere.step(0.3, false);
        b = onlyHere.step(0.3, true);
    }
    CHECK(a == Approx(0.1).epsilon(0.02));
    CHECK(b == Approx(0.3).epsilon(0.02));
    CHECK(elsewhere.step(0, false) == a); // a library stays
    CHECK(churnPerHour(0.04, 0, b) == Approx(churnPerHour(0.04, 0) * (1 - b / 2)));
}
