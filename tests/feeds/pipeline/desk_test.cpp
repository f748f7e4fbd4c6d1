// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of alarms and notes beyond the hour: recorded, replayed, cut out, known after a restart.
#include "feeds/capture/rewrite.h"
#include "feeds/capture/verification.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/followed_launch.h"

#include <algorithm>
#include <fstream>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

const Card* cardOf(const LiveStatus* status, std::string_view rule) {
    if (!status) return nullptr;
    const auto& cards = status->alarms.cards;
    const auto found = std::ranges::find(cards, rule, &Card::rule);
    return found == cards.end() ? nullptr : &*found;
}

/// A recording that is looked at, its end first.
struct Looked {
    SystemClock clock;
    std::unique_ptr<Session> session;
    std::shared_ptr<const LiveStatus> status;
    Timeline timeline;

    explicit Looked(const std::string& path, const std::string& rulesFile = {}) {
        auto source = ReplaySource::open(path, clock, {.paused = true});
        REQUIRE(source);
        const auto end = source.value()->recording().end;
        source.value()->control()->send(replay::Seek{end});
        Session::Options options;
        options.rulesFile = rulesFile;
        session = Session::replay(std::move(source.value()), PopCatalogue::builtIn(), clock, options);
        REQUIRE(at(end));
    }
    bool at(Timeline::Time time) {
        session->seek(time);
        return eventually([&] {
            (void)session->takeFrame();
            timeline = session->timeline();
            if (auto now = session->takeStatus()) status = std::move(now); // of that position or a later one
            return std::chrono::abs(timeline.position - time) < seconds(1);
        });
    }
};

Note noteAt(Timeline::Time time, const std::string& text, std::uint64_t id = 7) {
    const auto second = std::chrono::floor<seconds>(time);
    return {.id = id,
            .from = second,
            .to = second + seconds(5),
            .by = "Ann",
            .text = text,
            .written = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
}

/// A launch that was followed until Ann acknowledged the card of its metadata, and what was recorded of it.
struct Acknowledged {
    FollowedLaunch f;
    Card card;
    Timeline::Time at{};
    std::string path;

    Acknowledged() {
        REQUIRE(f.until([&] { return cardOf(f.status.get(), "latency/metadata"); }));
        card = *cardOf(f.status.get(), "latency/metadata");
        REQUIRE(!f.session->ask(Acknowledge{card.id, "Ann", "seen by Ann"}));
        REQUIRE(f.until([&] {
            const auto* now = cardOf(f.status.get(), "latency/metadata");
            return now && now->state == AlarmState::acked;
        }));
        at = f.timeline.end;
        REQUIRE(!f.session->write(noteAt(at, "called the API desk")));
        CHECK(f.session->write(noteAt(at, ""))); // says nothing
        const auto end = f.timeline.end;
        REQUIRE(f.until([&] { return f.timeline.end > end + seconds(20); }));
        f.session->keep();
        REQUIRE(f.until([&] { return f.wasTold("kept as ", false); }));
        path = f.recordings().front();
    }
};

} // namespace

TEST_CASE("a recording shows alarms as they were, and who acknowledged them", "[desk]") {
    Acknowledged night;
    Looked look(night.path);
    const auto* card = cardOf(look.status.get(), "latency/metadata");
    REQUIRE(card);
    CHECK(look.status->judgedBy == LiveStatus::JudgedBy::recordingWall);
    CHECK(card->id == night.card.id);
    CHECK(card->since == night.card.since);
    CHECK(card->state == AlarmState::acked);
    CHECK(card->by == "Ann");
    CHECK(card->note == "seen by Ann");
    CHECK(look.status->alarms.acked >= 1);

    // The way there: told, acknowledged; before that nothing.
    CHECK(std::ranges::count_if(look.status->history, [&](const Transition& change) {
              return change.card == card->id && change.change == Change::acknowledged && change.by == "Ann";
          }) == 1);
    REQUIRE(look.at(night.card.since - seconds(5)));
    CHECK(!cardOf(look.status.get(), "latency/metadata"));
    REQUIRE(look.at(look.timeline.begin + seconds(1)));
    CHECK(look.status->alarms.cards.empty());

    // On the timeline it has its place all the time, as on the wall then.
    const auto bar = std::ranges::find(look.timeline.alarms, night.card.id, &AlarmBar::card);
    REQUIRE(bar != look.timeline.alarms.end());
    CHECK(bar->severity == Severity::critical);
    CHECK(std::ranges::count(bar->pieces, AlarmBar::Look::unacked, &AlarmBar::Piece::look) == 1);
    CHECK(std::ranges::count(bar->pieces, AlarmBar::Look::acked, &AlarmBar::Piece::look) == 1);
    const auto live = std::ranges::find(night.f.timeline.alarms, night.card.id, &AlarmBar::card);
    REQUIRE(live != night.f.timeline.alarms.end());
    CHECK(live->pieces == bar->pieces);
    CHECK_FALSE(look.timeline.judgedTo); // all of it is known
    CHECK_FALSE(night.f.timeline.judgedTo);

    // What was cannot be changed.
    CHECK(look.session->ask(Acknowledge{night.card.id, "Bob", ""}));

    const auto verified = verify(night.path, {});
    REQUIRE(verified);
    CHECK(verified->lastRefusal.empty());
}

