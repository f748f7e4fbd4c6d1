// SPDX-License-Identifier: GPL-3.0-or-later
// A publisher counts once in a second of a PoP, whatever it says of itself.
#include "feeds/state/fleet_state.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <chrono>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

/// An honest publisher, so that the PoP's seconds go on, and a thief with one node's name.
struct Twice {
    TestClock clock;
    FleetState state{PopCatalogue::builtIn()};
    std::int64_t second = kStart;
    std::uint64_t honest = 0;
    std::uint64_t sequence = 0;
    std::uint64_t session = 1;

    std::string say(PopReport report, std::chrono::milliseconds ahead = 0ms) {
        report.header.sent = clock.wall() + ahead;
        const auto refused = state.apply(report, clock.arrival());
        return refused ? std::string(wordsFor(refused->reason)) : "ok";
    }
    void next() {
        clock.advance(1s);
        ++second;
        REQUIRE(say(popReport({.publisher = "honest", .second = second, .sequence = ++honest})) == "ok");
    }
    std::string steal(std::int64_t of, std::chrono::seconds ahead = 0s) {
        return say(popReport({.publisher = "thief",
                              .second = of + ahead.count(),
                              .sequence = ++sequence,
                              .session = session}),
                   ahead);
    }
    void beginSession() {
        ++session;
        sequence = 0;
    }
    /// Node seconds of the thief alone.
    std::uint64_t counted() const { return state.sinceStart()[Counter::node_seconds] - honest; }
};

} // namespace

TEST_CASE("a second counts once, however many sessions tell of it", "[state]") {
    Twice f;
    f.next();
    CHECK(f.steal(f.second) == "ok");
    for (int i = 0; i < 20; ++i) {
        f.beginSession();
        CHECK(f.steal(f.second) == wordsFor(Refusal::repeatedInterval));
    }
    f.next();
    CHECK(f.steal(f.second) == "ok"); // and the last of them goes on
    CHECK(f.counted() == 2);
}

TEST_CASE("a second counts once, in whatever order its messages are numbered", "[state]") {
    Twice f;
    f.next();
    f.sequence = 60;
    CHECK(f.steal(f.second) == "ok");
    for (std::uint64_t before = 0; before < 60; ++before) {
        f.sequence = before;
        CHECK(f.steal(f.second) == wordsFor(Refusal::repeatedInterval));
    }
    CHECK(f.counted() == 1);
}

TEST_CASE("a second counts once, whatever the clocks of its sessions", "[state]") {
    Twice f;
    for (int i = 0; i < 5; ++i)
        f.next();
    std::uint64_t said = 0;
    for (int round = 0; round < 10; ++round) {
        f.next();
        for (const auto ahead : {0s, -40s, 80s, -3600s}) {
            f.beginSession();
            said += f.steal(f.second, ahead) == "ok" ? 1 : 0;
        }
    }
    CHECK(said == 10);
    CHECK(f.counted() == said);
}

TEST_CASE("seconds that come in the wrong order count, each once", "[state]") {
    Twice f;
    for (int i = 0; i < 4; ++i)
        f.next();
    f.sequence = 3;
    CHECK(f.steal(f.second) == "ok");
    f.sequence = 1;
    CHECK(f.steal(f.second - 2) == "ok");
    CHECK(f.steal(f.second - 1) == "ok");
    f.sequence = 0;
    CHECK(f.steal(f.second - 1) == wordsFor(Refusal::repeatedInterval));
    CHECK(f.counted() == 3);
}
