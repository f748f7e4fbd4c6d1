// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/session.h"
#include "feeds/pipeline/stream_past.h"
#include "feeds/source/replay_source.h"

#include "tests/support/nats_feed.h"

#include <atomic>
#include <filesystem>
#include <thread>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

bool always(double) {
    return true;
}

/// A server whose stream is filled by one agent.
struct KeptFeed {
    NatsFixture nats;
    std::unique_ptr<Asker> asker;
    std::unique_ptr<Speaker> agent;
    SystemClock clock;
    TemporaryFolder folder;
    std::uint64_t said = 0;

    KeptFeed() {
        nats.start();
        asker = std::make_unique<Asker>(nats);
        REQUIRE(keepStream(asker->connection, kSmall));
        agent = std::make_unique<Speaker>(nats.endpoint());
    }
    /// The stream has them then.
    RecordedTime say(int reports) {
        for (int i = 0; i < reports; ++i)
            agent->say();
        said += static_cast<std::uint64_t>(reports);
        REQUIRE(asker->awaitStream(said, [&] { agent->publisher->tick(); }));
        return std::chrono::ceil<milliseconds>(clock.wall());
    }
    StreamPast past() {
        return {{.feed = {.connect = {nats.endpoint()}}, .folder = (folder.path() / "stream").string()},
                PopCatalogue::builtIn(),
                clock};
    }
    std::size_t files() const {
        std::error_code error;
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry :
             std::filesystem::directory_iterator(folder.path() / "stream", error))
            ++count;
        return count;
    }
};

/// How often each report is in the recordings.
std::map<std::uint64_t, int> sequencesIn(const std::vector<std::string>& recordings) {
    const SystemClock clock;
    auto replay = ReplaySource::open(recordings, clock, {.speed = replay::kAsFastAsPossible});
    REQUIRE(replay);
    replay.value()->subscribe("pop/");
    std::map<std::uint64_t, int> sequences;
    REQUIRE(eventually([&] {
        const auto received = replay.value()->receive(milliseconds(20));
        if (const auto* message = std::get_if<RawMessage>(&received))
            ++sequences[peek(message->payload)->sequence];
        return replay.value()->control()->status().atEnd;
    }));
    return sequences;
}

} // namespace

TEST_CASE("what a stream keeps is read where it is looked at, and what is read already is not again",
          "[nats][past]") {
    if (skippedWithoutNats()) return;
    KeptFeed f;
    const auto first = f.say(20);
    auto past = f.past();
    const auto one = past.around(first, first, always);
    REQUIRE(one);
    REQUIRE(one->recordings.size() == 1);
    auto sequences = sequencesIn(one->recordings);
    CHECK(sequences.size() == 20);
    CHECK(one->to == first);

    const auto second = f.say(20);
    const auto two = past.around(second, second, always);
    REQUIRE(two);
    REQUIRE(two->recordings.size() == 2);
    CHECK(two->recordings.front() == one->recordings.front());
    sequences = sequencesIn(two->recordings);
    CHECK(sequences.size() == 40);
    CHECK(std::ranges::all_of(sequences, [](const auto& each) { return each.second == 1; }));

    const auto again = past.around(second, second, [](double) { return false; }); // nothing is read
    REQUIRE(again);
    CHECK(again->recordings == two->recordings);
    const auto before = past.around(first - seconds(4'000), second, always);
    REQUIRE_FALSE(before);
    CHECK_THAT(before.error(), containsText("the stream keeps nothing of that time"));
}

TEST_CASE("a part of the past that nobody wants any more is left, and nothing of it stays", "[nats][past]") {
    if (skippedWithoutNats()) return;
    KeptFeed f;
    const auto end = f.say(20);
    {
        auto past = f.past();
        f.nats.kill(); // it would be waited for
        const auto left = past.around(end, end, [](double) { return false; });
        REQUIRE_FALSE(left);
        CHECK_THAT(left.error(), containsText("no longer wanted"));
        f.nats.restart();
        CHECK(f.files() == 0);
        REQUIRE(past.around(end, end, always));
        CHECK(f.files() == 1);
    }
    CHECK(f.files() == 0);
}

TEST_CASE("who has no stream, or no room for it, is told why", "[nats][past]") {
    if (skippedWithoutNats()) return;
    KeptFeed f;
    const auto end = f.say(5);
    std::ofstream(f.folder.path() / "file") << "no folder\n";
    StreamPast full(
        {.feed = {.connect = {f.nats.endpoint()}}, .folder = (f.folder.path() / "file" / "stream").string()},
        PopCatalogue::builtIn(), f.clock);
    auto refused = full.around(end, end, always);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error(), containsText("cannot make"));

    f.asker->request("$JS.API.STREAM.DELETE.SURGESCOPE");
    auto past = f.past();
    std::jthread speaks([&](const std::stop_token& stop) { // what comes now ends it
        while (!stop.stop_requested()) {
            f.agent->say();
            std::this_thread::yield();
        }
    });
    refused = past.around(end, end, always);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error(), containsText("the stream: there is none"));
}

