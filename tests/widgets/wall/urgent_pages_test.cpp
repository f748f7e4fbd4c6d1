// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/urgent_pages.h"
#include "widgets/wall/urgent_turns.h"

#include "tests/support/catch.h"

using namespace surgescope;
using namespace surgescope::widgets;
using namespace std::chrono_literals;

namespace {

feeds::Card cardOf(const char* rule, feeds::AlarmState state = feeds::AlarmState::unacked,
                   feeds::Severity severity = feeds::Severity::critical) {
    feeds::Card card;
    card.rule = rule;
    card.state = state;
    card.severity = severity;
    return card;
}

} // namespace

TEST_CASE("urgent pages have 20 seconds of every 60, one after the other") {
    UrgentTurns turns;
    CHECK_FALSE(turns.advance(100s));
    turns.setCount(2);
    CHECK_FALSE(turns.advance(39s));
    CHECK_FALSE(turns.shown());
    CHECK(turns.advance(1s));
    CHECK(turns.shown() == 0);
    CHECK_FALSE(turns.advance(19s));
    CHECK(turns.advance(1s));
    CHECK_FALSE(turns.shown());
    CHECK(turns.advance(40s));
    CHECK(turns.shown() == 1);
    turns.touch();
    CHECK_FALSE(turns.advance(60s)); // somebody reads it
    CHECK(turns.shown() == 1);
    turns.setCount(0); // and has acknowledged
    CHECK_FALSE(turns.shown());
    turns.setCount(1);
    CHECK_FALSE(turns.shown()); // waits for its turn anew
}

TEST_CASE("what is critical and unacknowledged brings its page, once, and not the one that is there") {
    std::vector<Workspace> all(4);
    const char* names[] = {"overview", "pops", "traffic", "invalidation"};
    std::vector<const Workspace*> workspaces;
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].name = names[i];
        workspaces.push_back(&all[i]);
    }
    feeds::AlarmStatus alarms;
    CHECK(urgentPages(alarms, workspaces, "overview").empty());
    alarms.cards = {cardOf("invalidation/lag"),
                    cardOf("pops/silent"),
                    cardOf("pops/load"),
                    cardOf("security/people"), // no such page
                    cardOf("traffic/load-share", feeds::AlarmState::acked),
                    cardOf("latency/metadata", feeds::AlarmState::unacked, feeds::Severity::warning)};
    const std::vector<const Workspace*> expected{&all[3], &all[1]};
    CHECK(urgentPages(alarms, workspaces, "overview") == expected);
    CHECK(urgentPages(alarms, workspaces, "pops") == std::vector<const Workspace*>{&all[3]});
    alarms.cards = {cardOf("latency/metadata")}; // on the page with the latencies
    CHECK(urgentPages(alarms, workspaces, "overview") == std::vector<const Workspace*>{&all[2]});
}
