// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace surgescope::feeds::sim {

/// The metadata service behind a shield: a fluid queue before a pool that scales up slowly, with shedding.
class MetadataService {
  public:
    /// `atDailyPeak`: requests per second that reach it then; it is planned to be 65 % busy.
    explicit MetadataService(double atDailyPeak) : m_capacity(atDailyPeak / 0.65) {}

    struct Step {
        double latencySeconds = 0; // median of what is answered
        double shedShare = 0;      // refused with 503
    };
    Step step(double requestsPerSecond);

  private:
    double m_capacity;
    double m_scale = 1;
    double m_queue = 0;       // requests
    double m_busySeconds = 0; // how long it has been beyond what it can do
};

} // namespace surgescope::feeds::sim
