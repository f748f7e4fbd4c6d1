// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace surgescope::feeds {

enum class CsvPlaces : std::uint8_t { pops, regions, world };

/// Writes a recording's rollups as a table: a line for each rollup and place, first a line of names with
/// units. UTF-8, comma, times in UTC as ISO 8601; a cell is empty where nobody measures the field. Refuses a
/// file that holds no rollup. Regions are as `catalogue` has them. Returns how many lines were written,
/// without the first.
Result<std::uint64_t> writeCsv(const std::string& path, CsvPlaces places, const PopCatalogue& catalogue,
                               std::ostream& to);

} // namespace surgescope::feeds
