// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recording_index.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Called now and then with the share that is done, 0 to 1.
using Progress = std::function<void(double)>;

/// What a new recording shall hold of others.
struct RewriteOptions {
    std::optional<RecordedTime> from; // nothing: from the beginning
    std::optional<RecordedTime> to;   // nothing: to the end
    std::string library = "surgescope";
    Progress progress;
};

struct Rewritten {
    std::uint64_t messages = 0;
    std::uint64_t duplicates = 0;    // left out: another recorder had received them, too
    std::vector<std::string> damage; // what could not be read, in words, with the file's name
};

/// Makes one recording of one or several: everything received that can be read, in the order of its log time,
/// each message once, and what a desk said; of desks of the same time the first one's alarms, of all the
/// notes. Rollups and points are made anew from it, of the regions of `catalogue`. So a damaged file is
/// recovered, a part cut out, and the files of several recorders merged. Refuses inputs that are none and an
/// output that exists. Holds some chunks of each input.
Result<Rewritten> rewrite(const std::vector<std::string>& inputs, const std::string& output,
                          const PopCatalogue& catalogue, const RewriteOptions& options);

} // namespace surgescope::feeds
