// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/cold_fill.h"
#include "feeds/sim/random.h"
#include "feeds/sim/scenario_file.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace surgescope::feeds::sim;

namespace {

/// The segments of one album as the model has them, one by one: cumulative shares.
std::vector<double> albumSegments(double dwell) {
    std::vector<double> cumulative;
    double sum = 0;
    const double renditions[] = {0.45, 0.30, 0.15, 0.10};
    for (int track = 1; track <= 18; ++track)
        for (int segment = 0; segment < 22; ++segment)
            for (const double rendition : renditions)
                cumulative.push_back(sum +=
                                     std::pow(track, -0.8) * std::exp(-segment * 10 / dwell) * rendition);
    for (auto& share : cumulative)
        share /= sum;
    return cumulative;
}

Scenario oneAlbum() {
    auto scenario = *findScenario("triple-drop");
    scenario.albums = 1;
    return scenario;
}

std::size_t draw(const std::vector<double>& cumulative, std::uint64_t bits) {
    const auto at = std::ranges::lower_bound(cumulative, uniform(bits)) - cumulative.begin();
    return std::min(static_cast<std::size_t>(at), cumulative.size() - 1);
}

} // namespace

TEST_CASE("an album has its segments, and people hear the first ones most", "[sim]") {
    const auto segments = releaseSegments(oneAlbum());
    CHECK(segments.objects() == 18 * 22 * 4);
    auto three = oneAlbum();
    three.albums = 3;
    CHECK(releaseSegments(three).objects() == 3 * 18 * 22 * 4);
}

TEST_CASE("cold fill agrees with a cache that is simulated request by request", "[sim]") {
    ColdFill fill(releaseSegments(oneAlbum()), 1);
    const auto cumulative = albumSegments(40);
    std::vector<bool> cached(cumulative.size());
    double expected = 0;
    int misses = 0;
    for (std::uint64_t step = 0; step < 60; ++step) {
        expected += fill.step(200, 0.05).fetches;
        for (std::uint64_t request = 0; request < 200; ++request) {
            const auto object = draw(cumulative, hash(1, step, request));
            if (!cached[object]) ++misses;
            cached[object] = true;
        }
    }
    CHECK(misses > 600);
    CHECK(expected == Approx(misses).epsilon(0.04));
    CHECK(fill.warm() == Approx(misses / 1584.0).margin(0.03));
}

TEST_CASE("a shield fetches each object once for all of its PoPs", "[sim]") {
    // Ten edges ask, each for itself; the shield sees what they miss. Request by request against the model.
    const auto segments = releaseSegments(oneAlbum());
    const auto cumulative = albumSegments(40);
    constexpr std::size_t kEdges = 10;
    std::vector<std::vector<bool>> edges(kEdges, std::vector<bool>(cumulative.size()));
    std::vector<bool> shield(cumulative.size());
    ColdFill model(segments, 1);
    double expected = 0;
    int fetched = 0;
    for (std::uint64_t second = 0; second < 20; ++second) {
        expected += model.step(kEdges * 50.0, 0).fetches;
        for (std::size_t e = 0; e < kEdges; ++e)
            for (std::uint64_t request = 0; request < 50; ++request) {
                const auto object = draw(cumulative, hash(3, second, e, request));
                if (edges[e][object]) continue;
                edges[e][object] = true;
                if (!shield[object]) ++fetched;
                shield[object] = true;
            }
    }
    CHECK(expected == Approx(fetched).epsilon(0.04));
}

TEST_CASE("requests that come while an object is fetched wait for it", "[sim]") {
    // One object, 1,000 requests a second, a fetch of 50 ms: 50 of them wait.
    ColdFill fill({{{1, 1}}}, 1);
    const auto step = fill.step(1'000, 0.05);
    CHECK(step.fetches == Approx(1));
    CHECK(step.delayedHits == Approx(50));
    CHECK(fill.step(1'000, 0.05).delayedHits == Approx(0).margin(1e-6));
}

TEST_CASE("what cannot be fetched stays cold and fails again", "[sim]") {
    ColdFill fill({{{100, 0.01}}}, 1);
    const auto outage = fill.step(500, 0.05, {1});
    CHECK(outage.fetches == 0);
    CHECK(outage.failed == Approx(500));
    CHECK(fill.warm() == 0);
    CHECK(fill.step(500, 0.05).fetches > 99);
    CHECK(fill.warm() > 0.99);
}

TEST_CASE("pushing warms within a minute, invalidating cools", "[sim]") {
    ColdFill fill(releaseSegments(oneAlbum()), 1);
    double pushed = 0;
    for (int second = 0; second < 120; ++second)
        pushed += fill.push(0.02);
    CHECK(fill.warm() == Approx(0.98).margin(0.005));
    CHECK(pushed == Approx(0.98 * 1'584).epsilon(0.01));
    CHECK(fill.push(0.5) == 0); // it is warmer than that
    fill.invalidate(0.5);
    CHECK(fill.warm() == Approx(0.49).margin(0.01));
}
