// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/abuse.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surgescope::feeds::sim {
namespace {

// Binormal ROC: the firewall's score is N(0, 1) for people and N(distance, 1) for machines.
constexpr double kThreshold = 2.6;
constexpr double kCrowdShift = 0.35; // people who refresh look like machines: per e-fold of their requests
constexpr double kSignatureCatches = 0.97;
constexpr double kSignatureMistakes = 0.001;

// A classifier of machines sees more than the firewall, and acts on nothing.
constexpr double kClassifierSees = 1;       // further apart
constexpr double kClassifierMistakes = 0.5; // over the firewall's

constexpr double kLoginsLimited = 0.9; // of those that came through
constexpr double kScansFound = 0.95;

constexpr double kPersonPasses = 0.9;
constexpr double kMachinePasses = 0.02;
constexpr double kMalformed = 0.6; // of fuzzing

constexpr double kRampSeconds = 30;
constexpr double kTireSeconds = 900;
constexpr double kNewAmongBots = 0.7; // prefixes never seen before
constexpr double kNewAmongPeople = 0.03;
constexpr double kNewInCrowd = 0.06; // of people who come because of a release

double normalBelow(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

} // namespace

Abuse abuseOf(const Scenario& scenario, double people, double usual, double weight, double t,
              const Firewall& firewall) {
    const double since = t - scenario.botsAt;
    const double burst = since < 0 ? 0
                                   : scenario.botsInBurst * weight * (1 - std::exp(-since / kRampSeconds)) *
                                         std::exp(-since / kTireSeconds);
    Abuse a;
    a.bots = people * (scenario.bots + burst);
    a.malformed = a.bots * scenario.fuzzShare * kMalformed;
    const double bots = a.bots - a.malformed; // what is malformed is refused before the firewall looks

    const double shift = usual > 0 ? kCrowdShift * std::log(std::max(1.0, people / usual)) : 0;
    double caught = normalBelow(firewall.distance - kThreshold);
    const double mistaken = std::min(1.0, firewall.mistakes * normalBelow(shift - kThreshold));
    double blockedBots = firewall.blockedAtOnce * caught * bots;
    double blockedPeople = firewall.blockedAtOnce * mistaken * people;
    if (firewall.blockBotnet) { // the rule stands before the score
        blockedBots = bots * (kSignatureCatches + (1 - kSignatureCatches) * firewall.blockedAtOnce * caught);
        blockedPeople += people * kSignatureMistakes;
        caught *= 1 - kSignatureCatches;
    }
    const double challengedBots = (1 - firewall.blockedAtOnce) * caught * bots;
    const double challengedPeople = (1 - firewall.blockedAtOnce) * mistaken * people;
    a.blocked = blockedBots + blockedPeople;
    a.challenged = challengedBots + challengedPeople;
    a.challengesPassed = kPersonPasses * challengedPeople + kMachinePasses * challengedBots;
    a.peopleTurnedAway = blockedPeople + (1 - kPersonPasses) * challengedPeople;
    a.botsPassed = std::max(0.0, bots - blockedBots - (1 - kMachinePasses) * challengedBots);
    a.logins = scenario.loginShare * a.botsPassed;
    a.scans = scenario.scanShare * a.botsPassed;
    const double refused = (firewall.limitLogins ? kLoginsLimited : 0) * a.logins;
    const double found = (firewall.managedRules ? kScansFound : 0) * a.scans;
    a.logins -= refused;
    a.scans -= found;
    a.botsPassed -= refused + found;
    a.blocked += refused + found;
    a.classified = a.malformed + normalBelow(firewall.distance + kClassifierSees - kThreshold) * bots +
                   kClassifierMistakes * mistaken * people;
    a.newPrefixes = kNewAmongBots * a.bots + kNewAmongPeople * std::min(people, usual) +
                    kNewInCrowd * std::max(0.0, people - usual);
    return a;
}

} // namespace surgescope::feeds::sim
