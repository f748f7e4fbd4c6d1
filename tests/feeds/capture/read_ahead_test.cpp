// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/message_stream.h"
#include "feeds/capture/read_ahead.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

/// Chunks of one message, each of another size.
std::string writeChunks(const TemporaryFolder& folder, std::uint64_t count) {
    const auto path = (folder.path() / "a.mcap").string();
    auto writer = McapWriter::create(path, {});
    REQUIRE(writer);
    const auto channel = writer.value()->addChannel(0, "a", "");
    for (std::uint64_t i = 0; i < count; ++i) {
        REQUIRE(!writer.value()->write(0, {channel, 0, i, i, std::string(i + 1, 'x')}));
        writer.value()->flush(0);
    }
    REQUIRE(!writer.value()->close());
    return path;
}

} // namespace

TEST_CASE("parts asked for in any number and order are read, or were given up", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = writeChunks(folder, 50);
    auto file = InputFile::open(path);
    auto reader = McapReader::open(path);
    REQUIRE(file);
    REQUIRE(reader);
    const auto& parts = reader.value()->parts();
    REQUIRE(parts.size() == 50);
    mcap::PartReader own;
    mcap::ReadAhead ahead;
    std::vector<std::shared_ptr<mcap::ReadAhead::Ticket>> tickets;
    for (const auto& part : parts)
        tickets.push_back(ahead.ask(file.value(), part, "rubbish from before"));
    for (std::size_t i = 0; i < tickets.size(); i += 3)
        tickets[i].reset();
    for (std::size_t i = tickets.size(); i-- > 0;) {
        if (!tickets[i]) continue;
        std::string expected;
        std::string records;
        REQUIRE(!own.read(file.value(), parts[i], expected));
        REQUIRE(!ahead.read(*tickets[i], own, records));
        REQUIRE(records == expected);
    }
    tickets.assign(1, ahead.ask(file.value(), parts[0], {})); // ends with one that nobody took
}

TEST_CASE("a part too large to be held beside others is read when it is wanted", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    const std::string large(10U << 20, 'x');
    {
        auto writer = McapWriter::create(path, {.chunkBytes = 64U << 20});
        REQUIRE(writer);
        const auto channel = writer.value()->addChannel(0, "a", "");
        for (std::uint64_t i = 0; i < 6; ++i) {
            REQUIRE(!writer.value()->write(0, {channel, 0, i, i, large}));
            writer.value()->flush(0);
        }
        REQUIRE(!writer.value()->close());
    }
    auto file = InputFile::open(path);
    auto reader = McapReader::open(path);
    REQUIRE(file);
    REQUIRE(reader);
    mcap::ReadAhead ahead;
    mcap::PartReader own;
    std::vector<std::shared_ptr<mcap::ReadAhead::Ticket>> tickets;
    for (const auto& part : reader.value()->parts())
        tickets.push_back(ahead.ask(file.value(), part, {}));
    for (const auto& ticket : tickets) {
        std::string records;
        REQUIRE(!ahead.read(*ticket, own, records));
        REQUIRE(records.size() > large.size());
    }
}

TEST_CASE("damage is told whether its part was read ahead or not", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = writeChunks(folder, 20);
    std::uint64_t offset = 0;
    {
        auto reader = McapReader::open(path);
        REQUIRE(reader);
        offset = reader.value()->parts()[10].offset;
    }
    auto bytes = fileBytes(path);
    bytes[offset + 60] ^= 0x40;
    writeBytes(path, bytes);
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(), [](const mcap::Channel&) { return true; });
    for (const std::uint64_t from : {0, 10, 5}) {
        stream.seek(from);
        std::vector<std::uint64_t> times;
        while (const auto* message = stream.next()) {
            REQUIRE(message->payload == std::string(message->logTime + 1, 'x'));
            times.push_back(message->logTime);
        }
        std::vector<std::uint64_t> expected;
        for (auto time = from; time < 20; ++time)
            if (time != 10) expected.push_back(time);
        CHECK(times == expected);
    }
    REQUIRE(reader.value()->damage().size() == 1);
    CHECK(reader.value()->damage()[0].offset == offset);
}
