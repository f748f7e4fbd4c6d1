// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/metadata.h"

#include "tests/support/catch.h"

#include <utility>

using namespace surgescope::feeds::sim;

namespace {

Scenario withoutAutoscaling() {
    Scenario scenario;
    scenario.autoscaleMost = 1;
    return scenario;
}

/// The latency after a spike: 60 s of three times the daily peak, then `seconds` of the peak itself.
MetadataService::Step afterSpike(MetadataService& service, int seconds) {
    MetadataService::Step step;
    for (int i = 0; i < 60; ++i)
        step = service.step(3'000, 3'000, 1);
    CHECK(step.latencySeconds > 0.25);
    for (int i = 0; i < seconds; ++i)
        step = service.step(1'000, 1'000, 1);
    return step;
}

} // namespace

TEST_CASE("at its planned peak the metadata service is quick and sheds nothing", "[sim]") {
    MetadataService service(1'538, {});
    MetadataService::Step step;
    for (int i = 0; i < 600; ++i)
        step = service.step(1'000, 1'000, 1);
    CHECK(step.latencySeconds < 0.045);
    CHECK(step.shedShare == 0);
    CHECK(step.retries == 0);
}

TEST_CASE("beyond its capacity it queues, then sheds what it cannot take", "[sim]") {
    MetadataService service(1'000, withoutAutoscaling());
    MetadataService::Step step;
    for (int i = 0; i < 60; ++i)
        step = service.step(2'000, 2'000, 1);
    CHECK(step.latencySeconds == Approx(0.45 + 0.04).margin(0.03));
    const double came = 2'000 + step.retries;
    CHECK(came * (1 - step.shedShare) == Approx(1'000).epsilon(0.02));
}

TEST_CASE("retries keep to their budget, and to three attempts without one", "[sim]") {
    auto scenario = withoutAutoscaling();
    MetadataService frugal(1'000, scenario);
    scenario.retryBudget = 2;
    MetadataService naive(1'000, scenario);
    MetadataService::Step frugalStep;
    MetadataService::Step naiveStep;
    for (int i = 0; i < 60; ++i) {
        frugalStep = frugal.step(2'000, 2'000, 1);
        naiveStep = naive.step(2'000, 2'000, 1);
    }
    CHECK(frugalStep.retries == Approx(200));
    const double f = naiveStep.shedShare;
    CHECK(naiveStep.retries == Approx(2'000 * (f + f * f)).epsilon(0.01)); // (1 - f³) / (1 - f) in all
}

TEST_CASE("with a retry budget an overload ends with its cause, without one it stays", "[sim]") {
    auto scenario = withoutAutoscaling();
    scenario.retryTimeoutSeconds =
        0.4; // shorter than the queue: answers that are too late are asked for again
    MetadataService frugal(1'538, scenario);
    CHECK(afterSpike(frugal, 60).latencySeconds < 0.05);
    scenario.retryBudget = 2;
    MetadataService naive(1'538, scenario);
    CHECK(afterSpike(naive, 600).latencySeconds > 0.25);
}

TEST_CASE("it grows after a while of overload, and a lever makes it larger at once", "[sim]") {
    Scenario scenario;
    MetadataService service(1'538, scenario);
    int recovered = 0;
    for (int t = 1; t < 600 && recovered == 0; ++t)
        if (service.step(2'500, 2'500, 1).latencySeconds < 0.05) recovered = t;
    CHECK(recovered > scenario.autoscaleAfterSeconds);
    CHECK(recovered < 400);

    MetadataService scaled(1'538, scenario);
    MetadataService::Step step;
    for (int i = 0; i < 60; ++i)
        step = scaled.step(1'000, 1'000, 4);
    for (int i = 0; i < 30; ++i)
        step = scaled.step(2'500, 2'500, 4);
    CHECK(step.latencySeconds < 0.05);
}
