// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/clocks.h"
#include "feeds/state/roster_size.h"
#include "feeds/state/sessions.h"
#include "feeds/util/clock.h"
#include "feeds/wire/messages.h"
#include "feeds/wire/refusal.h"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace surgescope::feeds {

/// Everybody who speaks, by name: whose session counts, whose clock is off, and what time it is for the
/// fleet. No publisher, alone or not, moves anybody else's time. Bounded: who has been silent for long is
/// forgotten. One thread.
class Publishers {
  public:
    struct Publisher {
        std::string name;
        Sessions sessions;
        std::chrono::seconds shift{0}; // added to its times
        TimeSource source = TimeSource::clock;
        bool isRehearsal = false; // plays a simulation, but does not mark its messages
        bool fromStart = false;   // the present session was heard from its first message on
        RosterSize rosters;       // of all PoPs it speaks for
    };

    explicit Publishers(std::size_t most) : m_most(most) {}

    /// Its publisher, valid until the next message is judged, when this message's session speaks for it and
    /// its times are of the feed. `arrived`: on a line that never goes back.
    std::variant<Publisher*, Refused> judge(const Header& header, std::string_view topic, SteadyTime now,
                                            WallTime arrived);

    /// A message in order, that was no duplicate: its publisher's clock is told from it, and how many seconds
    /// must be added to its times follows. `reports`: it carries totals, and its publisher has a say in what
    /// time it is.
    /// `sentBefore`: when the one before it, of its topic, was sent.
    void hear(Publisher& publisher, const Header& header, std::optional<WallTime> sentBefore, bool reports,
              SteadyTime now, WallTime arrived);
    /// The publisher says that it rehearses. If its times are not of now, they are simulated, though its
    /// messages are not marked, as those of earlier simulators are not.
    /// False: others report by clocks what is now, and a rehearsal is not of it.
    bool noteRehearsal(Publisher& publisher, const Header& header, SteadyTime now, WallTime arrived);

    /// What the clocks of the fleet say when this message arrives.
    WallTime feedNow(const Publisher& publisher, const Header& header, WallTime arrived) const;

    /// What the fleet's clocks agree on; nothing before the first report. Positive: they are behind ours.
    const std::optional<Consensus>& consensus() const { return m_consensus; }
    /// Somebody reports by a real clock, or did a while ago: the feed is of now, or should be. Then
    /// simulations and recordings are none of it.
    bool hasClocks(SteadyTime now) const;
    /// A recording that is sent again reports, and nobody by a real clock.
    bool isReplay(SteadyTime now) const;

    /// Publishers of which something is wrong.
    struct Complaints {
        std::vector<std::string>
            worst;             // in words that name them: "clock of EWR/edge-7 is 60 s ahead: corrected"
        std::size_t count = 0; // of all
    };
    Complaints complaints(SteadyTime now, std::size_t most) const;

    /// Calls `use(name, seconds)` for everybody, in no order: how far his clock is off, either way; nothing:
    /// not known.
    template <class Use> void forEachClock(Use use) const {
        for (const auto& [name, publisher] : m_byName) {
            const auto error = errorOf(publisher);
            use(std::string_view(name),
                error ? std::optional(std::abs(std::chrono::duration<double>(*error).count()))
                      : std::nullopt);
        }
    }

    std::size_t size() const { return m_byName.size(); }
    std::uint64_t restarts() const { return m_restarts; }

    /// Forgets everybody.
    void clear();
    /// No roster of anybody is kept any more.
    void forgetRosters();

  private:
    static WallTime arrivalOf(const Publisher& publisher, const Header& header, WallTime arrived);
    Publisher* find(const std::string& name);
    void forgetSilent(SteadyTime now);
    void agree(SteadyTime now, WallTime arrived);
    std::optional<Offset> errorOf(const Publisher& publisher) const;

    std::size_t m_most;
    std::unordered_map<std::string, Publisher> m_byName;
    Publisher* m_last = nullptr; // most messages follow one of the same publisher, or are rare
    std::optional<SteadyTime> m_listeningSince;
    /// Who reported by a clock last, and when one did that is another publisher. Compared, never followed.
    struct ClockHeard {
        const Publisher* who = nullptr;
        SteadyTime at;
    };
    std::optional<ClockHeard> m_clockHeard;
    std::optional<ClockHeard> m_otherHeard;
    std::optional<SteadyTime> m_recordingHeard;
    std::optional<Consensus> m_consensus;
    WallTime m_agreedAt{}; // arrival
    std::vector<Offset> m_offsets;
    std::uint64_t m_restarts = 0;
    std::optional<SteadyTime> m_forgotAt;
};

} // namespace surgescope::feeds
