// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/scenario.h"

namespace surgescope::feeds::sim {

/// Machines in the crowd of one PoP, and what the firewall makes of crowd and machines. Requests per second.
struct Abuse {
    double bots = 0;      // all that machines send, API class
    double malformed = 0; // of that: fuzzing that no parser takes
    double blocked = 0;   // by the firewall, right or wrong
    double challenged = 0;
    double challengesPassed = 0; // people it was wrong about, and a few machines
    double peopleTurnedAway = 0; // blocked, or given up at the challenge
    double botsPassed = 0;       // reach the application
    double newPrefixes = 0;      // requests from client prefixes never seen before
};

/// `people`: their API requests per second; `usual`: the same without a release; `weight`: how much the
/// botnet likes this PoP, 1 on average. A pure function of its arguments.
Abuse abuseOf(const Scenario& scenario, double people, double usual, double weight, double t,
              bool blockBotnet);

} // namespace surgescope::feeds::sim
