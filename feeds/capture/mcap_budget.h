// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap_part.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What a file may cost its reader: in proportion to its size, whatever it claims.
namespace surgescope::feeds::mcap {

/// Takes out parts that, all in all, would be uncompressed to more than limits::kRatio times the file and
/// kFreeBytes. One that is below that ratio by itself always stays. Returns offset and reason of each taken
/// out.
std::vector<std::pair<std::uint64_t, std::string>> boundWork(std::vector<Part>& parts,
                                                             std::uint64_t fileBytes);

/// Where, of parts by rising offset, the first begins that overlaps the one before.
std::optional<std::uint64_t> overlapIn(const std::vector<Part>& parts);

} // namespace surgescope::feeds::mcap
