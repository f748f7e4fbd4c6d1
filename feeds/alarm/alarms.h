// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"
#include "feeds/alarm/observed.h"
#include "feeds/alarm/rules.h"
#include "feeds/alarm/transition.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Judges each settled second by rules, and keeps the cards that come of it: see ALARMS.md. The same seconds
/// and commands make the same transitions. Time is the data's: it never asks for it. One thread.
class Alarms {
  public:
    explicit Alarms(Rules rules);
    Alarms(Alarms&&) noexcept;
    Alarms& operator=(Alarms&&) noexcept;
    ~Alarms();

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
    const Rules& rules() const;

    /// Valid until the next call of any of the above.
    const AlarmStatus& status() const;
    /// What has changed since it was asked last, in order. At most 10 000 wait; then the oldest go, and
    /// lostTransitions() counts them.
    std::vector<Transition> takeTransitions();
    std::uint64_t lostTransitions() const;

    /// All alarms and cards, for a restart or a seek; of what was measured only what they need. Bytes of this
    /// version of the program.
    std::string save() const;
    /// Instead of what it holds. An Error: the bytes are not of save(), and nothing is changed. Alarms of
    /// rules that are no more end as of a rule that is switched off.
    std::optional<Error> restore(std::string_view bytes);

  private:
    struct Engine;
    std::unique_ptr<Engine> m_engine;
};

} // namespace surgescope::feeds
