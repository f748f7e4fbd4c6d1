// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_reader.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <fcntl.h>
#include <random>
#include <set>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

/// A sample file that a test may damage.
struct Damaged {
    TemporaryFolder folder;
    std::string path = (folder.path() / "damaged.mcap").string();
    std::vector<std::vector<StoredMessage>> chunks;
    std::string bytes;
    std::vector<McapReader::Part> parts;

    explicit Damaged(bool close = true) {
        const auto whole = (folder.path() / "whole.mcap").string();
        chunks = writeSample(whole, close);
        bytes = fileBytes(whole);
        auto reader = McapReader::open(whole);
        parts = reader.value()->parts();
    }

    struct Outcome {
        bool opened = false;
        std::vector<StoredMessage> messages;
        std::vector<CaptureDamage> damage;
    };
    Outcome read(const std::string& damagedBytes) const {
        writeBytes(path, damagedBytes);
        auto reader = McapReader::open(path);
        if (!reader) return {};
        Outcome outcome{true, readAll(*reader.value()), {}};
        outcome.damage = reader.value()->damage();
        return outcome;
    }
    std::vector<StoredMessage> allMessages() const {
        std::vector<StoredMessage> all;
        for (const auto& chunk : chunks)
            all.insert(all.end(), chunk.begin(), chunk.end());
        return all;
    }
};

bool holds(const std::vector<StoredMessage>& messages, const std::vector<StoredMessage>& part) {
    return std::ranges::search(messages, part).begin() != messages.end();
}

} // namespace

TEST_CASE("cut off at any byte, every whole chunk is recovered and the loss is told", "[mcap]") {
    const Damaged file;
    for (std::size_t size = 0; size < file.bytes.size(); ++size) {
        INFO("cut to " << size << " of " << file.bytes.size() << " bytes");
        const auto outcome = file.read(file.bytes.substr(0, size));
        if (size < mcap::kMagic.size()) {
            REQUIRE(!outcome.opened);
            continue;
        }
        REQUIRE(outcome.opened);
        REQUIRE(!outcome.damage.empty());
        std::vector<StoredMessage> expected;
        for (std::size_t i = 0; i < file.parts.size(); ++i)
            if (file.parts[i].offset + file.parts[i].length <= size)
                expected.insert(expected.end(), file.chunks[i].begin(), file.chunks[i].end());
        REQUIRE(outcome.messages == expected);
    }
}

TEST_CASE("a flipped bit at any byte costs at most the chunk it is in", "[mcap]") {
    const Damaged file;
    const auto all = file.allMessages();
    for (std::size_t at = 0; at < file.bytes.size(); ++at)
        for (const int bit : {0, 5, 7}) {
            INFO("bit " << bit << " of byte " << at);
            auto bytes = file.bytes;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
            const auto outcome = file.read(bytes);
            if (at < mcap::kMagic.size()) {
                REQUIRE(!outcome.opened);
                continue;
            }
            REQUIRE(outcome.opened);
            for (std::size_t i = 0; i < file.parts.size(); ++i) {
                const auto& part = file.parts[i];
                const bool hit = at >= part.offset && at < part.offset + part.length;
                if (!hit) REQUIRE(holds(outcome.messages, file.chunks[i]));
            }
            for (const auto& message : outcome.messages)
                REQUIRE(std::ranges::count(all, message) == 1);
            if (outcome.messages != all) REQUIRE(!outcome.damage.empty());
        }
}

TEST_CASE("a flipped bit in a file that was never closed costs at most the chunk it is in", "[mcap]") {
    const Damaged file(false);
    const auto firstChunk = file.parts.front().offset; // before it stand definitions, which are there once
    for (std::size_t at = firstChunk; at < file.bytes.size(); ++at)
        for (const int bit : {1, 6}) {
            INFO("bit " << bit << " of byte " << at);
            auto bytes = file.bytes;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
            const auto outcome = file.read(bytes);
            REQUIRE(outcome.opened);
            for (std::size_t i = 0; i < file.parts.size(); ++i) {
                const auto& part = file.parts[i];
                if (at < part.offset || at >= part.offset + part.length)
                    REQUIRE(holds(outcome.messages, file.chunks[i]));
            }
            REQUIRE(!outcome.damage.empty());
        }
}

