// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/feed_step.h"
#include "feeds/source/replay_source.h"

#include "tests/support/catch.h"
#include "tests/support/frame_text.h"
#include "tests/support/messages.h"
#include "tests/support/recorded_launch.h"
#include "tests/support/test_clock.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// The same launch, played from the file.
struct Played {
    TestClock real;
    std::unique_ptr<ReplaySource> source;
    std::unique_ptr<FeedStep> step;

    explicit Played(const std::string& path, ReplaySource::Options options = {},
                    seconds range = seconds(900)) {
        auto opened = ReplaySource::open(path, real, options);
        REQUIRE(opened);
        source = std::move(opened.value());
        step = std::make_unique<FeedStep>(*source, PopCatalogue::builtIn(), real, NodeColumnsWanted::all);
        step->request(launchRequest(range));
    }
    void receiveAll() {
        while (step->receive(milliseconds(0)) > 0) {
        }
    }
    std::shared_ptr<const Frame> after(milliseconds time) {
        real.advance(time);
        receiveAll();
        return step->buildFrame(0);
    }
    std::shared_ptr<const Frame> command(const replay::Command& command) {
        source->control()->send(command);
        step->receive(milliseconds(0)); // the command is taken
        return after(milliseconds(0));
    }
    replay::Status status() const { return source->control()->status(); }
};

/// Frame by frame, not second by second: the settled one stands still while a silent PoP is waited for.
void checkReplayedAsShown(const std::string& scenario, int length, std::uint64_t nodes) {
    const RecordedLaunch recorded(scenario, length, nodes);
    REQUIRE(recorded.frames.size() >= static_cast<std::size_t>(length) / 2);
    Played played(recorded.path);
    played.real.advance(milliseconds(1)); // all that is received at one time is a nanosecond apart
    for (std::size_t i = 0; i < recorded.shown.size(); ++i) {
        const auto frame = played.after(seconds(i == 0 ? 0 : 1));
        INFO(scenario << ", frame " << i);
        REQUIRE(firstDifference(textOf(*recorded.shown[i]), textOf(*frame)) == "");
    }
    CHECK(played.status().atEnd);
}

} // namespace

TEST_CASE("frames recorded and replayed are those that were shown", "[replay]") {
    checkReplayedAsShown("triple-drop", 100, 2'000); // all PoPs
}

TEST_CASE("and so they are in every scenario", "[replay]") {
    // Into what happens in each of them, with the largest PoPs only.
    std::vector<std::string> scenarios;
    for (const auto& file : std::filesystem::directory_iterator(SURGESCOPE_SOURCE_DIR "/resources/scenarios"))
        scenarios.push_back(file.path().stem().string());
    REQUIRE(scenarios.size() >= 7);
    checkReplayedAsShown(GENERATE_COPY(from_range(scenarios)), 200, 36);
}

TEST_CASE("what is replayed arrived when it was received", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 5, 36);
    const TestClock real;
    auto source = ReplaySource::open(recorded.path, real, {.speed = replay::kAsFastAsPossible});
    REQUIRE(source);
    source.value()->subscribe("");
    const auto begin = real.wall();
    std::map<WallTime, int> arrivals;
    for (;;) {
        const auto received = source.value()->receive(milliseconds(0));
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message) break;
        ++arrivals[message->arrived];
    }
    REQUIRE(arrivals.size() == 5);
    int second = 0;
    for (const auto& [arrived, count] : arrivals)
        CHECK(arrived == begin + seconds(second++));
}

TEST_CASE("a seek shows what was shown", "[replay]") {
    const auto range = GENERATE(seconds(900), seconds(10'800), seconds(172'800));
    const RecordedLaunch recorded("triple-drop", 300, 800, false, {"CDG", 150}, range);
    Played played(recorded.path, {.paused = true}, range);
    for (const int offset : {280, 40, 133, 241, 100, 5}) {
        const auto second = recorded.frames.begin()->first + seconds(offset);
        const auto frame = played.command(replay::Seek{RecordedTime(second)});
        REQUIRE(frame->settled == second);
        INFO("range " << range.count() << " offset " << offset);
        CHECK(firstDifference(textOf(*recorded.frames.at(second), false), textOf(*frame, false)) == "");
        CHECK(frame->health.duplicates == 0);
        CHECK(frame->health.refused.empty());
    }
    CHECK(played.step->state().epoch() == 7);
}

