// SPDX-License-Identifier: GPL-3.0-or-later
// Files of some hundred kilobytes that would keep a reader busy for minutes, or take all its memory.
#include "feeds/capture/mcap_budget.h"
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording_index.h"
#include "feeds/capture/verification.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

constexpr std::size_t kMessageBytes = mcap::kRecordHead + mcap::kMessageHead;

/// A chunk of so many empty messages, as its record stands in a file.
struct Bomb {
    std::string head; // of the file, with definitions
    std::string chunk;
    std::uint64_t uncompressed = 0;

    explicit Bomb(const TemporaryFolder& folder, std::uint64_t messages, std::uint16_t channels = 1) {
        const auto path = (folder.path() / "one-chunk.mcap").string();
        auto writer = McapWriter::create(path, {.profile = "surgescope", .chunkBytes = 64U << 20});
        REQUIRE(writer);
        std::uint16_t channel = 0;
        for (std::uint16_t i = 0; i < channels; ++i)
            channel = writer.value()->addChannel(0, i + 1 == channels ? "pop" : "odd", "");
        for (std::uint64_t i = 0; i < messages; ++i)
            static_cast<void>(writer.value()->write(0, {channel, 0, 1'000'000'000, 1'000'000'000, ""}));
        REQUIRE(!writer.value()->close());
        const auto bytes = fileBytes(path);
        auto reader = McapReader::open(path);
        REQUIRE(reader);
        REQUIRE(reader.value()->parts().size() == 1);
        const auto& part = reader.value()->parts()[0];
        head = bytes.substr(0, part.offset);
        chunk = bytes.substr(part.offset, part.length);
        uncompressed = messages * kMessageBytes;
    }
};

std::uint64_t messagesIn(McapReader& reader) {
    MessageStream stream(reader, [](const mcap::Channel&) { return true; });
    std::uint64_t count = 0;
    while (stream.next())
        ++count;
    return count;
}

std::uint64_t mostBytes(std::uint64_t fileBytes) {
    return mcap::limits::kFreeBytes + 2 * mcap::limits::kRatio * fileBytes;
}

/// Data end, chunk indexes that are all of the same place, statistics and footer.
std::string summaryOf(std::uint64_t at, const Bomb& bomb, int times) {
    std::string bytes;
    mcap::appendDataEnd(bytes);
    const auto start = at + bytes.size();
    mcap::append(bytes, mcap::Channel{1, 0, "pop", "", {}});
    for (int i = 0; i < times; ++i)
        mcap::append(bytes, mcap::ChunkIndex{.start = 1'000'000'000,
                                             .end = 1'000'000'000,
                                             .offset = bomb.head.size(),
                                             .length = bomb.chunk.size(),
                                             .compression = "zstd",
                                             .uncompressedSize = bomb.uncompressed});
    mcap::append(bytes, mcap::Statistics{.messages = 1, .channels = 1, .chunks = 1});
    mcap::append(bytes, mcap::Footer{start, 0, 0});
    return bytes.append(mcap::kMagic);
}

} // namespace

