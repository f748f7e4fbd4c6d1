// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace/workspace.h"

#include <optional>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// Those that come with the program (resources/workspaces): overview first. From any thread.
const std::vector<Workspace>& builtInWorkspaces();
const Workspace& overviewWorkspace();
const Workspace* findWorkspace(const std::vector<Workspace>& among, std::string_view name);

} // namespace surgescope::widgets
