// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/sessions.h"

#include "feeds/state/freshness.h"

#include <cstddef>

namespace surgescope::feeds {
namespace {
/// For so long after two were alive under one name, a third must wait until the present one is silent.
constexpr double kContestedSeconds = 600;
constexpr std::size_t kEndedRemembered = 8;
} // namespace

void Sessions::begin(std::uint64_t session, SteadyTime now) {
    if (m_any) {
        if (m_ended.size() == kEndedRemembered) m_ended.erase(m_ended.begin());
        m_ended.push_back(m_present);
        ++m_restarts;
    }
    m_any = true;
    m_present = session;
    m_heard = now;
}

Sessions::Verdict Sessions::refuseTwin(SteadyTime now) {
    m_twin->heard = now;
    ++m_twin->refused;
    m_contested = now;
    return Verdict::twin;
}

Sessions::Verdict Sessions::judgeOther(std::uint64_t session, SteadyTime now) {
    if (m_twin && secondsBetween(m_twin->heard, now) > kSilentAfterSeconds) m_twin.reset();
    const bool contested = m_contested && secondsBetween(*m_contested, now) <= kContestedSeconds;
    if (m_any && contested && !isSilent(now, kStaleAfterSeconds)) {
        if (!m_twin || m_twin->session != session) m_twin = Twin{session, now, 0};
        return refuseTwin(now);
    }
    if (m_twin && m_twin->session == session) m_twin.reset(); // the first one has fallen silent
    begin(session, now);
    return Verdict::begins;
}

Sessions::Verdict Sessions::giveBack(std::uint64_t session, SteadyTime now) {
    m_twin = Twin{m_present, m_heard.value_or(now), 0};
    m_contested = now;
    std::erase(m_ended, session);
    m_present = session;
    m_heard = now;
    --m_restarts;
    return Verdict::goesOn;
}

} // namespace surgescope::feeds