TEST_CASE("chunks that claim far more than they take are left out beyond a bound, and told by offset",
          "[mcap][bomb]") {
    const TemporaryFolder folder;
    const Bomb bomb(folder, 1'000'000);
    const auto path = (folder.path() / "bomb.mcap").string();
    auto bytes = bomb.head;
    std::uint64_t chunks = 0;
    for (; bytes.size() < 640'000; ++chunks)
        bytes += bomb.chunk;
    REQUIRE(chunks > 50); // of 31 MB each
    writeBytes(path, bytes);
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK(reader.value()->parts().size() > 1); // small ones may be as dense
    CHECK(reader.value()->parts().size() * bomb.uncompressed <= mostBytes(bytes.size()));
    REQUIRE(reader.value()->damage().size() > 10);
    const auto damage = std::ranges::find_if(reader.value()->damage(), [](const CaptureDamage& found) {
        return found.text.find("claims 31000000 bytes uncompressed, expected ") != std::string::npos;
    });
    REQUIRE(damage != reader.value()->damage().end());
    CHECK(damage->offset == bomb.head.size() + reader.value()->parts().size() * bomb.chunk.size());
    CHECK(messagesIn(*reader.value()) == reader.value()->parts().size() * 1'000'000);
    const auto verified = verify(path, {});
    REQUIRE(verified);
    CHECK(!verified->damage.empty());
}

TEST_CASE("an index that names one chunk many times is none", "[mcap][bomb]") {
    const TemporaryFolder folder;
    const Bomb bomb(folder, 100'000);
    const auto path = (folder.path() / "bomb.mcap").string();
    const auto at = bomb.head.size() + bomb.chunk.size();
    writeBytes(path, bomb.head + bomb.chunk + summaryOf(at, bomb, 6'000));
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK_FALSE(reader.value()->indexed());
    CHECK(reader.value()->parts().size() == 1);
    CHECK(messagesIn(*reader.value()) == 100'000);
    REQUIRE(!reader.value()->damage().empty());
    CHECK(reader.value()->damage()[0].offset == bomb.head.size());
    CHECK_THAT(reader.value()->damage()[0].text, containsText("the summary names chunks twice"));
}

TEST_CASE("an index cannot claim that a chunk is smaller than it is", "[mcap][bomb]") {
    const TemporaryFolder folder;
    Bomb bomb(folder, 100'000);
    bomb.uncompressed = 1'000;
    const auto path = (folder.path() / "bomb.mcap").string();
    writeBytes(path, bomb.head + bomb.chunk + summaryOf(bomb.head.size() + bomb.chunk.size(), bomb, 1));
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK(reader.value()->indexed());
    CHECK(messagesIn(*reader.value()) == 0);
    REQUIRE(reader.value()->damage().size() == 1);
    CHECK_THAT(reader.value()->damage()[0].text, containsText("expected 1000 as the index says"));
}

TEST_CASE("metadata named many times by a small index is read once", "[mcap][bomb]") {
    const TemporaryFolder folder;
    const Bomb bomb(folder, 10);
    const auto path = (folder.path() / "bomb.mcap").string();
    auto bytes = bomb.head + bomb.chunk;
    const auto at = bytes.size();
    mcap::append(bytes, mcap::NamedMetadata{"large", {{"key", std::string(100'000, 'x')}}});
    const auto length = bytes.size() - at;
    mcap::appendDataEnd(bytes);
    const auto start = bytes.size();
    for (int i = 0; i < 5'000; ++i)
        mcap::append(bytes, mcap::MetadataIndex{at, length, "large"});
    mcap::append(bytes, mcap::Statistics{});
    mcap::append(bytes, mcap::Footer{start, 0, 0});
    bytes += mcap::kMagic;
    writeBytes(path, bytes);
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK(reader.value()->metadata().size() == 1);
    CHECK_THAT(reader.value()->damage().at(0).text, containsText("the summary names metadata twice"));
}

TEST_CASE("thousands of chunks of the same time are merged in no more time than one after the other",
          "[mcap][bomb]") {
    const TemporaryFolder folder;
    const Bomb bomb(folder, 200, 60'000); // and as many channels
    const auto path = (folder.path() / "bomb.mcap").string();
    auto bytes = bomb.head;
    for (int i = 0; i < 5'000; ++i)
        bytes += bomb.chunk;
    writeBytes(path, bytes);
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK(reader.value()->channels().size() == 60'000);
    CHECK(messagesIn(*reader.value()) == 1'000'000);
}

TEST_CASE("chunks of the same time are held up to a bound, the rest is told", "[mcap][bomb]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "wide.mcap").string();
    constexpr std::size_t kChunk = 30U << 20;
    std::string noise(kChunk, ' ');
    std::uint32_t state = 1;
    for (auto& byte : noise)
        byte = static_cast<char>((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
    {
        auto writer = McapWriter::create(path, {.lanes = {0}, .chunkBytes = kChunk});
        REQUIRE(writer);
        const auto channel = writer.value()->addChannel(0, "a", "");
        for (std::uint64_t i = 0; i < 12; ++i) { // each chunk spans all of the time
            REQUIRE(!writer.value()->write(0, {channel, 0, 0, 0, ""}));
            REQUIRE(!writer.value()->write(0, {channel, 0, 100, 0, noise}));
        }
        REQUIRE(!writer.value()->close());
    }
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    REQUIRE(reader.value()->parts().size() == 12);
    CHECK(messagesIn(*reader.value()) == 2 * 8);
    CHECK(reader.value()->damage().size() == 4);
    CHECK_THAT(reader.value()->damage().at(0).text, containsText("overlaps in time with others of "));
}