TEST_CASE("a wall goes back further than it has been there, and forth into its own", "[nats][past]") {
    if (skippedWithoutNats()) return;
    KeptFeed f;
    auto sayNow = [&, last = std::int64_t{0}]() mutable { // once a second
        const auto now = unixSeconds(std::chrono::floor<seconds>(f.clock.wall()));
        if (std::exchange(last, now) == now) return f.agent->publisher->tick();
        f.agent->nextSecond = now;
        f.agent->say();
    };
    const auto began = f.clock.wall();
    REQUIRE(f.asker->awaitStream(6, std::ref(sayNow)));

    auto source = openFeed({.connect = {f.nats.endpoint()}});
    REQUIRE(source);
    Session::Options options;
    options.frameEvery = milliseconds(20);
    options.flight = {.folder = (f.folder.path() / "flight").string()};
    options.stream = {.connect = {f.nats.endpoint()}};
    auto opened = Session::live(std::move(source.value()), PopCatalogue::builtIn(), f.clock, options);
    REQUIRE(opened);
    auto& session = *opened.value();
    const auto here = f.clock.wall();
    std::shared_ptr<const Frame> frame;
    Timeline timeline;
    std::vector<std::string> failures;
    const auto until = [&](auto isSo) {
        return eventually([&] {
            sayNow();
            if (auto next = session.takeFrame()) frame = std::move(next);
            timeline = session.timeline();
            for (const auto& notice : session.takeNotices())
                if (notice.isFailure) failures.push_back(notice.text);
            return isSo();
        });
    };
    // It knows at once that there is more than it has seen.
    REQUIRE(until([&] { return timeline.buffered && timeline.buffered->from < here - seconds(2); }));
    CHECK(timeline.begin <= timeline.buffered->from);
    const auto shown = [&] { return frame->settled ? *frame->settled : FeedSecond{}; };

    REQUIRE(until([&] { return !timeline.empty && timeline.end > here + seconds(4); }));
    session.seek(std::chrono::floor<milliseconds>(began) + seconds(3));
    session.pause();
    REQUIRE(until([&] { return timeline.mode == Timeline::Mode::behindLive && timeline.paused; }));
    REQUIRE(until([&] { return frame->settled && shown() < here; }));
    CHECK(shown() > began - seconds(2));
    CHECK(frame->world[Measure::requests_per_second].value == 100);
    // And what it has seen there stands in its curve.
    CHECK(std::isfinite(timeline.overview.front()));

    // Played to its end it goes on with what the wall has recorded itself, and is live again at last.
    session.setSpeed(64);
    session.play();
    CHECK(until([&] { return timeline.mode == Timeline::Mode::live; }));
    CHECK(shown() > here);
    CHECK(failures.empty());
}
