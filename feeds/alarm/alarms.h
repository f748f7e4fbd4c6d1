// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"
#include "feeds/alarm/cards.h"
#include "feeds/alarm/observed.h"
#include "feeds/alarm/rules.h"
#include "feeds/alarm/saved.h"
#include "feeds/alarm/transition.h"
#include "feeds/alarm/windows.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// Judges each settled second by rules, and keeps the cards that come of it: see ALARMS.md. The same seconds
/// and commands make the same transitions. Time is the data's: it never asks for it. One thread.
class Alarms {
  public:
    explicit Alarms(Rules rules);

    /// Each settled second once, in order; one that is not newer than the last is ignored.
    void judge(const ObservedSecond& observed);
    /// For a feed of which no second settles, once a second: judges the feed's age and the recorder, and lets
    /// shelves and reminders run out. `second`: the newest settled one and the time since, by the steady
    /// clock.
    void tick(FeedSecond second, double feedAgeSeconds, std::optional<std::uint64_t> recorderDropped);

    /// Commands name a card by its id. Refused: there is none of that id, it is not in a state for it, a name
    /// of none or more than 64 bytes, a note of more than 500, or minutes outside 1 to 60.
    std::optional<Error> acknowledge(std::uint64_t card, std::string_view by, std::string_view note);
    std::optional<Error> shelve(std::uint64_t card, int minutes, std::string_view by, std::string_view note);
    std::optional<Error> unshelve(std::uint64_t card, std::string_view by);

    /// Alarms of rules with the same id and subjects keep their state.
    void setRules(Rules rules);
    /// Why a newer file is not used: status() tells. Empty: it is.
    void setRulesProblem(std::string why);
    const Rules& rules() const { return m_rules; }

    /// Valid until the next call of any of the above.
    const AlarmStatus& status() const { return m_status; }
    /// What has changed since it was asked last, in order. At most 10 000 wait; then the oldest go, and
    /// lostTransitions() counts them.
    std::vector<Transition> takeTransitions() { return m_cards.takeTransitions(); }
    std::uint64_t lostTransitions() const { return m_cards.lostTransitions(); }

    /// All alarms and cards, for a restart or a seek; of what was measured only what they need. Bytes of this
    /// version of the program.
    std::string save() const;
    /// Instead of what it holds. An Error: the bytes are not of save(), and nothing is changed. Alarms of
    /// rules that are no more end as of a rule that is switched off.
    std::optional<Error> restore(std::string_view bytes);

  private:
    /// What is judged besides places and publishers.
    struct Instruments {
        double feedAge = 0;
        std::optional<std::uint64_t> recorderDropped;
    };

    template <class Judge> void judgeRules(FeedSecond second, Judge judgeRule);
    void judgePlaces(const Rule& rule, FeedSecond second);
    void judgePublishers(const Rule& rule, const ObservedSecond& observed);
    void judgeInstruments(const Rule& rule, FeedSecond second, const Instruments& instruments);
    void step(const Rule& rule, std::string_view subject, std::string_view name, std::string_view region,
              const Windows::Judged& judged, FeedSecond second);
    void missUnlisted(const Rule& rule, FeedSecond second);
    std::uint64_t droppedWithin(std::chrono::seconds window, FeedSecond second, std::uint64_t now);
    void deal(const Rule& rule, FeedSecond second);
    void fold(const Rule& rule, std::map<Cards::Key, Cards::Firing>& firing, FeedSecond second);
    Cards::Key keyOf(const Rule& rule, const std::string& region) const;
    bool isOff(const Rule& rule, FeedSecond second) const;
    void switchOff(const std::string& rule, FeedSecond second);
    void conclude(FeedSecond second);
    void countInhibited();
    void judgeVerdict(FeedSecond second);
    bool cannotTell(FeedSecond second) const;
    bool isClearing(const CardEntry& entry) const;
    void refresh();
    /// Of commands: the newest one known of.
    FeedSecond now() const { return m_saved.now.value_or(FeedSecond{}); }
    std::optional<Error> concluded(std::optional<Error> error);

    Rules m_rules;
    Windows m_windows;
    Cards m_cards;
    SavedAlarms m_saved;                                        // all but the cards, which keep their own
    std::map<std::string, std::string> m_regionNames;           // by code
    std::deque<std::pair<FeedSecond, std::uint64_t>> m_dropped; // by the recorder, in the longest window
    std::string m_rulesProblem;
    AlarmStatus m_status;
};

} // namespace surgescope::feeds
