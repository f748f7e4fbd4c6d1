// SPDX-License-Identifier: GPL-3.0-or-later
// What holds whatever happens: random nights, each from a seed.
#include "feeds/alarm/alarms.h"

#include "tests/support/catch.h"
#include "tests/support/observed_fleet.h"

#include <map>
#include <random>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using surgescope::tests::ObservedFleet;

namespace {

const Rules& rules() {
    static const Rules all = [] {
        auto changed =
            Rules::builtIn().with("version = 1\n"
                                  "[[rule]]\nid = 'pops/load'\nwarning = ['>90%', '85%', 3]\n"
                                  "critical = ['>100%', '95%', 3]\nclear_for = '5s'\nwindow = '2s'\n"
                                  "[[rule]]\nid = 'pops/silent'\nclear_for = '4s'\n"
                                  "[[rule]]\nid = 'latency/errors'\nclear_for = '5s'\nlatch = false\n",
                                  "test.toml");
        if (!changed) FAIL(changed.error());
        return *changed;
    }();
    return all;
}

struct Night {
    std::vector<Transition> log;
    std::vector<AlarmStatus> statuses;
};

/// PoPs fall and rise, load and errors come and go, seconds are lost, people do what people do.
Night nightOf(unsigned seed, int length) {
    std::mt19937 random(seed);
    const auto chance = [&](unsigned in) { return random() % in == 0; };
    ObservedFleet fleet(4, 5);
    Alarms alarms(rules());
    Night night;
    for (int i = 0; i < length; ++i) {
        for (auto& pop : fleet.pops) {
            if (chance(80)) pop.isUp = !pop.isUp;
            if (chance(60)) pop.saturation = 0.5 + 0.1 * static_cast<double>(random() % 7);
            if (chance(60)) pop.more[Counter::status_5xx] = random() % 3 == 0 ? 500 : 0;
        }
        auto& second = fleet.next(chance(50) ? 1 + static_cast<int>(random() % 40) : 1);
        second.feedAgeSeconds = chance(100) ? 7 : 0.3;
        if (chance(40))
            alarms.tick(second.second, second.feedAgeSeconds, std::nullopt);
        else
            alarms.judge(second);
        const auto& cards = alarms.status().cards;
        if (!cards.empty() && chance(10)) alarms.acknowledge(cards[random() % cards.size()].id, "Ada", "");
        if (!cards.empty() && chance(60)) alarms.shelve(cards[random() % cards.size()].id, 1, "Bob", "");
        const auto& shelved = alarms.status().shelved;
        if (!shelved.empty() && chance(60)) alarms.unshelve(shelved.front().id, "Bob");
        if (chance(150)) REQUIRE_FALSE(alarms.restore(alarms.save()));
        for (auto& transition : alarms.takeTransitions())
            night.log.push_back(std::move(transition));
        night.statuses.push_back(alarms.status());
    }
    return night;
}

} // namespace

TEST_CASE("the same seconds and commands make the same log", "[alarm-promises]") {
    const auto one = nightOf(7, 600);
    const auto other = nightOf(7, 600);
    CHECK(one.log.size() > 50);
    CHECK(one.log == other.log);
    CHECK(one.statuses == other.statuses);
}

TEST_CASE("no card comes, goes or changes its state without a line in the log", "[alarm-promises]") {
    for (unsigned seed = 1; seed <= 8; ++seed) {
        const auto night = nightOf(seed, 500);
        std::map<std::uint64_t, AlarmState> states;
        for (const auto& transition : night.log) {
            const auto known = states.find(transition.card);
            const auto before = known == states.end() ? AlarmState::normal : known->second;
            INFO(seed << ": card " << transition.card << " " << wordsFor(transition.change));
            CHECK(transition.from == before);
            states[transition.card] = transition.to;
        }
        std::map<std::uint64_t, AlarmState> shown;
        for (const auto& card : night.statuses.back().cards)
            shown[card.id] = card.state;
        for (const auto& [id, state] : states)
            if (state != AlarmState::normal && state != AlarmState::pending && !shown.contains(id))
                CHECK(std::ranges::count(night.statuses.back().shelved, id, &Card::id) == 1);
        for (const auto& [id, state] : shown)
            CHECK(states[id] == state);
    }
}

TEST_CASE("missing data clears no card, whatever it tells", "[alarm-promises]") {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        std::mt19937 random(seed);
        ObservedFleet fleet(3, 5);
        Alarms alarms(rules());
        for (int i = 0; i < 30; ++i)
            alarms.judge(fleet.next());
        for (auto& pop : fleet.pops) {
            pop.saturation = random() % 3 == 0 ? 1.2 : 0.5;
            pop.more[Counter::status_5xx] = random() % 3 == 0 ? 500 : 0;
        }
        for (int i = 0; i < 60; ++i)
            alarms.judge(fleet.next());
        alarms.takeTransitions();
        const auto before = alarms.status().cards;
        CHECK_FALSE(before.empty());
        for (auto& pop : fleet.pops)
            pop.isUp = false;
        for (int i = 0; i < 300; ++i) {
            auto& second = fleet.next(1 + static_cast<int>(random() % 3));
            if (random() % 4 == 0)
                alarms.tick(second.second, 10, std::nullopt);
            else
                alarms.judge(second);
        }
        for (const auto& transition : alarms.takeTransitions()) {
            INFO(seed << ": " << transition.rule << " " << wordsFor(transition.change));
            const bool isOver = transition.change == Change::ended || transition.change == Change::returned;
            CHECK((!isOver || transition.rule == "health/feed")); // of its age there is always data
        }
    }
}

TEST_CASE("what is shown is sorted and counted", "[alarm-promises]") {
    const auto night = nightOf(11, 600);
    for (const auto& status : night.statuses) {
        std::size_t acked = 0;
        for (std::size_t i = 0; i < status.cards.size(); ++i) {
            const auto& card = status.cards[i];
            CHECK(card.state != AlarmState::normal);
            CHECK(card.state != AlarmState::pending);
            CHECK_FALSE(card.text.empty());
            CHECK_FALSE(card.todo.empty());
            if (card.state == AlarmState::acked) ++acked;
            if (i > 0 && card.state != AlarmState::returned && card.severity == status.cards[i - 1].severity)
                CHECK(card.since >= status.cards[i - 1].since);
        }
        CHECK(status.acked == acked);
        CHECK(status.unacked + status.acked == status.cards.size());
    }
}
