// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/util/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// An operator's own network, from TOML: its regions, its PoPs and the nodes that are expected in each.
///
///     [regions]
///     EU = "Europe"              # code = name
///     [[pop]]
///     code = "FRA-2"             # as publishers say it
///     name = "Frankfurt 2"
///     latitude = 50.12           # degrees, north positive
///     longitude = 8.68           # degrees, east positive
///     region = "EU"
///     nodes = ["fra2-1", "fra2-2"]  # or how many: nodes = 24
///     shield = "AMS"             # optional: of this file; otherwise itself
///     time_zone = "Europe/Berlin"   # optional; otherwise by longitude
///     catchment = 4e6            # optional: people nearest to it; otherwise as many as at the others
///
/// Refused with "FILE:LINE: …", the key and what was expected: what is no TOML, an unknown or missing key, a
/// wrong type, a text or number out of bounds, a code or node that stands twice, a region or shield that is
/// not in the file, more than 4 MiB, 5,000 PoPs, 64 regions or 4,000,000 nodes.
Result<PopCatalogue> parseEdge(std::string_view toml, const std::string& file);

/// The same of a file on disk.
Result<PopCatalogue> loadEdge(const std::string& path);

/// What --edge chooses: the edge of that file; when `path` is empty, the catalogue built in. Lives as long as
/// somebody holds it.
Result<std::shared_ptr<const PopCatalogue>> catalogueOf(const std::string& path);

} // namespace surgescope::feeds
