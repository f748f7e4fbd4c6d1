// SPDX-License-Identifier: GPL-3.0-or-later
// Several walls, of which one judges: over real sockets.
#include "feeds/pipeline/desk_line.h"

#include "tests/support/catch.h"
#include "tests/support/followed_launch.h"
#include "tests/support/machine.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;
using JudgedBy = LiveStatus::JudgedBy;

namespace {

const Card* metadataOf(const std::shared_ptr<const LiveStatus>& status) {
    if (!status) return nullptr;
    const auto found = std::ranges::find(status->alarms.cards, "latency/metadata", &Card::rule);
    return found == status->alarms.cards.end() ? nullptr : &*found;
}

/// The desk's wall and another one, both at the same launch.
struct TwoWalls {
    FollowedLaunch desk{true, {}, {.serve = "tcp://127.0.0.1:*"}};
    std::unique_ptr<Session> other;
    std::shared_ptr<const LiveStatus> status;
    Timeline timeline;

    TwoWalls() { other = desk.open({.ask = desk.session->deskServedAt()}); }
    template <class IsSo> bool until(IsSo isSo) {
        return eventually([&] {
            if (desk.session) desk.look();
            (void)other->takeFrame();
            if (auto now = other->takeStatus()) status = std::move(now);
            timeline = other->timeline();
            return isSo();
        });
    }
};

} // namespace

TEST_CASE("a wall shows what the desk says, and acknowledges through it", "[desk_line]") {
    TwoWalls walls;
    REQUIRE(walls.until([&] {
        return metadataOf(walls.desk.status) && metadataOf(walls.status) &&
               walls.status->judgedBy == JudgedBy::desk;
    }));
    const auto card = *metadataOf(walls.status);
    CHECK(card.id == metadataOf(walls.desk.status)->id);
    REQUIRE(!walls.other->ask(Acknowledge{card.id, "Bob", "at the other wall"}));
    REQUIRE(walls.until([&] {
        const auto* now = metadataOf(walls.desk.status);
        return now && now->state == AlarmState::acked;
    }));
    CHECK(metadataOf(walls.desk.status)->by == "Bob");
    CHECK(metadataOf(walls.desk.status)->note == "at the other wall");
    CHECK(walls.until([&] {
        const auto* now = metadataOf(walls.status);
        return now && now->by == "Bob" && now->state == AlarmState::acked;
    }));
    // The log is the same, line by line, and so are the bars.
    CHECK(walls.until([&] {
        return walls.status->changes == walls.desk.status->changes &&
               walls.status->history == walls.desk.status->history &&
               walls.timeline.alarms == walls.desk.timeline.alarms;
    }));
    // What cannot be done is told where it was wanted.
    REQUIRE(!walls.other->ask(Acknowledge{999, "Bob", ""}));
    CHECK(walls.until([&] { return !walls.status->problem.empty(); }));
}

