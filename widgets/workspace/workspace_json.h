// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include "widgets/workspace/workspace.h"

#include <string>
#include <string_view>

namespace surgescope::widgets {

inline constexpr int kWorkspaceVersion = 1;
inline constexpr std::size_t kMostWorkspaceBytes = 64 * 1024;

/// As a file for people: keys always in the same order, shares to four digits.
std::string workspaceToJson(const Workspace& workspace);

/// Refuses, saying where and what was expected: more than 64 kB, what is no JSON, another version, a key or
/// a view nobody knows, a view twice, shares that are no positive finite numbers, too deep or too many.
feeds::Result<Workspace> workspaceFromJson(std::string_view text);

} // namespace surgescope::widgets
