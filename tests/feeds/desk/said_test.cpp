// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/flood.h"
#include "feeds/desk/said.h"

#include "tests/support/catch.h"

#include <cmath>
#include <limits>
#include <random>

using namespace surgescope::feeds;
using std::chrono::seconds;
using surgescope::tests::containsText;

namespace {

const FeedSecond kNow = feedSecond(1'795'000'000);

Transition changeOf() {
    return {.second = kNow,
            .card = 12,
            .occurrence = 3,
            .rule = "pops/silent",
            .group = "Europe",
            .change = Change::acknowledged,
            .from = AlarmState::unacked,
            .to = AlarmState::acked,
            .severity = Severity::critical,
            .isShelved = true,
            .isSilence = true,
            .members = {"FRA", "MUC"},
            .value = std::numeric_limits<double>::infinity(),
            .by = "Jörg",
            .note = "power is out",
            .text = "2 PoPs silent: FRA MUC"};
}

Card cardOf(AlarmState state) {
    return {.id = 4,
            .rule = "latency/metadata",
            .group = "Europe",
            .severity = Severity::critical,
            .state = state,
            .since = kNow - seconds(60),
            .until = kNow,
            .text = "Metadata p95 524 ms",
            .todo = "pause the fan-out",
            .runbook = "https://example.org/metadata",
            .members = {"FRA"},
            .by = "Ann",
            .note = "seen",
            .occurrence = 2,
            .inhibited = 31,
            .isSilence = true,
            .isBlind = true,
            .isChattering = true,
            .isClearing = true,
            .shelvedUntil = kNow + seconds(900)};
}

LiveStatus statusOf() {
    LiveStatus status;
    status.alarms.verdict = Verdict::act;
    status.alarms.since = kNow - seconds(50);
    status.alarms.cards = {cardOf(AlarmState::unacked), cardOf(AlarmState::acked),
                           cardOf(AlarmState::returned)};
    status.alarms.shelved = {cardOf(AlarmState::acked)};
    status.alarms.unacked = 2;
    status.alarms.acked = 1;
    status.alarms.inhibited = 31;
    tellFlood({.isOn = true, .first = 4}, status.alarms);
    status.alarms.rulesProblem = "rules.toml:3: no";
    status.changes = 17;
    status.problem = "no such card";
    return status;
}

} // namespace

TEST_CASE("what a desk says is read as it was said", "[said]") {
    const auto change = said::readChange(said::bytesOf(changeOf()));
    REQUIRE(change);
    CHECK(*change == changeOf());

    const auto shown = said::readShown(said::bytesOf(statusOf(), kNow));
    REQUIRE(shown);
    CHECK(shown->at == kNow);
    CHECK(shown->status.alarms == statusOf().alarms);
    CHECK(shown->status.changes == 17);
    CHECK(shown->status.problem == "no such card");

    const Note note{.id = 5,
                    .from = kNow,
                    .to = kNow + seconds(3),
                    .by = "Ann",
                    .text = "called",
                    .written = WallTime(seconds(1'795'000'100)),
                    .isRemoved = true};
    const auto read = said::readNote(said::bytesOf(note));
    REQUIRE(read);
    CHECK(*read == note);
}

TEST_CASE("what cannot be right in what a desk says is refused", "[said]") {
    auto bytes = said::bytesOf(changeOf());
    bytes[bytes.find("power is out")] = '\x1b';
    CHECK_THAT(said::readChange(bytes).error(), containsText("out of bounds"));
    bytes = said::bytesOf(changeOf());
    for (std::size_t i = 0; i < said::kMostMembers; ++i)
        bytes += "\x62\x03"
                 "FRA"; // field 12, members
    CHECK(!said::readChange(bytes));
    auto change = changeOf();
    change.change = static_cast<Change>(200);
    CHECK(!said::readChange(said::bytesOf(change)));
    change = changeOf();
    change.second = FeedSecond{};
    CHECK(!said::readChange(said::bytesOf(change)));
    auto status = statusOf();
    status.alarms.cards[1].state = static_cast<AlarmState>(9);
    CHECK(!said::readShown(said::bytesOf(status, kNow)));
    CHECK_THAT(said::readNote("rubbish").error(), containsText("7 bytes are not surgescope.v1.Note"));
}

TEST_CASE("whatever stands in a rule, a note or a refusal, what is said can be read", "[said]") {
    auto status = statusOf();
    status.alarms.rulesProblem = "rules.toml:3: no\nrules.toml:5: neither";
    status.problem = std::string(5'000, 'x');
    status.alarms.cards[0].note =
        "seen \U0001F469\u200D\U0001F4BB"; // joined by a character that shows nothing
    status.alarms.cards[0].todo = "first\tthen";
    status.alarms.cards[0].members.assign(said::kMostMembers + 1, "FRA");
    const auto shown = said::readShown(said::bytesOf(status, kNow));
    REQUIRE(shown);
    CHECK(shown->status.alarms.rulesProblem == "rules.toml:3: no rules.toml:5: neither");
    CHECK(shown->status.alarms.cards[0].note == "seen \U0001F469 \U0001F4BB");
    CHECK(shown->status.alarms.cards[0].todo == "first then");
    CHECK(shown->status.problem.size() <= 2'000);
    CHECK(shown->status.alarms.cards[0].members.size() == said::kMostMembers);
    auto change = changeOf();
    change.note = "\x1b[2J";
    const auto read = said::readChange(said::bytesOf(change));
    REQUIRE(read);
    CHECK(read->note == " [2J");
}

TEST_CASE("bytes that anybody may have changed are read or refused, never worse", "[said]") {
    std::mt19937 random(1);
    const std::string bytes[]{said::bytesOf(changeOf()), said::bytesOf(statusOf(), kNow)};
    int refused = 0;
    for (int i = 0; i < 4'000; ++i) {
        auto changed = bytes[i % 2];
        for (unsigned flips = random() % 4; flips > 0; --flips)
            changed[random() % changed.size()] = static_cast<char>(random());
        changed.resize(changed.size() - random() % 3);
        for (const auto topic : {said::kChange, said::kShown, said::kNote})
            refused += said::whyUnreadable(topic, changed).has_value() ? 1 : 0;
    }
    CHECK(refused > 4'000);
}

TEST_CASE("notes in a file are one line each, and a line that is none is told", "[said]") {
    Notes notes;
    REQUIRE(!notes.take({.id = 5, .from = kNow, .to = kNow, .by = "Ann", .text = "\"quoted\", ümlaut"}));
    REQUIRE(!notes.take({.id = 6, .from = kNow, .to = kNow, .by = "Bob", .text = "another"}));
    const auto lines = said::linesOf(notes);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
    CHECK_THAT(lines, containsText("\"by\":\"Ann\""));
    auto read = said::readLines(lines);
    CHECK(read.problem.empty());
    CHECK(read.notes.kept() == notes.kept());

    read = said::readLines(lines + "{\"id\": \"7\"}\n{\n\n" + lines);
    CHECK(read.notes.kept() == notes.kept());
    CHECK_THAT(read.problem, containsText("line 4: expected a note as JSON"));
}
