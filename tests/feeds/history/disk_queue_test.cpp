// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/disk_queue.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <fstream>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {
std::unique_ptr<DiskQueue> openQueue(const TemporaryFolder& folder, std::uint64_t bytes = 1'000) {
    auto queue = DiskQueue::open((folder.path() / "a" / "b").string(), bytes);
    if (!queue) FAIL(queue.error());
    return std::move(queue.value());
}
} // namespace

TEST_CASE("a queue on disk gives entries in order, also to the process after", "[history]") {
    TemporaryFolder folder;
    auto queue = openQueue(folder);
    CHECK(queue->empty());
    for (const auto* entry : {"one", "two", "three"})
        REQUIRE(!queue->append(entry));
    CHECK(*queue->front() == "one");
    queue->pop();
    queue.reset();
    queue = openQueue(folder);
    REQUIRE(queue->size() == 2);
    CHECK(*queue->front() == "two");
    REQUIRE(!queue->append("four"));
    queue->pop();
    queue->pop();
    CHECK(*queue->front() == "four");
    queue->pop();
    CHECK(queue->empty());
    CHECK(queue->bytes() == 0);
}

TEST_CASE("a queue on disk is bounded, and the oldest goes first", "[history]") {
    TemporaryFolder folder;
    auto queue = openQueue(folder, 300);
    for (char c = 'a'; c < 'f'; ++c)
        REQUIRE(!queue->append(std::string(100, c)));
    CHECK(queue->size() == 2);
    CHECK(queue->dropped() == 3);
    CHECK(queue->front()->front() == 'd');
    CHECK(queue->append(std::string(1'000, 'x')).has_value());
    CHECK(queue->size() == 2);
}

TEST_CASE("a damaged entry is told, and those behind it are there", "[history]") {
    TemporaryFolder folder;
    auto queue = openQueue(folder);
    REQUIRE(!queue->append("one"));
    REQUIRE(!queue->append("two"));
    std::ofstream(folder.path() / "a" / "b" / "0000000000000001.waiting") << "1234567";
    CHECK(!queue->front());
    queue->pop();
    CHECK(*queue->front() == "two");
}

TEST_CASE("a queue on disk remembers a number", "[history]") {
    TemporaryFolder folder;
    auto queue = openQueue(folder);
    CHECK(queue->remembered() == std::nullopt);
    REQUIRE(!queue->remember(1'795'000'010));
    queue.reset();
    CHECK(openQueue(folder)->remembered() == 1'795'000'010);
}
