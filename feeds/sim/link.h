// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace surgescope::feeds::sim {

/// A PoP's link to its clients when it is full: packets wait, then are lost, and players go over to lower
/// bit rates until what they ask for fits; where the lowest does not fit either, they stall.
class Link {
  public:
    Link();

    struct Step {
        double delaySeconds = 0; // to the first byte: packets in the queue, and lost ones sent again
        double loss = 0;         // of packets
        double sent = 1;         // of what players ask for, in bits
        double stalled = 0;      // share of the players that wait for data
        double failed = 0;       // share of the requests whose answer never begins
    };
    /// One second in which players ask for `offered` times what the link can carry.
    Step step(double offered);

    /// Bits that players ask for over what they would like to: what is offered in the next second.
    double quality() const { return m_quality; }

  private:
    double m_quality = 1;
    double m_buffered; // s of audio that a player has
};

} // namespace surgescope::feeds::sim
