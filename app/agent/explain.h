// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include "app/agent/options.h"

namespace surgescope::app {

/// Watches the task's nodes for one whole second and prints on standard output what would be sent of each, or
/// (`check`) what cannot be measured and how to change that. Takes two to three seconds. The exit status: 0
/// when everything was heard, 1 when something was not, 2 when it cannot be watched at all.
int explain(const AgentTask& task, bool check, const feeds::Clock& clock);

} // namespace surgescope::app
