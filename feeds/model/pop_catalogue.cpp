// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/pop_catalogue.h"

#include "feeds/embedded_resources.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <set>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kColumns = 9;

bool splitColumns(std::string_view line, std::array<std::string_view, kColumns>& columns) {
    for (std::size_t i = 0; i < kColumns; ++i) {
        const auto comma = line.find(',');
        if ((comma == std::string_view::npos) != (i + 1 == kColumns)) return false;
        columns[i] = line.substr(0, comma);
        if (comma != std::string_view::npos) line.remove_prefix(comma + 1);
    }
    return true;
}

std::optional<double> number(std::string_view text, double low, double high) {
    const std::string copy(text);
    char* end = nullptr;
    const double value = std::strtod(copy.c_str(), &end);
    if (copy.empty() || *end != '\0' || !(value >= low && value <= high)) return std::nullopt;
    return value;
}

/// The regions of the catalogue built in.
const std::map<std::string, std::string>& knownRegions() {
    static const std::map<std::string, std::string> names{
        {"AF", "Africa"},        {"AS", "Asia"},    {"EU", "Europe"},        {"ME", "Middle East"},
        {"NA", "North America"}, {"OC", "Oceania"}, {"SA", "Latin America"},
    };
    return names;
}

Error lineError(std::size_t line, const std::string& what) {
    return {"PoP catalogue, line " + std::to_string(line) + ": " + what};
}

} // namespace

bool isPopCode(std::string_view code) {
    return code.size() >= 2 && isRegionCode(code);
}

bool isRegionCode(std::string_view code) {
    constexpr std::size_t kMostBytes = 16;
    return !code.empty() && code.size() <= kMostBytes && std::ranges::all_of(code, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
}

Result<PopCatalogue> PopCatalogue::parse(std::string_view csv) {
    std::vector<Pop> pops;
    std::set<std::string, std::less<>> codes;
    std::vector<std::string> regionOf;
    std::map<std::string, std::string> regionNames;
    for (std::size_t line = 1; !csv.empty(); ++line) {
        const auto end = csv.find('\n');
        std::string_view text = csv.substr(0, end);
        csv.remove_prefix(end == std::string_view::npos ? csv.size() : end + 1);
        if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
        if (line == 1 || text.empty()) continue;

        std::array<std::string_view, kColumns> c;
        if (!splitColumns(text, c)) return lineError(line, "expected 9 columns separated by commas");
        if (!isPopCode(c[0]))
            return lineError(line,
                             "'" + std::string(c[0]) + "' is no code, expected " + std::string(kPopCodeForm));
        const auto latitude = number(c[4], -90, 90);
        const auto longitude = number(c[5], -180, 180);
        const auto catchment = number(c[7], 0, 1e10);
        if (!latitude || !longitude) return lineError(line, "expected latitude and longitude in degrees");
        if (!catchment) return lineError(line, "expected a population from 0 to 1e10");
        Pop pop;
        pop.code = c[0];
        pop.city = c[1];
        pop.country = c[2];
        pop.latitude = *latitude;
        pop.longitude = *longitude;
        pop.timeZone = c[6];
        pop.catchment = *catchment;
        pop.shield = c[8];
        if (!codes.insert(pop.code).second) return lineError(line, pop.code + " stands twice");
        const std::string region(c[3]);
        const auto named = knownRegions().find(region);
        regionNames.emplace(region, named == knownRegions().end() ? region : named->second);
        regionOf.push_back(region);
        pops.push_back(std::move(pop));
    }
    if (pops.empty()) return Error{"PoP catalogue: no PoP in it"};
    return make(std::move(pops), regionOf, regionNames);
}

PopCatalogue PopCatalogue::make(std::vector<Pop> pops, const std::vector<std::string>& regionOf,
                                const std::map<std::string, std::string>& regionNames,
                                std::vector<OriginSite> origins, double listeners) {
    PopCatalogue catalogue;
    catalogue.m_origins = std::move(origins);
    catalogue.m_listeners = listeners;
    for (const auto& [code, name] : regionNames) {
        catalogue.m_regions.push_back(code);
        catalogue.m_regionNames.push_back(name);
    }
    catalogue.m_pops = std::move(pops);
    for (std::size_t i = 0; i < catalogue.m_pops.size(); ++i) {
        auto& pop = catalogue.m_pops[i];
        const auto at = std::ranges::lower_bound(catalogue.m_regions, regionOf[i]);
        pop.region = RegionIndex(static_cast<std::size_t>(at - catalogue.m_regions.begin()));
        catalogue.m_byCode.emplace(pop.code, PopIndex(i));
        catalogue.m_expectedNodes += pop.expectedNodes;
    }
    const auto originAt = [&](const Pop& pop) {
        catalogue.m_origins.push_back({pop.code, pop.latitude, pop.longitude, 0});
    };
    if (catalogue.m_origins.empty())
        for (const auto* code : {"IAD", "FRA", "SIN"})
            if (const auto pop = catalogue.find(code)) originAt(catalogue[*pop]);
    if (catalogue.m_origins.empty() && !catalogue.m_pops.empty()) originAt(catalogue.m_pops.front());
    return catalogue;
}

std::string_view PopCatalogue::regionName(std::string_view code) const {
    const auto at = std::ranges::lower_bound(m_regions, code, std::less<std::string_view>{});
    if (at == m_regions.end() || *at != code) return code;
    return m_regionNames[static_cast<std::size_t>(at - m_regions.begin())];
}

const PopCatalogue& PopCatalogue::builtIn() {
    static const PopCatalogue catalogue = [] {
        auto parsed = parse(embedded::pops().front().text);
        if (!parsed) std::abort(); // the build put a broken file in; a test reads it
        return std::move(parsed.value());
    }();
    return catalogue;
}

std::optional<PopIndex> PopCatalogue::find(std::string_view code) const {
    const auto found = m_byCode.find(std::string(code));
    return found == m_byCode.end() ? std::nullopt : std::optional(found->second);
}

} // namespace surgescope::feeds
