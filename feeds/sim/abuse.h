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
    double logins = 0;           // of those: stolen passwords tried, each a question to the service (401)
    double scans = 0;            // of those: looking for what is not there (404)
    double classified = 0;       // what a classifier takes for machines: all that an operator knows of them
    double newPrefixes = 0;      // requests from client prefixes never seen before
};

/// The rules in force and how well the firewall does, which differs from place to place and hour to hour.
struct Firewall {
    bool blockBotnet = false;   // by its signature
    bool managedRules = false;  // against scans
    bool limitLogins = false;   // by client prefix
    double blockedAtOnce = 0.5; // of what is flagged; the rest is challenged
    double distance = 3.2;      // of machines' scores from people's: bots adapt
    double mistakes = 1;        // about people, over the usual
};

/// `people`: their API requests per second; `usual`: the same without a release; `weight`: how much the
/// botnet likes this PoP, 1 on average. A pure function of its arguments.
Abuse abuseOf(const Scenario& scenario, double people, double usual, double weight, double t,
              const Firewall& firewall);

} // namespace surgescope::feeds::sim
