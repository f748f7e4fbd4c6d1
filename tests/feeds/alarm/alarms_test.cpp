// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/alarms.h"

#include "tests/support/alarm_room.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("nothing is wrong on a wall that has just started", "[alarms]") {
    Room room(kSilent + kErrors, 2, 3);
    CHECK_FALSE(room.status().since);
    for (auto& pop : room.fleet.pops)
        pop.isUp = false; // expected, and never heard
    room.run(60);
    CHECK(room.status().cards.empty());
    CHECK(room.status().verdict == Verdict::fine);
    CHECK(room.status().since);
    CHECK(changes(room.alarms) == Changes{});
}

TEST_CASE("whoever begins in the midst of it does not call it fine", "[alarms]") {
    auto slow = kErrors; // critical after 20 s, and no warning
    slow.replace(slow.find("warning = ['>1%', '0.5%', 2]\n"), 29, "");
    slow.replace(slow.find("'5%', 2]"), 8, "'5%', 20]");
    Room room(kSilent + slow, 2, 3);
    room.run(3); // windows fill
    room.setErrors(0.2);
    for (int i = 0; i < 18; ++i) {
        room.run(1);
        CHECK_FALSE(room.status().since); // who knows for how long?
    }
    room.run(5);
    CHECK(room.status().verdict == Verdict::act);
    CHECK(room.status().since);

    // Nor does who goes on for somebody who had not said anything yet: windows are not saved.
    auto wide = kSilent + slow;
    wide.replace(wide.find("window = '1s'"), 13, "window = '10s'");
    Room before(wide, 2, 3);
    before.setErrors(0.2);
    before.run(7);
    CHECK_FALSE(before.status().since);
    Alarms after(rulesOf(wide));
    REQUIRE_FALSE(after.restore(before.alarms.save()));
    for (int i = 0; i < 26; ++i) {
        after.judge(before.fleet.next());
        CHECK_FALSE(after.status().since);
    }
    for (int i = 0; i < 5; ++i)
        after.judge(before.fleet.next());
    CHECK(after.status().verdict == Verdict::act);
    CHECK(after.status().since);

    // What has been seen to become wrong is fine until it was so for long enough.
    Room later(kSilent + slow, 2, 3);
    later.run(20);
    CHECK(later.status().since);
    later.setErrors(0.2);
    later.run(5);
    CHECK(later.status().verdict == Verdict::fine);
    CHECK(later.status().since);

    // And what was wrong for a moment is fine when that is over.
    Room brief(kSilent + slow, 2, 3);
    brief.setErrors(0.2);
    brief.run(1);
    brief.setErrors(0);
    brief.run(40);
    CHECK(brief.status().verdict == Verdict::fine);
    CHECK(brief.status().since);
}

TEST_CASE("PoPs that fall silent together are one card with their names, the largest first", "[alarms]") {
    Room room(kSilent, 2, 6);
    for (std::size_t i = 0; i < 5; ++i)
        room.fleet.pops[i].requests = 1'000 * (i + 1);
    room.run(10);
    for (std::size_t i = 0; i < 5; ++i)
        room.fleet.pops[i].isUp = false;
    room.run(5);                        // age 5.5
    CHECK(room.status().cards.empty()); // it waits for company
    room.run(2);
    const auto& card = room.card();
    CHECK(card.state == AlarmState::unacked);
    CHECK(card.severity == Severity::warning);
    CHECK(card.group == "R0");
    CHECK(card.text == "5 silent in R0: R0-4 R0-3 R0-2 +2");
    CHECK(card.members == std::vector<std::string>{"R0-4", "R0-3", "R0-2", "R0-1", "R0-0"});
    CHECK(card.todo == "ask about 17.6 % of requests"); // 15 of 85 thousand
    CHECK(card.isSilence);
    CHECK(card.since == room.fleet.now() - std::chrono::seconds(2));
    CHECK(room.status().unacked == 1);
    CHECK(room.status().verdict == Verdict::watch);
    CHECK(changes(room.alarms) == Changes{"fired pops/silent R0", "shown pops/silent R0"});
    room.run(15);
    CHECK(room.card().severity == Severity::critical);
    CHECK(room.status().verdict == Verdict::act);
}

