// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/csv_export.h"
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/rewrite.h"
#include "feeds/capture/verification.h"
#include "feeds/source/replay_source.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/frame_text.h"
#include "tests/support/recorded_launch.h"

#include <sstream>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// What a recording holds, of some channels or of all that was received.
std::vector<std::string> messagesOf(const std::string& path, const std::string& channelName = "") {
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(), [&](const mcap::Channel& channel) {
        return channelName.empty() ? recording::originOf(channel.topic) == recording::Origin::received
                                   : channel.topic == channelName;
    });
    std::vector<std::string> messages;
    while (const auto* message = stream.next())
        messages.push_back(std::string(message->topic) + " " + std::string(message->payload));
    return messages;
}

} // namespace

TEST_CASE("a damaged recording is recovered: all that can be read, rollups made anew", "[rewrite]") {
    const RecordedLaunch launch("triple-drop", 60, 391);
    const auto out = (launch.folder.path() / "recovered.mcap").string();
    SECTION("one that is sound comes out the same") {
        const auto done = rewrite({launch.path}, out, PopCatalogue::builtIn(), {});
        REQUIRE(done);
        CHECK(done->damage.empty());
        for (const char* channel : {"", "rollup", "points/1", "points/10"}) {
            INFO(channel);
            CHECK((messagesOf(out, channel) == messagesOf(launch.path, channel)));
        }
    }
    SECTION("one cut off in the middle keeps its first half") {
        const auto bytes = fileBytes(launch.path);
        const auto torn = (launch.folder.path() / "torn.mcap").string();
        writeBytes(torn, bytes.substr(0, bytes.size() / 2));
        const auto done = rewrite({torn}, out, PopCatalogue::builtIn(), {});
        REQUIRE(done);
        REQUIRE(done->damage.size() == 1);
        CHECK_THAT(done->damage[0], containsText("torn.mcap, byte "));
        const auto all = messagesOf(launch.path);
        const auto half = messagesOf(out);
        CHECK(half.size() > all.size() / 3);
        CHECK(std::equal(half.begin(), half.end(), all.begin()));
        const auto verified = verify(out, {});
        REQUIRE(verified);
        CHECK(verified->damage.empty());
        CHECK(verified->indexed);
        CHECK(verified->lost == 0);
    }
}

TEST_CASE("what was recorded in fast motion is recovered with every rollup and point", "[rewrite]") {
    // Ten seconds of feed time between two looks at the clock, and rollups lost as in a crash.
    const RecordedLaunch launch("triple-drop", 150, 100, false, {}, seconds(900), milliseconds(20));
    const auto out = (launch.folder.path() / "recovered.mcap").string();
    REQUIRE(rewrite({launch.path}, out, PopCatalogue::builtIn(), {}));
    for (const char* channel : {"rollup", "points/1", "points/10", "points/60"}) {
        INFO(channel);
        CHECK(messagesOf(out, channel).size() == messagesOf(launch.path, channel).size());
    }
    CHECK((messagesOf(out, "rollup") == messagesOf(launch.path, "rollup")));
}

