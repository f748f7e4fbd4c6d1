// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/known_rosters.h"
#include "feeds/wire/encode.h"

#include "tests/support/catch.h"
#include "tests/support/messages.h"

#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

void give(KnownRosters& known, const ReportOptions& options, std::uint32_t epoch = 1) {
    Encoder encoder;
    const auto message = roster(options, epoch);
    known.received(topicOf(message), encoder.encode(message));
}

std::vector<std::string> topics(const KnownRosters& known) {
    std::vector<std::string> found;
    known.forEach([&](std::string_view topic, std::string_view) { found.emplace_back(topic); });
    return found;
}

} // namespace

TEST_CASE("the last roster of each publisher and PoP is known", "[rosters]") {
    KnownRosters known;
    give(known, {.publisher = "a", .pop = "LHR", .nodes = 3});
    give(known, {.publisher = "b", .pop = "LHR", .nodes = 3});
    give(known, {.publisher = "a", .pop = "CDG", .nodes = 3});
    const auto bytes = known.bytes();
    give(known, {.publisher = "a", .pop = "LHR", .nodes = 3}, 2);
    CHECK(topics(known) == std::vector<std::string>{"roster/CDG", "roster/LHR", "roster/LHR"});
    CHECK(known.bytes() == bytes);
    CHECK(known.forgotten() == 0);
    known.received("pop/LHR", "a report");
    known.received("roster/LHR", "rubbish");
    known.received("roster/LHR", "");
    CHECK(known.size() == 3);
}

TEST_CASE("a farewell removes the roster it takes leave of", "[rosters]") {
    KnownRosters known;
    give(known, {.publisher = "a", .nodes = 3});
    give(known, {.publisher = "b", .nodes = 3});
    give(known, {.publisher = "a", .nodes = 0}, 2);
    CHECK(known.size() == 1);
    give(known, {.publisher = "b", .nodes = 0}, 2);
    CHECK(known.empty());
    CHECK(known.bytes() == 0);
    CHECK(known.forgotten() == 0);
}

TEST_CASE("rosters known take bounded memory: the longest not renewed go, and are counted", "[rosters]") {
    KnownRosters known(100'000);
    for (int i = 0; i < 10'000; ++i) {
        give(known, {.publisher = "agent-" + std::to_string(i), .nodes = 1});
        give(known, {.publisher = "of old", .nodes = 1});
        REQUIRE(known.bytes() <= 100'000);
    }
    CHECK(known.bytes() > 50'000);
    CHECK(known.forgotten() + known.size() == 10'001);
    bool kept = false;
    known.forEach([&](std::string_view, std::string_view payload) {
        kept = kept || payload.find("of old") != std::string_view::npos;
    });
    CHECK(kept); // it was renewed all the time
}
