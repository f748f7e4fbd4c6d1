// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/transition.h"

namespace surgescope::feeds {

std::string_view wordsFor(Change change) {
    switch (change) {
    case Change::fired: return "fired";
    case Change::shown: return "shown";
    case Change::rose: return "rose";
    case Change::fell: return "fell";
    case Change::grew: return "grew";
    case Change::acknowledged: return "acknowledged";
    case Change::reminded: return "reminded";
    case Change::returned: return "returned";
    case Change::ended: return "ended";
    case Change::shelved: return "shelved";
    case Change::unshelved: return "unshelved";
    case Change::inhibited: return "inhibited";
    case Change::uninhibited: return "uninhibited";
    case Change::blinded: return "no data";
    case Change::sighted: return "data again";
    case Change::chattering: return "chattering";
    case Change::folded: return "folded";
    case Change::ruleOff: break;
    }
    return "rule off";
}

bool makesSound(const Transition& transition) {
    if (transition.isShelved || transition.to != AlarmState::unacked) return false;
    switch (transition.change) {
    case Change::shown:
    case Change::rose:
    case Change::grew:
    case Change::reminded:
    case Change::unshelved:
    case Change::uninhibited: return true;
    default: return false;
    }
}

} // namespace surgescope::feeds
