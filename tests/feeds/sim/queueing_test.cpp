// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/queueing.h"
#include "feeds/sim/random.h"

#include "tests/support/catch.h"

#include <queue>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

using namespace surgescope::feeds::sim;

namespace {

/// Mean wait over service time of an M/M/c queue, customer by customer.
double simulatedWait(double busy, int servers, std::uint64_t seed) {
    std::priority_queue<double, std::vector<double>, std::greater<>> freeAt; // when each server is free
    for (int i = 0; i < servers; ++i)
        freeAt.push(0);
    const double rate = busy * servers; // of arrivals; a service takes 1 on average
    double now = 0;
    double waited = 0;
    constexpr std::uint64_t kCustomers = 2'000'000;
    constexpr std::uint64_t kWarmUp = 100'000;
    for (std::uint64_t i = 0; i < kCustomers; ++i) {
        now += -std::log(uniform(hash(seed, i, 1))) / rate;
        const double begins = std::max(now, freeAt.top());
        freeAt.pop();
        freeAt.push(begins - std::log(uniform(hash(seed, i, 2))));
        if (i >= kWarmUp) waited += begins - now;
    }
    return waited / static_cast<double>(kCustomers - kWarmUp);
}

} // namespace

TEST_CASE("waits agree with a queue that is simulated customer by customer", "[sim]") {
    // Where waits matter: a tenth of a service time or more.
    for (const auto& [busy, servers] : {std::pair{0.85, 8}, {0.95, 8}, {0.95, 32}, {0.97, 64}}) {
        const double simulated = simulatedWait(busy, servers, 5);
        INFO("busy " << busy << ", servers " << servers << ", simulated " << simulated);
        REQUIRE(simulated > 0.1);
        CHECK(waitOverService(busy, servers) == Approx(simulated).epsilon(0.08));
    }
    CHECK(waitOverService(0.3, 8) < 0.01);
    CHECK(waitOverService(0, 8) == 0);
    CHECK(std::isfinite(waitOverService(2, 8)));
}

TEST_CASE("a fluid queue keeps what cannot be done and refuses what it has no room for", "[sim]") {
    FluidQueue queue(0.5);
    CHECK(queue.step(0.9).backlogSeconds == 0);
    CHECK(queue.step(1.2).backlogSeconds == Approx(0.2));
    CHECK(queue.step(1.2).refused == 0);
    const auto full = queue.step(1.5); // 0.4 + 0.5, room for 0.5
    CHECK(full.backlogSeconds == Approx(0.5));
    CHECK(full.refused == Approx(0.4 / 1.5));
    CHECK(queue.step(0.8).backlogSeconds == Approx(0.3));
    CHECK(queue.step(0).backlogSeconds == 0);
}
