// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/recorder.h"
#include "feeds/capture/recording_index.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"

#include <cmath>
#include <memory>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A recording made of chosen messages at chosen times.
struct Recorded {
    TemporaryFolder folder;
    std::string path = (folder.path() / "a.mcap").string();
    TestClock clock;
    std::unique_ptr<Recorder> recorder;
    Encoder encoder;

    Recorded() {
        auto opened = Recorder::open({.path = path}, clock);
        REQUIRE(opened);
        recorder = std::move(opened.value());
    }
    template <class Message> void give(const Message& message) {
        recorder->received(topicOf(message), encoder.encode(message), clock.wall());
    }
    /// The world's requests per second of the second before `second`, as a recorder notes them.
    void givePoints(std::int64_t second, float requestsPerSecond, seconds width = seconds(1)) {
        Points points{feedSecond(second), width, "LHR world", {}};
        for (auto& column : points.columns.all)
            column = {-1, requestsPerSecond};
        give(points);
    }
    RecordingIndex index() {
        recorder->stop();
        auto reader = McapReader::open(path);
        REQUIRE(reader);
        return indexOf(*reader.value());
    }
};

RecordedTime at(std::int64_t second) {
    return RecordedTime(feedSecond(second));
}

std::uint64_t logTime(std::int64_t second) {
    return static_cast<std::uint64_t>(second) * 1'000'000'000U;
}

} // namespace

TEST_CASE("a recording begins and ends with the seconds it shows", "[recording-index]") {
    Recorded recorded;
    // Received two seconds after the interval each is of.
    recorded.clock.advance(seconds(2));
    for (int i = 0; i <= 20; ++i) {
        recorded.give(popReport({.second = kStart + i, .sequence = static_cast<std::uint64_t>(i + 1)}));
        recorded.clock.advance(seconds(1));
    }
    const auto index = recorded.index();
    CHECK(index.begin == at(kStart));
    CHECK(index.end == at(kStart + 20));
    CHECK(index.gaps.empty());
    CHECK_FALSE(index.continues);
    CHECK(index.dropped == 0);
    CHECK(index.scenario.empty());
    CHECK_FALSE(index.releaseAt.has_value());
    // What was shown when, and back; a second is shown a tenth of one after it came.
    CHECK(index.timeAt(logTime(kStart + 2 + 7) + 100'000'000) == at(kStart + 7));
    CHECK(index.logTimeAt(at(kStart + 7)) == logTime(kStart + 2 + 7) + 100'000'000);
    CHECK(index.logTimeAt(at(kStart + 7) + milliseconds(500)) == logTime(kStart + 2 + 7) + 600'000'000);
    CHECK(index.timeAt(0) == index.begin);
    CHECK(index.timeAt(~std::uint64_t{0}) == index.end);
}

TEST_CASE("who has a wrong clock makes a recording neither longer nor older", "[recording-index]") {
    Recorded recorded;
    const auto begin = unixSeconds(std::chrono::floor<seconds>(recorded.clock.wall()));
    constexpr std::int64_t kDay = 86'400;
    const auto say = [&](const std::string& publisher, std::int64_t second) {
        recorded.give(popReport({.publisher = publisher, .second = second}));
        recorded.clock.advance(milliseconds(10));
    };
    for (std::int64_t s = 0; s < 20; ++s) {
        say("ahead", begin + s + 400 * kDay);
        for (int i = 0; i < 8; ++i)
            say("honest-" + std::to_string(i), begin + s);
        say("behind", begin + s - kDay);
        say("ahead too", begin + s + 60);
        recorded.clock.advance(milliseconds(890));
    }
    const auto index = recorded.index();
    CHECK(index.begin == at(begin));
    CHECK(index.end == at(begin + 19));
}

