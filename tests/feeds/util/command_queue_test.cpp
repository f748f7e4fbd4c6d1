// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/command_queue.h"

#include "tests/support/catch.h"

#include <vector>

using namespace surgescope::feeds;

TEST_CASE("commands come in their order, none twice, and no more than there is room for", "[command_queue]") {
    CommandQueue<int> queue;
    CHECK(queue.take().empty());
    CHECK(queue.put(1));
    CHECK(queue.put(2));
    CHECK((queue.take() == std::vector{1, 2}));
    CHECK(queue.take().empty());
    for (std::size_t i = 0; i < CommandQueue<int>::kMost; ++i)
        REQUIRE(queue.put(3));
    CHECK(!queue.put(4));
    CHECK(queue.take().size() == CommandQueue<int>::kMost);
    CHECK(queue.put(5));
}
