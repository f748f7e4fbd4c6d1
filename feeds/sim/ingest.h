// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"

#include <cstdint>
#include <vector>

namespace surgescope::feeds::sim {

/// What happens to a release between the label and the edge: each track waits for an encoder behind
/// everybody's Friday, is encoded and packaged in all renditions, checked, sometimes sent back, and only then
/// can be pushed.
class Ingest {
  public:
    Ingest(const Scenario& scenario, std::uint64_t seed);

    /// One second that ends `t` seconds after T-0; `encoders`: machines.
    void step(double t, double encoders);
    /// Share of the tracks that are ready to be pushed.
    double ready() const { return m_ready; }
    /// The last one became so in this second.
    bool finished() const { return m_finished; }

  private:
    double m_begins;
    double m_encoding;      // seconds of one encoder that are still to be done, those before it included
    double m_packaged = -1; // when; below 0 of what came before the start as well
    bool m_encoded = false;
    std::vector<double> m_checks; // s that each track's take, rising
    double m_ready = 0;
    bool m_finished = false;
};

} // namespace surgescope::feeds::sim
