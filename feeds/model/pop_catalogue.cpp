// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/pop_catalogue.h"

#include "feeds/embedded_resources.h"

#include <algorithm>
#include <array>
#include <cstdlib>
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

Error lineError(std::size_t line, const std::string& what) {
    return {"PoP catalogue, line " + std::to_string(line) + ": " + what};
}

} // namespace

bool isPopCode(std::string_view code) {
    return code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string_view regionName(std::string_view code) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNames{{
        {"AF", "Africa"},
        {"AS", "Asia"},
        {"EU", "Europe"},
        {"ME", "Middle East"},
        {"NA", "North America"},
        {"OC", "Oceania"},
        {"SA", "Latin America"},
    }};
    for (const auto& [known, name] : kNames)
        if (known == code) return name;
    return code;
}

Result<PopCatalogue> PopCatalogue::parse(std::string_view csv) {
    PopCatalogue catalogue;
    std::vector<std::string> regionOf;
    for (std::size_t line = 1; !csv.empty(); ++line) {
        const auto end = csv.find('\n');
        std::string_view text = csv.substr(0, end);
        csv.remove_prefix(end == std::string_view::npos ? csv.size() : end + 1);
        if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
        if (line == 1 || text.empty()) continue;

        std::array<std::string_view, kColumns> c;
        if (!splitColumns(text, c)) return lineError(line, "expected 9 columns separated by commas");
        if (!isPopCode(c[0]))
            return lineError(line, "'" + std::string(c[0]) + "' is not three capital letters");
        const auto latitude = number(c[4], -90, 90);
        const auto longitude = number(c[5], -180, 180);
        const auto catchment = number(c[7], 0, 1e10);
        if (!latitude || !longitude) return lineError(line, "expected latitude and longitude in degrees");
        if (!catchment) return lineError(line, "expected a population from 0 to 1e10");
        Pop pop{std::string(c[0]), std::string(c[1]), std::string(c[2]), RegionIndex{},    *latitude,
                *longitude,        std::string(c[6]), *catchment,        std::string(c[8])};
        if (!catalogue.m_byCode.emplace(pop.code, PopIndex(catalogue.m_pops.size())).second)
            return lineError(line, pop.code + " stands twice");
        catalogue.m_pops.push_back(std::move(pop));
        regionOf.emplace_back(c[3]);
    }
    if (catalogue.m_pops.empty()) return Error{"PoP catalogue: no PoP in it"};

    catalogue.m_regions = regionOf;
    std::ranges::sort(catalogue.m_regions);
    catalogue.m_regions.erase(std::unique(catalogue.m_regions.begin(), catalogue.m_regions.end()),
                              catalogue.m_regions.end());
    for (std::size_t i = 0; i < regionOf.size(); ++i) {
        const auto at = std::ranges::lower_bound(catalogue.m_regions, regionOf[i]);
        catalogue.m_pops[i].region = RegionIndex(static_cast<std::size_t>(at - catalogue.m_regions.begin()));
    }
    return catalogue;
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
