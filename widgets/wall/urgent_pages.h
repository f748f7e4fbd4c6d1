// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"

#include "widgets/workspace/workspace.h"

#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// The pages of what is critical and nobody cares for, each once, the worst first: a rule's name begins with
/// that of its page. Left out is what is `shown` anyway, and what there is no page for.
std::vector<const Workspace*> urgentPages(const feeds::AlarmStatus& alarms,
                                          const std::vector<const Workspace*>& workspaces,
                                          std::string_view shown);

} // namespace surgescope::widgets
