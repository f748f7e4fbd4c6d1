// SPDX-License-Identifier: GPL-3.0-or-later
// What cards say, in words.
#include "feeds/alarm/alarms.h"

#include "tests/support/alarm_room.h"
#include "tests/support/catch.h"

#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

std::string oneRule(const std::string& each, const std::string& value, const std::string& warning,
                    const std::string& text) {
    return "version = 1\n[defaults]\nwindow = '1s'\nclear_for = '3s'\ngroup_wait = '2s'\n"
           "[[rule]]\nid = 'a/b'\neach = '" +
           each + "'\nvalue = '" + value + "'\nwarning = " + warning + "\ntext = '" + text + "'\ndo = 'x'\n";
}

} // namespace

TEST_CASE("a card of several regions tells of the worst one, and not of the world", "[alarms]") {
    Room room(oneRule("region", "error_ratio", "['>1%', '0.5%', 0]", "{value} in {group}"), 5, 1);
    room.run(3);
    for (std::size_t i = 0; i < 4; ++i)
        room.fleet.pops[i].more[Counter::status_5xx] = 200 + 100 * i;
    room.run(4);
    CHECK(room.card().group.empty());
    CHECK(room.card().text == "5 % in R3 and 3 more regions");
    room.setErrors(0);
    room.fleet.pops[2].more[Counter::status_5xx] = 400;
    room.run(5);
    CHECK(room.card().text == "4 % in R2");
}

TEST_CASE("regions that go wrong together are one card from the beginning", "[alarms]") {
    Room room(oneRule("region", "error_ratio", "['>1%', '0.5%', 0]", "{value} in {group}"), 3, 1);
    room.run(3);
    room.fleet.pops[0].more[Counter::status_5xx] = 200;
    room.run(1);
    CHECK(room.status().cards.empty());
    room.setErrors(0.02);
    room.run(4);
    CHECK(room.card().group.empty());
    for (const auto& transition : room.alarms.takeTransitions())
        CHECK((!makesSound(transition) || transition.group.empty()));
}

TEST_CASE("what lies between two ratios is told in points", "[alarms]") {
    Room room(oneRule("region", "below_baseline(hit_ratio)", "['>5pp', '3pp', 0]", "{value}, limit {limit}"),
              1, 1);
    for (auto& pop : room.fleet.pops)
        pop.more[Counter::cache_hits] = 90, pop.more[Counter::cache_misses] = 10;
    room.run(100);
    for (auto& pop : room.fleet.pops)
        pop.more[Counter::cache_hits] = 80, pop.more[Counter::cache_misses] = 20;
    room.run(4);
    CHECK(room.card().text == "10.0 pp, limit 5 pp");
}

TEST_CASE("what there was none of before is not so many times as before", "[alarms]") {
    const auto textAfter = [](std::uint64_t before, std::uint64_t now) {
        Room room(oneRule("world", "to_before(origin_fetches_per_second, 2m)", "['>3', '2', 0]",
                          "{level}/s, {value}"),
                  1, 1);
        auto& fetches = room.fleet.pops[0].more[Counter::origin_fetches];
        fetches = before;
        room.run(100);
        fetches = now;
        room.run(1);
        return room.card().text;
    };
    CHECK(textAfter(0, 500) == "500/s, none before");
    CHECK(textAfter(100, 450) == "450/s, 4.50 times as before");
}

TEST_CASE("a share of requests that nobody knows is not zero", "[alarms]") {
    Room room(kSilent, 1, 4);
    room.run(10);
    room.fleet.pops[0].isUp = false;
    room.run(8);
    CHECK(room.card().todo == "ask about 25 % of requests");
    // A wall that is started again remembers it.
    Alarms again(rulesOf(kSilent));
    REQUIRE_FALSE(again.restore(room.alarms.save()));
    for (int i = 0; i < 20; ++i)
        again.judge(room.fleet.next());
    REQUIRE(again.status().cards.size() == 1);
    CHECK(again.status().cards[0].todo == "ask about 25 % of requests");
    CHECK(again.status().cards[0].severity == Severity::critical);
    // One that begins to look at a past does not know it; of who falls silent while it looks, it does.
    Alarms seeking(rulesOf(kSilent));
    for (int i = 0; i < 4; ++i)
        seeking.judge(room.fleet.next());
    REQUIRE(seeking.status().cards.size() == 1);
    CHECK(seeking.status().cards[0].todo == "ask about an unknown share of requests");
    room.fleet.pops[1].isUp = false;
    for (int i = 0; i < 8; ++i)
        seeking.judge(room.fleet.next());
    REQUIRE(seeking.status().cards.size() == 1);
    CHECK(seeking.status().cards[0].todo == "ask about at least 33.3 % of requests");
}

TEST_CASE("what is gone is told at its worst, whether somebody has seen it or not", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\nclear_for = '3s'\n" + kErrors, 1, 1);
    room.run(3);
    room.setErrors(0.05);
    room.run(5);
    REQUIRE_FALSE(room.alarms.acknowledge(room.card().id, "Ada", ""));
    room.setErrors(0);
    room.run(1);
    CHECK(room.card().text == "5xx 0 %, limit 1 %");
    room.run(5);
    const auto end = room.alarms.takeTransitions().back();
    CHECK(end.change == Change::ended);
    CHECK(end.text == "5xx 5 %, limit 1 %");
}

TEST_CASE("the worst of what does not drain is the most there was", "[alarms]") {
    Room room(oneRule("world", "drain_time(invalidations_pending)", "['>120s', '60s', 0]",
                      "{level} pending, {value}"),
              1, 1);
    const auto pend = [&](std::uint64_t count) {
        room.fleet.pops[0].more[Counter::inv_pending_seconds] = count;
    };
    room.run(70);
    for (const std::uint64_t level : {1'000U, 9'000U, 4'000U}) {
        pend(level);
        room.run(2);
    }
    CHECK(room.card().text == "4 k pending, no fewer than a minute ago");
    pend(0);
    room.run(5);
    CHECK(room.card().state == AlarmState::returned);
    CHECK(room.card().text == "9 k pending, no fewer than a minute ago");
}

TEST_CASE("what is clear when its explanation is over is not told any more", "[alarms]") {
    const std::string world = "[[rule]]\nid = 'health/coverage'\neach = 'world'\nvalue = 'coverage'\n"
                              "min_coverage = '0%'\ncritical = ['<50%', '60%', 0]\nclear_for = '1s'\n"
                              "inhibits = ['pops/silent']\ndo = 'x'\n";
    auto rules = kSilent + world;
    rules.replace(rules.find("clear_for = '3s'"), 16, "clear_for = '60s'");
    Room room(rules, 1, 5);
    room.run(10);
    for (std::size_t i = 0; i < 3; ++i)
        room.fleet.pops[i].isUp = false;
    room.run(8);
    CHECK(room.card().rule == "health/coverage");
    for (auto& pop : room.fleet.pops)
        pop.isUp = true;
    room.run(40);
    CHECK(room.card().rule == "health/coverage");
    CHECK(room.card().state == AlarmState::returned);
    room.fleet.pops[0].isUp = false; // it is not over after all
    room.run(6);
    CHECK(room.status().cards.size() == 2);
}
