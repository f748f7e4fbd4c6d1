// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recorder.h"
#include "feeds/history/history_writer.h"
#include "feeds/relay/relay_step.h"

#include <optional>
#include <string>

namespace surgescope::app {

/// What the main thread knows beside the feed's.
struct RelayReport {
    std::string name;
    double uptimeSeconds = 0;
    double cpuShare = 0; // of a core, of the whole process, since the report before
    feeds::RelayStatus status;
    std::optional<feeds::Recorder::Status> recorder;
    std::optional<feeds::HistoryStatus> history;
    std::string rosterTrouble; // why rosters could not be kept; empty: they are, or need not be
    std::uint64_t linesDropped = 0;
};

/// One JSON object and the end of a line.
std::string statsLine(const RelayReport& report);
/// A page for people.
std::string statusPage(const RelayReport& report);

} // namespace surgescope::app
