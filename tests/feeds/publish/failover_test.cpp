// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/publish/failover.h"
#include "feeds/wire/decode.h"

#include "tests/support/catch.h"
#include "tests/support/sockets.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"

#include <optional>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

TEST_CASE("a publisher stays where it is heard, and goes round where it is not", "[failover]") {
    SteadyTime now{1h};
    Failover failover(3, 0);
    CHECK(failover.look(true, now) == Failover::Move::none);
    CHECK(failover.look(false, now += 1s) == Failover::Move::none);
    CHECK(failover.look(false, now += 2s) == Failover::Move::none);
    CHECK(failover.look(true, now += 500ms) == Failover::Move::none); // it was started anew
    CHECK(failover.look(false, now += 1s) == Failover::Move::none);
    CHECK(failover.look(false, now += 3s) == Failover::Move::leaves);
    CHECK(failover.at() == 1);
    CHECK(failover.look(false, now += 1s) == Failover::Move::none);
    CHECK(failover.look(false, now += 2s) == Failover::Move::leaves);
    CHECK(failover.at() == 2);
    CHECK(failover.look(true, now += 1s) == Failover::Move::arrives);
    CHECK(failover.look(true, now += 1s) == Failover::Move::none);
}

TEST_CASE("with one relay there is nowhere to go", "[failover]") {
    SteadyTime now{1h};
    Failover failover(1, 0);
    CHECK(failover.look(false, now) == Failover::Move::none);
    CHECK(failover.look(false, now += 1h) == Failover::Move::none);
}

TEST_CASE("who was back at the first relay before the second heard it begins no session", "[failover]") {
    SteadyTime now{1h};
    Failover failover(2, 0);
    failover.look(true, now);
    failover.look(false, now += 1s);
    CHECK(failover.look(false, now += 3s) == Failover::Move::leaves);
    CHECK(failover.look(false, now += 3s) == Failover::Move::leaves);
    CHECK(failover.at() == 0);
    CHECK(failover.look(true, now += 1s) == Failover::Move::none);
}

namespace {

/// The next PoP report, or nothing within a moment.
std::optional<Header> nextReport(ZmqSource& source, Decoder& decoder, std::uint64_t* rosters = nullptr) {
    const auto received = source.receive(20ms);
    const auto* message = std::get_if<RawMessage>(&received);
    if (!message) return std::nullopt;
    const auto decoded = decoder.decode(message->topic, message->payload);
    if (rosters && std::holds_alternative<const Roster*>(decoded)) ++*rosters;
    const auto* const* report = std::get_if<const PopReport*>(&decoded);
    return report ? std::optional((*report)->header) : std::nullopt;
}

} // namespace

TEST_CASE("a publisher leaves a relay that is gone, with a new session and its roster", "[failover]") {
    const TemporaryFolder folder;
    const auto first = "ipc://" + (folder.path() / "first").string();
    const auto second = "ipc://" + (folder.path() / "second").string();
    TestClock clock;
    auto relay = openSource({.bind = {first}});
    auto other = openSource({.bind = {second}});
    auto publisher = openPublisher({.name = "agent", .relays = {first, second}}, clock);
    publisher->setRoster(roster({}));
    Decoder decoder;
    std::int64_t at = kStart;
    const auto say = [&] {
        auto report = popReport({.second = ++at});
        publisher->tick();
        publisher->publish(report);
    };
    std::optional<Header> before;
    REQUIRE(eventually([&] {
        say();
        return (before = nextReport(*relay, decoder)).has_value();
    }));
    CHECK_FALSE(nextReport(*other, decoder)); // one at a time
    relay.reset();
    std::uint64_t rosters = 0;
    std::optional<Header> after;
    REQUIRE(eventually([&] {
        clock.advance(500ms);
        say();
        return (after = nextReport(*other, decoder, &rosters)).has_value();
    }));
    CHECK(after->session != before->session);
    CHECK(after->sequence == 1); // nothing that was said to nobody counts as lost
    CHECK(rosters > 0);
}
