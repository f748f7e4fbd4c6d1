// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/sessions.h"

#include "feeds/state/freshness.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace surgescope::feeds {
namespace {

/// Clocks of one machine and the way to us are as exact as this.
constexpr std::chrono::milliseconds kSurelyAfter{100};
/// For so long after two were alive under one name, a third must wait until the present one is silent.
constexpr double kContestedSeconds = 600;
constexpr std::size_t kEndedRemembered = 8;

} // namespace

bool Sessions::isSilent(SteadyTime now, double forSeconds) const {
    return !m_heard || secondsBetween(*m_heard, now) > forSeconds;
}

Sessions::Verdict Sessions::judge(std::uint64_t session, SteadyTime now, WallTime sent, WallTime arrived) {
    if (m_present.order > 0 && session == m_present.session) {
        m_heard = now;
        return Verdict::goesOn;
    }
    const auto ended = std::ranges::find(m_ended, session, &Session::session);
    if (ended == m_ended.end() || ended->order > m_present.order) return judgeOther(session, now, arrived);
    const auto offset = ended->clock.offset();
    const bool wentOn = offset && sent + *offset > ended->endedAt + kSurelyAfter;
    return wentOn ? giveBack(ended, now, arrived) : Verdict::ended;
}

void Sessions::end(Session session, SteadyTime now, WallTime arrived) {
    session.ended = now;
    session.endedAt = arrived;
    m_ended.push_back(std::move(session));
    if (m_ended.size() <= kEndedRemembered) return;
    // However many claim the name for a moment, who had it for long is not forgotten.
    m_ended.erase(std::ranges::min_element(m_ended, {}, [](const Session& s) { return s.ended - s.began; }));
}

Sessions::Verdict Sessions::refuseTwin(SteadyTime now) {
    m_twin->heard = now;
    ++m_twin->refused;
    m_contested = now;
    return Verdict::twin;
}

Sessions::Verdict Sessions::judgeOther(std::uint64_t session, SteadyTime now, WallTime arrived) {
    if (m_twin && secondsBetween(m_twin->heard, now) > kSilentAfterSeconds) m_twin.reset();
    const bool contested = m_contested && secondsBetween(*m_contested, now) <= kContestedSeconds;
    if (m_present.order > 0 && contested && !isSilent(now, kStaleAfterSeconds)) {
        if (!m_twin || m_twin->session != session) m_twin = Twin{session, now, 0};
        return refuseTwin(now);
    }
    if (m_twin && m_twin->session == session) m_twin.reset(); // the first one has fallen silent
    std::erase_if(m_ended, [&](const Session& s) { return s.session == session; });
    if (m_present.order > 0) end(std::move(m_present), now, arrived);
    m_present = {.session = session, .order = ++m_begun, .began = now};
    m_heard = now;
    return Verdict::begins;
}

Sessions::Verdict Sessions::giveBack(std::vector<Session>::iterator ended, SteadyTime now, WallTime arrived) {
    m_twin = Twin{m_present.session, m_heard.value_or(now), 0};
    m_contested = now;
    auto returned = std::move(*ended);
    m_ended.erase(ended);
    end(std::exchange(m_present, std::move(returned)), now, arrived);
    m_heard = now;
    return Verdict::returns;
}

} // namespace surgescope::feeds