TEST_CASE("a part cut out shows what was shown", "[rewrite]") {
    const RecordedLaunch launch("triple-drop", 150, 391);
    const auto out = (launch.folder.path() / "part.mcap").string();
    auto reader = McapReader::open(launch.path);
    const auto whole = indexOf(*reader.value());
    const auto from = parseRecordedTime("T+00:00:10", whole); // T-0 is a minute in: rosters came before
    const auto to = parseRecordedTime("-00:00:20", whole);
    REQUIRE((from && to));
    REQUIRE(rewrite({launch.path}, out, PopCatalogue::builtIn(), {.from = *from, .to = *to}));
    TestClock clock;
    auto source = ReplaySource::open(out, clock, {});
    REQUIRE(source);
    CHECK(source.value()->recording().begin - *from <= seconds(1));
    CHECK(*to - source.value()->recording().end <= seconds(1));
    FeedStep step(*source.value(), PopCatalogue::builtIn(), clock, NodeColumnsWanted::all);
    step.request(launchRequest());
    step.receive(milliseconds(0)); // the rosters of before
    clock.advance(milliseconds(50'050));
    while (step.receive(milliseconds(0)) > 0) {
    }
    const auto frame = step.buildFrame(0);
    REQUIRE(frame->settled);
    const auto& original = *launch.frames.at(*frame->settled);
    CHECK((frame->world == original.world));
    REQUIRE(frame->pops.size() == original.pops.size());
    for (std::size_t i = 0; i < frame->pops.size(); ++i)
        CHECK((frame->pops[i].summary == original.pops[i].summary));
    CHECK(frame->health.nodesExpected == original.health.nodesExpected);
}

TEST_CASE("the recordings of several recorders become one, without duplicates", "[rewrite]") {
    const RecordedLaunch launch("triple-drop", 60, 391);
    auto reader = McapReader::open(launch.path);
    const auto whole = indexOf(*reader.value());
    const auto path = [&](const char* name) { return (launch.folder.path() / name).string(); };
    // Two that overlap: each lacks what the other has.
    REQUIRE(
        rewrite({launch.path}, path("first"), PopCatalogue::builtIn(), {.to = whole.begin + seconds(40)}));
    REQUIRE(
        rewrite({launch.path}, path("second"), PopCatalogue::builtIn(), {.from = whole.begin + seconds(20)}));
    const auto merged = rewrite({path("second"), path("first")}, path("merged"), PopCatalogue::builtIn(), {});
    REQUIRE(merged);
    CHECK(merged->duplicates > 5'000);
    CHECK(messagesOf(path("merged")) == messagesOf(launch.path));
}

TEST_CASE("an output that exists and an input that does not are refused", "[rewrite]") {
    const RecordedLaunch launch("triple-drop", 3, 391);
    CHECK_THAT(rewrite({launch.path}, launch.path, PopCatalogue::builtIn(), {}).error(),
               containsText("cannot create"));
    CHECK_THAT(rewrite({launch.path + "x"}, launch.path + "y", PopCatalogue::builtIn(), {}).error(),
               containsText("cannot open"));
}

TEST_CASE("verification finds wrong checksums, refused messages and what is lost", "[rewrite]") {
    TemporaryFolder folder;
    TestClock clock;
    const auto path = (folder.path() / "a.mcap").string();
    auto recorder = Recorder::open({.path = path}, clock);
    REQUIRE(recorder);
    Encoder encoder;
    for (const std::uint64_t sequence : {1, 2, 5, 6}) {
        PopReport report;
        report.header = {"agent", 1'795'000'000'000'000, sequence, feedSecond(1'795'000'000),
                         WallTime(seconds(1'795'000'000))};
        report.header.intervalEnd += seconds(sequence);
        report.pop = "LHR";
        recorder.value()->received("pop/LHR", encoder.encode(report), clock.wall());
    }
    recorder.value()->received("pop/LHR", "rubbish", clock.wall());
    recorder.value()->stop();
    auto verified = verify(path, {});
    REQUIRE(verified);
    CHECK(verified->damage.empty());
    CHECK(verified->lost == 2);
    CHECK(verified->messages.at("pop") == 4);
    CHECK(verified->messages.at("pop/LHR") == 1); // rubbish, under its own topic
    CHECK(verified->refused[static_cast<std::size_t>(Refusal::unparseable)] == 1);
    CHECK(verified->reports.refused == 1);
    CHECK(verified->reports.of == 5);
    CHECK_FALSE(verified->reports.isAll());
    auto bytes = fileBytes(path);
    auto reader = McapReader::open(path);
    bytes[reader.value()->parts()[0].offset + 80] ^= 1;
    writeBytes(path, bytes);
    verified = verify(path, {});
    REQUIRE(verified);
    CHECK(verified->damage.size() == 1);
}

namespace {

struct TableOf {
    CsvWritten written;
    std::vector<std::string> lines;

    TableOf(const std::string& path, CsvPlaces places) {
        std::ostringstream out;
        auto done = writeCsv(path, places, PopCatalogue::builtIn(), out);
        REQUIRE(done);
        written = std::move(done.value());
        std::istringstream in(out.str());
        for (std::string line; std::getline(in, line);)
            lines.push_back(line);
        REQUIRE(lines.size() == written.lines + 1);
    }
    std::string cell(std::size_t line, const std::string& name) const {
        const auto cells = [](const std::string& text) {
            std::vector<std::string> all(1);
            for (const char c : text)
                c == ',' ? static_cast<void>(all.emplace_back()) : all.back().push_back(c);
            return all;
        };
        const auto names = cells(lines[0]);
        const auto at = std::ranges::find(names, name) - names.begin();
        return cells(lines.at(line)).at(static_cast<std::size_t>(at));
    }
    /// Of all lines.
    std::uint64_t sum(const std::string& name) const {
        std::uint64_t all = 0;
        for (std::size_t i = 1; i < lines.size(); ++i)
            if (const auto text = cell(i, name); !text.empty()) all += std::stoull(text);
        return all;
    }
};

/// Of the reports themselves.
std::uint64_t requestsIn(const std::string& path) {
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(),
                         [](const mcap::Channel& channel) { return channel.topic == "pop"; });
    Decoder decoder;
    std::uint64_t requests = 0;
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        if (const auto* report = std::get_if<const PopReport*>(&decoded))
            requests += (*report)->totals[Counter::requests];
    }
    return requests;
}

} // namespace

TEST_CASE("totals as a table, up to the last second", "[rewrite][csv]") {
    const RecordedLaunch launch("triple-drop", 45, 391, false);
    const TableOf world(launch.path, CsvPlaces::world);
    CHECK_THAT(world.lines[0],
               containsText("time [UTC],interval [s],place,expected nodes,node_seconds [{node}.s],"));
    CHECK_THAT(world.lines[0], containsText(",bytes_out [By],"));
    CHECK_THAT(world.lines[0], containsText(",invalidation_lag p99 [us]"));
    CHECK_THAT(world.lines[3], containsText("Z,10,world,391,3910,"));
    CHECK(world.lines[2].substr(10, 1) == "T");
    const auto slots = world.written.lines;
    CHECK(world.cell(slots, "interval [s]") != "10"); // and not all of ten seconds
    CHECK(world.cell(slots, "expected nodes") == "391");
    CHECK(world.sum("requests [{request}]") == requestsIn(launch.path));
    CHECK(world.written.damage.empty());
    CHECK(TableOf(launch.path, CsvPlaces::regions).written.lines == slots * 7);
    CHECK(TableOf(launch.path, CsvPlaces::pops).written.lines == slots * 391);
    for (const auto& line : world.lines)
        CHECK(std::ranges::count(line, ',') == std::ranges::count(world.lines[0], ','));
}

TEST_CASE("a recording too short for a rollup has a table, too", "[rewrite][csv]") {
    const RecordedLaunch launch("triple-drop", 7, 391, false);
    const TableOf world(launch.path, CsvPlaces::world);
    CHECK(world.cell(1, "expected nodes") == "391");
    CHECK(world.sum("requests [{request}]") == requestsIn(launch.path));
    CHECK(world.sum("interval [s]") == 7);
}

TEST_CASE("a PoP that fell silent stays among the expected nodes, with nothing measured", "[rewrite][csv]") {
    const RecordedLaunch launch("triple-drop", 75, 391, false, {"LHR", 25});
    const TableOf world(launch.path, CsvPlaces::world);
    for (std::size_t i = 1; i < world.lines.size(); ++i)
        CHECK(world.cell(i, "expected nodes") == "391");
    const TableOf pops(launch.path, CsvPlaces::pops);
    std::string last;
    for (const auto& line : pops.lines)
        if (line.find(",LHR,") != std::string::npos) last = line;
    CHECK_THAT(last, containsText(",LHR,1,,,"));
    CHECK(last.substr(0, 20) == pops.lines.back().substr(0, 20));
}

TEST_CASE("a table of a damaged recording says so, and is made of what is left", "[rewrite][csv]") {
    const RecordedLaunch launch("triple-drop", 75, 391, false);
    auto bytes = fileBytes(launch.path);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> rollups; // offset and length of their chunks
    {
        auto reader = McapReader::open(launch.path);
        REQUIRE(reader);
        for (const auto& channel : reader.value()->channels())
            if (channel.topic == "rollup")
                for (const auto& part : reader.value()->parts())
                    if (part.channels == std::uint64_t{1} << channel.id)
                        rollups.emplace_back(part.offset, part.length);
    }
    REQUIRE(rollups.size() >= 4);
    const auto damaged = (launch.folder.path() / "damaged.mcap").string();
    const auto whole = requestsIn(launch.path);
    SECTION("a rollup is made of its reports") {
        bytes[rollups[2].first + rollups[2].second - 3] ^= 0x10;
        writeBytes(damaged, bytes);
        const TableOf world(damaged, CsvPlaces::world);
        REQUIRE(world.written.damage.size() == 1);
        CHECK_THAT(world.written.damage[0], containsText("byte " + std::to_string(rollups[2].first) + ": "));
        CHECK(world.sum("requests [{request}]") == whole);
        CHECK(world.written.missing.empty());
    }
    SECTION("what nothing is left of is named") {
        // Everything between the first rollup and the fourth: two of them, and the reports they are made of.
        const auto from = rollups[0].first + rollups[0].second;
        const auto to = rollups[3].first;
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                  bytes.begin() + static_cast<std::ptrdiff_t>(to), '\0');
        writeBytes(damaged, bytes);
        const TableOf world(damaged, CsvPlaces::world);
        CHECK(world.sum("requests [{request}]") < whole);
        CHECK(!world.written.damage.empty());
        REQUIRE(!world.written.missing.empty());
        CHECK_THAT(world.written.missing[0], containsText("Z to 20"));
    }
    SECTION("torn off") {
        writeBytes(damaged, bytes.substr(0, bytes.size() / 2));
        const TableOf world(damaged, CsvPlaces::world);
        CHECK(!world.written.damage.empty());
        CHECK(world.sum("requests [{request}]") == requestsIn(damaged));
    }
}

TEST_CASE("moments as people write them", "[rewrite]") {
    RecordingIndex recording;
    recording.begin = RecordedTime(seconds(1'795'000'000));
    recording.end = recording.begin + std::chrono::hours(8);
    const auto at = [&](const char* text) {
        const auto time = parseRecordedTime(text, recording);
        return time ? isoText(std::chrono::floor<seconds>(*time)) : time.error();
    };
    CHECK(at("2026-11-18T11:06:40Z") == "2026-11-18T11:06:40Z");
    CHECK(at("+00:10:00") == "2026-11-18T11:16:40Z");
    CHECK(at("-01:00:00") == "2026-11-18T18:06:40Z");
    CHECK_THAT(at("T+00:10:00"), containsText("does not know when the release was"));
    recording.releaseAt = feedSecond(1'795'003'600);
    CHECK(at("T+00:10:00") == "2026-11-18T12:16:40Z");
    CHECK(at("T-00:10:00") == "2026-11-18T11:56:40Z");
    for (const char* wrong :
         {"", "T", "+", "10", "+10", "+00:60:00", "2026-11-18", "2026-13-18T11:06:40Z",
          "2026-11-18T25:06:40Z", "2026-11-18T11:06:40", "T2026-11-18T11:06:40Z", "+00:10:00 "}) {
        INFO(wrong);
        CHECK_THAT(at(wrong), containsText("is no time: expected"));
    }
    CHECK(durationText(seconds(8 * 3'600 + 5)) == "8:00:05");
}
