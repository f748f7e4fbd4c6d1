// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/sessions.h"

#include "tests/support/catch.h"

#include <chrono>
#include <optional>

using namespace surgescope::feeds;
using Verdict = Sessions::Verdict;

namespace {

/// Seconds at which messages come, and what becomes of them.
struct Name {
    Sessions sessions;
    Verdict hear(std::uint64_t session, double at, std::optional<double> sentSince = std::nullopt) {
        const SteadyTime now{std::chrono::milliseconds(static_cast<std::int64_t>(at * 1000))};
        return sessions.judge(session, now, [&] { return sentSince; });
    }
};

} // namespace

TEST_CASE("a new session ends the one before, whatever their numbers, and an ended one never returns",
          "[sessions]") {
    Name name;
    CHECK(name.hear(50, 0) == Verdict::begins);
    CHECK(name.hear(50, 1) == Verdict::goesOn);
    CHECK(name.hear(7, 2) == Verdict::begins); // started an hour ahead, then corrected
    CHECK(name.hear(50, 3) == Verdict::ended);
    CHECK(name.hear(7, 3) == Verdict::goesOn);
    CHECK(name.hear(90, 4) == Verdict::begins);
    CHECK(name.hear(7, 5) == Verdict::ended);
    CHECK(name.hear(50, 60) == Verdict::ended);
    CHECK(name.sessions.restarts() == 2);
}

TEST_CASE("one message in another's name does not silence it", "[sessions]") {
    Name name;
    name.hear(50, 0);
    CHECK(name.hear(2'099, 1.5) == Verdict::begins);
    // The first one goes on: what it sends now it sent after the other had come.
    CHECK(name.hear(50, 2, 0.5) == Verdict::goesOn);
    CHECK(name.hear(2'099, 2.5) == Verdict::twin);
    CHECK(name.hear(50, 3) == Verdict::goesOn);
    REQUIRE(name.sessions.twin());
    CHECK(name.sessions.twin()->session == 2'099);
    CHECK(name.sessions.twin()->refused == 1);
    // Nor do a hundred, each of another session.
    for (std::uint64_t s = 0; s < 100; ++s) {
        CHECK(name.hear(10'000 + s, 4 + static_cast<double>(s)) == Verdict::twin);
        CHECK(name.hear(50, 4.5 + static_cast<double>(s)) == Verdict::goesOn);
    }
}

TEST_CASE("what an ended session had sent before it ended is no sign of life", "[sessions]") {
    Name name;
    name.hear(50, 0);
    name.hear(51, 1);
    CHECK(name.hear(50, 1.2, -0.3) == Verdict::ended);
    CHECK(name.hear(50, 1.3, std::nullopt) == Verdict::ended);
    CHECK(name.hear(51, 2) == Verdict::goesOn);
    CHECK_FALSE(name.sessions.twin());
}

TEST_CASE("the other one follows when the first has fallen silent", "[sessions]") {
    Name name;
    name.hear(50, 0);
    name.hear(51, 0.5);
    name.hear(50, 1, 0.5);
    CHECK(name.hear(51, 1.5) == Verdict::twin);
    CHECK(name.hear(51, 2.5) == Verdict::twin);
    CHECK(name.hear(51, 4.5) == Verdict::begins);
    CHECK(name.hear(51, 5.5) == Verdict::goesOn);
    CHECK_FALSE(name.sessions.twin());
}
