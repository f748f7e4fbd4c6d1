// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/alarms.h"

#include "tests/support/alarm_room.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("a card that is gone stays until somebody has seen it", "[alarms]") {
    Room room(kSilent, 1, 3);
    room.run(10);
    room.fleet.pops[1].isUp = false;
    room.run(8);
    const auto id = room.card().id;
    room.fleet.pops[1].isUp = true;
    room.run(4);
    CHECK(room.card().state == AlarmState::returned);
    CHECK(room.card().until == room.fleet.now() - std::chrono::seconds(1));
    CHECK(room.card().text == "1 silent in R0: R0-1");
    CHECK(room.card().members == std::vector<std::string>{"R0-1"});
    CHECK(room.status().verdict == Verdict::fine);
    CHECK_FALSE(room.alarms.acknowledge(id, "Ada", ""));
    CHECK(room.status().cards.empty());
}

TEST_CASE("one that comes back before that is the same card again, and chatters in the end", "[alarms]") {
    Room room(kSilent, 1, 3);
    room.run(5);
    std::uint64_t id = 0;
    for (std::uint32_t times = 1; times <= 3; ++times) {
        room.fleet.pops[0].isUp = false;
        room.run(8);
        if (times == 1) id = room.card().id;
        CHECK(room.card().id == id);
        CHECK(room.card().occurrence == times);
        CHECK(room.card().isChattering == (times == 3));
        room.fleet.pops[0].isUp = true;
        room.run(4);
        // Four times as long to clear once it chatters.
        CHECK(room.card().state == (times == 3 ? AlarmState::unacked : AlarmState::returned));
    }
    room.run(8);
    CHECK(room.card().state == AlarmState::returned);
}

TEST_CASE("an acknowledged card ends by itself, with who acknowledged it in the log", "[alarms]") {
    Room room(kSilent, 1, 3);
    room.run(10);
    room.fleet.pops[1].isUp = false;
    room.run(8);
    CHECK_FALSE(room.alarms.acknowledge(room.card().id, "Ada", "power, 20 min"));
    CHECK(room.card().state == AlarmState::acked);
    CHECK(room.card().by == "Ada");
    CHECK(room.card().note == "power, 20 min");
    CHECK(room.status().acked == 1);
    const auto log = room.alarms.takeTransitions();
    CHECK(log.back().change == Change::acknowledged);
    CHECK(log.back().from == AlarmState::unacked);
    CHECK(log.back().to == AlarmState::acked);
    CHECK(log.back().by == "Ada");
    room.fleet.pops[1].isUp = true;
    room.run(4);
    CHECK(room.status().cards.empty());
    CHECK(changes(room.alarms) == Changes{"ended pops/silent R0"});
}

TEST_CASE("what is acknowledged is what was seen", "[alarms]") {
    Room room(kSilent + "critical_share = '100%'\n", 1, 10);
    room.run(10);
    room.fleet.pops[0].isUp = false;
    room.run(8);
    REQUIRE_FALSE(room.alarms.acknowledge(room.card().id, "Ada", ""));
    room.fleet.pops[1].isUp = room.fleet.pops[2].isUp = false;
    room.run(8);
    CHECK(room.card().state == AlarmState::acked); // two more
    CHECK(room.card().members.size() == 3);
    room.fleet.pops[3].isUp = false;
    room.run(6);
    CHECK(room.card().state == AlarmState::unacked); // three more
    CHECK(changes(room.alarms).back() == "grew pops/silent R0");
}