TEST_CASE("the same in three regions is one card of the world", "[alarms]") {
    Room room(kSilent, 4, 3);
    room.run(10);
    room.fleet.pops[0].isUp = room.fleet.pops[3].isUp = false;
    room.run(8);
    CHECK(room.status().cards.size() == 2);
    REQUIRE_FALSE(room.alarms.acknowledge(room.status().cards[0].id, "Ada", ""));
    changes(room.alarms);
    room.fleet.pops[6].isUp = false;
    room.run(5);
    CHECK(room.card().group.empty());
    CHECK(room.card().state == AlarmState::unacked); // a new region
    CHECK(room.card().text == "3 silent in the world: R0-0 R1-0 R2-0");
    CHECK(changes(room.alarms) == Changes{"folded pops/silent R0", "folded pops/silent R1",
                                          "fired pops/silent", "shown pops/silent"});
    room.fleet.pops[6].isUp = room.fleet.pops[3].isUp = true;
    room.run(5);
    CHECK(room.card().group.empty()); // until it is over
    room.fleet.pops[0].isUp = true;
    room.run(5);
    CHECK(room.card().state == AlarmState::returned);
}

TEST_CASE("what is explained by another card is counted there and not shown", "[alarms]") {
    const std::string regions =
        "[[rule]]\nid = 'pops/region-silent'\neach = 'region'\nvalue = 'share(nodes, age > 5s)'\n"
        "min_coverage = '0%'\ncritical = ['>60%', '40%', 3]\ninhibits = ['pops/silent']\n"
        "text = '{group} silent: {value}'\ndo = 'x'\n";
    Room room(kSilent + regions, 2, 5);
    room.run(10);
    for (std::size_t i = 0; i < 4; ++i)
        room.fleet.pops[i].isUp = false;
    room.fleet.pops[5].isUp = false; // in the other region
    room.run(12);
    REQUIRE(room.status().cards.size() == 2);
    const auto& region = room.status().cards[0];
    CHECK(region.rule == "pops/region-silent");
    CHECK(region.text == "R0 silent: 80 %");
    CHECK(region.inhibited == 4);
    CHECK(region.isSilence);
    CHECK(room.status().cards[1].members == std::vector<std::string>{"R1-0"});
    CHECK(room.status().inhibited == 4);
    // It was held back from its first second on, by what was only pending then.
    for (const auto& transition : room.alarms.takeTransitions())
        if (transition.rule == "pops/silent" && transition.group == "R0")
            CHECK(transition.change != Change::shown);
    // Two of them come back: the region is heard, and after 15 s the others speak for themselves.
    room.fleet.pops[0].isUp = room.fleet.pops[1].isUp = true;
    room.run(5);
    CHECK(room.status().cards.size() == 2);
    CHECK(room.status().cards[0].state == AlarmState::unacked);
    room.fleet.pops[1].isUp = true;
    room.run(14);
    REQUIRE(room.status().cards.size() == 3);
    const auto back = std::ranges::find_if(room.status().cards, [](const Card& card) {
        return card.rule == "pops/silent" && card.group == "R0";
    });
    REQUIRE(back != room.status().cards.end());
    CHECK(back->state == AlarmState::unacked);
    CHECK(back->since == room.fleet.now() - std::chrono::seconds(26)); // its true one
    CHECK(back->members == std::vector<std::string>{"R0-2", "R0-3"});
}

TEST_CASE("a card that is explained later on goes behind the other", "[alarms]") {
    const std::string world =
        "[[rule]]\nid = 'health/coverage'\neach = 'world'\nvalue = 'coverage'\nmin_coverage = '0%'\n"
        "critical = ['<50%', '60%', 0]\ninhibits = ['pops/silent']\nblind = true\ndo = 'x'\n";
    Room room(kSilent + world, 1, 5);
    room.run(10);
    room.fleet.pops[0].isUp = false;
    room.run(8);
    CHECK(room.card().rule == "pops/silent");
    room.fleet.pops[1].isUp = room.fleet.pops[2].isUp = false;
    room.run(1);
    CHECK(room.card().rule == "health/coverage");
    CHECK(room.card().text == "the world: 40 %"); // without a text of its own
    CHECK(room.card().inhibited == 1);
    CHECK(room.status().verdict == Verdict::blind);
    CHECK(changes(room.alarms).back() == "inhibited pops/silent R0");
}

TEST_CASE("a card that is shown stays until what explains it is shown", "[alarms]") {
    const std::string world =
        "[[rule]]\nid = 'health/coverage'\neach = 'world'\nvalue = 'coverage'\nmin_coverage = '0%'\n"
        "critical = ['<50%', '60%', 10]\ninhibits = ['pops/silent']\ndo = 'x'\n";
    Room room(kSilent + world, 1, 5);
    room.run(10);
    room.fleet.pops[0].isUp = false;
    room.run(8);
    room.fleet.pops[1].isUp = room.fleet.pops[2].isUp = false;
    room.run(9);
    CHECK(room.card().rule == "pops/silent"); // the other one is pending
    CHECK(room.card().members.size() == 3);
    room.run(1);
    CHECK(room.card().rule == "health/coverage");
    CHECK(room.card().inhibited == 3);
}