TEST_CASE("in fast motion a recording ends with its last second, too", "[recording-index]") {
    Recorded recorded;
    for (std::int64_t s = 0; s < 2'000; ++s) {
        recorded.give(popReport({.second = kStart + s}));
        recorded.clock.advance(milliseconds(2));
    }
    const auto index = recorded.index();
    CHECK(index.begin == at(kStart));
    CHECK(index.end == at(kStart + 1'999));
}

TEST_CASE("a stretch in which nothing came is a gap", "[recording-index]") {
    Recorded recorded;
    for (int second = 0; second <= 34; ++second) {
        const bool silent = (second > 3 && second < 30) || second == 32; // one second alone is no gap yet
        if (!silent)
            recorded.give(
                popReport({.second = kStart + second, .sequence = static_cast<std::uint64_t>(second + 1)}));
        recorded.clock.advance(seconds(1));
    }
    const auto index = recorded.index();
    REQUIRE(index.gaps.size() == 1);
    CHECK(index.gaps[0].from < index.gaps[0].to);
    CHECK(index.gaps[0].to - index.gaps[0].from >= seconds(26));
    CHECK(index.gaps[0].from >= at(kStart + 2));
    CHECK(index.gaps[0].to <= at(kStart + 30));
}

TEST_CASE("events are listed in their order, with T-0 and the scenario", "[recording-index]") {
    Recorded recorded;
    for (int i = 0; i < 5; ++i) {
        const ReportOptions o{.second = kStart + i, .sequence = static_cast<std::uint64_t>(i + 1)};
        recorded.give(popReport(o));
        recorded.give(Global{header(o), "triple-drop", true,
                             static_cast<std::uint64_t>(kStart + (i < 3 ? 60 : 90)) * 1'000'000U, 5, 1});
        if (i % 2 == 0)
            recorded.give(Event{header(o), i == 2 ? EventKind::release : EventKind::note,
                                "event " + std::to_string(i)});
        recorded.clock.advance(seconds(1));
    }
    recorded.recorder->received("event", "rubbish", recorded.clock.wall()); // recorded, but no event
    const auto index = recorded.index();
    REQUIRE(index.events.size() == 3);
    CHECK(index.events[0].text == "event 0");
    CHECK(index.events[1].kind == EventKind::release);
    CHECK(index.events[2].text == "event 4");
    CHECK(index.scenario == "triple-drop");
    CHECK(index.releaseAt == feedSecond(kStart + 90)); // the newest counts
}

TEST_CASE("the overview is of the world's points, and says where nothing is known", "[recording-index]") {
    Recorded recorded;
    for (int i = 0; i <= 30; ++i) {
        recorded.give(popReport({.second = kStart + i, .sequence = static_cast<std::uint64_t>(i + 1)}));
        if (i > 0 && i != 10)
            recorded.givePoints(kStart + i, i == 11 ? std::nanf("") : static_cast<float>(100 * i));
        recorded.clock.advance(seconds(1));
    }
    const auto index = recorded.index();
    CHECK(index.overviewStep == seconds(1));
    REQUIRE(index.overview.size() >= 30);
    for (std::size_t i = 0; i < 30; ++i) {
        INFO(i);
        if (i == 9 || i == 10)
            CHECK(std::isnan(index.overview[i]));
        else
            CHECK(index.overview[i] == static_cast<float>(100 * (i + 1)));
    }
}

TEST_CASE("a long recording's overview has no more points, each a mean", "[recording-index]") {
    Recorded recorded;
    constexpr int kMinutes = 150; // 9,000 s in 600 points: steps of 15 s, of points of 10 s
    for (int i = 0; i <= kMinutes; ++i) {
        recorded.give(popReport({.second = kStart + 60 * i, .sequence = static_cast<std::uint64_t>(i + 1)}));
        for (int ten = 10; i < kMinutes && ten <= 60; ten += 10)
            recorded.givePoints(kStart + 60 * i + ten, static_cast<float>(ten), seconds(10));
        recorded.clock.advance(seconds(60));
    }
    const auto index = recorded.index();
    CHECK(index.end - index.begin == seconds(60 * kMinutes));
    CHECK(index.overviewStep == seconds(15));
    REQUIRE(index.overview.size() <= RecordingIndex::kOverviewPoints + 1);
    REQUIRE(index.overview.size() >= RecordingIndex::kOverviewPoints);
    for (std::size_t i = 0; i < 600; i += 4) { // (0, 15], (15, 30], (30, 45], (45, 60] of each minute
        CHECK(index.overview[i] == 10);
        CHECK(index.overview[i + 1] == 25);
        CHECK(index.overview[i + 2] == 40);
        CHECK(index.overview[i + 3] == 55);
    }
}

TEST_CASE("feed time that jumps back: the later launch is followed", "[recording-index]") {
    Recorded recorded;
    std::uint64_t sequence = 0;
    for (const std::int64_t begin : {kStart + 1'000, kStart}) // begun again, in the past of the first
        for (int i = 0; i < 70; ++i) {
            recorded.give(popReport({.second = begin + i, .sequence = ++sequence}));
            if (i == 60) recorded.givePoints(begin + 52, 1, seconds(60));
            recorded.clock.advance(seconds(1));
        }
    const auto index = recorded.index();
    CHECK(index.begin < index.end);
    CHECK(index.end == at(kStart + 69));
    for (std::size_t i = 1; i < index.marks.size(); ++i) {
        CHECK(index.marks[i - 1].first < index.marks[i].first);
        CHECK(index.marks[i - 1].second < index.marks[i].second);
    }
}

TEST_CASE("a recording of nothing has an index of nothing", "[recording-index]") {
    Recorded recorded;
    const auto index = recorded.index();
    CHECK(index.begin == index.end);
    CHECK(index.events.empty());
    CHECK(index.gaps.empty());
    CHECK(index.marks.empty());
    CHECK(index.logTimeAt(at(kStart)) == 0);
}
