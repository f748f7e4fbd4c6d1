// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/fleet_state.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <algorithm>
#include <random>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// What the places hold of the second, by region.
std::vector<PopTotals> sumOfPlaces(const FleetState& state, FeedSecond second) {
    std::vector<PopTotals> sums(state.regions().size());
    for (const auto& [code, place] : state.places())
        if (const auto* totals = place->rollup.totals(second)) sums[place->region.value].merge(*totals);
    return sums;
}

/// A place that is far ahead has closed the settled second, of which its region still knows.
bool isAnyFarAhead(const FleetState& state) {
    return std::ranges::any_of(state.places(), [&](const auto& entry) {
        const auto& rollup = entry.second->rollup;
        return !rollup.empty() && rollup.newest() >= *state.settled() + seconds(Rollup::kOpenSeconds);
    });
}

bool checkSums(const FleetState& state) {
    if (!state.settled() || isAnyFarAhead(state)) return false;
    const auto sums = sumOfPlaces(state, *state.settled());
    PopTotals world;
    for (std::size_t r = 0; r < sums.size(); ++r) {
        world.merge(sums[r]);
        const auto* region = state.regions()[r].totals(*state.settled());
        REQUIRE((region ? (*region)[Counter::requests] : 0) == sums[r][Counter::requests]);
        REQUIRE((region ? (*region)[Distribution::ttfb_hit] : ExponentialHistogram{}) ==
                sums[r][Distribution::ttfb_hit]);
    }
    const auto* of = state.world().totals(*state.settled());
    REQUIRE((of ? (*of)[Counter::requests] : 0) == world[Counter::requests]);
    return true;
}

} // namespace

TEST_CASE("regions and world are what their PoPs hold, late, doubled and forgotten reports included",
          "[fleet]") {
    const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5, 6);
    std::mt19937_64 random(seed);
    TestClock clock;
    FleetState state(PopCatalogue::builtIn());
    struct Agent {
        std::string name, pop;
        std::uint64_t session, sequence = 0;
        std::int64_t second;
    };
    std::vector<Agent> agents;
    for (const char* pop : {"LHR", "CDG", "EWR", "NRT", "XQZ"})
        for (int i = 0; i < 2; ++i)
            agents.push_back({pop + std::to_string(i), pop, kStart * 1'000'000ULL, 0, kStart});
    std::size_t restarts = 0;
    std::size_t checks = 0;
    for (int step = 0; step < 3'000; ++step) {
        auto& agent = agents[random() % agents.size()];
        if (random() % 300 == 0) { // begins anew, some seconds back
            ++agent.session;
            agent.sequence = 0;
            agent.second -= static_cast<std::int64_t>(random() % 6);
            ++restarts;
        }
        auto report = popReport({.publisher = agent.name,
                                 .pop = agent.pop,
                                 .second = agent.second,
                                 .sequence = ++agent.sequence,
                                 .session = agent.session,
                                 .requests = random() % 1'000});
        report.totals[Distribution::ttfb_hit].record(random() % 100'000, 1 + random() % 50);
        static_cast<void>(state.apply(report, clock.arrival())); // some come too late
        if (random() % 8 == 0) static_cast<void>(state.apply(report, clock.arrival()));
        ++agent.second;
        // Nobody falls far behind: whoever does catches up.
        for (auto& other : agents)
            if (other.second < agent.second - 5) other.second = agent.second - 2;
        if (random() % 5 == 0) clock.advance(milliseconds(500));
        if (random() % 6 == 0) {
            state.settle(clock.steady());
            checks += checkSums(state) ? 1 : 0;
        }
    }
    CHECK(restarts > 3);
    CHECK(checks > 300);
    CHECK(state.world().totals(*state.settled()) != nullptr);
}

TEST_CASE("a feed that is never looked at still adds its first seconds up", "[fleet]") {
    TestClock clock;
    FleetState state(PopCatalogue::builtIn());
    for (std::uint64_t s = 0; s < 40; ++s)
        for (const char* pop : {"LHR", "CDG"})
            REQUIRE(!state.apply(
                popReport({.pop = pop, .second = kStart + static_cast<std::int64_t>(s), .sequence = s + 1}),
                clock.arrival()));
    state.settle(clock.steady());
    std::size_t known = 0;
    for (std::int64_t s = 0; s < 40; ++s)
        if (const auto point = state.world().pointAt(feedSecond(kStart + s)))
            known += point[Measure::requests_per_second] == 200 ? 1 : 0;
    CHECK(known == 40);
}
