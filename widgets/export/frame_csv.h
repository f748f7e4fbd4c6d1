// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/model/pop_catalogue.h"

#include "widgets/export/view.h"

#include <string>

namespace surgescope::widgets {

/// What a view shows of a frame as a table after RFC 4180: UTF-8, one line of names that carry their units,
/// times in UTC, numbers in full with a point. Pure.
///
/// What is not known is an empty cell and never a zero. Charts over time have a column for each line and one
/// for the coverage. PoPs and headline numbers have a column beside each number that says how far it can be
/// trusted: measured, partial, stale, not measured, no data. Both heatmaps have a line for each of their
/// cells with its state: measured, nothing purged (heard, but no invalidation was applied), no data. Health
/// is that of the feed; what the recorder and the window take is no frame's.
std::string csvOf(ExportView view, const feeds::Frame& frame, const feeds::PopCatalogue& catalogue);

} // namespace surgescope::widgets
