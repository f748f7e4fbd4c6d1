// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/outages.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {

constexpr double kNoticedSeconds = 5; // until edges stop to ask a shield that is gone

std::string namesOf(const Failure& failure) {
    constexpr std::size_t kNamed = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(kNamed, failure.pops.size()); ++i)
        names += (i > 0 ? ", " : "") + failure.pops[i];
    if (failure.pops.size() > kNamed)
        names += " and " + std::to_string(failure.pops.size() - kNamed) + " more";
    return names;
}

std::string whatOf(const Failure& failure) {
    switch (failure.kind) {
    case Failure::Kind::pop:
    case Failure::Kind::drain: return namesOf(failure);
    case Failure::Kind::shield: return "shield " + namesOf(failure);
    case Failure::Kind::origin: return "origin";
    case Failure::Kind::nodes: break;
    }
    return std::to_string(std::lround(failure.share * 100)) + " % of the nodes of " + namesOf(failure);
}

} // namespace

Outages outagesAt(const Scenario& scenario, const PopCatalogue& catalogue, double t) {
    const std::vector<bool> none(catalogue.size());
    Outages outages{none, none, none, none, std::vector<double>(catalogue.size())};
    for (const auto& failure : scenario.failures) {
        if (t < failure.at || t >= failure.at + failure.seconds) continue;
        if (failure.kind == Failure::Kind::origin) outages.originReachable = false;
        for (const auto& code : failure.pops) {
            const auto pop = catalogue.find(code);
            if (!pop) continue;
            if (failure.kind == Failure::Kind::pop) outages.popDown[pop->value] = true;
            if (failure.kind == Failure::Kind::drain) outages.popDrained[pop->value] = true;
            // A PoP without power fetches for nobody either.
            if (failure.kind == Failure::Kind::pop || failure.kind == Failure::Kind::shield) {
                outages.shieldDown[pop->value] = true;
                if (t < failure.at + kNoticedSeconds) outages.shieldLost[pop->value] = true;
            }
            if (failure.kind == Failure::Kind::nodes)
                outages.nodesDown[pop->value] = std::max(outages.nodesDown[pop->value], failure.share);
        }
    }
    return outages;
}

std::vector<std::string> outagesTold(const Scenario& scenario, double t) {
    std::vector<std::string> told;
    const auto isNow = [t](double at) { return t >= at && t - 1 < at; };
    for (const auto& failure : scenario.failures) {
        const bool isDrain = failure.kind == Failure::Kind::drain;
        if (isNow(failure.at)) told.push_back(whatOf(failure) + (isDrain ? " drained" : " down"));
        if (isNow(failure.at + failure.seconds)) told.push_back(whatOf(failure) + " back");
    }
    return told;
}

} // namespace surgescope::feeds::sim