TEST_CASE("what is left of a card is how bad it was", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\nclear_for = '3s'\n" + kErrors, 1, 3);
    for (const double share : {0.05, 0.2, 0.03}) {
        room.setErrors(share);
        room.run(4);
    }
    room.setErrors(0);
    room.run(5);
    CHECK(room.card().state == AlarmState::returned);
    CHECK(room.card().text == "5xx 20 %, limit 10 %");
}

TEST_CASE("a feed that is cut is one card, and the wall is blind", "[alarms]") {
    Room room(kSilent + kErrors + kFeed, 3, 10);
    room.setErrors(0.05);
    room.run(10);
    REQUIRE(room.card().rule == "latency/errors");
    const auto last = room.fleet.now();
    changes(room.alarms);
    for (int age = 1; age <= 60; ++age)
        room.alarms.tick(last + std::chrono::seconds(age), age, std::nullopt);
    CHECK(room.status().verdict == Verdict::blind);
    CHECK(room.status().since == last + std::chrono::seconds(6));
    REQUIRE(room.status().cards.size() == 2);
    CHECK(room.status().cards[0].text == "silent for 60 s");
    CHECK(room.status().cards[1].rule == "latency/errors"); // not cleared, and nobody knows
    CHECK(room.status().cards[1].isBlind);
    CHECK(changes(room.alarms) ==
          Changes{"fired health/feed", "shown health/feed", "no data latency/errors"});
    // It comes back where it was cut: those seconds count.
    room.setErrors(0);
    for (int i = 0; i < 3; ++i)
        room.alarms.judge(room.fleet.next());
    CHECK(changes(room.alarms) == Changes{"data again latency/errors", "returned latency/errors"});
}

TEST_CASE("a recorder that drops is told, also what it dropped before anybody looked", "[alarms]") {
    Room room("version = 1\n[defaults]\nwindow = '3s'\nclear_for = '2s'\n[[rule]]\nid = "
              "'health/recorder'\neach = 'recorder'\n"
              "value = 'dropped_messages'\ncritical = ['>0', '0', 0]\ntext = 'lost {value}'\ndo = 'free the "
              "disk'\n",
              1, 1);
    const auto run = [&](int time, std::optional<std::uint64_t> dropped) {
        for (int i = 0; i < time; ++i) {
            auto& second = room.fleet.next();
            second.recorderDropped = dropped;
            room.alarms.judge(second);
        }
    };
    run(3, std::nullopt);
    CHECK(room.status().cards.empty());
    run(1, 7);
    CHECK(room.card().text == "lost 7");
    run(1, 9);
    CHECK(room.card().text == "lost 9");
    run(5, 9);
    CHECK(room.card().state == AlarmState::returned);
}

TEST_CASE("clocks that are off are one card by name", "[alarms]") {
    Room room(
        "version = 1\n[[rule]]\nid = 'health/clocks'\neach = 'publisher'\nvalue = 'clock_offset'\n"
        "warning = ['>500ms', '400ms', 3]\ntext = '{n} off: {names}, worst {worst} by {value}'\ndo = 'x'\n",
        1, 1);
    std::vector<ObservedPublisher> publishers{
        {"agent-1", 0.1}, {"agent-2", -0.9}, {"agent-3", 0.6}, {"agent-4", {}}};
    for (int i = 0; i < 8; ++i) {
        auto& second = room.fleet.next();
        second.publishers = publishers;
        room.alarms.judge(second);
    }
    CHECK(room.card().text == "2 off: agent-2 agent-3, worst agent-2 by 900 ms");
}

