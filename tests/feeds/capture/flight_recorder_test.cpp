// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/flight_recorder.h"
#include "feeds/capture/message_stream.h"
#include "feeds/desk/said.h"
#include "feeds/state/fleet_state.h"
#include "feeds/wire/encode.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <functional>
#include <future>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

struct Fixture {
    TemporaryFolder folder;
    TestClock clock;
    std::string ring = (folder.path() / "ring").string();
    std::unique_ptr<FlightRecorder> flight;
    std::uint64_t sequence = 0;

    void open(FlightRecorder::Options options) {
        options.folder = ring;
        auto opened = FlightRecorder::open(options, clock);
        REQUIRE(opened);
        flight = std::move(opened.value());
    }
    void report() {
        Encoder encoder;
        const auto report =
            popReport({.second = kStart + static_cast<std::int64_t>(++sequence), .sequence = sequence});
        flight->received("pop/LHR", encoder.encode(report), clock.wall());
        clock.advance(seconds(1));
    }
    /// Bytes that do not compress, as node columns.
    void noise(
        std::size_t size, const std::function<bool()>& orSo = [] { return false; }) {
        std::string bytes(size, ' ');
        for (auto& byte : bytes)
            byte = static_cast<char>((m_state = m_state * 1'664'525U + 1'013'904'223U) >> 24U);
        flight->received("node/LHR", bytes, clock.wall());
        clock.advance(seconds(1));
        CHECK(eventually([&] {
            std::this_thread::yield();
            return flight->status().queueFill == 0 || orSo();
        }));
    }
    std::uint64_t ringBytes() const {
        std::uint64_t bytes = 0;
        for (const auto& entry : std::filesystem::directory_iterator(ring))
            bytes += entry.file_size();
        return bytes;
    }

  private:
    std::uint32_t m_state = 1;
};

std::vector<std::uint64_t> sequencesIn(const std::string& path) {
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(),
                         [](const mcap::Channel& channel) { return channel.topic == "pop"; });
    std::vector<std::uint64_t> sequences;
    while (const auto* message = stream.next())
        sequences.push_back(message->sequence);
    return sequences;
}

} // namespace

TEST_CASE("what was recorded without being asked for is kept as one recording", "[flight]") {
    Fixture f;
    f.open({.segment = seconds(10)});
    for (int i = 0; i < 35; ++i)
        f.report();
    const auto kept = (f.folder.path() / "kept.mcap").string();
    const auto done = f.flight->keep(kept, PopCatalogue::builtIn());
    REQUIRE(done);
    CHECK(done->messages == 35);
    CHECK(f.flight->segments().size() == 4);
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 1; i <= 35; ++i)
        all.push_back(i);
    CHECK(sequencesIn(kept) == all);
    // It goes on, and may be kept again.
    f.report();
    const auto again = (f.folder.path() / "again.mcap").string();
    REQUIRE(f.flight->keep(again, PopCatalogue::builtIn()));
    CHECK(sequencesIn(again).size() == 36);
    CHECK(!f.flight->keep(again, PopCatalogue::builtIn()));
    for (const auto& entry : std::filesystem::directory_iterator(f.ring))
        CHECK(entry.is_regular_file()); // nothing of the keeping is left
}

