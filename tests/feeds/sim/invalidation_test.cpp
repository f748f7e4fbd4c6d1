// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/invalidation.h"
#include "feeds/sim/random.h"
#include "feeds/sim/scenario_file.h"

#include "tests/support/catch.h"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

using namespace surgescope::feeds::sim;

namespace {

/// Bimodal multicast message by message: everybody is sent to, some do not get it; then in each round every
/// node that misses the message asks one other node, which may miss it too. The share that misses it after
/// each round.
std::vector<double> gossip(std::size_t nodes, double loss, int rounds, std::uint64_t seed) {
    std::vector<bool> has(nodes);
    for (std::size_t n = 0; n < nodes; ++n)
        has[n] = uniform(hash(seed, n)) > loss;
    std::vector<double> missing;
    for (int round = 0;; ++round) {
        const auto count = static_cast<double>(std::ranges::count(has, false));
        missing.push_back(count / static_cast<double>(nodes));
        if (round == rounds) return missing;
        auto next = has;
        for (std::size_t n = 0; n < nodes; ++n) {
            if (has[n]) continue;
            const auto other = static_cast<std::size_t>(hash(seed, n, round + 1) % (nodes - 1));
            next[n] = has[other < n ? other : other + 1];
        }
        has = std::move(next);
    }
}

Scenario burst(double perSecond) {
    auto scenario = *findScenario("triple-drop");
    scenario.purgeBurstPerSecond = perSecond;
    return scenario;
}

} // namespace

TEST_CASE("repair agrees with gossip that is simulated message by message", "[sim]") {
    for (const double loss : {0.05, 0.3, 0.6}) {
        std::vector<double> mean(5);
        constexpr int kRuns = 400;
        for (std::uint64_t run = 0; run < kRuns; ++run) {
            const auto missing = gossip(2'000, loss, 4, run + 1);
            for (std::size_t i = 0; i < mean.size(); ++i)
                mean[i] += missing[i] / kRuns;
        }
        for (std::size_t round = 0; round < mean.size(); ++round) {
            INFO("loss " << loss << ", round " << round << ", simulated " << mean[round]);
            CHECK(missingAfter(loss, static_cast<int>(round)) ==
                  Approx(mean[round]).epsilon(0.05).margin(4e-4));
        }
    }
}

TEST_CASE("every key issued comes once, late ones by repair", "[sim]") {
    PurgeFanOut fanOut(burst(2'500));
    double issued = 0;
    double came = 0;
    double late = 0;
    for (int t = -10; t < 60; ++t) {
        const auto step = fanOut.step(t, 0);
        issued += step.issued;
        for (const auto& arrival : step.come) {
            came += arrival.keys;
            if (arrival.roundsLate > 0) late += arrival.keys;
        }
        CHECK(step.missing == Approx(issued - came).margin(1e-6));
        CHECK(step.burstBegins == (t == 0));
    }
    CHECK(issued == Approx(70 * 5 + 12 * 2'500));
    CHECK(late == Approx(0.01 * 12 * 2'505 + 0.01 * 48 * 5 + 0.002 * 10 * 5).epsilon(0.02));
}

TEST_CASE("staged purges are held back and all issued in the end", "[sim]") {
    PurgeFanOut fanOut(burst(2'500));
    double issued = 0;
    for (int t = 0; t < 200; ++t) {
        const auto step = fanOut.step(t, 200);
        CHECK(step.issued <= 200);
        issued += step.issued;
    }
    CHECK(issued == Approx(200 * 5 + 30'000));
}

TEST_CASE("bursts come again where they should", "[sim]") {
    PurgeFanOut fanOut(*findScenario("purge-storm"));
    int begun = 0;
    for (int t = -60; t < 600; ++t)
        begun += fanOut.step(t, 0).burstBegins ? 1 : 0;
    CHECK(begun == 5);
}

TEST_CASE("keys wait in order and their lag is how long", "[sim]") {
    ApplyQueue idle;
    for (const auto& applied : idle.step({{25, 0}}, 0.2))
        CHECK(applied.lagSeconds < 0.01);
    CHECK(idle.pending() == 0);

    // 10,000 keys at once to a node that applies 2,000 a second: the last waits for five seconds.
    ApplyQueue queue;
    double total = 0;
    double worst = 0;
    double weighted = 0;
    for (int second = 0; second < 6; ++second)
        for (const auto& applied : queue.step(
                 second == 0 ? std::vector<PurgeArrival>{{10'000, 0}} : std::vector<PurgeArrival>{}, 0)) {
            total += applied.keys;
            worst = std::max(worst, applied.lagSeconds);
            weighted += applied.keys * applied.lagSeconds;
        }
    CHECK(total == Approx(10'000));
    CHECK(queue.pending() == 0);
    CHECK(worst == Approx(4).margin(0.5));            // they came over one second and left over five
    CHECK(weighted / total == Approx(2).margin(0.1)); // so the mean wait is half the difference

    // Repaired ones are as late as the repair took.
    ApplyQueue repaired;
    CHECK(repaired.step({{5, 3}}, 0).front().lagSeconds == Approx(3).margin(0.01));
}

TEST_CASE("a node without CPU left applies a fifth", "[sim]") {
    ApplyQueue busy;
    busy.step({{10'000, 0}}, 1.0);
    CHECK(busy.pending() == Approx(10'000 - 400));
    ApplyQueue calm;
    calm.step({{10'000, 0}}, 0);
    CHECK(calm.pending() == Approx(8'000));
}

TEST_CASE("a queue that never drains stays bounded and loses nothing", "[sim]") {
    ApplyQueue queue;
    double applied = 0;
    for (int second = 0; second < 5'000; ++second)
        for (const auto& slice : queue.step({{3'000, 0}}, 0))
            applied += slice.keys;
    CHECK(applied + queue.pending() == Approx(5'000.0 * 3'000));
    CHECK(queue.pending() == Approx(5'000.0 * 1'000));
}
