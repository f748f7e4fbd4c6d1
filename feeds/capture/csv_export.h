// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace surgescope::feeds {

enum class CsvPlaces : std::uint8_t { pops, regions, world };

struct CsvWritten {
    std::uint64_t lines = 0;          // without the first
    std::vector<std::string> damage;  // what of the file could not be read, with its offset
    std::vector<std::string> missing; // of a damaged file: stretches of which nothing is known
};

/// Writes a recording's totals of ten seconds as a table: a line for each ten seconds and place, first a line
/// of names with units. From its rollups; where there is none, as of the last seconds, from the reports
/// themselves. PoPs that fell silent stay among the expected nodes. UTF-8, comma, times in UTC as ISO 8601; a
/// cell is empty where nobody measures the field. Refuses a file that holds neither
/// rollup nor report. Regions are as `catalogue` has them.
Result<CsvWritten> writeCsv(const std::string& path, CsvPlaces places, const PopCatalogue& catalogue,
                            std::ostream& to);

} // namespace surgescope::feeds
