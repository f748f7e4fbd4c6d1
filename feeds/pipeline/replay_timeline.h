// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/timeline.h"
#include "feeds/source/replay_control.h"

namespace surgescope::feeds {

/// Where a replay is; of a timeline in mode replay also what it reaches over.
void writeReplay(const replay::Status& status, Timeline& timeline);

} // namespace surgescope::feeds