TEST_CASE("notes are at all walls, whoever wrote them", "[desk_line]") {
    TwoWalls walls;
    REQUIRE(walls.until(
        [&] { return walls.status && walls.status->judgedBy == JudgedBy::desk && !walls.timeline.empty; }));
    const auto noteOf = [&](std::uint64_t id, const std::string& text) {
        const auto at = std::chrono::floor<seconds>(walls.timeline.end);
        return Note{
            .id = id, .from = at, .to = at, .by = "Bob", .text = text, .written = SystemClock().wall()};
    };
    REQUIRE(!walls.other->write(noteOf(1'001, "seen here")));
    REQUIRE(!walls.desk.session->write(noteOf(1'002, "seen at the desk")));
    const auto hasBoth = [](const Timeline& timeline) { return timeline.notes.size() == 2; };
    CHECK(walls.until([&] { return hasBoth(walls.timeline) && hasBoth(walls.desk.timeline); }));
    auto removed = noteOf(1'001, "");
    removed.isRemoved = true;
    REQUIRE(!walls.desk.session->write(removed));
    CHECK(walls.until([&] { return walls.timeline.notes.size() == 1; }));
}

TEST_CASE("while the desk is away a wall judges by itself, and says so", "[desk_line]") {
    TwoWalls walls;
    REQUIRE(walls.until([&] { return walls.status && walls.status->judgedBy == JudgedBy::desk; }));
    const auto endpoint = walls.desk.session->deskServedAt();
    walls.desk.session.reset();
    REQUIRE(walls.until([&] { return walls.status->judgedBy == JudgedBy::thisWall; }));
    CHECK_THAT(walls.status->problem, containsText("no answer from " + endpoint));
    CHECK_THAT(walls.status->problem, containsText("judges by itself"));
    const auto at = std::chrono::floor<seconds>(walls.timeline.end);
    REQUIRE(!walls.other->write({.id = 2'001,
                                 .from = at,
                                 .to = at,
                                 .by = "Bob",
                                 .text = "written while the desk was away",
                                 .written = SystemClock().wall()}));
    REQUIRE(walls.until([&] { return walls.timeline.end > at + seconds(40); })); // asked in vain
    // It comes back, and is listened to again, and told what it missed.
    walls.desk.follow(true, {}, {.serve = endpoint});
    REQUIRE(walls.until([&] { return walls.status->judgedBy == JudgedBy::desk; }));
    CHECK(walls.until([&] { return walls.desk.timeline.notes.size() == 1; }));
    CHECK(walls.until([&] { return walls.status->problem.empty(); }));
}

TEST_CASE("the desk says which wall is frozen, until it is painted again, and misses none that ended",
          "[desk_line]") {
    FollowedLaunch desk{true, {}, {.serve = "tcp://127.0.0.1:*"}};
    auto other = desk.open({.ask = desk.session->deskServedAt(), .wall = "room-2"});
    bool isPainted = true;
    const auto until = [&](auto isSo) {
        return eventually([&] {
            desk.look();
            if (other && isPainted) other->notePainted();
            return isSo();
        });
    };
    const auto isFrozen = [&] {
        return desk.status && desk.status->frozenWalls.size() == 1 &&
               desk.status->frozenWalls.front().name == "room-2";
    };
    REQUIRE(until([&] { return desk.status != nullptr; }));
    isPainted = false; // it asks all the same
    REQUIRE(until(isFrozen));
    CHECK(!desk.status->frozenWalls.front().isSilent);
    isPainted = true;
    CHECK(until([&] { return desk.status->frozenWalls.empty(); }));
}

TEST_CASE("a wall that ends takes leave of the desk", "[desk_line]") {
    const auto opened = AnsweringSocket::open(kDesk, "tcp://127.0.0.1:*");
    REQUIRE(opened);
    auto& socket = **opened;
    const SystemClock clock;
    auto line =
        std::make_unique<DeskLine>(socket.endpoint(), "room-2", std::make_shared<ZmqContext>(), clock);
    std::optional<WallReport> said;
    const auto hears = [&](const auto& isSo) {
        return eventually([&] {
            socket.serve([&](std::string_view bytes, const auto&) -> Result<std::string> {
                const auto request = readDeskRequest(bytes);
                if (!request) return Error{request.error()};
                said = request->wall;
                return deskReply(*request, {}, std::nullopt, {});
            });
            return isSo();
        });
    };
    REQUIRE(hears([&] { return said && !line->isSilent(); }));
    CHECK(said->name == "room-2");
    CHECK(!said->leaves);
    const auto run = said->run;
    std::jthread ending([&] { line.reset(); }); // which waits for the answer
    REQUIRE(hears([&] { return said->leaves; }));
    CHECK(said->run == run);
}

TEST_CASE("of another machine only who may control acknowledges, and who may not listen sees nothing",
          "[desk_line][trust]") {
    Machine desk;
    Machine room;
    const auto opened = AnsweringSocket::open(kDesk, "tcp://0.0.0.0:*", desk.context);
    REQUIRE(opened);
    auto& socket = **opened;
    room.knows(desk.key());
    Permit permit{"room", room.key(), {"room"}};
    permit.listen = true;
    const SystemClock clock;
    int acknowledged = 0;
    const auto serve = [&] {
        socket.serve([&](std::string_view bytes, const AnsweringSocket::Asker& asker) -> Result<std::string> {
            const auto request = readDeskRequest(bytes);
            if (!request) return Error{request.error()};
            if (request->command && !asker.mayControl) return Error{"may listen only"};
            acknowledged += request->command ? 1 : 0;
            return deskReply(*request, {}, std::nullopt, {});
        });
    };
    DeskLine line(socket.endpoint(), "", room.context, clock);
    const auto comes = [&](const auto& isSo) {
        return eventually([&] {
            serve();
            return isSo();
        });
    };
    CHECK(comes([&] { return line.problem().find("not let in") != std::string::npos; }));
    CHECK(line.isSilent());
    desk.allows(permit);
    CHECK(comes([&] { return !line.isSilent(); }));
    REQUIRE(line.ask({.command = Acknowledge{1, "Bob", ""}}));
    CHECK(comes([&] { return line.problem().find("may listen only") != std::string::npos; }));
    CHECK(acknowledged == 0);
    permit.control = true;
    desk.allows(permit);
    CHECK(comes([&] {
        (void)line.ask({.command = Acknowledge{1, "Bob", ""}});
        return acknowledged > 0;
    }));
}

TEST_CASE("what is no request is refused, and the next one answered", "[desk_line]") {
    for (const auto* rubbish : {"rubbish", "\x18\x09", ""}) {
        const auto read = readDeskRequest(rubbish);
        if (std::string_view(rubbish).empty())
            CHECK(read); // asks for nothing but news
        else
            CHECK(!read);
    }
    CHECK(!readDeskReply("rubbish"));
}

TEST_CASE("who acts at a desk by a key is named with it, whatever name he gives himself", "[desk_line]") {
    DeskRequest request{.command = Acknowledge{4, "Ann", "seen"}};
    request.note = Note{.id = 5, .by = std::string(60, 'x') + "\u00fc", .text = "text"};
    speakAs("room", request);
    CHECK(std::get<Acknowledge>(*request.command).by == "Ann (room)");
    CHECK(request.note->by == std::string(57, 'x') + " (room)");
    speakAs("room", request); // a note that is told again
    CHECK(std::get<Acknowledge>(*request.command).by == "Ann (room)");
    speakAs("", request);
    CHECK(std::get<Acknowledge>(*request.command).by == "Ann (room)");
}
