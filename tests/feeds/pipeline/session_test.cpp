// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/followed_launch.h"
#include "tests/support/recorded_launch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;
using Mode = Timeline::Mode;

TEST_CASE("a feed can be gone back in while it goes on, and one step leads back to live", "[session]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(40)));
    CHECK(f.timeline.mode == Mode::live);
    CHECK(f.timeline.position == f.timeline.end);
    REQUIRE(f.timeline.buffered);
    CHECK(f.timeline.buffered->from <= f.timeline.begin + seconds(2));
    CHECK(f.timeline.recording.flight);
    CHECK(f.timeline.recording.bytes > 0);
    const auto liveEpoch = f.frame->epoch;

    const auto to = f.timeline.begin + seconds(20);
    f.session->seek(to);
    CHECK(f.session->timeline().opening);
    f.session->pause();
    REQUIRE(f.until([&] {
        return f.timeline.mode == Mode::behindLive && f.timeline.paused && f.frame->epoch != liveEpoch;
    }));
    REQUIRE(f.until([&] { return f.frame->settled && f.frame->pops.size() == 391; }));
    // In fast motion, seconds within a minute are found to some seconds only.
    CHECK(f.shown() >= to - seconds(5));
    CHECK(f.shown() <= to + seconds(30)); // it played for a moment, at the pace at which it came
    CHECK(f.frame->world.nodesExpected == 400);
    // The past's own charts reach back to the beginning.
    const auto& curve = f.frame->series[Measure::requests_per_second];
    CHECK(std::ranges::count_if(curve, [](float v) { return v == v; }) >= 6); // of three seconds each

    const auto there = f.shown();
    const auto end = f.timeline.end;
    REQUIRE(f.until([&] { return f.timeline.end > end + seconds(20); })); // the feed goes on
    CHECK(f.shown() <= there + seconds(5));
    CHECK(f.timeline.position <= there + seconds(5));

    f.session->toLive();
    REQUIRE(f.until(
        [&] { return f.timeline.mode == Mode::live && f.frame->epoch == liveEpoch && f.shown() > end; }));
    CHECK(f.frame->health.lost == 0); // nothing was missed
    CHECK(f.timeline.position == f.timeline.end);
}

TEST_CASE("alarms are of now while the screen looks back, and can be acknowledged", "[session]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(30)));
    f.session->seek(f.timeline.begin + seconds(10));
    f.session->pause();
    REQUIRE(f.until([&] { return f.timeline.mode == Mode::behindLive && f.timeline.paused; }));
    REQUIRE(f.until([&] { return f.status && !f.status->alarms.cards.empty(); })); // the launch goes on
    CHECK(f.timeline.mode == Mode::behindLive);
    const auto shown = f.shown();
    const auto first = f.status->alarms.cards.front();
    CHECK(Timeline::Time(first.since.time_since_epoch()) > shown);
    REQUIRE(!f.session->ask(Acknowledge{first.id, "anna", "seen"}));
    CHECK(f.until([&] {
        return std::ranges::any_of(f.status->history, [&](const Transition& change) {
            return change.card == first.id && change.by == "anna" && change.note == "seen";
        });
    }));
}

TEST_CASE("a dashboard that is started again knows what nobody has acknowledged", "[session]") {
    FollowedLaunch f;
    // One of the world: cards of regions may become one of it meanwhile.
    const auto metadata = [&]() -> std::optional<Card> {
        if (!f.status) return std::nullopt;
        const auto& cards = f.status->alarms.cards;
        const auto found = std::ranges::find(cards, "latency/metadata", &Card::rule);
        return found == cards.end() ? std::nullopt : std::optional(*found);
    };
    REQUIRE(f.until([&] { return metadata().has_value(); }));
    const auto before = *metadata();
    const auto end = f.timeline.end;
    REQUIRE(f.until([&] { return f.timeline.end > end + seconds(20); })); // so that it is kept
    f.session.reset();
    f.status.reset();
    f.frame.reset();
    f.follow();
    REQUIRE(f.until([&] { return metadata().has_value(); }));
    CHECK(metadata()->id == before.id);
    CHECK(metadata()->since == before.since);
    CHECK(metadata()->occurrence == before.occurrence);
}

TEST_CASE("a file of rules is read again when it changes, and one with a mistake changes nothing",
          "[session]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "rules.toml").string();
    const auto write = [&](const std::string& text) {
        const auto other = path + ".new";
        std::ofstream(other) << text;
        std::filesystem::rename(other, path);
    };
    write("version = 1\n");
    FollowedLaunch f(false, path);
    REQUIRE(f.until([&] { return f.status && f.status->alarms.since; }));
    write("version = 1\n[[rule]]\nid = \"pops/load\"\nwarning = [\">90%\", \"95%\", 3]\n");
    REQUIRE(f.until([&] { return !f.status->alarms.rulesProblem.empty(); }));
    CHECK_THAT(f.status->alarms.rulesProblem, containsText(path + ":"));
    write("version = 1\n[[rule]]\nid = \"pops/load\"\nfrom = \"always\"\n"
          "warning = [\">1%\", \"0.5%\", 1]\n");
    CHECK(f.until([&] {
        return std::ranges::any_of(f.status->alarms.cards,
                                   [](const Card& card) { return card.rule == "pops/load"; });
    }));
    CHECK(f.status->alarms.rulesProblem.empty());
}

