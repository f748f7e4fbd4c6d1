// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/timeline/timeline_layout.h"
#include "widgets/timeline/timeline_renderer.h"

class QPainter;

namespace surgescope::widgets {

/// Everything beside the track: at its left what drives it, at its right the moment shown and the recording.
/// Stateless.
void paintTimelineControls(QPainter& painter, const feeds::Timeline& timeline, const TimelineLayout& layout,
                           const TimelineLook& look);

} // namespace surgescope::widgets