TEST_CASE("a WAF that stops people is told, by the rule built in", "[alarms]") {
    Room room("version = 1\n", 1, 3);
    room.alarms.setRules(Rules::builtIn());
    const auto challenge = [&](std::uint64_t all, std::uint64_t people) {
        for (auto& pop : room.fleet.pops) {
            pop.more[Counter::waf_challenged] = all;
            pop.more[Counter::challenges_passed] = people;
        }
    };
    challenge(3'000, 50); // of 10 000 requests, nearly all of machines
    room.run(200);
    CHECK(room.status().cards.empty());
    challenge(400, 300);
    room.run(180);
    CHECK(room.card().rule == "security/people");
    CHECK(room.card().severity == Severity::warning);
}

TEST_CASE("many cards at once are a flood, until it ebbs", "[alarms]") {
    std::string rules = "version = 1\n[defaults]\nwindow = '1s'\nclear_for = '1s'\nlatch = false\n";
    for (int i = 0; i < 6; ++i)
        rules += "[[rule]]\nid = 'flood/r" + std::to_string(i) +
                 "'\neach = 'world'\nvalue = 'error_ratio'\nwarning = ['>" + std::to_string(i + 1) +
                 "%', '0%', 0]\ndo = 'x'\n";
    Room room(rules, 1, 1);
    room.setErrors(0.055);
    room.run(3);
    CHECK_FALSE(room.status().isFlood); // five
    CHECK(room.status().folded == 0);
    CHECK_FALSE(room.status().folds(room.status().cards[0]));
    room.setErrors(0.065);
    room.run(1);
    CHECK(room.status().isFlood);
    // The first one is pinned, the other warnings are one line.
    const auto first = room.status().cards[0];
    CHECK(room.status().first == first.id);
    CHECK_FALSE(room.status().folds(first));
    CHECK(room.status().folded == 5);
    CHECK(room.status().foldedText == "5 warnings: flood/r1 1, flood/r2 1, flood/r3 1 and 2 more");
    room.run(595);
    CHECK(room.status().isFlood);
    room.run(5);
    CHECK_FALSE(room.status().isFlood);
    CHECK(room.status().first == 0);
    CHECK(room.status().foldedText.empty());
}

TEST_CASE("a flood's first card is the one it began with, and critical ones are never folded", "[alarms]") {
    std::string rules = "version = 1\n[defaults]\nwindow = '1s'\nclear_for = '1s'\nlatch = false\n"
                        "[[rule]]\nid = 'flood/before'\neach = 'world'\nvalue = 'hit_ratio'\n"
                        "warning = ['<50%', '60%', 0]\ndo = 'x'\n";
    for (int i = 0; i < 7; ++i)
        rules += "[[rule]]\nid = 'flood/r" + std::to_string(i) +
                 "'\neach = 'world'\nvalue = 'error_ratio'\n" + (i == 6 ? "critical" : "warning") + " = ['>" +
                 std::to_string(7 - i) + "%', '0%', 0]\ndo = 'x'\n";
    Room room(rules, 1, 1);
    const auto& status = room.status();
    const auto ruleOf = [&](std::uint64_t id) {
        const auto card = std::ranges::find(status.cards, id, &Card::id);
        return card == status.cards.end() ? std::string() : card->rule;
    };
    room.fleet.pops[0].more[Counter::cache_misses] = 500;
    room.run(5); // one that is of something else, and minutes older
    room.run(120);
    for (int percent = 2; percent <= 8; ++percent) {
        room.fleet.pops[0].more[Counter::status_5xx] = 100 * static_cast<std::uint64_t>(percent) - 50;
        room.run(2);
    }
    REQUIRE(status.isFlood);
    CHECK(ruleOf(status.first) == "flood/r6"); // critical, from one percent on
    CHECK(status.folded == 7);
    CHECK(status.foldedText.starts_with("7 warnings: "));
    // A restart keeps it.
    Alarms again(rulesOf(rules));
    REQUIRE_FALSE(again.restore(room.alarms.save()));
    CHECK(again.status().first == status.first);
    CHECK(again.status().foldedText == status.foldedText);
    // When it is gone, the next one tells how it began.
    REQUIRE_FALSE(room.alarms.shelve(status.first, 10, "Ada", ""));
    room.run(1);
    CHECK(status.isFlood);
    CHECK(ruleOf(status.first) == "flood/before");
}

TEST_CASE("a card says when all it tells of is within its limits, before it is over", "[alarm]") {
    Room room("version = 1\n[defaults]\nwindow = '1s'\nclear_for = '5s'\n" + kErrors, 1, 3);
    room.run(5);
    room.setErrors(0.05);
    room.run(5);
    REQUIRE(room.alarms.status().cards.size() == 1);
    CHECK(!room.alarms.status().cards[0].isClearing);
    room.setErrors(0);
    room.run(2);
    REQUIRE(room.alarms.status().cards.size() == 1);
    CHECK(room.alarms.status().cards[0].isClearing);
    CHECK(room.alarms.status().cards[0].state == AlarmState::unacked);
    room.setErrors(0.05);
    room.run(1);
    CHECK(!room.alarms.status().cards[0].isClearing);
    room.setErrors(0.0095); // neither beyond its limit nor clear
    room.run(3);
    CHECK(room.alarms.status().cards[0].isClearing);
    room.setErrors(0);
    room.run(6);
    CHECK(room.alarms.status().cards[0].state == AlarmState::returned);
    CHECK(!room.alarms.status().cards[0].isClearing);
}