TEST_CASE("an acknowledged warning that becomes critical is new, and falls back quietly", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\nclear_for = '3s'\n" + kErrors, 1, 3);
    room.run(5);
    room.setErrors(0.05);
    room.run(2);
    CHECK(room.card().text == "5xx 5 %, limit 1 %");
    REQUIRE_FALSE(room.alarms.acknowledge(room.card().id, "Ada", ""));
    room.setErrors(0.2);
    room.run(2);
    CHECK(room.card().state == AlarmState::unacked);
    CHECK(room.card().severity == Severity::critical);
    CHECK(room.card().text == "5xx 20 %, limit 10 %");
    REQUIRE_FALSE(room.alarms.acknowledge(room.card().id, "Ada", ""));
    room.setErrors(0.03);
    room.run(3);
    CHECK(room.card().state == AlarmState::acked);
    CHECK(room.card().severity == Severity::warning);
    CHECK(changes(room.alarms) == Changes{"fired latency/errors", "shown latency/errors",
                                          "acknowledged latency/errors", "rose latency/errors",
                                          "acknowledged latency/errors", "fell latency/errors"});
}

TEST_CASE("a critical one that is acknowledged and stays reminds", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\n" + kErrors, 1, 3);
    room.setErrors(0.2);
    room.run(5);
    REQUIRE_FALSE(room.alarms.acknowledge(room.card().id, "Ada", ""));
    room.run(59);
    CHECK(room.card().state == AlarmState::acked);
    room.run(1);
    CHECK(room.card().state == AlarmState::unacked);
    CHECK(changes(room.alarms).back() == "reminded latency/errors");
}

TEST_CASE("a card may be shelved for a time", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\nclear_for = '3s'\n" + kErrors, 1, 3);
    room.setErrors(0.2);
    room.run(5);
    const auto id = room.card().id;
    CHECK_FALSE(room.alarms.shelve(id, 1, "Ada", "known"));
    CHECK(room.status().cards.empty());
    REQUIRE(room.status().shelved.size() == 1);
    CHECK(room.status().verdict == Verdict::fine);
    CHECK(room.status().shelved[0].shelvedUntil == room.fleet.now() + std::chrono::minutes(1));
    changes(room.alarms);
    SECTION("then it is new again") {
        room.run(60);
        CHECK(room.status().shelved.empty());
        CHECK(room.card().state == AlarmState::unacked);
        CHECK(changes(room.alarms) == Changes{"unshelved latency/errors"});
    }
    SECTION("unshelved by hand it counts as seen") {
        CHECK_FALSE(room.alarms.unshelve(id, "Bob"));
        CHECK(room.card().state == AlarmState::acked);
    }
    SECTION("what comes and goes in between is quiet, and recorded") {
        room.setErrors(0);
        room.run(10);
        CHECK(room.status().shelved.size() == 1);
        room.setErrors(0.2);
        room.run(10);
        CHECK(room.status().shelved.size() == 1);
        const auto log = room.alarms.takeTransitions();
        CHECK(log.size() == 3); // ended, fired, shown
        CHECK(std::ranges::none_of(log, makesSound));
        room.run(40);
        CHECK(room.card().state == AlarmState::unacked);
        CHECK(room.card().id == id);
    }
    SECTION("when the time is over and nothing is wrong, nothing is left") {
        room.setErrors(0);
        room.run(60);
        CHECK(room.status().shelved.empty());
        CHECK(room.status().cards.empty());
    }
}

TEST_CASE("a command that cannot be is refused in words", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\n" + kErrors, 1, 3);
    room.setErrors(0.2);
    room.run(5);
    const auto id = room.card().id;
    CHECK_THAT(room.alarms.acknowledge(99, "Ada", "")->text, containsText("no card 99"));
    CHECK_THAT(room.alarms.acknowledge(id, "", "")->text, containsText("a name"));
    CHECK_THAT(room.alarms.acknowledge(id, "Ada\n", "")->text, containsText("a name"));
    CHECK_THAT(room.alarms.acknowledge(id, "Ada", std::string(501, 'x'))->text, containsText("500"));
    CHECK_THAT(room.alarms.shelve(id, 61, "Ada", "")->text, containsText("1 to 60"));
    CHECK_THAT(room.alarms.unshelve(id, "Ada")->text, containsText("not shelved"));
    REQUIRE_FALSE(room.alarms.acknowledge(id, "Ada", ""));
    CHECK_THAT(room.alarms.acknowledge(id, "Bob", "")->text, containsText("by Ada"));
}
