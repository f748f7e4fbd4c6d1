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
///     [audience]                 # optional: whom it was built for
///     listeners = 400_000        # at once, mean of a day; otherwise 20 M
///     [node]                     # optional: what each node can do, where its PoP says nothing else
///     gbit_per_s = 25            # of its network cards
///     cores = 32
///     cache_bytes = 8e12
///     connections = 200_000      # at once
///     [[origin]]                 # optional, several; otherwise at IAD, FRA and SIN or at the first PoP
///     name = "Origin Frankfurt"
///     latitude = 50.1
///     longitude = 8.7
///     requests_per_s = 2_000     # optional: fetches it can answer
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
///     node = { gbit_per_s = 100 }   # optional: where its nodes differ from [node]
///     uplink_gbit_per_s = 400    # optional: what leaves the PoP on all ways together; otherwise its nodes'
///     sum
///
/// What it says nothing of, the simulator plans for the audience: feeds/sim/provisioning.h.
///
/// Refused with "FILE:LINE: …", the key and what was expected, all mistakes at once, a line each: what is no
/// TOML, an unknown or missing key, a wrong type, a text or number out of bounds, a code or node that stands
/// twice, a region or shield that is not in the file, more than 4 MiB, 5,000 PoPs, 64 regions, 64 origins or
/// 4,000,000 nodes.
Result<PopCatalogue> parseEdge(std::string_view toml, const std::string& file);

/// The same of a file on disk.
Result<PopCatalogue> loadEdge(const std::string& path);

/// What --edge chooses: the edge of that file; when `path` is empty, the catalogue built in. Lives as long as
/// somebody holds it.
Result<std::shared_ptr<const PopCatalogue>> catalogueOf(const std::string& path);

} // namespace surgescope::feeds
