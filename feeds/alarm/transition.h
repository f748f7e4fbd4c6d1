// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"
#include "feeds/model/feed_time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// What happened to a card.
enum class Change : std::uint8_t {
    fired,        // its alarms are beyond their limits for long enough; shown after `group_wait`
    shown,        // now it is in front of people: makes a sound
    rose,         // from warning to critical: makes a sound
    fell,         // from critical to warning
    grew,         // acknowledged, and far more of it since: makes a sound
    acknowledged, // by somebody
    reminded,     // acknowledged long ago and still critical: makes a sound
    returned,     // gone, and nobody had seen it
    ended,        // gone, and seen
    shelved,      // by somebody, for a time
    unshelved,    // by somebody, or the time is over
    inhibited,    // all of it is explained by another card
    uninhibited,  // no longer: makes a sound
    blinded,      // nothing is measured any more of what it tells
    sighted,      // it is again
    chattering,   // comes and goes: it now has to be clear for longer
    folded,       // went into the card of the world
    ruleOff,      // its rule is gone, or it is not its time: it did not clear
};
/// "shown", "rule off".
std::string_view wordsFor(Change change);

/// One change of one card: what is recorded, handed to programs and shown as history.
struct Transition {
    FeedSecond second{}; // of data; of a command, the newest one judged
    std::uint64_t card = 0;
    std::uint32_t occurrence = 1;
    std::string rule;
    std::string group; // as on the card
    Change change{};
    AlarmState from = AlarmState::normal; // the same as `to` where only a flag or the severity changed
    AlarmState to = AlarmState::normal;
    Severity severity = Severity::warning; // after it
    bool isShelved = false;                // so it makes no sound
    bool isSilence = false;                // as on the card
    std::vector<std::string> members;      // as on the card
    double value = 0; // of the worst member, in the unit of the rule; infinite of what never drains
    std::string by;   // a person; empty: nobody
    std::string note; // a person's, or what else is to be said
    std::string text; // of the card
    bool operator==(const Transition&) const = default;
};
/// People should look up.
bool makesSound(const Transition& transition);

} // namespace surgescope::feeds
