// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/clocks.h"
#include "feeds/util/clock.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace surgescope::feeds {

/// The sessions of one publisher's name: which of them speaks for it. A session is opaque, it has no order: a
/// new one ends the one before, and an ended one never returns. Unless it goes on speaking: then it had never
/// ended, two or more publishers have one name, and the first of them counts until it is silent. One thread.
class Sessions {
  public:
    enum class Verdict : std::uint8_t {
        goesOn,
        returns, // it had never ended: it speaks again, and who came after it is a twin
        begins,  // a new session; of a known publisher, unless it is its very first message
        ended,   // refused: its session is over
        twin,    // refused: another publisher of this name counts
    };

    /// Another publisher under the same name.
    struct Twin {
        std::uint64_t session = 0;
        SteadyTime heard;
        std::uint64_t refused = 0; // messages
    };

    /// A message of a session, sent when its clock said `sent`.
    Verdict judge(std::uint64_t session, SteadyTime now, WallTime sent, WallTime arrived);

    std::uint64_t present() const { return m_present.session; }
    /// The present session's clock, as far as it is known.
    ClockOffset& clock() { return m_present.clock; }
    const ClockOffset& clock() const { return m_present.clock; }
    const std::optional<Twin>& twin() const { return m_twin; }
    /// When the present session was heard last; nothing before the first.
    std::optional<SteadyTime> heard() const { return m_heard; }

  private:
    struct Session {
        std::uint64_t session = 0;
        std::uint64_t order = 0; // of their beginnings; 0: none yet
        SteadyTime began;
        ClockOffset clock;
        SteadyTime ended;
        WallTime endedAt{}; // arrival of the message that ended it
    };

    bool isSilent(SteadyTime now, double forSeconds) const;
    void end(Session session, SteadyTime now, WallTime arrived);
    Verdict refuseTwin(SteadyTime now);
    Verdict judgeOther(std::uint64_t session, SteadyTime now, WallTime arrived);
    Verdict giveBack(std::vector<Session>::iterator ended, SteadyTime now, WallTime arrived);

    Session m_present;
    std::uint64_t m_begun = 0;
    std::optional<SteadyTime> m_heard;
    std::optional<SteadyTime> m_contested; // when two were alive last
    std::vector<Session> m_ended;          // those that lived longest
    std::optional<Twin> m_twin;
};

} // namespace surgescope::feeds
