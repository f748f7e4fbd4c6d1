// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_writer.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace surgescope::feeds;
using namespace surgescope::tests;

TEST_CASE("what is written is read, by the summary and by scanning", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    const auto chunks = writeSample(path);
    for (const auto use : {McapReader::Use::summary, McapReader::Use::scan}) {
        auto opened = McapReader::open(path, use);
        REQUIRE(opened);
        auto& reader = *opened.value();
        CHECK(reader.indexed() == (use == McapReader::Use::summary));
        CHECK(reader.header().profile == "surgescope");
        CHECK(reader.header().library == "tests");
        REQUIRE(reader.parts().size() == 4);
        std::vector<StoredMessage> expected;
        for (const auto& chunk : chunks)
            expected.insert(expected.end(), chunk.begin(), chunk.end());
        CHECK(readAll(reader) == expected);
        CHECK(reader.damage().empty());
        CHECK(reader.channel(1)->metadata == mcap::Metadata{{"key", "value"}});
        CHECK(reader.schema(1)->data == "a line of text");
        CHECK(reader.metadata() == std::vector<mcap::NamedMetadata>{{"launch", {{"scenario", "test"}}}});
        REQUIRE(reader.attachments().size() == 1);
        const auto attachment = reader.read(reader.attachments()[0]);
        REQUIRE(attachment);
        CHECK(attachment->data == "{}");
        CHECK(reader.parts()[1].start == 3'000);
        CHECK(reader.parts()[1].end == 5'000);
        CHECK(reader.parts()[1].channels == std::uint64_t{1} << 2);
    }
}

TEST_CASE("statistics count what is in the file", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    writeSample(path);
    const auto reader = McapReader::open(path);
    REQUIRE(reader);
    const auto& statistics = (*reader)->statistics();
    REQUIRE(statistics);
    CHECK(statistics->messages == 12);
    CHECK(statistics->chunks == 4);
    CHECK(statistics->channels == 2);
    CHECK(statistics->metadata == 1);
    CHECK(statistics->attachments == 1);
    CHECK(statistics->start == 0);
    CHECK(statistics->end == 11'000);
    CHECK(statistics->byChannel == std::map<std::uint16_t, std::uint64_t>{{1, 6}, {2, 6}});
}

TEST_CASE("a chunk is written when it is full", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    auto writer = McapWriter::create(path, {.chunkBytes = 10'000});
    REQUIRE(writer);
    const auto channel = writer.value()->addChannel(0, "bytes", "");
    const std::string data(1'000, 'x');
    for (std::uint32_t i = 0; i < 95; ++i)
        REQUIRE(!writer.value()->write(0, {channel, i, i, i, data}));
    CHECK(writer.value()->statistics().chunks == 9);
    REQUIRE(!writer.value()->close());
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    CHECK(readAll(*reader.value()).size() == 95);
}

TEST_CASE("a file that exists is not overwritten", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    writeBytes(path, "precious");
    const auto writer = McapWriter::create(path, {});
    REQUIRE(!writer);
    CHECK_THAT(writer.error(), containsText("cannot create"));
    CHECK(fileBytes(path) == "precious");
    CHECK(!McapWriter::create((folder.path() / "no" / "such" / "folder").string(), {}));
}

TEST_CASE("a full disk is told, and what was written stays readable", "[mcap]") {
    const TemporaryFolder folder;
    const auto path = (folder.path() / "a.mcap").string();
    const pid_t child = ::fork(); // the limit is of a whole process
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{20'000, 20'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto writer = McapWriter::create(path, {.lanes = {0}, .chunkBytes = 3'000});
        const auto channel = writer.value()->addChannel(0, "bytes", "");
        McapWriter::Failure failure;
        for (std::uint32_t i = 0; i < 100 && !failure; ++i)
            failure = writer.value()->write(0, {channel, i, i, i, std::string(1'000, 'x')});
        const bool told = failure && failure->text.find("cannot write to") != std::string::npos;
        ::_exit(told && writer.value()->close() ? 0 : 1); // closing says it again
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    const auto messages = readAll(*reader.value());
    CHECK(messages.size() == 18);
    REQUIRE(reader.value()->damage().size() == 1);
    CHECK_THAT(reader.value()->damage()[0].text, containsText("no footer"));
}
