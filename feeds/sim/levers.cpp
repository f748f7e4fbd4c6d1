// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/levers.h"

#include "feeds/util/number_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {

struct NumberLever {
    const char* name;
    double Levers::*value;
    double least;
    double most;
    bool whole;
    const char* means;
};

constexpr std::array<NumberLever, 8> kNumberLevers{{
    {"prewarm", &Levers::prewarm, 0, 1, false, "share of the release's objects pushed to the edges"},
    {"staged_purges", &Levers::stagedPurges, 0, 1e6, false,
     "purge keys sent out per second at most; 0: as they come"},
    {"metadata_scale", &Levers::metadataScale, 1, 16, false,
     "size of the metadata service over its planned one"},
    {"admission_limit", &Levers::admissionLimit, 0.3, 1, false,
     "CPU share beyond which edges refuse API requests"},
    {"spill_radius", &Levers::spillRadius, 0, 64, true, "neighbours a hot PoP may send clients to"},
    {"edge_capacity", &Levers::edgeCapacity, 1, 8, false, "nodes and links of each PoP over what it has"},
    {"client_jitter", &Levers::clientJitter, 0, 3'600, false,
     "seconds apps wait at random before they open the release"},
    {"encoders", &Levers::encoders, 1, 100'000, true, "machines that encode what labels deliver"},
}};

struct SwitchLever {
    const char* name;
    bool Levers::*value;
    const char* means;
    const char* on;
    const char* off;
};

constexpr std::array kSwitchLevers{
    SwitchLever{"block_botnet", &Levers::blockBotnet, "a firewall rule against the botnet's signature",
                "botnet blocked", "botnet no longer blocked"},
    SwitchLever{"managed_rules", &Levers::managedRules, "firewall rules against scans for holes",
                "managed rules on", "managed rules off"},
    SwitchLever{"limit_logins", &Levers::limitLogins, "a limit to login attempts of a client prefix",
                "logins limited", "logins no longer limited"},
    SwitchLever{"exclusive", &Levers::exclusive, "the release is to be heard here only (rough model)",
                "release exclusive", "release no longer exclusive"},
};

std::string knownNames() {
    std::string names;
    for (const auto& lever : kNumberLevers)
        names += std::string(lever.name) + ", ";
    for (const auto& lever : kSwitchLevers)
        names += std::string(lever.name) + ", ";
    return names + "drain, restore";
}

} // namespace

Result<LeverSetting> parseLever(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size())
        return Error{"'" + std::string(text.substr(0, 60)) +
                     "' is no lever: expected NAME=VALUE, for example prewarm=0.98"};
    return LeverSetting{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Result<std::string> Levers::pull(const LeverSetting& setting, const PopCatalogue& catalogue) {
    const auto& [name, value] = setting;
    for (const auto& lever : kNumberLevers) {
        if (name != lever.name) continue;
        double number = 0;
        const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (bad != std::errc{} || end != value.data() + value.size() || !std::isfinite(number) ||
            number < lever.least || number > lever.most || (lever.whole && number != std::floor(number)))
            return Error{"lever " + name + ": expected a " + (lever.whole ? "whole " : "") + "number from " +
                         numberText(lever.least) + " to " + numberText(lever.most) + ", got '" +
                         value.substr(0, 40) + "'"};
        this->*lever.value = number;
        return name + " set to " + numberText(number);
    }
    for (const auto& lever : kSwitchLevers) {
        if (name != lever.name) continue;
        if (value != "on" && value != "off")
            return Error{"lever " + name + ": expected on or off, got '" + value.substr(0, 40) + "'"};
        this->*lever.value = value == "on";
        return std::string(value == "on" ? lever.on : lever.off);
    }
    if (name == "drain" || name == "restore") {
        if (!catalogue.find(value))
            return Error{"lever " + name + ": no PoP '" + value.substr(0, 40) +
                         "' in the catalogue, expected a code such as LHR"};
        if (name == "drain")
            drained.insert(value);
        else
            drained.erase(value);
        return value + (name == "drain" ? " drained" : " takes clients again");
    }
    return Error{"no lever named '" + name.substr(0, 40) + "'; there are: " + knownNames()};
}

const std::vector<std::string>& leverDescriptions() {
    static const std::vector<std::string> lines = [] {
        std::vector<std::string> all;
        for (const auto& lever : kNumberLevers)
            all.push_back(std::string(lever.name) + "=" + numberText(lever.least) + ".." +
                          numberText(lever.most) + "  " + lever.means);
        for (const auto& lever : kSwitchLevers)
            all.push_back(std::string(lever.name) + "=on|off  " + lever.means);
        all.emplace_back("drain=POP, restore=POP  a PoP gets no clients any more, or gets them again");
        return all;
    }();
    return lines;
}

} // namespace surgescope::feeds::sim