TEST_CASE("the ring stays within its bound: the oldest goes", "[flight]") {
    Fixture f;
    constexpr std::uint64_t kBytes = 2'000'000;
    f.open({.bytes = kBytes});
    for (int i = 0; i < 100; ++i)
        f.noise(50'000);
    CHECK(f.ringBytes() <= kBytes);
    CHECK(f.ringBytes() > kBytes / 2);
    const auto kept = (f.folder.path() / "kept.mcap").string();
    const auto done = f.flight->keep(kept, PopCatalogue::builtIn());
    REQUIRE(done);
    CHECK(done->messages > 15);
    CHECK(done->messages < 45);
}

TEST_CASE("what the ring has no room for is put aside where a critical alarm came, with what was before it",
          "[flight]") {
    Fixture f;
    constexpr std::uint64_t kMost = 400'000;
    f.open({.bytes = kMost, .segment = seconds(10)});
    const auto says = [&](Severity severity) {
        Transition change;
        change.second = feedSecond(kStart);
        change.change = Change::shown;
        change.to = AlarmState::unacked;
        change.severity = severity;
        f.flight->said(said::kChange, said::bytesOf(change));
    };
    const auto namesIn = [](const std::string& folder) {
        std::vector<std::string> names;
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(folder, none))
            if (entry.is_regular_file() && entry.path().extension() == ".mcap")
                names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    };
    std::vector<std::string> wanted;
    for (int i = 0; i < 60; ++i) {
        if (i == 5) says(Severity::warning);
        if (i == 20) {
            for (const auto& path : {f.flight->segments().back(), f.flight->status().path})
                wanted.push_back(std::filesystem::path(path).filename().string());
            says(Severity::critical);
        }
        f.noise(20'000);
    }
    CHECK(namesIn(f.flight->asideFolder()) == wanted);
    CHECK(f.flight->bytes() <= kMost);
    CHECK(McapReader::open(f.flight->asideFolder() + "/" + wanted.front()));

    // What is put aside has a bound, too: the oldest goes.
    for (int i = 0; i < 120; ++i) {
        says(Severity::critical);
        f.noise(20'000);
    }
    std::uint64_t aside = 0;
    for (const auto& entry : std::filesystem::directory_iterator(f.flight->asideFolder()))
        aside += entry.file_size();
    CHECK(aside <= kMost);
    CHECK(aside > kMost / 2);
    for (const auto& name : namesIn(f.flight->asideFolder()))
        CHECK(std::ranges::count(wanted, name) == 0);
}

TEST_CASE("a segment that cannot be put aside is told, and the ring keeps its bound", "[flight]") {
    Fixture f;
    f.open({.bytes = 400'000, .segment = seconds(10)});
    writeBytes(f.flight->asideFolder(), "a file where the folder should be");
    Transition change;
    change.second = feedSecond(kStart);
    change.change = Change::shown;
    change.to = AlarmState::unacked;
    change.severity = Severity::critical;
    f.flight->said(said::kChange, said::bytesOf(change));
    for (int i = 0; i < 60; ++i)
        f.noise(20'000);
    CHECK_THAT(f.flight->takeAsideProblem(), containsText("is not kept in '" + f.flight->asideFolder()));
    CHECK(f.flight->takeAsideProblem().empty());
    CHECK(f.flight->bytes() <= 400'000);
}

TEST_CASE("segments of an earlier run are part of the ring, and not of what is kept", "[flight]") {
    Fixture f;
    f.open({});
    f.report();
    f.flight.reset();
    f.open({});
    CHECK(f.flight->segments().size() == 1);
    f.report();
    const auto kept = (f.folder.path() / "kept.mcap").string();
    REQUIRE(f.flight->keep(kept, PopCatalogue::builtIn()));
    CHECK(sequencesIn(kept) == std::vector<std::uint64_t>{2});
    CHECK(f.flight->segments().size() == 2);
}

TEST_CASE("several that run at once, begun in the same millisecond, do not touch each other's segments",
          "[flight]") {
    Fixture f;
    f.open({});
    auto second = FlightRecorder::open({.folder = f.ring}, f.clock);
    REQUIRE(second);
    CHECK(f.flight->folder() == f.ring);
    CHECK(second.value()->folder() == f.ring + "-2");
    f.report();
    const auto kept = (f.folder.path() / "kept.mcap").string();
    REQUIRE(f.flight->keep(kept, PopCatalogue::builtIn()));
    CHECK(sequencesIn(kept).size() == 1);
    const auto nothing =
        second.value()->keep((f.folder.path() / "nothing.mcap").string(), PopCatalogue::builtIn());
    REQUIRE(nothing);
    CHECK(nothing->messages == 0);
    // Whoever comes after the first has ended takes its ring on.
    f.flight.reset();
    f.clock.advance(seconds(1));
    const auto third = FlightRecorder::open({.folder = f.ring}, f.clock);
    REQUIRE(third);
    CHECK(third.value()->folder() == f.ring);
    CHECK(third.value()->segments().size() == 2);
}

TEST_CASE("a folder that cannot be made is refused in words", "[flight]") {
    const TemporaryFolder folder;
    const TestClock clock;
    writeBytes((folder.path() / "file").string(), "");
    const auto flight = FlightRecorder::open({.folder = (folder.path() / "file" / "ring").string()}, clock);
    REQUIRE(!flight);
    CHECK_THAT(flight.error(), containsText("cannot make the folder"));
}

TEST_CASE("while an old segment is deleted nobody waits for the disk", "[flight]") {
    Fixture f;
    std::promise<void> begun;
    std::promise<void> mayEnd;
    std::atomic<bool> once{false};
    FlightRecorder::Options options{.bytes = 200'000};
    options.remove = [&](const std::string&) {
        if (once.exchange(true)) return;
        begun.set_value();
        mayEnd.get_future().wait_for(seconds(20));
    };
    f.open(options);
    auto deletes = begun.get_future();
    const auto isDeleting = [&] { return deletes.wait_for(seconds(0)) == std::future_status::ready; };
    for (int i = 0; i < 200 && !isDeleting(); ++i)
        f.noise(20'000, isDeleting);
    REQUIRE(isDeleting());
    // What the screen and the feed ask of the recorder.
    const FleetState state(PopCatalogue::builtIn());
    auto asked = std::async(std::launch::async, [&] {
        f.flight->settled(state);
        static_cast<void>(f.flight->since());
        static_cast<void>(f.flight->bytes());
        f.flight->received("pop/LHR", "a report", f.clock.wall());
    });
    CHECK(asked.wait_for(seconds(10)) == std::future_status::ready);
    mayEnd.set_value();
}

TEST_CASE("after a failure the way back is refused at once, with the reason", "[flight]") {
    Fixture f;
    f.open({});
    f.report();
    std::filesystem::remove_all(f.ring);
    REQUIRE(eventually([&] {
        std::this_thread::yield();
        return f.flight->status().state == Recorder::State::failed;
    }));
    const auto begin = std::chrono::steady_clock::now();
    const auto segments = f.flight->endSegment();
    REQUIRE(!segments);
    CHECK(std::chrono::steady_clock::now() - begin < seconds(5));
    CHECK_THAT(segments.error(), containsText("was deleted or replaced"));
    CHECK_THAT(f.flight->keep((f.folder.path() / "kept.mcap").string(), PopCatalogue::builtIn()).error(),
               containsText("cannot make the folder") || containsText("was deleted or replaced"));
}

TEST_CASE("whoever waits for a segment's end learns of the failure that comes meanwhile", "[flight]") {
    Fixture f;
    f.open({});
    f.report();
    std::filesystem::remove_all(f.ring); // not noticed yet, or just now: the new file cannot be made
    const auto begin = std::chrono::steady_clock::now();
    const auto segments = f.flight->endSegment();
    REQUIRE(!segments);
    CHECK(std::chrono::steady_clock::now() - begin < seconds(5));
    CHECK_THAT(segments.error(), containsText(f.ring));
}

TEST_CASE("a keeping that was killed leaves nothing behind the next start", "[flight]") {
    Fixture f;
    const auto kept = (f.folder.path() / "kept.mcap").string();
    const pid_t child = ::fork();
    if (child == 0) {
        f.open({});
        for (int i = 0; i < 3'000; ++i)
            f.report();
        static_cast<void>(f.flight->keep(kept, PopCatalogue::builtIn(), [](double) { std::raise(SIGKILL); }));
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    CHECK(!std::filesystem::exists(kept)); // no half of it under its name
    const auto foldersLeft = [&] {
        int folders = 0;
        for (const auto& entry : std::filesystem::directory_iterator(f.ring))
            folders += entry.is_directory() ? 1 : 0;
        return folders;
    };
    REQUIRE(foldersLeft() == 1);
    const auto filesBeside = [&] {
        int files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(f.folder.path()))
            files += entry.is_regular_file() ? 1 : 0;
        return files;
    };
    REQUIRE(filesBeside() == 1);
    {
        // One that comes while the ring is taken has another, and lets this one be.
        const auto lock = FileLock::take(f.ring + "/lock");
        REQUIRE((lock && lock.value()));
        const auto other = FlightRecorder::open({.folder = f.ring}, f.clock);
        REQUIRE(other);
        CHECK(foldersLeft() == 1);
        CHECK(filesBeside() == 1);
    }
    f.clock.advance(seconds(1));
    f.open({});
    CHECK(eventually([&] {
        std::this_thread::yield();
        return foldersLeft() == 0 && filesBeside() == 0;
    }));
}
