// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/baseline_file.h"
#include "feeds/pipeline/alarm_watch.h"
#include "feeds/pipeline/feed_step.h"

#include "tests/support/catch.h"
#include "tests/support/list_source.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Twenty PoPs of Europe that report each second, one agent each, judged by the rules built in.
struct Watched {
    ListSource source;
    TestClock clock;
    AlarmWatch watch;
    FeedStep step{source, PopCatalogue::builtIn(), clock, NodeColumnsWanted::ofSelectedPop, {&watch}};
    std::vector<std::string> pops;
    std::set<std::string> silent;
    std::uint64_t hits = 9'000; // of 10 000 requests
    std::int64_t second;
    std::uint64_t sequence = 1;
    std::shared_ptr<const LiveStatus> status;

    explicit Watched(std::int64_t start = kStart) : watch(Rules::builtIn(), clock), second(start) {
        source.clock = &clock;
        if (start > kStart) clock.advance(seconds(start - kStart));
        const auto& catalogue = PopCatalogue::builtIn();
        for (const auto& pop : catalogue.pops())
            if (catalogue.regions()[pop.region.value] == "EU" && pops.size() < 20) pops.push_back(pop.code);
        REQUIRE(pops.size() == 20);
        for (const auto& pop : pops)
            source.add(roster({.publisher = pop + "/a", .pop = pop, .second = start, .nodes = 10}));
        ++sequence;
    }
    void run(int count) {
        for (int i = 0; i < count; ++i, ++second, ++sequence) {
            for (const auto& pop : pops) {
                if (silent.contains(pop)) continue;
                auto report = popReport({.publisher = pop + "/a",
                                         .pop = pop,
                                         .second = second,
                                         .sequence = sequence,
                                         .nodes = 10,
                                         .requests = 10'000});
                report.totals[Counter::cache_hits] = hits;
                report.totals[Counter::cache_misses] = 10'000 - hits;
                source.add(report);
            }
            pass(1);
        }
    }
    /// Time passes, and what has come is taken in.
    void pass(int count) {
        for (int i = 0; i < count; ++i) {
            clock.advance(seconds(1));
            while (step.receive(milliseconds(0)) > 0) {
            }
            step.settle();
            watch.tick(step.state());
            if (auto now = watch.takeStatus()) status = std::move(now);
        }
    }
    const Card* card(const std::string& rule) const {
        if (!status) return nullptr;
        const auto& cards = status->alarms.cards;
        const auto found = std::ranges::find(cards, rule, &Card::rule);
        return found == cards.end() ? nullptr : &*found;
    }
};

} // namespace

TEST_CASE("a fleet that is well has no alarm", "[alarm_watch]") {
    Watched f;
    f.run(120);
    REQUIRE(f.status);
    CHECK(f.status->alarms.verdict == Verdict::fine);
    CHECK(f.status->alarms.cards.empty());
    CHECK(f.status->history.empty());
}

TEST_CASE("PoPs that fall silent are one card that names them, within fifteen seconds", "[alarm_watch]") {
    Watched f;
    f.run(60);
    const std::vector<std::string> dead(f.pops.begin(), f.pops.begin() + 3);
    f.silent.insert(dead.begin(), dead.end());
    f.run(15);
    REQUIRE(f.card("pops/silent"));
    auto members = f.card("pops/silent")->members;
    std::ranges::sort(members);
    CHECK(members == std::vector<std::string>(f.silent.begin(), f.silent.end()));
    CHECK(f.card("pops/silent")->isSilence);
    CHECK(std::ranges::count(f.status->alarms.cards, "pops/silent", &Card::rule) == 1);
    CHECK(f.status->alarms.verdict != Verdict::fine);

    f.silent.clear(); // they are back, but nobody has seen the card
    f.run(40);
    REQUIRE(f.card("pops/silent"));
    CHECK(f.card("pops/silent")->state == AlarmState::returned);
    f.watch.take(Acknowledge{f.card("pops/silent")->id, "anna", "power"});
    f.run(2);
    CHECK(!f.card("pops/silent"));
    REQUIRE(!f.status->history.empty());
    CHECK(f.status->history.back().by == "anna");
    CHECK(f.status->history.back().note == "power");
}

TEST_CASE("a feed that is cut is one card within six seconds, and the wall is blind", "[alarm_watch]") {
    Watched f;
    f.run(60);
    f.pass(6); // nothing comes any more
    REQUIRE(f.status);
    CHECK(f.status->alarms.verdict == Verdict::blind);
    REQUIRE(f.card("health/feed"));
    f.pass(60);
    CHECK(f.status->alarms.cards.size() == 1); // and not one for each PoP
    f.second += 66;
    f.run(70);
    CHECK(f.status->alarms.verdict != Verdict::blind);
}

TEST_CASE("a silence is ticked alike, whoever is called first when it ends", "[alarm_watch]") {
    std::vector<std::string> logs;
    for (const bool looksMeanwhile : {true, false}) {
        Watched f;
        std::string log;
        f.watch.setListener([&](const Transition& t) {
            log += std::to_string(unixSeconds(t.second)) + " " + std::string(wordsFor(t.change)) + " " +
                   t.rule + " " + t.text + "\n";
        });
        f.run(60);
        if (looksMeanwhile)
            f.pass(90);
        else
            f.clock.advance(seconds(90)); // nobody is called: all stood still
        f.second += 90;
        f.run(60);
        logs.push_back(log);
    }
    CHECK_THAT(logs[0], containsText("shown health/feed"));
    CHECK(logs[0] == logs[1]);
}

TEST_CASE("seconds in which nobody was heard say nothing of PoPs", "[alarm_watch]") {
    Watched f;
    f.run(60);
    f.pass(90);
    f.second += 90;
    const auto back = f.second;
    f.run(90);
    REQUIRE(!f.status->history.empty());
    for (const auto& transition : f.status->history) {
        INFO(unixSeconds(transition.second) - kStart << " " << wordsFor(transition.change));
        CHECK((transition.rule == "health/feed" || unixSeconds(transition.second) >= back));
        CHECK((transition.rule == "health/feed" || !makesSound(transition)));
    }
}

TEST_CASE("who reports some seconds late is not silent", "[alarm_watch]") {
    Watched f;
    f.run(60);
    const auto late = f.pops[0];
    f.silent = {late};
    auto& items = f.source.items;
    for (int i = 0; i < 60; ++i) {
        // What it says now is of three seconds ago: those have been judged.
        items.clear();
        auto report = popReport({.publisher = late + "/a",
                                 .pop = late,
                                 .second = f.second - 3,
                                 .sequence = f.sequence,
                                 .nodes = 10,
                                 .requests = 10'000});
        report.header.sent += seconds(3);
        if (i >= 3) f.source.add(report);
        f.run(1);
    }
    REQUIRE(f.status);
    CHECK(!f.card("pops/silent"));
    f.run(20); // and now it is
    CHECK(f.card("pops/silent"));
}

TEST_CASE("what a recorder loses is an alarm", "[alarm_watch]") {
    Watched f;
    f.watch.setRecorderDropped(0);
    f.run(30);
    CHECK(!f.card("health/recorder"));
    f.watch.setRecorderDropped(12);
    f.run(5);
    REQUIRE(f.card("health/recorder"));
    CHECK_THAT(f.card("health/recorder")->text, containsText("12"));
}

TEST_CASE("rules that are refused change nothing and are told, others are used at once", "[alarm_watch]") {
    Watched f;
    f.run(30);
    f.watch.take(UseRules{Error{"rules.toml:3: no such measure"}});
    f.run(1);
    CHECK(f.status->alarms.rulesProblem == "rules.toml:3: no such measure");
    const auto others = Rules::builtIn().with("version = 1\n[[rule]]\nid = \"pops/load\"\n"
                                              "warning = [\">40%\", \"30%\", 3]\n",
                                              "mine.toml");
    REQUIRE(others);
    f.watch.take(UseRules{others.value()});
    f.run(20); // all stand at 50 %
    CHECK(f.status->alarms.rulesProblem.empty());
    REQUIRE(f.card("pops/load"));
    CHECK(f.card("pops/load")->members.size() == 20);
}

TEST_CASE("a command for a card that is gone is refused and told", "[alarm_watch]") {
    Watched f;
    f.run(10);
    f.watch.take(Acknowledge{77, "anna", ""});
    f.run(1);
    CHECK(!f.status->problem.empty());
    f.watch.take(UseRules{Rules::builtIn()});
    f.run(1);
    CHECK(f.status->problem.empty());
}

TEST_CASE("another time begins anew: nothing of the one before is silent in it", "[alarm_watch]") {
    Watched f;
    f.run(60);
    f.second -= 3'600;
    f.sequence += 1'000;
    f.clock.advance(seconds(60)); // whoever goes back is a new session by then
    f.run(90);
    REQUIRE(f.status);
    CHECK(!f.card("pops/silent"));
}

TEST_CASE("after a restart alarms stand where they stood, and nobody is told again what he knew",
          "[alarm_watch]") {
    Watched before;
    before.run(60);
    before.silent = {before.pops[0], before.pops[1]};
    before.run(40); // critical by then
    REQUIRE(before.card("pops/silent"));
    const auto card = *before.card("pops/silent");
    before.watch.take(Acknowledge{card.id, "anna", "power"});
    before.run(1);
    const auto saved = before.watch.save();
    REQUIRE(!saved.empty());

    const auto startedAgain = [&](const std::string& bytes, std::int64_t later) {
        auto after = std::make_unique<Watched>(before.second + later);
        after->watch.restore(bytes);
        after->silent = before.silent;
        after->run(20);
        return after;
    };
    const auto after = startedAgain(saved, 5);
    REQUIRE(after->card("pops/silent"));
    CHECK(after->card("pops/silent")->id == card.id);
    CHECK(after->card("pops/silent")->state == AlarmState::acked);
    CHECK(after->card("pops/silent")->by == "anna");
    CHECK(after->card("pops/silent")->since == card.since);
    // Of another time, or no save at all: as if nothing had been.
    CHECK(!startedAgain(saved, 7'200)->card("pops/silent"));
    CHECK(!startedAgain(saved, -600)->card("pops/silent"));
    const auto unreadable = startedAgain(std::to_string(kStart + 80) + "\nrubbish", 5);
    CHECK(!unreadable->card("pops/silent"));
    CHECK_THAT(unreadable->status->problem, containsText("alarms begin anew"));
    CHECK(!startedAgain("rubbish", 5)->card("pops/silent"));
}

TEST_CASE("a simulated launch that nobody asked for is no baseline of a real one", "[alarm_watch]") {
    const auto baseline = builtInBaseline(PopCatalogue::builtIn());
    REQUIRE(baseline);
    REQUIRE(baseline.value()->underRehearsalsOnly);
    const bool isRehearsal = GENERATE(false, true);
    Watched f;
    f.watch.setBaseline(baseline.value().get());
    f.hits = 7'000; // always, and far less than in the simulation
    f.source.add(Global{header({.publisher = f.pops[0] + "/a", .second = kStart}), "a night", isRehearsal,
                        (kStart + 60) * 1'000'000ULL, 12, 3});
    f.run(150);
    CHECK((f.card("traffic/hit-fall") != nullptr) == isRehearsal);
}

TEST_CASE("a wall that is started again while its feed is cut knows of the cut", "[alarm_watch]") {
    Watched before;
    before.run(60);
    before.pass(20);
    REQUIRE(before.card("health/feed"));
    const auto id = before.card("health/feed")->id;
    Watched after(before.second + 25);
    after.watch.restore(before.watch.save());
    after.run(10);
    REQUIRE(after.card("health/feed"));
    CHECK(after.card("health/feed")->id == id);
}

TEST_CASE("who begins to look knows what is still open, and has a verdict the sooner", "[alarm_watch]") {
    Watched f;
    f.run(60);
    AlarmWatch later(Rules::builtIn(), f.clock);
    std::shared_ptr<const LiveStatus> status;
    int passed = 0;
    for (; passed < 20 && !(status && status->alarms.since); ++passed) {
        f.run(1);
        later.settled(f.step.state());
        if (auto now = later.takeStatus()) status = std::move(now);
    }
    CHECK(passed <= 5); // of the ten that windows are long, most were there
    CHECK(status->alarms.verdict == Verdict::fine);
}

TEST_CASE("who begins to look at a past knows since when a PoP is silent in it", "[alarm_watch]") {
    Watched f;
    f.run(30);
    f.silent = {f.pops[0]};
    const auto last = f.second - 1;
    f.run(40);
    const auto& state = f.step.state();
    REQUIRE(state.settled());
    Observation afterSeek;
    const auto observed = afterSeek.of(state, *state.settled(), {});
    const auto silent = std::ranges::find(observed.pops, f.pops[0], &ObservedPlace::code);
    REQUIRE(silent != observed.pops.end());
    REQUIRE(silent->ageSeconds);
    CHECK(*silent->ageSeconds == static_cast<double>(unixSeconds(*state.settled()) - last));
    const auto heard = std::ranges::find(observed.pops, f.pops[1], &ObservedPlace::code);
    REQUIRE(heard != observed.pops.end());
    CHECK(heard->ageSeconds == 0.0);
}
