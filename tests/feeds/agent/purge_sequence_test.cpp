// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/purge_sequence.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

using namespace surgescope::feeds;

TEST_CASE("numbers that never came are pending until they come", "[agent][purge]") {
    PurgeSequence sequence;
    sequence.note(100, true); // where it starts; what was before is not this node's business
    CHECK(sequence.pending() == 0);
    sequence.note(105, true);
    CHECK(sequence.pending() == 4);
    sequence.note(102, true); // splits the gap
    CHECK(sequence.pending() == 3);
    sequence.note(102, true); // again
    CHECK(sequence.pending() == 3);
    sequence.note(101, true);
    sequence.note(104, true);
    sequence.note(103, true);
    CHECK(sequence.pending() == 0);
    CHECK(sequence.givenUp() == 0);
}

TEST_CASE("a purge that failed is pending until it succeeds", "[agent][purge]") {
    PurgeSequence sequence;
    sequence.note(1, false);
    sequence.note(2, false);
    sequence.note(3, true);
    sequence.note(2, false);
    CHECK(sequence.pending() == 2);
    sequence.note(1, true);
    sequence.note(2, true);
    CHECK(sequence.pending() == 0);
    sequence.note(2, false); // was applied before
    CHECK(sequence.pending() == 0);
}

TEST_CASE("any order of arrival leaves nothing pending", "[agent][purge]") {
    std::mt19937_64 random(5);
    for (int round = 0; round < 50; ++round) {
        std::vector<std::uint64_t> numbers;
        for (std::uint64_t i = 1; i < 200; ++i)
            numbers.push_back(i);
        std::shuffle(numbers.begin(), numbers.end(), random);
        PurgeSequence sequence;
        sequence.note(0, true);
        for (const auto number : numbers)
            sequence.note(number, true);
        CHECK(sequence.pending() == 0);
    }
}

TEST_CASE("memory and counts stay bounded whatever numbers come", "[agent][purge]") {
    PurgeSequence sequence;
    for (std::uint64_t i = 0; i < 3 * PurgeSequence::kGaps; ++i)
        sequence.note(10 + 2 * i, true);
    CHECK(sequence.pending() == PurgeSequence::kGaps);
    CHECK(sequence.givenUp() == 2 * PurgeSequence::kGaps - 1);

    PurgeSequence jumps;
    jumps.note(1, true);
    jumps.note(3, true);
    jumps.note(std::numeric_limits<std::uint64_t>::max(), true);
    CHECK(jumps.pending() == 0);
    CHECK(jumps.givenUp() == 1);
    jumps.note(1, false); // counts anew
    CHECK(jumps.pending() == 1);

    std::mt19937_64 random(9);
    PurgeSequence anything;
    for (int i = 0; i < 20'000; ++i)
        anything.note(random() >> (random() % 64), random() % 2 == 0);
    CHECK(anything.pending() < (PurgeSequence::kGaps + 1) * PurgeSequence::kFarthest);
}
