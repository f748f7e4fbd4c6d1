// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/message_stream.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

std::vector<std::uint64_t> timesFrom(MessageStream& stream, std::uint64_t from) {
    std::vector<std::uint64_t> times;
    stream.seek(from);
    while (const auto* message = stream.next())
        times.push_back(message->logTime);
    return times;
}

const auto kAll = [](const mcap::Channel&) { return true; };

} // namespace

TEST_CASE("lanes are read in the order of time", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    {
        auto writer = McapWriter::create(path, {.lanes = {1, 0, 1}, .chunkBytes = 300});
        REQUIRE(writer);
        std::vector<std::uint16_t> channels;
        for (const char* topic : {"a", "b", "c"})
            channels.push_back(writer.value()->addChannel(0, topic, ""));
        for (std::uint64_t i = 0; i < 1'000; ++i) {
            const auto lane = (i * 7 / 3) % 3;
            REQUIRE(!writer.value()->write(lane, {channels[lane], 0, i, i, std::string(lane * 40, 'x')}));
        }
        REQUIRE(!writer.value()->close());
    }
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(), kAll);
    std::vector<std::uint64_t> expected(1'000);
    for (std::uint64_t i = 0; i < 1'000; ++i)
        expected[i] = i;
    CHECK(timesFrom(stream, 0) == expected);
    for (const std::uint64_t from : {1U, 499U, 998U})
        CHECK(timesFrom(stream, from) ==
              std::vector<std::uint64_t>(expected.begin() + static_cast<int>(from), expected.end()));
    CHECK(timesFrom(stream, 1'000).empty());

    MessageStream some(*reader.value(), [](const mcap::Channel& channel) { return channel.topic == "b"; });
    std::size_t count = 0;
    some.seek(0);
    while (const auto* message = some.next()) {
        REQUIRE(message->topic == "b");
        REQUIRE(message->payload == std::string(40, 'x'));
        ++count;
    }
    CHECK(count == static_cast<std::size_t>((*reader)->statistics()->byChannel.at(2)));
}

TEST_CASE("a damaged chunk is left out of the stream and told", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    writeSample(path);
    auto bytes = fileBytes(path);
    bytes[bytes.find("message 1.0")] = 'M'; // in a chunk that is stored as it is
    writeBytes(path, bytes);
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(), kAll);
    CHECK(timesFrom(stream, 0).size() == 9);
    REQUIRE(reader.value()->damage().size() == 1);
    CHECK_THAT(reader.value()->damage()[0].text, containsText("wrong checksum"));
}