TEST_CASE("with rules of one's own a recording is judged anew", "[desk]") {
    Acknowledged night;
    const auto rules = (night.f.folder.path() / "rules.toml").string();
    std::ofstream(rules) << "version = 1\n";
    Looked look(night.path, rules);
    REQUIRE(eventually([&] {
        (void)look.session->takeFrame();
        if (auto now = look.session->takeStatus()) look.status = std::move(now);
        return look.status != nullptr;
    }));
    CHECK(look.status->judgedBy == LiveStatus::JudgedBy::thisWall);
    for (const auto& card : look.status->alarms.cards)
        CHECK(card.by.empty());
    // Of alarms that stand where it is looked at, nobody knows yet for how long.
    const auto judged = look.session->timeline();
    CHECK(judged.judgedTo == judged.position);
}

TEST_CASE("notes are recorded, and those to a recording are kept beside it", "[desk]") {
    Acknowledged night;
    REQUIRE(night.f.timeline.notes.size() == 1);
    {
        Looked look(night.path);
        REQUIRE(look.timeline.notes.size() == 1);
        auto note = look.timeline.notes.front();
        CHECK(note.text == "called the API desk");
        CHECK(note == night.f.timeline.notes.front());
        note.text = "called the API desk, they knew";
        note.written += seconds(60);
        CHECK(!look.session->write(note));
        CHECK(!look.session->write(noteAt(night.at - seconds(10), "too early to tell", 8)));
        CHECK(!look.session->write(noteAt(night.at, "nonsense", 9)));
        auto removed = noteAt(night.at, "", 9);
        removed.isRemoved = true;
        CHECK(!look.session->write(removed));
    }
    Looked again(night.path);
    REQUIRE(again.timeline.notes.size() == 2);
    CHECK(again.timeline.notes.front().text == "too early to tell");
    CHECK(again.timeline.notes.back().text == "called the API desk, they knew");

    // What is cut out of it has both, as far as they are of that time.
    const auto part = (night.f.folder.path() / "part.mcap").string();
    const auto cut = rewrite({night.path}, part, PopCatalogue::builtIn(),
                             {.from = RecordedTime(night.at) - std::chrono::milliseconds(1'000)});
    REQUIRE(cut);
    Looked later(part);
    REQUIRE(later.timeline.notes.size() == 1);
    CHECK(later.timeline.notes.front().text == "called the API desk, they knew");
    CHECK(std::ranges::count(later.timeline.alarms, night.card.id, &AlarmBar::card) == 1);
    REQUIRE(cardOf(later.status.get(), "latency/metadata"));
    CHECK(cardOf(later.status.get(), "latency/metadata")->by == "Ann");

    // A line that somebody has spoilt is told, and the others are used.
    std::ofstream(said::notesPath(night.path), std::ios::app) << "rubbish\n";
    Looked spoilt(night.path);
    CHECK(spoilt.timeline.notes.size() == 2);
    const auto told = spoilt.session->takeNotices();
    REQUIRE(told.size() == 1);
    CHECK(told.front().isFailure);
    CHECK_THAT(told.front().text, containsText("line 4"));
}

TEST_CASE("a dashboard that is started again knows the notes, and records them", "[desk]") {
    FollowedLaunch f;
    REQUIRE(f.untilLength(seconds(5)));
    REQUIRE(!f.session->write(noteAt(f.timeline.end, "the night begins")));
    f.session.reset();
    f.frame.reset();
    f.follow();
    REQUIRE(f.untilLength(seconds(5)));
    REQUIRE(f.timeline.notes.size() == 1);
    f.session->record(true);
    REQUIRE(f.untilLength(seconds(20)));
    f.session->record(false);
    f.session.reset(); // waits until it is written
    Looked look(f.recordings().front());
    REQUIRE(look.timeline.notes.size() == 1);
    CHECK(look.timeline.notes.front().text == "the night begins");
}

TEST_CASE("of walls that recorded the same night, one's alarms are kept when they are merged", "[desk]") {
    Acknowledged night;
    const auto merged = (night.f.folder.path() / "merged.mcap").string();
    REQUIRE(rewrite({night.path, night.path}, merged, PopCatalogue::builtIn(), {}));
    Looked one(night.path);
    Looked both(merged);
    REQUIRE(both.status);
    CHECK(both.status->changes == one.status->changes);
    CHECK(both.status->alarms == one.status->alarms);
    CHECK(both.timeline.notes == one.timeline.notes);
}
