// SPDX-License-Identifier: GPL-3.0-or-later
// A recording is judged as the wall judged it that made it, however slow the machine is.
#include "feeds/capture/recorder.h"
#include "feeds/pipeline/alarm_watch.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/pipeline/judge_recording.h"

#include "tests/support/catch.h"
#include "tests/support/list_source.h"
#include "tests/support/simulated_launch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"

#include <algorithm>
#include <chrono>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kNodes = 2'000;

/// A wall that judges a simulated launch and records it. Reports come one after the other, and what settled
/// is looked for every few of them, as the feed thread does.
struct JudgingWall {
    TemporaryFolder folder;
    std::string path = (folder.path() / "launch.mcap").string();
    SimulatedLaunch launch;
    TestClock clock;
    ListSource source;
    std::unique_ptr<Recorder> recorder;
    AlarmWatch watch{Rules::builtIn(), clock};
    Judgement judgement;
    std::unique_ptr<FeedStep> step;
    milliseconds perReport;
    std::size_t looksEvery; // so many reports

    explicit JudgingWall(const std::string& scenario, milliseconds each = milliseconds(1),
                         std::size_t looks = 5)
        : launch(scenario, kNodes, false), perReport(each), looksEvery(looks) {
        source.clock = &clock;
        auto opened = Recorder::open({.path = path}, clock);
        REQUIRE(opened);
        recorder = std::move(opened.value());
        watch.setListener([this](const Transition& transition) { judgement.take(transition); });
        step = std::make_unique<FeedStep>(source, PopCatalogue::builtIn(), clock,
                                          NodeColumnsWanted::ofSelectedPop,
                                          std::vector<FeedTap*>{recorder.get(), &watch});
    }

    void look() {
        step->settle();
        watch.tick(step->state());
    }
    void run(int length) {
        for (int s = 0; s < length; ++s) {
            milliseconds left{1'000};
            std::size_t heard = 0;
            for (auto& wire : launch.second()) {
                source.items.push_back(ListSource::Item{wire.topic, wire.payload});
                step->receive(milliseconds(0));
                clock.advance(perReport);
                left -= perReport;
                if (++heard % looksEvery == 0) look();
            }
            pass(left);
        }
    }
    /// Nobody says anything.
    void pass(milliseconds time) {
        for (; time > milliseconds(0); time -= milliseconds(100)) {
            clock.advance(std::min(time, milliseconds(100)));
            look();
        }
    }
    /// The launch goes on, and nobody hears it.
    void cut(int length) {
        for (int s = 0; s < length; ++s) {
            static_cast<void>(launch.second());
            pass(seconds(1));
        }
    }
    const std::vector<JudgedCard>& end() {
        recorder->stop();
        REQUIRE(recorder->status().state == Recorder::State::stopped);
        REQUIRE(recorder->status().dropped == 0);
        if (const auto status = watch.takeStatus()) judgement.take(status->alarms);
        return judgement.cards();
    }
};

JudgedRecording judged(const std::string& path, const JudgeOptions& options) {
    auto result = judgeRecording(path, PopCatalogue::builtIn(), options);
    if (!result) FAIL(result.error());
    return std::move(result.value());
}

std::string words(const std::vector<JudgedCard>& cards) {
    std::string text;
    for (const auto& card : cards) {
        text += utcText(card.fired) + " " + card.rule + " " + card.group + " " +
                std::string(wordsFor(card.severity)) + " shown " + (card.shown ? utcText(*card.shown) : "-") +
                " over " + (card.over ? utcText(*card.over) : "-") + ": " + card.text;
        for (const auto& member : card.members)
            text += " " + member;
        text += "\n";
    }
    return text;
}

const JudgedCard& cardOf(const Judgement& judgement, const std::string& rule, const std::string& group) {
    const auto found = std::ranges::find_if(
        judgement.cards(), [&](const JudgedCard& card) { return card.rule == rule && card.group == group; });
    if (found == judgement.cards().end()) FAIL("no card of " + rule + ":\n" + words(judgement.cards()));
    return *found;
}

/// Busy for longer than a batch of messages may take.
void dawdle() {
    const auto end = std::chrono::steady_clock::now() + FeedStep::kBatchTime * 3 / 2;
    while (std::chrono::steady_clock::now() < end) {
    }
}

constexpr int kAfterFailure = 60 + 120 + 60; // seconds: it begins a minute before T-0

} // namespace

