// SPDX-License-Identifier: GPL-3.0-or-later
// The rules built in, on simulated launches: whom they call, and whom they leave alone.
#include "feeds/alarm/alarms.h"

#include "tests/support/catch.h"
#include "tests/support/observed_launch.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using surgescope::tests::ObservedBaseline;
using surgescope::tests::ObservedLaunch;

namespace {

constexpr std::uint64_t kNodes = 40'000;

/// A launch, judged up to so many seconds after T-0.
struct JudgedLaunch {
    explicit JudgedLaunch(const std::string& scenario) : launch(scenario, kNodes) {}

    void runTo(int t) {
        static const ObservedBaseline kStandard("standard-rollout", kNodes, Measure::hit_ratio, 720);
        while (launch.sinceRelease() < t) {
            auto& second = launch.next();
            second.baseline = [&](Measure measure, std::string_view region) {
                return kStandard.of(measure, region, launch.sinceRelease());
            };
            alarms.judge(second);
            for (auto& transition : alarms.takeTransitions()) {
                times.push_back(launch.sinceRelease());
                log.push_back(std::move(transition));
            }
        }
    }
    std::size_t count(Change change) const {
        return static_cast<std::size_t>(std::ranges::count(log, change, &Transition::change));
    }
    std::size_t shownBetween(const std::string& rule, int from, int to) const {
        std::size_t shown = 0;
        for (std::size_t i = 0; i < log.size(); ++i)
            if (makesSound(log[i]) && log[i].rule == rule && log[i].change != Change::rose &&
                times[i] >= from && times[i] <= to)
                ++shown;
        return shown;
    }
    std::optional<int> firstShown(const std::string& rule) const {
        for (std::size_t i = 0; i < log.size(); ++i)
            if (makesSound(log[i]) && log[i].rule == rule) return times[i];
        return std::nullopt;
    }
    std::string text() const {
        std::string all;
        for (std::size_t i = 0; i < log.size(); ++i)
            all += "T+" + std::to_string(times[i]) + " " + std::string(wordsFor(log[i].change)) + " " +
                   log[i].rule + " " + log[i].group +
                   (log[i].severity == Severity::critical ? " CRITICAL: " : ": ") + log[i].text + " " +
                   log[i].note + "\n";
        return all;
    }

    ObservedLaunch launch;
    Alarms alarms{Rules::builtIn()};
    std::vector<Transition> log;
    std::vector<int> times;
};

} // namespace

TEST_CASE("a standard rollout calls nobody", "[alarm-scenarios]") {
    JudgedLaunch judged("standard-rollout");
    judged.runTo(660);
    INFO(judged.text());
    CHECK(judged.log.empty());
    CHECK(judged.alarms.status().verdict == Verdict::fine);
}

TEST_CASE("a triple drop is few cards, and none of single PoPs once it is the crowd", "[alarm-scenarios]") {
    JudgedLaunch judged("triple-drop");
    judged.runTo(600);
    INFO(judged.text());
    CHECK(judged.count(Change::shown) <= 10);
    const auto crowd = judged.firstShown("traffic/load-share");
    REQUIRE(crowd);
    CHECK(judged.shownBetween("pops/load", *crowd, 600) == 0);
    CHECK(judged.firstShown("latency/metadata"));
    CHECK(judged.firstShown("latency/errors"));
    CHECK(judged.alarms.status().inhibited > 30); // counted on its card
    CHECK(judged.alarms.status().verdict == Verdict::act);
}

TEST_CASE("eight PoPs that fail are one card with their names within 15 s", "[alarm-scenarios]") {
    constexpr int kFailure = 120; // by the scenario, for five minutes
    JudgedLaunch judged("regional-failure");
    judged.runTo(kFailure + 15);
    REQUIRE(judged.firstShown("pops/silent"));
    const auto cards = judged.alarms.status().cards;
    const auto silent = std::ranges::find(cards, "pops/silent", &Card::rule);
    REQUIRE(silent != cards.end());
    CHECK(std::set<std::string>(silent->members.begin(), silent->members.end()) ==
          std::set<std::string>{"FRA", "MUC", "STR", "DUS", "HAM", "TXL", "ZRH", "VIE"});
    CHECK(silent->group == "Europe");
    judged.runTo(kFailure + 300);
    INFO(judged.text());
    CHECK(judged.shownBetween("pops/silent", 0, kFailure + 300) == 1);
    // The neighbours are overloaded, and that is one card; of what is silent nothing is measured.
    const auto now = judged.alarms.status().cards;
    const auto load = std::ranges::find_if(
        now, [](const Card& card) { return card.rule == "pops/load" && card.group == "Europe"; });
    REQUIRE(load != now.end());
    for (const auto& pop : silent->members)
        CHECK(std::ranges::count(load->members, pop) == 0);
    CHECK(judged.shownBetween("invalidation/lag", 0, kFailure + 300) == 0);
    CHECK(judged.shownBetween("invalidation/backlog", 0, kFailure + 300) == 0);
}

TEST_CASE("a WAF that stops a botnet calls nobody", "[alarm-scenarios]") {
    for (const char* scenario : {"botnet-in-the-spike", "triple-drop-prepared"}) { // challenged, and blocked
        JudgedLaunch judged(scenario);
        judged.runTo(300);
        INFO(judged.text());
        CHECK_FALSE(judged.firstShown("security/people"));
    }
}

TEST_CASE("an origin that fails is told by errors and hit ratio, and its return as a storm",
          "[alarm-scenarios]") {
    JudgedLaunch judged("origin-outage");
    judged.runTo(300);
    INFO(judged.text());
    CHECK(judged.firstShown("latency/errors"));
    CHECK(judged.firstShown("traffic/hit-fall"));
    CHECK(judged.firstShown("invalidation/origin-storm"));
}

TEST_CASE("a launch whose feed is cut is one card", "[alarm-scenarios]") {
    JudgedLaunch judged("standard-rollout");
    judged.runTo(30);
    for (int age = 1; age <= 120; ++age)
        judged.alarms.tick(judged.launch.next(0).second, age, std::nullopt);
    REQUIRE(judged.alarms.status().cards.size() == 1);
    CHECK(judged.alarms.status().cards[0].rule == "health/feed");
    CHECK(judged.alarms.status().verdict == Verdict::blind);
    // It comes back, at first with few of the PoPs: the others are late, not silent.
    for (int i = 0; i < 120; ++i) {
        auto& second = judged.launch.next(i < 10 ? 20 : 391);
        second.feedAgeSeconds = 0.2;
        judged.alarms.judge(second);
    }
    for (const auto& transition : judged.alarms.takeTransitions()) {
        INFO(transition.rule << " " << wordsFor(transition.change));
        CHECK((transition.change != Change::shown || transition.rule == "health/feed"));
    }
    CHECK(judged.alarms.status().verdict == Verdict::fine);
}
