// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/charts/chart_shapes.h"

#include <vector>

namespace surgescope::widgets {

// What charts show of a frame. Regions have the same colour everywhere, whichever others are there; a
// baseline is a ghost beneath.
std::vector<ChartLine> requestLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue);
std::vector<ChartLine> egressLines(const feeds::Frame& frame, const feeds::PopCatalogue& catalogue);
std::vector<ChartLine> metadataLines(const feeds::Frame& frame);
/// Time to first byte of hits and misses, and what the load balancer adds: p95.
std::vector<ChartLine> latencyLines(const feeds::Frame& frame);

} // namespace surgescope::widgets
