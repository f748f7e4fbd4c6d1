// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/gap_tracker.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

/// "ok", or the reason of refusal.
std::string judge(GapTracker& gaps, std::uint64_t sequence, ReportOptions o = {},
                  const char* topic = "pop/LHR") {
    o.sequence = sequence;
    o.second = kStart + static_cast<std::int64_t>(sequence);
    const auto judged = gaps.accept(header(o), topic, {}, false);
    if (const auto* refused = std::get_if<Refused>(&judged)) return std::string(wordsFor(refused->reason));
    return "ok";
}

} // namespace

TEST_CASE("a late joiner has lost nothing", "[gaps]") {
    GapTracker gaps(100);
    CHECK(judge(gaps, 5'000) == "ok");
    CHECK(judge(gaps, 5'001) == "ok");
    CHECK(gaps.counts().lost == 0);
}

TEST_CASE("what is missing in the sequence is counted as lost", "[gaps]") {
    GapTracker gaps(100);
    for (const std::uint64_t sequence : {1, 2, 5, 6, 200})
        CHECK(judge(gaps, sequence) == "ok");
    CHECK(gaps.counts().lost == 2 + 193);
    CHECK(gaps.counts().duplicates == 0);
}

TEST_CASE("a message out of order fills its gap once", "[gaps]") {
    GapTracker gaps(100);
    for (const std::uint64_t sequence : {1, 4})
        judge(gaps, sequence);
    CHECK(gaps.counts().lost == 2);
    CHECK(judge(gaps, 3) == "ok");
    CHECK(gaps.counts().lost == 1);
    CHECK(gaps.counts().reordered == 1);
    CHECK(judge(gaps, 3) == "duplicate message");
    CHECK(judge(gaps, 4) == "duplicate message");
    CHECK(judge(gaps, 1) == "duplicate message");
    CHECK(gaps.counts().duplicates == 3);
    CHECK(gaps.counts().lost == 1);
    for (std::uint64_t s = 5; s < 100; ++s)
        judge(gaps, s);
    CHECK(judge(gaps, 2) == "duplicate message"); // too far back to know: never merged twice
}

TEST_CASE("a new session begins a new sequence", "[gaps]") {
    GapTracker gaps(100);
    judge(gaps, 10, {.session = 1'795'000'000'000'000});
    CHECK(judge(gaps, 1, {.session = 9}) == "ok");
    CHECK(judge(gaps, 2, {.session = 9}) == "ok");
    CHECK(gaps.counts().lost == 0);
}

TEST_CASE("what is missing before the first message of a session that was for us is lost", "[gaps]") {
    GapTracker gaps(100);
    auto first = header({.sequence = 4});
    gaps.accept(first, "pop/LHR", {}, true);
    CHECK(gaps.counts().lost == 3);
    gaps.accept(first, "pop/CDG", {}, false);
    CHECK(gaps.counts().lost == 3);
}

TEST_CASE("a second path that is some messages behind adds nothing, however far it is behind", "[gaps]") {
    GapTracker gaps(100);
    for (std::uint64_t s = 1; s <= 40; ++s)
        judge(gaps, s);
    for (std::uint64_t s = 1; s <= 40; ++s)
        CHECK(judge(gaps, s) == "duplicate message");
    CHECK(judge(gaps, 41) == "ok");
    CHECK(gaps.counts().duplicates == 40);
}

TEST_CASE("a clock that was set back reports earlier intervals, and none is lost", "[gaps]") {
    GapTracker gaps(100);
    auto message = header({.second = kStart + 3'600, .sequence = 1});
    CHECK(std::holds_alternative<GapTracker::Accepted>(gaps.accept(message, "pop/LHR", {}, false)));
    message = header({.second = kStart, .sequence = 2});
    CHECK(std::holds_alternative<GapTracker::Accepted>(gaps.accept(message, "pop/LHR", {}, false)));
    message = header({.second = kStart, .sequence = 3});
    CHECK(std::holds_alternative<Refused>(gaps.accept(message, "pop/LHR", {}, false)));
}

TEST_CASE("topics that nobody sends any more are forgotten", "[gaps]") {
    GapTracker gaps(100);
    gaps.accept(header({.publisher = "a"}), "pop/LHR", SteadyTime{std::chrono::seconds(0)}, false);
    gaps.accept(header({.publisher = "b"}), "pop/LHR", SteadyTime{std::chrono::seconds(90)}, false);
    gaps.forgetSilent(SteadyTime{std::chrono::seconds(100)}, std::chrono::seconds(60));
    CHECK(gaps.streams() == 1);
}

TEST_CASE("a second path to the same publisher is no restart", "[gaps]") {
    GapTracker gaps(100);
    for (std::uint64_t s = 1; s <= 20; ++s)
        judge(gaps, s);
    for (std::uint64_t s = 21; s <= 60; ++s) {
        CHECK(judge(gaps, s) == "ok");
        CHECK(judge(gaps, s - 20) == "duplicate message");
    }
    CHECK(gaps.counts().duplicates == 40);
}

TEST_CASE("publishers and topics are followed apart", "[gaps]") {
    GapTracker gaps(100);
    judge(gaps, 1);
    CHECK(judge(gaps, 7, {.publisher = "other"}) == "ok");
    CHECK(judge(gaps, 7, {}, "node/LHR") == "ok");
    CHECK(judge(gaps, 2) == "ok");
    CHECK(gaps.counts().lost == 0);
    CHECK(gaps.streams() == 3);
    gaps.forgetTopic("node/LHR");
    CHECK(judge(gaps, 99, {}, "node/LHR") == "ok"); // asked for again later: no gap
    CHECK(gaps.counts().lost == 0);
}

TEST_CASE("an interval is not reported twice in order", "[gaps]") {
    GapTracker gaps(100);
    auto first = header({.sequence = 1});
    auto second = header({.sequence = 2});
    CHECK(std::holds_alternative<GapTracker::Accepted>(gaps.accept(first, "pop/LHR", {}, false)));
    const auto judged = gaps.accept(second, "pop/LHR", {}, false);
    REQUIRE(std::holds_alternative<Refused>(judged));
    CHECK(std::get<Refused>(judged).reason == Refusal::repeatedInterval);
}

TEST_CASE("the number of streams is bounded", "[gaps]") {
    GapTracker gaps(2);
    judge(gaps, 1, {.publisher = "a"});
    judge(gaps, 1, {.publisher = "b"});
    CHECK(judge(gaps, 1, {.publisher = "c"}) == wordsFor(Refusal::full));
    CHECK(gaps.streams() == 2);
}

TEST_CASE("an absurd number makes nothing be missing, and nobody unheard", "[gaps]") {
    GapTracker gaps(10);
    for (const std::uint64_t sequence : {1, 2, 3})
        CHECK(judge(gaps, sequence) == "ok");
    const SteadyTime now{};
    for (const std::uint64_t sequence :
         {std::uint64_t{1} << 63U, ~std::uint64_t{0}, std::uint64_t{1} << 21U}) {
        const auto judged =
            gaps.accept(header({.second = kStart + 4, .sequence = sequence}), "pop/LHR", now, false);
        REQUIRE(std::holds_alternative<Refused>(judged));
        CHECK(std::get<Refused>(judged).reason == Refusal::value);
    }
    // One that repeats an interval is refused: it does not take the numbers of those that follow.
    const auto judged = gaps.accept(header({.second = kStart + 3, .sequence = 100}), "pop/LHR", now, false);
    REQUIRE(std::holds_alternative<Refused>(judged));
    CHECK(std::get<Refused>(judged).reason == Refusal::repeatedInterval);
    for (const std::uint64_t sequence : {4, 5, 6})
        CHECK(judge(gaps, sequence) == "ok");
    CHECK(gaps.counts().lost == 0);
    // Nor when it is the first.
    GapTracker others(10);
    others.accept(header({.sequence = std::uint64_t{1} << 63U}), "pop/LHR", now, true);
    CHECK(others.counts().lost == 0);
}
