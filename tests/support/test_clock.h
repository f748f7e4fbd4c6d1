// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/state/fleet_state.h"
#include "feeds/util/clock.h"

namespace surgescope::tests {

/// A clock that stands still until told.
class TestClock final : public feeds::Clock {
  public:
    feeds::SteadyTime steady() const override { return m_steady; }
    feeds::WallTime wall() const override { return m_wall; }
    /// Of a message that comes now.
    feeds::Arrival arrival() const { return {m_steady, m_wall}; }
    void advance(std::chrono::milliseconds by) {
        m_steady += by;
        m_wall += by;
    }

  private:
    feeds::SteadyTime m_steady{std::chrono::hours(1)};
    feeds::WallTime m_wall{std::chrono::seconds(1'795'000'000)};
};

} // namespace surgescope::tests
