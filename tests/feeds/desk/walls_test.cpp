// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/desk_talk.h"
#include "feeds/desk/walls.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A desk that walls ask once a second.
struct AskedDesk {
    Walls walls;
    SteadyTime now{seconds(10'000)};
    WallTime wall{seconds(1'800'000'000)};

    void hears(const WallReport& report, const std::string& key = {}) { walls.heard(report, key, now, wall); }
    void pass(seconds time) {
        for (seconds i{0}; i < time; ++i) {
            now += seconds(1);
            wall += seconds(1);
            (void)walls.frozen(now);
        }
    }
    std::vector<FrozenWall> frozen() { return walls.frozen(now); }
};

} // namespace

TEST_CASE("a wall that is silent is frozen or cut off, since it was painted last, until it asks again",
          "[walls]") {
    AskedDesk desk;
    desk.hears({.name = "room-2", .run = 1, .paintedAgo = milliseconds(400)});
    desk.hears({.name = "room-3", .run = 2});
    desk.pass(seconds(5));
    desk.hears({.name = "room-3", .run = 2});
    desk.pass(seconds(1));
    const auto frozen = desk.frozen();
    REQUIRE(frozen.size() == 1);
    CHECK(frozen[0].name == "room-2");
    CHECK(frozen[0].isSilent);
    CHECK(frozen[0].since == FeedSecond(seconds(1'799'999'999)));
    desk.hears({.name = "room-2", .run = 1});
    CHECK(desk.frozen().empty());
}

TEST_CASE("a wall that asks and paints nothing is frozen", "[walls]") {
    AskedDesk desk;
    desk.hears({.name = "room-2", .run = 1, .paintedAgo = seconds(6)});
    const auto frozen = desk.frozen();
    REQUIRE(frozen.size() == 1);
    CHECK(!frozen[0].isSilent);
}

TEST_CASE("a wall that ended, or was started again, is not missed", "[walls]") {
    AskedDesk desk;
    desk.hears({.name = "room-2", .run = 1});
    desk.hears({.name = "room-3", .run = 2});
    desk.hears({.name = "room-3", .run = 2, .leaves = true});
    desk.pass(seconds(10));
    REQUIRE(desk.frozen().size() == 1);
    CHECK(desk.frozen()[0].name == "room-2");
    desk.hears({.name = "room-2", .run = 7});
    CHECK(desk.frozen().empty());
    desk.pass(seconds(3'610));
    CHECK(desk.frozen().empty()); // an hour is enough
}

TEST_CASE("two walls of one machine are two, and a key is named beside the name", "[walls]") {
    AskedDesk desk;
    desk.hears({.name = "ops", .run = 1}, "room-2");
    desk.hears({.name = "ops", .run = 2}, "room-2");
    desk.pass(seconds(4));
    desk.hears({.name = "ops", .run = 2}, "room-2");
    desk.pass(seconds(3));
    REQUIRE(desk.frozen().size() == 1);
    CHECK(desk.frozen()[0].name == "ops (room-2)");
}

TEST_CASE("a desk that was away itself blames no wall for it", "[walls]") {
    AskedDesk desk;
    desk.hears({.name = "room-2", .run = 1});
    desk.pass(seconds(1));
    desk.now += seconds(60);
    CHECK(desk.frozen().empty());
    desk.pass(seconds(6));
    CHECK(desk.frozen().size() == 1); // now it was listened for
}

TEST_CASE("any number of walls takes bounded memory", "[walls]") {
    AskedDesk desk;
    for (std::uint64_t i = 0; i < 1'000; ++i)
        desk.hears({.name = "w" + std::to_string(i), .run = i});
    desk.pass(seconds(6));
    CHECK(desk.frozen().size() == Walls::kMost);
}

TEST_CASE("what a wall says of itself is read as it was written, and an older one says nothing", "[walls]") {
    DeskRequest request;
    request.wall =
        WallReport{.name = "room-2", .run = 0xfeedULL, .paintedAgo = milliseconds(1'234), .leaves = true};
    const auto read = readDeskRequest(bytesOf(request));
    REQUIRE(read);
    REQUIRE(read->wall);
    CHECK(read->wall->name == "room-2");
    CHECK(read->wall->run == 0xfeedULL);
    CHECK(read->wall->paintedAgo == milliseconds(1'234));
    CHECK(read->wall->leaves);
    const auto old = readDeskRequest(bytesOf(DeskRequest{}));
    REQUIRE(old);
    CHECK(!old->wall);
    for (const auto* wrong : {"two words", "caf\xc3\xa9"}) {
        request.wall->name = wrong;
        CHECK(!readDeskRequest(bytesOf(request)));
    }
    request.wall->name = std::string(65, 'x');
    CHECK(!readDeskRequest(bytesOf(request)));
}
