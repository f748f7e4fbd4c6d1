// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/state/baseline.h"
#include "feeds/util/result.h"

#include <memory>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// The points of a recording, as a baseline. Takes some milliseconds for what writeBaseline() made and
/// seconds for a whole night: not for the GUI thread. Refuses a file that is no recording, that knows no T-0
/// or holds no points. `catalogue` must outlive the baseline.
Result<std::shared_ptr<const Baseline>> readBaseline(const std::string& path, const PopCatalogue& catalogue);

/// Why a file cannot lie beneath, as far as is known without reading its points: quick also for a whole
/// night.
std::optional<Error> baselineProblem(const std::string& path);

/// The standard rollout that comes with the program, simulated with 40,000 nodes: laid under rehearsals only.
Result<std::shared_ptr<const Baseline>> builtInBaseline(const PopCatalogue& catalogue);

/// A recording of a recording: world and regions in steps of ten seconds, and the events; some ten kilobytes
/// an hour. What a baseline needs, and nothing that could be replayed. Refuses as readBaseline() does, and an
/// output that exists.
std::optional<Error> writeBaseline(const std::string& recording, const std::string& output,
                                   const std::string& library);

} // namespace surgescope::feeds
