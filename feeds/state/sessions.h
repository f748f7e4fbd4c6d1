// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace surgescope::feeds {

/// The sessions of one publisher's name: which of them speaks for it. A session is opaque, it has no order: a
/// new one ends the one before, and an ended one never returns. Unless the one before is alive: then two
/// publishers have one name, and the first of them counts until it is silent. One thread.
class Sessions {
  public:
    enum class Verdict : std::uint8_t {
        goesOn,
        begins, // a new session; of a known publisher, unless it is its very first message
        ended,  // refused: its session is over
        twin,   // refused: another publisher of this name counts
    };

    /// Another publisher under the same name.
    struct Twin {
        std::uint64_t session = 0;
        SteadyTime heard;
        std::uint64_t refused = 0; // messages
    };

    /// The message of a session. `sentSince`: for how long after the present session's first message this one
    /// was sent, by its own session's clock; nothing: not known. Only an ended session is asked for it.
    template <class SentSince> Verdict judge(std::uint64_t session, SteadyTime now, SentSince sentSince);

    std::uint64_t present() const { return m_present; }
    const std::optional<Twin>& twin() const { return m_twin; }
    std::uint64_t restarts() const { return m_restarts; }
    /// When the present session was heard last; nothing before the first.
    std::optional<SteadyTime> heard() const { return m_heard; }

  private:
    bool isSilent(SteadyTime now, double forSeconds) const {
        return !m_heard || secondsBetween(*m_heard, now) > forSeconds;
    }
    bool hasEnded(std::uint64_t session) const {
        return std::ranges::find(m_ended, session) != m_ended.end();
    }
    void begin(std::uint64_t session, SteadyTime now);
    Verdict refuseTwin(SteadyTime now);
    Verdict judgeOther(std::uint64_t session, SteadyTime now);
    Verdict giveBack(std::uint64_t session, SteadyTime now);

    bool m_any = false;
    std::uint64_t m_present = 0;
    std::optional<SteadyTime> m_heard;
    std::optional<SteadyTime> m_contested; // when two were alive last
    std::vector<std::uint64_t> m_ended;    // the newest of them, the last at the end
    std::optional<Twin> m_twin;
    std::uint64_t m_restarts = 0;
};

template <class SentSince>
Sessions::Verdict Sessions::judge(std::uint64_t session, SteadyTime now, SentSince sentSince) {
    /// Clocks of one machine and the way to us are as exact as this.
    constexpr double kSurelyAfterSeconds = 0.1;
    if (m_any && session == m_present) {
        m_heard = now;
        return Verdict::goesOn;
    }
    if (hasEnded(session)) {
        if (session != m_ended.back()) return Verdict::ended;
        const auto since = sentSince();
        return since && *since > kSurelyAfterSeconds ? giveBack(session, now) : Verdict::ended;
    }
    return judgeOther(session, now);
}

} // namespace surgescope::feeds