TEST_CASE("a past that plays fast enough becomes live by itself", "[session]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(30)));
    f.session->seek(f.timeline.begin + seconds(10));
    REQUIRE(f.until([&] { return f.timeline.mode == Mode::behindLive; }));
    f.session->setSpeed(replay::kAsFastAsPossible);
    CHECK(f.until([&] { return f.timeline.mode == Mode::live; }));
}

TEST_CASE("a pause freezes the newest second", "[session]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(20)));
    const auto at = f.timeline.end;
    f.session->pause();
    REQUIRE(f.until(
        [&] { return f.timeline.mode == Mode::behindLive && f.frame->settled && !f.timeline.opening; }));
    CHECK(f.timeline.paused);
    REQUIRE(f.until([&] { return f.timeline.end > at + seconds(20); }));
    CHECK(f.timeline.position <= at + seconds(5));
}

TEST_CASE("a loop at the newest second, asked for live, goes round in the past", "[session]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(40)));
    const auto from = f.timeline.end - seconds(20);
    const auto to = f.timeline.end + seconds(3'600); // not yet
    SECTION("asked for live") {}
    SECTION("while the way back is being opened") {
        f.session->seek(from);
    }
    SECTION("behind live, in a past that ends before the loop does") {
        f.session->seek(f.timeline.begin + seconds(5));
        f.session->pause();
        REQUIRE(f.until([&] { return f.timeline.mode == Mode::behindLive && f.timeline.paused; }));
        const auto end = f.timeline.end;
        REQUIRE(f.until([&] { return f.timeline.end > end + seconds(25); }));
        f.session->loop(Timeline::Range{end + seconds(5), to});
        f.session->play();
        REQUIRE(f.until([&] { return f.timeline.loop && !f.timeline.opening; }));
        CHECK(f.timeline.loop->to > end + seconds(10));
    }
    f.session->loop(Timeline::Range{from, to});
    REQUIRE(f.until([&] {
        return f.timeline.mode == Mode::behindLive && f.timeline.loop && !f.timeline.opening &&
               f.timeline.loop->from < from + seconds(2);
    }));
    CHECK(f.timeline.loop->to < to);
    f.session->play();
    f.session->setSpeed(4);
    // Round it goes, twice, and stays where it is.
    for (int round = 0; round < 2; ++round) {
        const auto last = f.timeline.loop->to - seconds(5);
        REQUIRE(f.until([&] { return f.timeline.position >= last; }));
        REQUIRE(f.until([&] { return f.timeline.position < last - seconds(5); }));
        CHECK(f.timeline.mode == Mode::behindLive);
        CHECK(f.timeline.loop);
    }
    f.session->loop(std::nullopt);
    f.session->toLive();
    CHECK(f.until([&] { return f.timeline.mode == Mode::live && !f.timeline.loop; }));
}

TEST_CASE("a recording by hand that cannot begin is told, and another can be begun", "[session]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(5)));
    writeBytes((f.folder.path() / "recordings").string(), "a file where the folder should be");
    f.session->record(true);
    REQUIRE(f.until([&] { return f.wasTold("not recording: ", true) && f.wasTold("cannot create", true); }));
    CHECK(f.timeline.recording.flight); // which goes on
    CHECK(f.timeline.recording.state == Timeline::Recording::State::recording);
    std::filesystem::remove(f.folder.path() / "recordings");
    f.session->record(true);
    REQUIRE(f.until([&] { return !f.timeline.recording.flight && f.timeline.recording.bytes > 10'000; }));
    // Its folder goes: it has failed, and R begins another.
    std::filesystem::remove_all(f.folder.path() / "recordings");
    REQUIRE(f.until([&] { return f.timeline.recording.state == Timeline::Recording::State::failed; }));
    CHECK(f.wasTold("was deleted or replaced", true));
    f.session->record(true);
    CHECK(f.until([&] { return !f.timeline.recording.flight && f.timeline.recording.bytes > 10'000; }));
    CHECK(f.timeline.feedAgeSeconds);
}

TEST_CASE("without a flight recorder there is no way back, and nothing breaks", "[session]") {
    FollowedLaunch f(false);
    REQUIRE(f.untilLength(seconds(10)));
    CHECK_FALSE(f.timeline.buffered);
    f.session->seek(f.timeline.begin);
    f.session->pause();
    f.session->step(-1);
    f.session->toEvent(false);
    f.session->keep();
    const auto end = f.timeline.end;
    CHECK(f.until([&] { return f.timeline.end > end + seconds(5); }));
    CHECK(f.timeline.mode == Mode::live);
    CHECK(f.timeline.recording.state == Timeline::Recording::State::off);
}

TEST_CASE("a recording begun and ended by hand, and one kept afterwards, play", "[session]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(20)));
    const auto before = f.timeline.end;
    f.session->record(true);
    REQUIRE(f.until([&] { return !f.timeline.recording.flight; }));
    REQUIRE(f.untilLength(seconds(60)));
    f.session->record(false);
    CHECK(f.session->timeline().recording.flight);
    f.session->keep();
    REQUIRE(f.until([&] { return f.wasTold("kept as ", false); }));
    CHECK(f.wasTold("keeping what the flight recorder holds", false));
    CHECK(std::ranges::none_of(f.notices, &Notice::isFailure));
    CHECK(f.session->takeNotices().empty()); // each once
    f.session.reset();
    f.feed = {};

    const auto recordings = f.recordings();
    REQUIRE(recordings.size() == 2);
    for (const auto& path : recordings) {
        auto source = ReplaySource::open(path, f.clock, {.speed = replay::kAsFastAsPossible});
        INFO(path << (source ? "" : source.error()));
        REQUIRE(source);
        const bool kept = path.find("kept") != std::string::npos;
        CHECK((source.value()->recording().begin < before) == kept);
        CHECK(source.value()->damage().empty());
        if (!kept) CHECK(source.value()->recording().continues); // it begins with the rosters known
        f.session = Session::replay(std::move(source.value()), PopCatalogue::builtIn(), f.clock, {});
        f.frame = nullptr;
        REQUIRE(f.until([&] { return f.timeline.atEnd && f.frame && f.frame->settled; }));
        CHECK(f.timeline.mode == Mode::replay);
        CHECK(f.timeline.overview.size() > 5);
        CHECK(f.timeline.recording.state == Timeline::Recording::State::off);
        f.session->toLive(); // there is none
        f.session->seek(f.timeline.begin + seconds(8));
        f.session->pause();
        CHECK(f.until([&] { return f.timeline.paused; }));
        CHECK(f.timeline.mode == Mode::replay);
    }
}

TEST_CASE("a flight recorder that cannot begin is told, and the feed is followed all the same", "[session]") {
    const SystemClock clock;
    auto source = ZmqSource::open({.bind = {"tcp://127.0.0.1:*"}});
    REQUIRE(source);
    Session::Options options;
    options.flight = {.folder = "/proc/no/such/folder"};
    const auto session = Session::live(std::move(source.value()), PopCatalogue::builtIn(), clock, options);
    REQUIRE(session);
    const auto recording = session.value()->timeline().recording;
    CHECK(recording.state == Timeline::Recording::State::failed);
    CHECK_THAT(recording.reason, containsText("/proc/no/such/folder"));
    session.value()->keep();
    CHECK(session.value()->timeline().recording.state == Timeline::Recording::State::failed);
}

TEST_CASE("a recording that was asked for and cannot begin is refused in words", "[session]") {
    const SystemClock clock;
    auto source = ZmqSource::open({.bind = {"tcp://127.0.0.1:*"}});
    REQUIRE(source);
    Session::Options options;
    options.record = {.path = "/proc/no/such/folder/a.mcap"};
    const auto session = Session::live(std::move(source.value()), PopCatalogue::builtIn(), clock, options);
    REQUIRE_FALSE(session);
    CHECK_THAT(session.error(), containsText("/proc/no/such/folder"));
}

TEST_CASE("at its end a recording plays once more from its beginning", "[session]") {
    const RecordedLaunch recorded("triple-drop", 20, 391, false);
    SystemClock clock;
    auto source = ReplaySource::open(recorded.path, clock, {.speed = replay::kAsFastAsPossible});
    REQUIRE(source);
    const auto session = Session::replay(std::move(source.value()), PopCatalogue::builtIn(), clock, {});
    Timeline timeline;
    const auto until = [&](auto isSo) {
        return eventually([&] {
            (void)session->takeFrame();
            timeline = session->timeline();
            return isSo();
        });
    };
    REQUIRE(until([&] { return timeline.atEnd; }));
    session->setSpeed(0.1);
    session->play();
    REQUIRE(until([&] { return !timeline.atEnd; }));
    CHECK(timeline.position < timeline.begin + seconds(5));
    CHECK_FALSE(timeline.paused);
    session->pause();
    session->seek(timeline.end);
    REQUIRE(until([&] { return timeline.atEnd && timeline.paused; }));
    session->play();
    CHECK(until([&] { return !timeline.atEnd && !timeline.paused; }));
}
