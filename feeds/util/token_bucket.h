// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <algorithm>

namespace surgescope::feeds {

/// Bounds a rate: so much a second, and at once what a second allows. Whoever was quiet for a second is as
/// good as new. One thread.
class TokenBucket {
  public:
    TokenBucket(double perSecond, SteadyTime now) : m_perSecond(perSecond), m_left(perSecond), m_at(now) {}

    bool has(double amount, SteadyTime now) {
        m_left = leftAt(now);
        m_at = std::max(m_at, now);
        return m_left >= amount;
    }
    void take(double amount) { m_left -= amount; }
    bool isFull(SteadyTime now) const { return leftAt(now) >= m_perSecond; }

  private:
    double leftAt(SteadyTime now) const {
        return std::min(m_perSecond, m_left + std::max(0.0, secondsBetween(m_at, now)) * m_perSecond);
    }

    double m_perSecond;
    double m_left;
    SteadyTime m_at;
};

} // namespace surgescope::feeds
