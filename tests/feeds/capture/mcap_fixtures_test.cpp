// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are kept for ever: of our own format, one of each version, and of another implementation.
#include "feeds/capture/verification.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/source/replay_source.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/test_clock.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

std::string fixture(const std::string& name) {
    return SURGESCOPE_SOURCE_DIR "/tests/data/captures/mcap/" + name + ".mcap";
}

} // namespace

TEST_CASE("a recording of format version 1 is read and shown", "[mcap]") {
    const auto verified = verify(fixture("surgescope_1"), {});
    REQUIRE(verified);
    CHECK(verified->damage.empty());
    CHECK(verified->lastRefusal.empty());
    CHECK(verified->lost == 0);
    CHECK(verified->messages.at("pop") == 225);
    CHECK(verified->messages.at("node") == 225);
    CHECK(verified->messages.at("rollup") == 8);

    TestClock clock;
    auto source = ReplaySource::open(fixture("surgescope_1"), clock, {.speed = replay::kAsFastAsPossible});
    REQUIRE(source);
    CHECK(source.value()->recording().scenario == "triple-drop");
    CHECK(source.value()->recording().events.size() == 2);
    FeedStep step(*source.value(), PopCatalogue::builtIn(), clock, NodeColumnsWanted::all);
    const auto show = [&] {
        while (step.receive(milliseconds(0)) > 0) {
        }
        return step.buildFrame(0);
    };
    const auto played = show();
    CHECK(played->settled == feedSecond(1'795'755'614));
    CHECK(played->pops.size() == 3);
    CHECK(played->world.nodesHeard == 74);
    CHECK(played->sinceStart[Counter::requests] == 8'984'111);
    CHECK(played->health.refused.empty());
    source.value()->control()->send(replay::Seek{source.value()->recording().end});
    const auto sought = show();
    CHECK(sought->epoch > played->epoch);
    CHECK((sought->world == played->world));
    CHECK(sought->sinceStart[Counter::requests] == played->sinceStart[Counter::requests]);
}

TEST_CASE("files that @mcap/core wrote are read, whatever their form", "[mcap]") {
    auto stored = McapReader::open(fixture("chunked_stored"));
    REQUIRE(stored);
    const auto expected = readAll(*stored.value());
    REQUIRE(expected.size() == 20);
    for (const char* name : {"chunked_stored", "chunked_zstd", "unchunked", "without_summary"}) {
        INFO(name);
        for (const auto use : {McapReader::Use::summary, McapReader::Use::scan}) {
            auto reader = McapReader::open(fixture(name), use);
            REQUIRE(reader);
            CHECK(reader.value()->header().library == "@mcap/core");
            CHECK((readAll(*reader.value()) == expected));
            CHECK(reader.value()->damage().empty());
            CHECK(reader.value()->channels().size() == 10);
            CHECK(reader.value()->schema(1)->encoding == "protobuf");
        }
    }
    auto lz4 = McapReader::open(fixture("lz4"));
    REQUIRE(lz4);
    CHECK(readAll(*lz4.value()).empty());
    REQUIRE(lz4.value()->damage().size() == 1);
    CHECK_THAT(lz4.value()->damage()[0].text,
               containsText("compressed with 'lz4', which is not supported here"));
}
