// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/queueing.h"
#include "feeds/sim/scenario.h"

#include <array>

namespace surgescope::feeds::sim {

/// The metadata service of one region: a pool behind a shield that sheds what it cannot take, grows slowly,
/// and is asked again for what failed. Whether it comes out of an overload by itself depends on the retries'
/// budget: without one, retries can keep it overloaded after the cause has gone (metastable failures: Bronson
/// et al., HotOS 2021; Huang et al., OSDI 2022).
class MetadataService {
  public:
    /// `planned`: requests per second that it can answer, before it grows.
    /// `patience`: how long a request may wait there, over the usual.
    MetadataService(double planned, const Scenario& scenario, double patience = 1);

    struct Step {
        double latencySeconds = 0; // median of what is answered
        double shedShare = 0;      // of all that came, refused with 503
        double retries = 0;        // per second, of what came
    };
    /// `fresh`: requests per second that reach it, retries excluded, of `clients` API requests per second
    /// that its clients make in all: their budget for retries is a share of those. `scale`: the lever: at
    /// least so many times its planned size.
    Step step(double fresh, double clients, double scale);

  private:
    double m_planned;
    double m_budget;
    double m_timeoutSeconds;
    double m_autoscaleAfter;
    double m_autoscalePerSecond;
    double m_autoscaleMost;
    double m_scale = 1;
    double m_pushed = 1;      // where the lever has brought it
    double m_busySeconds = 0; // how long it has been beyond what it can do
    FluidQueue m_queue;
    std::array<double, 2> m_attempts{}; // second and third ones that come in the next second
};

} // namespace surgescope::feeds::sim
