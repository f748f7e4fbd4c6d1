// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/timeline.h"

#include <string_view>
#include <vector>

namespace surgescope::tests {

/// A launch recorded from ten minutes before the release of three albums to forty after it, with a gap,
/// purges and levers; at every state the bar must tell apart:
std::vector<std::string_view> timelineStates();
/// An unknown state is an empty timeline.
feeds::Timeline sampleTimeline(std::string_view state);

} // namespace surgescope::tests
