// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/ids.h"
#include "feeds/util/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds {

/// A point of presence as the catalogue knows it.
struct Pop {
    std::string code; // IATA, three capital letters
    std::string city;
    std::string country; // ISO 3166-1 alpha-2
    RegionIndex region;
    double latitude = 0;  // degrees, north positive
    double longitude = 0; // degrees, east positive
    std::string timeZone; // IANA name
    double catchment = 0; // people who live nearest to this PoP
    std::string shield;   // code of the PoP through which it fills its caches
};

/// All PoPs and regions there are. Immutable once made: shared freely between threads.
class PopCatalogue {
  public:
    /// The catalogue built into the program (resources/pops.csv).
    static const PopCatalogue& builtIn();
    /// Columns: iata,city,country,region,latitude,longitude,time_zone,catchment_population,shield. The first
    /// line is their names. Refuses, naming the line: wrong number of columns, bad code, coordinate or
    /// number, doubled code.
    static Result<PopCatalogue> parse(std::string_view csv);

    const std::vector<Pop>& pops() const { return m_pops; }
    const Pop& operator[](PopIndex i) const { return m_pops[i.value]; }
    std::size_t size() const { return m_pops.size(); }
    std::optional<PopIndex> find(std::string_view code) const;

    /// Codes of the regions, in alphabetical order.
    const std::vector<std::string>& regions() const { return m_regions; }

  private:
    std::vector<Pop> m_pops;
    std::vector<std::string> m_regions;
    std::unordered_map<std::string, PopIndex> m_byCode;
};

/// A region's name as people say it: "Europe" for "EU"; an unknown code is its own name.
std::string_view regionName(std::string_view code);

/// Three capital letters: what may stand behind the slash of a topic.
bool isPopCode(std::string_view code);

} // namespace surgescope::feeds