TEST_CASE("a recording is judged as it was live, twice alike, and with other rules beside", "[judge]") {
    JudgingWall wall("regional-failure");
    wall.run(kAfterFailure);
    const auto live = words(wall.end());
    INFO(live);
    const auto other = Rules::builtIn().with(
        "version = 1\n[[rule]]\nid = 'pops/silent'\nwarning = ['>20s', '3s', 0]\n", "other.toml");
    REQUIRE(other);
    const auto quick = judged(
        wall.path, {.rules = {Rules::builtIn(), *other}, .releaseAt = {}, .baseline = {}, .goesOn = {}});
    CHECK(words(quick.judgements[0].cards()) == live);
    const auto silent = cardOf(quick.judgements[0], "pops/silent", "Europe");
    CHECK(silent.members.size() == 8);
    REQUIRE(quick.releaseAt);
    CHECK(silent.fired - *quick.releaseAt >= seconds(120 + 10));
    CHECK(silent.fired - *quick.releaseAt <= seconds(120 + 13));
    CHECK(cardOf(quick.judgements[1], "pops/silent", "Europe").fired - silent.fired == seconds(10));

    int told = 0;
    double share = 0;
    const auto slow = judged(
        wall.path, {.rules = {Rules::builtIn()}, .releaseAt = {}, .baseline = {}, .goesOn = [&](double done) {
                        CHECK(done >= share);
                        share = done;
                        if (++told % 150 == 0) dawdle();
                        return true;
                    }});
    CHECK(told > 1'000);
    CHECK(words(slow.judgements[0].cards()) == live);
    CHECK(slow.first == quick.first);
    CHECK(slow.last == quick.last);
}

TEST_CASE("a cut feed is judged as it was live, though its silence is skipped", "[judge]") {
    JudgingWall wall("standard-rollout");
    wall.run(40);
    wall.cut(700);
    wall.run(90);
    const auto live = words(wall.end());
    INFO(live);
    int steps = 0;
    const auto result = judged(
        wall.path, {.rules = {Rules::builtIn()}, .releaseAt = {}, .baseline = {}, .goesOn = [&](double) {
                        ++steps;
                        return true;
                    }});
    CHECK(words(result.judgements[0].cards()) == live);
    CHECK(cardOf(result.judgements[0], "health/feed", "").over);
    CHECK(steps < 10 * (40 + 90 + 10));
}

TEST_CASE("in fast motion one step is many messages, and judged as it was live", "[judge]") {
    JudgingWall wall("regional-failure", milliseconds(0), 400);
    for (int s = 0; s < kAfterFailure; ++s) {
        for (auto& wire : wall.launch.second())
            wall.source.items.push_back(ListSource::Item{wire.topic, wire.payload});
        while (wall.step->receive(milliseconds(0)) > 0) {
        }
        wall.clock.advance(milliseconds(10)); // ten seconds in a step: some 4,000 messages
        wall.look();
    }
    const auto live = words(wall.end());
    INFO(live);
    const auto result =
        judged(wall.path, {.rules = {Rules::builtIn()}, .releaseAt = {}, .baseline = {}, .goesOn = {}});
    const auto silent = cardOf(result.judgements[0], "pops/silent", "Europe");
    CHECK(silent.members.size() == 8);
    CHECK(words(result.judgements[0].cards()) == live);
}

TEST_CASE("a judged recording has the T-0 it is given, and ends when it is told to", "[judge]") {
    JudgingWall wall("standard-rollout");
    wall.run(20);
    wall.end();
    auto result = judged(
        wall.path, {.rules = {Rules::builtIn()}, .releaseAt = "+00:00:05", .baseline = {}, .goesOn = {}});
    REQUIRE((result.releaseAt && result.first));
    CHECK(*result.releaseAt - *result.first <= seconds(6));
    CHECK(*result.releaseAt - *result.first >= seconds(4));
    CHECK(result.isWhole);
    result = judged(wall.path,
                    {.rules = {Rules::builtIn()}, .releaseAt = {}, .baseline = {}, .goesOn = [](double done) {
                         return done < 0.5;
                     }});
    CHECK_FALSE(result.isWhole);
    CHECK_FALSE(
        judgeRecording(wall.path, PopCatalogue::builtIn(),
                       {.rules = {Rules::builtIn()}, .releaseAt = "soon", .baseline = {}, .goesOn = {}}));
    CHECK_FALSE(judgeRecording(wall.path + ".none", PopCatalogue::builtIn(),
                               {.rules = {Rules::builtIn()}, .releaseAt = {}, .baseline = {}, .goesOn = {}}));
}

TEST_CASE("an earlier launch lies beneath one that is judged, when it is named", "[judge]") {
    JudgingWall larger("triple-drop");
    larger.run(120);
    larger.end();
    JudgingWall wall("standard-rollout");
    wall.run(120);
    wall.end();
    const auto rules = Rules::builtIn().with("version = 1\n[[rule]]\nid = 'traffic/fewer'\neach = 'world'\n"
                                             "value = 'below_baseline(requests_per_second)'\n"
                                             "warning = ['>100k', '50k', 10]\ndo = 'x'\n",
                                             "fewer.toml");
    REQUIRE(rules);
    const auto cardsWith = [&](const std::string& baseline) {
        const auto result =
            judged(wall.path, {.rules = {*rules}, .releaseAt = {}, .baseline = baseline, .goesOn = {}});
        return std::ranges::count(result.judgements[0].cards(), "traffic/fewer", &JudgedCard::rule);
    };
    CHECK(cardsWith(larger.path) == 1);
    CHECK(cardsWith(wall.path) == 0);
    CHECK(cardsWith("") == 0);
    const auto refused =
        judgeRecording(wall.path, PopCatalogue::builtIn(),
                       {.rules = {*rules}, .releaseAt = {}, .baseline = wall.path + ".none", .goesOn = {}});
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error(), containsText(".none"));
}

TEST_CASE("a recording whose times lie years apart is refused", "[judge]") {
    JudgingWall wall("standard-rollout");
    wall.run(5);
    wall.clock.advance(std::chrono::days(400));
    wall.run(5);
    wall.end();
    const auto result =
        judgeRecording(wall.path, PopCatalogue::builtIn(),
                       {.rules = {Rules::builtIn()}, .releaseAt = {}, .baseline = {}, .goesOn = {}});
    REQUIRE_FALSE(result);
    CHECK_THAT(result.error(), containsText("goes on after more than a year"));
}
