// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rules.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/pipeline/judgement.h"
#include "feeds/util/result.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

struct JudgeOptions {
    std::vector<Rules> rules; // each by itself
    std::string releaseAt;    // T-0, as parseRecordedTime() reads it; empty: as the feed says
    std::string baseline;     // recording of an earlier launch, to lie beneath; empty: none does
    /// Told now and then how far it is, 0 to 1; false: it is to stop. May be empty.
    std::function<bool(double)> goesOn;
};

struct JudgedRecording {
    std::vector<Judgement> judgements;   // one for each set of rules
    std::optional<FeedSecond> releaseAt; // T-0 at the end
    std::optional<FeedSecond> first;     // judged second
    std::optional<FeedSecond> last;      // and the newest
    std::vector<std::string> damage;     // what of the file could not be read
    bool isWhole = true;                 // nobody stopped it
};

/// What rules say of a recording that nobody watches: played as fast as can be, by the time in it alone, so
/// that the same recordings, rules and T-0 give the same however slow the machine is. Without the recorder,
/// of which a recording does not tell when it lost something. Refuses what is no recording or is longer than
/// a year, a T-0 that is no time, and an earlier launch as readBaseline() does. `catalogue` must outlive the
/// call.
Result<JudgedRecording> judgeRecording(const std::string& path, const PopCatalogue& catalogue,
                                       const JudgeOptions& options);

} // namespace surgescope::feeds
