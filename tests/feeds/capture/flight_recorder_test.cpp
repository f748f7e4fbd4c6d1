// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/flight_recorder.h"
#include "feeds/capture/message_stream.h"
#include "feeds/wire/encode.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/messages.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <filesystem>
#include <thread>

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
        flight->received("pop/LHR", encoder.encode(report));
        clock.advance(seconds(1));
    }
    /// Bytes that do not compress, as node columns.
    void noise(std::size_t size) {
        std::string bytes(size, ' ');
        for (auto& byte : bytes)
            byte = static_cast<char>((m_state = m_state * 1'664'525U + 1'013'904'223U) >> 24U);
        flight->received("node/LHR", bytes);
        clock.advance(seconds(1));
        CHECK(eventually([&] {
            std::this_thread::yield();
            return flight->status().queueFill == 0;
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
