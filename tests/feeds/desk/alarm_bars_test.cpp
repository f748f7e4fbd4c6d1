// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/alarm_bars.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;
using std::chrono::seconds;
using Look = AlarmBar::Look;

namespace {

const FeedSecond kStart = feedSecond(1'795'000'000);

Transition changeAt(int second, std::uint64_t card, Change change, AlarmState to) {
    Transition made;
    made.second = kStart + seconds(second);
    made.card = card;
    made.change = change;
    made.to = to;
    made.text = "card " + std::to_string(card);
    return made;
}

} // namespace

TEST_CASE("a card's bar tells what people knew of it, piece by piece", "[alarm_bars]") {
    AlarmBars bars;
    bars.take(changeAt(0, 1, Change::fired, AlarmState::pending));
    CHECK(bars.all().empty()); // nobody was told yet
    bars.take(changeAt(3, 1, Change::shown, AlarmState::unacked));
    auto worse = changeAt(5, 1, Change::rose, AlarmState::unacked);
    worse.severity = Severity::critical;
    bars.take(worse);
    bars.take(changeAt(9, 1, Change::acknowledged, AlarmState::acked));
    bars.take(changeAt(12, 1, Change::blinded, AlarmState::acked));
    bars.take(changeAt(15, 1, Change::sighted, AlarmState::acked));
    bars.take(changeAt(20, 1, Change::ended, AlarmState::normal));
    const auto all = bars.all();
    REQUIRE(all.size() == 1);
    const std::vector<AlarmBar::Piece> expected{{kStart, Look::pending},
                                                {kStart + seconds(3), Look::unacked},
                                                {kStart + seconds(9), Look::acked},
                                                {kStart + seconds(12), Look::blind},
                                                {kStart + seconds(15), Look::acked}};
    CHECK(all[0].pieces == expected);
    CHECK(all[0].to == kStart + seconds(20));
    CHECK(all[0].severity == Severity::critical);
}

TEST_CASE("each time a card comes is a bar, and what nobody was told of is none", "[alarm_bars]") {
    AlarmBars bars;
    bars.take(changeAt(0, 1, Change::fired, AlarmState::pending));
    bars.take(changeAt(4, 1, Change::ended, AlarmState::normal));
    CHECK(bars.all().empty());
    for (std::uint32_t time = 1; time <= 2; ++time) {
        auto shown = changeAt(static_cast<int>(time) * 10, 2, Change::shown, AlarmState::unacked);
        auto gone = changeAt(static_cast<int>(time) * 10 + 5, 2, Change::returned, AlarmState::returned);
        shown.occurrence = gone.occurrence = time;
        bars.take(shown);
        bars.take(gone);
        auto acked = gone;
        acked.second += seconds(3);
        acked.to = AlarmState::normal;
        acked.change = Change::acknowledged;
        bars.take(acked); // when it was gone already
    }
    const auto all = bars.all();
    REQUIRE(all.size() == 2);
    CHECK(all[0].to == kStart + seconds(15));
    CHECK(all[1].to == kStart + seconds(25));
}

TEST_CASE("bars are bounded, and another time begins without those of the one before", "[alarm_bars]") {
    AlarmBars bars;
    for (std::uint64_t card = 1; card <= AlarmBars::kMost + 10; ++card)
        bars.take(changeAt(100, card, Change::shown, AlarmState::unacked));
    CHECK(bars.all().size() == AlarmBars::kMost);
    CHECK(bars.all().back().card == AlarmBars::kMost + 10);
    bars.take(changeAt(0, 1, Change::shown, AlarmState::unacked)); // a rehearsal begun again
    CHECK(bars.all().size() == 1);
}

TEST_CASE("a card whose changes were before the log has a bar all the same", "[alarm_bars]") {
    AlarmBars bars;
    Card card;
    card.id = 7;
    card.state = AlarmState::acked;
    card.severity = Severity::critical;
    card.since = kStart;
    card.text = "8 PoPs silent";
    bars.know(card);
    bars.know(card);
    REQUIRE(bars.all().size() == 1);
    CHECK(bars.all()[0].pieces == std::vector<AlarmBar::Piece>{{kStart, Look::acked}});
    CHECK(!bars.all()[0].to);
    auto gone = changeAt(30, 7, Change::ended, AlarmState::normal);
    bars.take(gone);
    CHECK(bars.all()[0].to == kStart + seconds(30));
    bars.know(card); // as it was shown a second before
    CHECK(bars.all()[0].to == kStart + seconds(30));
}
