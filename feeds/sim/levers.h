// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/util/result.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds::sim {

/// One lever and where to put it, as a person writes it: "prewarm=0.98", "drain=LHR".
struct LeverSetting {
    std::string name;
    std::string value;
    bool operator==(const LeverSetting&) const = default;
};

/// Splits at the equals sign. Refused when there is none.
Result<LeverSetting> parseLever(std::string_view text);

/// What operators can pull while a launch runs, and where each lever stands.
struct Levers {
    double prewarm = 0; // share of the release's objects that edges are to hold before they are asked for
    double stagedPurges = 0;       // keys issued per second at most; 0: as they come
    double metadataScale = 1;      // times the planned size of the metadata service, at least
    double admissionLimit = 1;     // CPU share beyond which an edge refuses API requests
    double spillRadius = 8;        // neighbours a hot PoP may send clients to
    double edgeCapacity = 1;       // times what each PoP has
    double clientJitter = 0;       // s that an app waits on average, at random, before it opens the release
    double encoders = 64;          // machines that encode what labels deliver
    bool blockBotnet = false;      // a rule against the botnet's signature
    bool managedRules = false;     // against scans for holes
    bool limitLogins = false;      // attempts of a client prefix
    bool exclusive = false;        // the release is to be heard here only
    std::set<std::string> drained; // PoPs that get no clients

    /// Moves one lever. Refused, with what would be right: an unknown name, a value out of range, a PoP that
    /// the catalogue does not know. Otherwise says in words what was done, for the timeline.
    Result<std::string> pull(const LeverSetting& setting, const PopCatalogue& catalogue);
    bool operator==(const Levers&) const = default;
};

/// Every lever with its range and what it does, a line each.
const std::vector<std::string>& leverDescriptions();

} // namespace surgescope::feeds::sim
