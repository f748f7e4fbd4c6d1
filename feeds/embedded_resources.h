// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

/// Files of resources/ that the build puts into the programs, so that each is one file to copy to a node.
namespace surgescope::feeds::embedded {

std::string_view pops_csv();

} // namespace surgescope::feeds::embedded
