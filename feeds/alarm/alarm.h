// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rule.h"
#include "feeds/model/feed_time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Whether one rule fires for one subject: the first of ALARMS.md's two tables. It knows nothing of people;
/// what they are shown of it is a card's.
struct Alarm {
    enum class Stage : std::uint8_t {
        normal,
        pending, // beyond a limit, not yet for long enough
        firing,
    };
    /// What is judged of one second.
    struct Evidence {
        std::optional<double> value; // nothing: missing
        double level = 0;            // what the value was made of, for the text
        std::optional<double>
            share; // of the world's requests before, that the subject had; nothing: not known
        bool operator==(const Evidence&) const = default;
    };
    /// Of one limit.
    struct Breach {
        std::vector<std::uint32_t> ticks; // of judged seconds beyond it, within `within`
        std::uint32_t clearRun = 0;       // judged seconds in a row that were clear
        bool isOn = false;
        bool operator==(const Breach&) const = default;
    };

    /// Another alarm.
    struct Inhibitor {
        std::string rule;
        std::string subject;
        bool operator==(const Inhibitor&) const = default;
    };

    Stage stage = Stage::normal;
    std::array<Breach, 2> breaches; // by Severity
    std::uint32_t ticks = 0;        // judged seconds: timers stand still while nothing is measured
    FeedSecond since{};             // beyond a limit; of pending and firing ones
    std::optional<FeedSecond> judged;
    std::optional<FeedSecond> missingSince;
    bool isBlind = false;               // missing for so long that it cannot be told whether it is still so
    std::optional<double> reference;    // what the value is compared with, frozen from pending on
    Evidence evidence;                  // the last one that was not missing
    std::string region;                 // code of the subject's region; empty: it has none
    std::string name;                   // of the subject, as people read it
    std::optional<Inhibitor> inhibitor; // explained by it: fires, and nobody is told
    std::optional<FeedSecond> uninhibitedSince; // it is over, but may come again

    /// One second; ignored if it is not newer than the last. `slower`: how many times as long it must be
    /// clear.
    void step(const Rule& rule, FeedSecond second, const Evidence& seen, std::uint32_t slower = 1);
    /// Nothing was measured, up to this second.
    void miss(const Rule& rule, FeedSecond second);

    std::optional<Severity> severity() const;
    /// In the second that was judged last.
    bool isBeyond(Severity limit) const;
    /// It fires, but has been clear since a second ago or longer.
    bool isClearing() const;
    bool operator==(const Alarm&) const = default;

  private:
    void settle(FeedSecond second);
};

} // namespace surgescope::feeds
