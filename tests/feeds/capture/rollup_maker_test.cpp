// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/rollup_maker.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <cmath>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

struct RolledUp final : RollupMaker::Sink {
    TestClock clock;
    FleetState state{PopCatalogue::builtIn()};
    RollupMaker maker;
    std::vector<Points> points;
    std::vector<FleetRollup> rollups;

    void take(const Points& made) override { points.push_back(made); }
    void take(const FleetRollup& made) override { rollups.push_back(made); }

    /// A second in which these PoPs report.
    void second(std::int64_t second, const std::vector<std::string>& pops) {
        for (const auto& pop : pops)
            REQUIRE(!state.apply(popReport({.pop = pop,
                                            .second = second,
                                            .sequence = static_cast<std::uint64_t>(second - kStart + 100),
                                            .nodes = 2}),
                                 clock.arrival()));
        state.settle(clock.steady());
        maker.settled(state, *this);
        clock.advance(seconds(1));
    }
};

} // namespace

TEST_CASE("ten seconds make a rollup, each second a point", "[rollup]") {
    RolledUp f; // kStart is a multiple of ten
    for (std::int64_t s = 0; s <= 40; ++s)
        f.second(kStart + s, {"LHR", "CDG"});
    REQUIRE(f.rollups.size() == 4);
    const auto& rollup = f.rollups[2];
    CHECK(rollup.end == feedSecond(kStart + 20));
    CHECK(rollup.width == seconds(10));
    REQUIRE(rollup.pops.size() == 2);
    CHECK(rollup.pops[0].pop == "CDG");
    CHECK(rollup.pops[0].totals[Counter::requests] == 1'000);
    CHECK(rollup.pops[0].expectedNodes == 2);
    CHECK(rollup.silent.empty());
    CHECK(rollup.sinceStart[Counter::requests] == 21 * 200);

    std::size_t ofSeconds = 0;
    for (const auto& points : f.points) {
        ofSeconds += points.width == seconds(1);
        REQUIRE(points.places.ends_with("world"));
        if (points.width == seconds(10) && points.end > feedSecond(kStart))
            CHECK(points.columns[Measure::requests_per_second].back() == 200); // requests per second
    }
    CHECK(ofSeconds == 38); // the last three may still be added to
}

TEST_CASE("what comes late, but is accepted, is in the rollup", "[rollup]") {
    RolledUp f;
    for (std::int64_t s = 0; s <= 30; ++s) {
        // Another publisher of the PoP was cut off, and tells of second 15 after seven more.
        if (s == 22)
            REQUIRE(!f.state.apply(
                popReport({.publisher = "cut-off", .pop = "LHR", .second = kStart + 15, .nodes = 1}),
                f.clock.arrival()));
        f.second(kStart + s, {"LHR"});
    }
    REQUIRE(f.rollups.size() == 3);
    CHECK(f.rollups[2].pops.at(0).totals[Counter::requests] == 1'100);
    CHECK(f.rollups[2].sinceStart[Counter::requests] == f.state.sinceStart()[Counter::requests] - 10 * 100);
}

TEST_CASE("a PoP that fell silent is kept with its last second", "[rollup]") {
    RolledUp f;
    for (std::int64_t s = 0; s <= 40; ++s)
        f.second(kStart + s,
                 s < 5 ? std::vector<std::string>{"LHR", "CDG"} : std::vector<std::string>{"LHR"});
    const auto& rollup = f.rollups.back();
    REQUIRE(rollup.silent.size() == 1);
    CHECK(rollup.silent[0].pop == "CDG");
    CHECK(rollup.silent[0].end == feedSecond(kStart + 4));
    CHECK(rollup.silent[0].totals[Counter::requests] == 100);
}

TEST_CASE("a leap in time costs no points of what nobody reported", "[rollup]") {
    RolledUp f;
    for (std::int64_t s = -14; s <= 0; ++s)
        f.second(kStart + s, {"LHR"});
    constexpr std::int64_t kAfter = kStart + 5 * 3'600 + 30;
    f.clock.advance(std::chrono::hours(5));
    f.second(kAfter, {"LHR"});
    f.second(kAfter + 1, {"LHR"});
    CHECK(f.points.size() < 30);
    for (std::int64_t s = 2; s <= 20; ++s)
        f.second(kAfter + s, {"LHR"});
    // Neither side counts as the other's: -14 to -10, -9 to 0, and after.
    REQUIRE(f.rollups.size() == 4);
    CHECK(f.rollups[0].end == feedSecond(kStart - 10));
    CHECK(f.rollups[0].pops.at(0).observed == 0b1'1111);
    CHECK(f.rollups[1].end == feedSecond(kStart));
    CHECK(f.rollups[1].pops.at(0).observed == 0b11'1111'1111);
    CHECK(f.rollups[1].pops.at(0).totals[Counter::requests] == 1'000);
    CHECK(f.rollups[2].end == feedSecond(kAfter));
    CHECK(f.rollups[2].pops.at(0).totals[Counter::requests] == 100);
    CHECK(f.rollups[3].pops.at(0).totals[Counter::requests] == 1'000);
}

TEST_CASE("rollups and points go through the codec", "[rollup][wire]") {
    RolledUp f;
    for (std::int64_t s = 0; s <= 30; ++s)
        f.second(kStart + s, {"LHR"});
    Encoder encoder;
    Decoder decoder;
    const auto rollup = f.rollups.back();
    const auto decoded = decoder.decode("rollup", encoder.encode(rollup));
    REQUIRE(std::holds_alternative<const FleetRollup*>(decoded));
    CHECK(*std::get<const FleetRollup*>(decoded) == rollup);
    const auto& points = f.points.back();
    const auto again = decoder.decode(topicOf(points), encoder.encode(points));
    REQUIRE(std::holds_alternative<const Points*>(again));
    const auto* got = std::get<const Points*>(again);
    CHECK(got->places == points.places);
    CHECK(got->columns[Measure::requests_per_second].size() == points.count()); // NaN equals nothing
    CHECK(got->columns[Measure::requests_per_second].back() ==
          points.columns[Measure::requests_per_second].back());
    CHECK(got->end == points.end);
    for (const auto& bytes : {std::string("rubbish"), std::string(1, '\0')})
        CHECK(std::holds_alternative<Refused>(decoder.decode("points/1", bytes)));
    auto odd = points;
    odd.width = seconds(7);
    CHECK(std::holds_alternative<Refused>(decoder.decode("points/7", encoder.encode(odd))));
    odd = points;
    odd.columns[Measure::coverage].pop_back();
    CHECK(std::holds_alternative<Refused>(decoder.decode("points/1", encoder.encode(odd))));
}

TEST_CASE("client errors are recorded of regions and the world, and brought back", "[rollup][wire]") {
    RolledUp f;
    for (std::int64_t s = 0; s <= 30; ++s)
        f.second(kStart + s, {"LHR"});
    const auto points = f.points.back();
    const auto wide = points.count() - 1; // LHR has none
    REQUIRE(points.columns[Measure::client_error_ratio].size() == wide);
    Encoder encoder;
    Decoder decoder;
    const auto decoded = decoder.decode(topicOf(points), encoder.encode(points));
    REQUIRE(std::holds_alternative<const Points*>(decoded));
    FleetState restored(PopCatalogue::builtIn());
    REQUIRE_FALSE(restored.apply(*std::get<const Points*>(decoded), {}));
    const auto at = restored.world().pointAt(points.end);
    REQUIRE(at);
    CHECK(at[Measure::client_error_ratio] == points.columns[Measure::client_error_ratio].back());
    CHECK(at[Measure::requests_per_second] == points.columns[Measure::requests_per_second].back());
    auto odd = points;
    odd.columns[Measure::client_error_ratio].resize(points.count() + 1);
    CHECK(std::holds_alternative<Refused>(decoder.decode(topicOf(odd), encoder.encode(odd))));
}