TEST_CASE("a seek shows a quarter of an hour before the points of coarser rings have come", "[replay]") {
    const auto range = GENERATE(seconds(900), seconds(10'800));
    const RecordedLaunch recorded("triple-drop", 150, 400, false, {}, range);
    Played played(recorded.path, {.paused = true}, range);
    const auto second = recorded.frames.begin()->first + seconds(130);
    played.step->receive(milliseconds(0));
    played.source->control()->send(replay::Seek{RecordedTime(second)});
    played.step->receive(milliseconds(0)); // as far as a picture takes
    const auto frame = played.step->buildFrame(0);
    CHECK(firstDifference(textOf(*recorded.frames.at(second), false), textOf(*frame, false)) == "");
    CHECK((played.step->receive(milliseconds(0)) > 0) == (range == Rollup::kFineRange));
    const auto after = played.step->buildFrame(0);
    CHECK(firstDifference(textOf(*frame, false), textOf(*after, false)) == "");
}

TEST_CASE("a seek into a slot of which seconds are missing shows its rates as they were", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 130, 391, false, {"LHR", 35, 47}, std::chrono::hours(48));
    Played played(recorded.path, {.paused = true}, std::chrono::hours(48));
    for (const int offset : {125, 75, 62, 52, 30}) {
        const auto second = recorded.frames.begin()->first + seconds(offset);
        const auto frame = played.command(replay::Seek{RecordedTime(second)});
        REQUIRE(frame->settled == second);
        INFO("offset " << offset);
        CHECK(firstDifference(textOf(*recorded.frames.at(second), false), textOf(*frame, false)) == "");
    }
}

TEST_CASE("a seek shows a fleet with wrong clocks as it was shown", "[replay]") {
    // A wrong clock is known from what came before; its reports are of seconds that its own times do not say.
    const TemporaryFolder folder;
    const auto path = (folder.path() / "clocks.mcap").string();
    const auto begin = feedSecond(kStart);
    std::map<FeedSecond, std::shared_ptr<const Frame>> shown;
    {
        TestClock clock; // begins at kStart
        ListSource source;
        source.clock = &clock;
        auto recorder = Recorder::open({.path = path}, clock);
        REQUIRE(recorder);
        FeedStep step(source, PopCatalogue::builtIn(), clock, NodeColumnsWanted::all,
                      {recorder.value().get()});
        step.request(launchRequest());
        Encoder encoder;
        const std::vector<std::pair<std::string, int>> clocks{
            {"ahead", 60}, {"right", 0}, {"also-right", 0}, {"behind", -60}, {"right-as-well", 0}};
        for (int s = 1; s <= 100; ++s) {
            clock.advance(seconds(1));
            for (const auto& [name, ahead] : clocks) {
                auto report = popReport({.publisher = name,
                                         .second = kStart + s + ahead,
                                         .sequence = static_cast<std::uint64_t>(s)});
                source.items.push_back(
                    ListSource::Item{topicOf(report), std::string(encoder.encode(report))});
            }
            while (step.receive(milliseconds(0)) > 0) {
            }
            const auto frame = step.buildFrame(0);
            if (frame->settled) shown[*frame->settled] = frame;
        }
        recorder.value()->stop();
    }
    Played played(path, {.paused = true});
    for (const int offset : {90, 65, 71, 79, 40}) {
        const auto second = begin + seconds(offset);
        const auto frame = played.command(replay::Seek{RecordedTime(second)});
        INFO("offset " << offset);
        REQUIRE(frame->settled == second);
        CHECK(firstDifference(textOf(*shown.at(second), false), textOf(*frame, false)) == "");
        CHECK(frame->health.refused.empty());
    }
}

TEST_CASE("play goes on after a seek", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 160, 800);
    Played played(recorded.path);
    const auto begin = recorded.frames.begin()->first;
    played.command(replay::Seek{RecordedTime(begin + seconds(100))});
    for (int s = 1; s <= 55; ++s) {
        const auto frame = played.after(seconds(1));
        REQUIRE(frame->settled == begin + seconds(100 + s));
        INFO("second " << s);
        REQUIRE(firstDifference(textOf(*recorded.frames.at(*frame->settled), false), textOf(*frame, false)) ==
                "");
    }
}

TEST_CASE("speed, pause and steps", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 100, 391, false);
    const auto begin = recorded.frames.begin()->first;
    Played played(recorded.path);
    played.after(milliseconds(1));
    played.command(replay::SetSpeed{8});
    CHECK(played.after(seconds(5))->settled == begin + seconds(40));
    played.command(replay::Pause{});
    CHECK(played.status().paused);
    const auto paused = played.after(seconds(60));
    CHECK(paused->settled == begin + seconds(40));
    CHECK(paused->world[Measure::requests_per_second].quality ==
          Quality::measured); // nothing turns stale in a pause
    CHECK(played.command(replay::Step{1})->settled == begin + seconds(41));
    CHECK(played.after(seconds(1))->settled == begin + seconds(41));
    CHECK(played.command(replay::Step{-11})->settled == begin + seconds(30));
    played.command(replay::SetSpeed{0.5});
    played.command(replay::Play{});
    CHECK(played.after(seconds(4))->settled == begin + seconds(32));
    played.command(replay::SetSpeed{replay::kAsFastAsPossible});
    CHECK(played.after(milliseconds(0))->settled == recorded.frames.rbegin()->first);
    CHECK(played.status().atEnd);
    CHECK(played.status().position == RecordedTime(recorded.frames.rbegin()->first));
}