TEST_CASE("rubbish in the middle is skipped", "[mcap]") {
    const Damaged file;
    auto bytes = file.bytes;
    bytes.insert(file.parts[2].offset, std::string(100'000, '\x06')); // looks like chunks all over
    const auto outcome = file.read(bytes);
    CHECK(outcome.messages == file.allMessages());
    REQUIRE(!outcome.damage.empty());
    CHECK(std::ranges::any_of(outcome.damage, [](const CaptureDamage& damage) {
        return damage.text.find("100000 bytes are lost") != std::string::npos;
    }));
}

TEST_CASE("hostile sizes are refused before anything is allocated", "[mcap]") {
    const Damaged file;
    SECTION("a record of 2^63 bytes") {
        auto bytes = file.bytes;
        bytes[file.parts[1].offset + 8] = '\x7f';
        const auto outcome = file.read(bytes.substr(0, bytes.size() - 1));
        CHECK(outcome.messages.size() == 9);
    }
    SECTION("a chunk that claims to hold a terabyte") {
        auto bytes = file.bytes;
        bytes[file.parts[0].offset + mcap::kRecordHead + 16 + 5] = '\x01';
        const auto outcome = file.read(bytes);
        CHECK(outcome.messages.size() == 9);
        REQUIRE(outcome.damage.size() == 1);
        CHECK_THAT(outcome.damage[0].text, containsText("uncompressed, expected at most 67108864"));
    }
    SECTION("a string of 4 GiB") {
        auto bytes = file.bytes;
        const auto topic = bytes.find("even");
        for (int i = 1; i <= 4; ++i)
            bytes[topic - static_cast<std::size_t>(i)] = '\xff';
        CHECK(file.read(bytes).opened);
    }
}

TEST_CASE("an unknown compression is refused in words, chunk by chunk", "[mcap]") {
    const Damaged file;
    auto bytes = file.bytes;
    for (auto at = bytes.find("zstd"); at != std::string::npos; at = bytes.find("zstd", at))
        bytes.replace(at, 4, "lz4!");
    const auto outcome = file.read(bytes);
    CHECK(outcome.messages.size() == 6); // the lane that is not compressed
    CHECK_THAT(outcome.damage.back().text, containsText("compressed with 'lz4!', which is not supported"));
}

TEST_CASE("a file that is none, and one of another version", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a").string();
    CHECK_THAT(McapReader::open(path).error(), containsText("cannot open"));
    CHECK_THAT(McapReader::open(folder.path().string()).error(), containsText("is not a file"));
    writeBytes(path, "ID3 not a recording");
    CHECK_THAT(McapReader::open(path).error(), containsText("no MCAP file"));
    writeBytes(path, "\x89MCAP1\r\n");
    CHECK_THAT(McapReader::open(path).error(), containsText("version"));
}

TEST_CASE("offsets reach beyond 4 GiB", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "large.mcap").string();
    constexpr std::uint64_t kHole = std::uint64_t{5} << 30;
    {
        // A sparse file: a chunk at its front, nothing for 5 GiB, a chunk behind.
        writeSample(path, false);
        const auto tail = fileBytes(path).substr(0);
        const int descriptor = ::open(path.c_str(), O_WRONLY);
        REQUIRE(descriptor >= 0);
        auto reader = McapReader::open(path);
        const auto& last = reader.value()->parts().back();
        const auto chunk = tail.substr(last.offset, last.length);
        // The hole is dressed as an application's own record, so that it can be stepped over.
        std::string head(1, '\x0C');
        for (int i = 0; i < 8; ++i)
            head += static_cast<char>(((kHole - tail.size() - mcap::kRecordHead) >> (8 * i)) & 0xFFU);
        REQUIRE(::pwrite(descriptor, head.data(), head.size(), static_cast<off_t>(tail.size())) == 9);
        REQUIRE(::pwrite(descriptor, chunk.data(), chunk.size(), static_cast<off_t>(kHole)) ==
                static_cast<ssize_t>(chunk.size()));
        std::string summary;
        const std::uint64_t dataEnd = kHole + chunk.size();
        append(summary, mcap::Channel{1, 0, "even", "text", {}});
        append(summary, mcap::Channel{2, 0, "odd", "text", {}});
        append(summary, mcap::Statistics{.messages = 3, .chunks = 1});
        append(summary,
               mcap::ChunkIndex{.start = 9'000, .end = 11'000, .offset = kHole, .length = chunk.size()});
        append(summary, mcap::Footer{dataEnd, 0, 0});
        summary += mcap::kMagic;
        REQUIRE(::pwrite(descriptor, summary.data(), summary.size(), static_cast<off_t>(dataEnd)) ==
                static_cast<ssize_t>(summary.size()));
        ::close(descriptor);
    }
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK(reader.value()->indexed());
    REQUIRE(reader.value()->parts().size() == 1);
    CHECK(reader.value()->parts()[0].offset == kHole);
    const auto messages = readAll(*reader.value());
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].data == "message 3.0");
}

TEST_CASE("no bytes make the reader fall", "[mcap][fuzz]") {
    // Mutations of real files, seeded: the reader may find nothing, but it must come to an end.
    const Damaged file;
    std::mt19937 random(20'261'124);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
    for (int round = 0; round < 4'000; ++round) {
        auto bytes = file.bytes;
        for (std::size_t n = 1 + below(8); n > 0; --n) {
            const auto at = below(bytes.size());
            switch (below(5)) {
            case 0: bytes[at] = static_cast<char>(random()); break;
            case 1: bytes.erase(at, 1 + below(40)); break;
            case 2: bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(200))); break;
            case 3: bytes.replace(at, std::min<std::size_t>(8, bytes.size() - at), 8, '\xff'); break;
            default: bytes.resize(std::max<std::size_t>(at, 8)); break;
            }
        }
        const auto outcome = file.read(bytes);
        INFO("round " << round);
        REQUIRE(outcome.messages.size() <= 1'000);
    }
}
