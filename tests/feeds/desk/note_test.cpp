// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/note.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;
using std::chrono::seconds;
using surgescope::tests::containsText;

namespace {

Note noteOf(std::uint64_t id, const std::string& text, int writtenAt) {
    const auto from = feedSecond(1'795'000'000 + static_cast<std::int64_t>(id));
    return {.id = id,
            .from = from,
            .to = from,
            .by = "Ann",
            .text = text,
            .written = WallTime(seconds(writtenAt))};
}

} // namespace

TEST_CASE("of a note the one written last counts, in whatever order they come", "[note]") {
    Notes notes;
    CHECK(!notes.take(noteOf(2, "second", 10)));
    CHECK(!notes.take(noteOf(1, "first", 20)));
    CHECK(!notes.take(noteOf(1, "an older first", 15)));
    CHECK(!notes.take(noteOf(2, "second, better", 11)));
    const auto changes = notes.changes();
    CHECK(!notes.take(noteOf(2, "second, better", 11)));
    CHECK(notes.changes() == changes);
    const auto all = notes.all();
    REQUIRE(all.size() == 2);
    CHECK(all[0].text == "first"); // by time
    CHECK(all[1].text == "second, better");

    auto removed = noteOf(1, "", 30);
    removed.isRemoved = true;
    CHECK(!notes.take(removed));
    CHECK(notes.all().size() == 1);
    CHECK(notes.kept().size() == 2); // a file must tell that it is gone
}

TEST_CASE("a note that cannot be kept is refused in words", "[note]") {
    Notes notes;
    const auto refusal = [&](auto change) {
        auto note = noteOf(1, "text", 10);
        change(note);
        const auto refused = notes.take(note);
        return refused ? refused->text : std::string();
    };
    CHECK(refusal([](Note&) {}).empty());
    CHECK_THAT(refusal([](Note& note) { note.text.clear(); }), containsText("says nothing"));
    CHECK_THAT(refusal([](Note& note) { note.text.assign(501, 'x'); }), containsText("at most 500"));
    CHECK_THAT(refusal([](Note& note) { note.text = "two\nlines"; }), containsText("printable"));
    CHECK_THAT(refusal([](Note& note) { note.by.clear(); }), containsText("expected a name"));
    CHECK_THAT(refusal([](Note& note) { note.to -= seconds(1); }), containsText("expected a range"));
    CHECK_THAT(refusal([](Note& note) { note.from = note.to = FeedSecond{}; }),
               containsText("expected a range"));
    CHECK_THAT(refusal([](Note& note) { note.id = 0; }), containsText("without a number"));
}

TEST_CASE("there is room for ten thousand notes", "[note]") {
    Notes notes;
    for (std::uint64_t id = 1; id <= Notes::kMost; ++id)
        REQUIRE(!notes.take(noteOf(id, "note", 1)));
    CHECK_THAT(notes.take(noteOf(Notes::kMost + 1, "one more", 1))->text, containsText("no room"));
    CHECK(!notes.take(noteOf(7, "changed", 2))); // one that is there can be changed
}
