// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/link.h"

#include "tests/support/catch.h"

#include <algorithm>

using namespace surgescope::feeds::sim;

namespace {

/// What becomes of a link whose players would like to have `wanted` times what it carries.
struct LinkRun {
    Link link;
    Link::Step step;
    double wanted;

    explicit LinkRun(double times) : wanted(times) {}
    void run(int seconds) {
        for (int i = 0; i < seconds; ++i)
            step = link.step(wanted * link.quality());
    }
};

} // namespace

TEST_CASE("a link with room adds nothing", "[sim]") {
    LinkRun link(0.85);
    link.run(60);
    CHECK(link.step.delaySeconds == 0);
    CHECK(link.step.loss == 0);
    CHECK(link.step.sent == 1);
    CHECK(link.link.quality() == 1);
}

TEST_CASE("a third too much is lost until players have gone down, and nobody stalls", "[sim]") {
    LinkRun link(1.3);
    link.run(1);
    CHECK(link.step.delaySeconds > 0.040);
    CHECK(link.step.loss > 0.05);
    CHECK(link.step.loss <= 0.15);
    CHECK(link.step.failed > 0);
    link.run(20);
    CHECK(link.link.quality() > 0.7);
    CHECK(link.link.quality() < 0.8);
    CHECK(link.step.loss < 0.02);
    CHECK(link.step.stalled == 0);
    // When the crowd has gone, quality comes back, slowly.
    link.wanted = 0.5;
    link.run(10);
    CHECK(link.link.quality() < 0.95);
    link.run(200);
    CHECK(link.link.quality() > 0.99);
}

TEST_CASE("four times too much stalls once the buffers are empty", "[sim]") {
    LinkRun link(4);
    link.run(25);
    CHECK(link.step.stalled == 0);
    link.run(60);
    CHECK(link.link.quality() == Approx(0.375).epsilon(0.01)); // the lowest rung
    CHECK(link.step.stalled == Approx(1.0 / 3).epsilon(0.05));
    CHECK(link.step.sent * 4 * link.link.quality() == Approx(1));
}