TEST_CASE("1x is a second of the launch a second, also of one that was simulated in fast motion",
          "[replay]") {
    const RecordedLaunch recorded("triple-drop", 100, 391, false, {}, seconds(900), milliseconds(250));
    const auto begin = recorded.frames.begin()->first;
    Played asReceived(recorded.path);
    CHECK(asReceived.status().speed == Approx(4).epsilon(0.05));
    asReceived.after(milliseconds(1));
    CHECK(asReceived.after(seconds(10))->settled == begin + seconds(40));

    Played played(recorded.path, {.speed = 1});
    CHECK(played.status().speed == 1);
    played.after(milliseconds(4));
    const auto shown = *played.after(seconds(30))->settled - begin;
    CHECK(std::chrono::abs(shown - seconds(30)) <= seconds(1));
    played.command(replay::SetSpeed{8});
    const auto later = *played.after(seconds(5))->settled - begin;
    CHECK(std::chrono::abs(later - seconds(70)) <= seconds(2));
}

TEST_CASE("a range is looped", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 80, 391, false);
    const auto begin = recorded.frames.begin()->first;
    Played played(recorded.path, {.at = RecordedTime(begin + seconds(20))});
    const std::pair range{RecordedTime(begin + seconds(20)), RecordedTime(begin + seconds(30))};
    played.command(replay::Loop{range});
    CHECK(played.status().loop == range);
    CHECK(played.after(seconds(9))->settled == begin + seconds(29));
    played.after(seconds(1));
    played.after(milliseconds(0));
    CHECK(played.after(seconds(2))->settled == begin + seconds(22));
    played.command(replay::Loop{});
    CHECK(played.after(seconds(20))->settled == begin + seconds(42));
}

TEST_CASE("a loop that reaches beyond the end goes round at the end", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 80, 391, false);
    const auto end = recorded.frames.rbegin()->first;
    Played played(recorded.path, {.at = RecordedTime(end - seconds(10))});
    played.after(milliseconds(0));
    played.command(replay::Loop{{{RecordedTime(end - seconds(10)), RecordedTime(end + seconds(60))}}});
    REQUIRE(played.status().loop);
    CHECK(played.status().loop->second <= RecordedTime(end));
    const auto seeks = played.status().seeks;
    for (int s = 1; s <= 45; ++s) { // four times round
        const auto frame = played.after(seconds(1));
        CHECK_FALSE(played.status().atEnd);
        REQUIRE(frame->settled);
        CHECK(*frame->settled >= end - seconds(12));
    }
    CHECK(played.status().seeks - seeks >= 3);
    CHECK(played.status().seeks - seeks <= 5);
}

TEST_CASE("a loop beyond the end, or of no length, does not seek without end", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 40, 391, false);
    const auto end = RecordedTime(recorded.frames.rbegin()->first);
    const auto [from, to] =
        GENERATE_COPY(std::pair{end + seconds(10), end + seconds(20)}, std::pair{end - milliseconds(1), end},
                      std::pair{RecordedTime{}, RecordedTime{} + seconds(5)});
    Played played(recorded.path);
    played.command(replay::Loop{{{from, to}}});
    played.command(replay::Seek{end});
    const auto seeks = played.status().seeks;
    for (int i = 0; i < 100; ++i) // no time passes but for a second in all
        played.after(milliseconds(10));
    CHECK(played.status().seeks - seeks <= 6);
}

TEST_CASE("from event to event", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 100, 391, false);
    Played played(recorded.path, {.paused = true});
    const auto& events = played.source->recording().events;
    REQUIRE(!events.empty());
    std::vector<RecordedTime> moments;
    for (const auto& event : events)
        moments.emplace_back(event.header.intervalEnd);
    const auto frame = played.command(replay::ToEvent{true, moments});
    REQUIRE(!frame->events.empty());
    CHECK(frame->events.front().text == events.front().text);
    const auto there = played.status().position;
    CHECK(std::chrono::abs(there - moments.front()) < milliseconds(50));
    played.command(replay::Seek{played.source->recording().end});
    for (std::size_t i = 0; i < events.size(); ++i)
        played.command(replay::ToEvent{false, moments});
    CHECK(played.status().position == there);
}

TEST_CASE("what a timeline shows is known at once", "[replay]") {
    const RecordedLaunch recorded("triple-drop", 120, 391, false);
    Played played(recorded.path);
    const auto& recording = played.source->recording();
    CHECK(recording.begin == RecordedTime(recorded.frames.begin()->first));
    CHECK(recording.end == RecordedTime(recorded.frames.rbegin()->first));
    CHECK(recording.scenario == "triple-drop");
    CHECK(recording.releaseAt == recorded.frames.rbegin()->second->releaseAt);
    CHECK(recording.gaps.empty());
    CHECK(recording.overviewStep == seconds(1));
    REQUIRE(recording.overview.size() == 120);
    const auto& frame = *recorded.frames.at(recorded.frames.begin()->first + seconds(60));
    CHECK(recording.overview[59] == Approx(frame.world[Measure::requests_per_second].value));
    CHECK(played.source->capabilities().canSeek);
    CHECK(played.status().recording.get() == &recording);
}

TEST_CASE("a file that is no recording is refused in words", "[replay]") {
    const TemporaryFolder folder;
    const TestClock clock;
    const auto none = ReplaySource::open((folder.path() / "none").string(), clock, {});
    REQUIRE(!none);
    CHECK_THAT(none.error(), containsText("cannot open"));
}
