// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/alarms.h"

#include "tests/support/alarm_room.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("a rule begins at its time before T-0, and ends without clearing", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\nfrom = 'T-00:00:10'\n" + kErrors, 1, 1);
    room.setErrors(0.05);
    const auto release = room.fleet.now() + std::chrono::seconds(30);
    const auto run = [&](int time, std::optional<FeedSecond> at) {
        for (int i = 0; i < time; ++i) {
            auto& second = room.fleet.next();
            second.releaseAt = at;
            room.alarms.judge(second);
        }
    };
    run(19, release);
    CHECK(room.status().cards.empty());
    run(5, release);
    CHECK(room.status().cards.size() == 1);
    changes(room.alarms);
    run(1, release + std::chrono::hours(1));
    CHECK(room.status().cards.empty());
    CHECK(changes(room.alarms) == Changes{"rule off latency/errors"});
    run(5, std::nullopt); // no T-0: always
    CHECK(room.status().cards.size() == 1);
}

TEST_CASE("other rules keep what has the same id", "[alarms]") {
    Room room(kSilent + kErrors, 1, 3);
    room.setErrors(0.05);
    room.run(10);
    room.fleet.pops[0].isUp = false;
    room.run(10);
    REQUIRE(room.status().cards.size() == 2);
    const auto errors = *std::ranges::find(room.status().cards, "latency/errors", &Card::rule);
    REQUIRE_FALSE(room.alarms.acknowledge(errors.id, "Ada", ""));
    changes(room.alarms);
    room.alarms.setRulesProblem("mine.toml:3: no");
    CHECK(room.status().rulesProblem == "mine.toml:3: no");
    room.alarms.setRules(rulesOf("version = 1\n[defaults]\nwindow = '1s'\n" + kErrors));
    CHECK(room.status().rulesProblem.empty());
    CHECK(room.card().id == errors.id);
    CHECK(room.card().state == AlarmState::acked);
    CHECK(changes(room.alarms) == Changes{"rule off pops/silent R0"});
    room.run(5);
    CHECK(room.card().id == errors.id);
}

TEST_CASE("seconds that were judged are looked back at and not judged again", "[alarms]") {
    Room room(kSilent + kErrors, 1, 3);
    room.setErrors(0.05);
    room.run(10);
    const auto before = room.status();
    changes(room.alarms);
    room.alarms.judge(room.fleet.second());
    auto older = room.fleet.second();
    older.second -= std::chrono::seconds(2);
    room.alarms.judge(older);
    CHECK(room.status() == before);
    CHECK(changes(room.alarms) == Changes{});
}

TEST_CASE("time that goes far back begins anew", "[alarms]") {
    Room room(kSilent + kErrors, 1, 3);
    room.run(400);
    room.setErrors(0.05);
    auto& second = room.fleet.next();
    second.second -= std::chrono::hours(1);
    room.alarms.judge(second);
    room.alarms.judge(room.fleet.next()); // the fleet goes on from there
    CHECK(room.card().rule == "latency/errors");
}

TEST_CASE("what is saved is restored, and goes on as if nothing had happened", "[alarms]") {
    Room room(kSilent + kErrors + kFeed, 3, 4);
    room.setErrors(0.05);
    room.run(10);
    room.fleet.pops[0].isUp = false;
    room.run(9);
    REQUIRE_FALSE(room.alarms.acknowledge(room.status().cards[0].id, "Ada", "seen"));
    REQUIRE_FALSE(room.alarms.shelve(room.status().cards[1].id, 5, "Bob", ""));
    const auto bytes = room.alarms.save();
    Alarms other(rulesOf(kSilent + kErrors + kFeed));
    REQUIRE_FALSE(other.restore(bytes));
    CHECK(other.status() == room.status());
    CHECK(other.save() == bytes);
    room.alarms.takeTransitions();
    for (int i = 0; i < 30; ++i) {
        if (i == 10) room.fleet.pops[5].isUp = false;
        if (i == 12) room.setErrors(0.3);
        const auto& second = room.fleet.next();
        room.alarms.judge(second);
        other.judge(second);
    }
    // Shares of before are new after a restart; all else is the same.
    const auto all = room.alarms.takeTransitions();
    const auto others = other.takeTransitions();
    REQUIRE(all.size() == others.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].change == others[i].change);
        CHECK(all[i].card == others[i].card);
        CHECK(all[i].second == others[i].second);
    }
    CHECK(all.size() > 3);
}

TEST_CASE("bytes that were not saved are refused, and nothing changes", "[alarms]") {
    Room room(kSilent + kErrors, 1, 3);
    room.setErrors(0.05);
    room.run(10);
    const auto bytes = room.alarms.save();
    Alarms other(rulesOf(kSilent + kErrors));
    for (const auto& bad : {std::string(), std::string("x"), bytes + "x", bytes.substr(0, bytes.size() - 1)})
        CHECK(other.restore(bad));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK(other.restore(std::string_view(bytes).substr(0, size)));
    CHECK(other.status() == AlarmStatus());
}

TEST_CASE("restored cards of rules that are no more end as those of a rule that is off", "[alarms]") {
    Room room(kSilent + kErrors, 1, 3);
    room.setErrors(0.05);
    room.run(10);
    Alarms other(rulesOf(kSilent));
    REQUIRE_FALSE(other.restore(room.alarms.save()));
    CHECK(other.status().cards.empty());
    CHECK(changes(other) == Changes{"rule off latency/errors"});
}
