// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/judgement.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;
using std::chrono::seconds;

namespace {

struct CardLife {
    std::uint64_t id = 1;
    int fired = 0;
    int over = -1; // not
    bool isShown = true;
    std::string group = "Europe";
};

Transition change(const CardLife& life, int at, Change change, AlarmState from, AlarmState to) {
    return {.second = feedSecond(at),
            .card = life.id,
            .rule = "pops/silent",
            .group = life.group,
            .change = change,
            .from = from,
            .to = to,
            .members = {"FRA"},
            .text = "1 silent"};
}

void live(Judgement& judgement, const CardLife& life) {
    judgement.take(change(life, life.fired, Change::fired, AlarmState::normal, AlarmState::pending));
    if (life.isShown)
        judgement.take(change(life, life.fired + 3, Change::shown, AlarmState::pending, AlarmState::unacked));
    if (life.over >= 0)
        judgement.take(change(life, life.over, Change::returned, AlarmState::unacked, AlarmState::returned));
}

} // namespace

TEST_CASE("a card is told of from when it fired until it was over", "[judgement]") {
    Judgement judgement;
    live(judgement, {.id = 1, .fired = 100, .over = 160});
    live(judgement, {.id = 2, .fired = 120, .isShown = false});
    auto rose = change({.id = 2}, 130, Change::rose, AlarmState::pending, AlarmState::pending);
    rose.severity = Severity::critical;
    rose.members = {"FRA", "MUC"};
    rose.text = "2 silent";
    judgement.take(rose);
    REQUIRE(judgement.cards().size() == 2);
    const auto& first = judgement.cards()[0];
    CHECK(first.fired == feedSecond(100));
    CHECK(first.shown == feedSecond(103));
    CHECK(first.over == feedSecond(160));
    CHECK(first.ending == Change::returned);
    const auto& second = judgement.cards()[1];
    CHECK_FALSE(second.shown);
    CHECK_FALSE(second.over);
    CHECK(second.severity == Severity::critical);
    CHECK(second.members == std::vector<std::string>{"FRA", "MUC"});
    CHECK(second.text == "2 silent");
    CHECK(judgement.shown() == 1);
}

TEST_CASE("an acknowledgement of what is over does not end it twice, and it may fire anew", "[judgement]") {
    Judgement judgement;
    live(judgement, {.fired = 100, .over = 160});
    judgement.take(change({}, 200, Change::acknowledged, AlarmState::returned, AlarmState::normal));
    auto again = change({}, 300, Change::fired, AlarmState::returned, AlarmState::pending);
    again.occurrence = 2;
    judgement.take(again);
    REQUIRE(judgement.cards().size() == 2);
    CHECK(judgement.cards()[0].over == feedSecond(160));
    CHECK(judgement.cards()[1].fired == feedSecond(300));
    CHECK_FALSE(judgement.cards()[1].over);
}

TEST_CASE("the worst ten minutes begin with the card after which most are shown", "[judgement]") {
    Judgement judgement;
    CHECK_FALSE(judgement.worst());
    std::uint64_t id = 0;
    for (const int fired : {0, 900, 1000, 1499, 1500}) // 900 and 1500 are ten minutes apart
        live(judgement, {.id = ++id, .fired = fired});
    REQUIRE(judgement.worst());
    CHECK(judgement.worst()->cards == 3);
    CHECK(judgement.worst()->from == feedSecond(903));
}

TEST_CASE("cards of two sets of rules are one when they are on at the same time", "[judgement]") {
    Judgement a;
    live(a, {.id = 1, .fired = 100, .over = 200});
    live(a, {.id = 2, .fired = 300, .over = 400});
    live(a, {.id = 3, .fired = 350, .group = "Asia"});
    Judgement b;
    live(b, {.id = 1, .fired = 50, .over = 60});
    live(b, {.id = 2, .fired = 320, .over = 500});
    const auto all = pairs(a.cards(), b.cards());
    REQUIRE(all.size() == 4);
    CHECK((!all[0].a && all[0].b == 0U)); // ended before the other began
    CHECK((all[1].a == 0U && !all[1].b));
    CHECK((all[2].a == 1U && all[2].b == 1U));
    CHECK((all[3].a == 2U && !all[3].b)); // elsewhere
}
