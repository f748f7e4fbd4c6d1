// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/capacity.h"
#include "feeds/model/ids.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds {

/// Listeners at once, mean of a day, that the edge built in was built for and that scenarios are written for.
constexpr double kWorldListeners = 20e6;

/// A point of presence as the catalogue knows it.
struct Pop {
    std::string code;    // IATA, or as an edge file says it
    std::string city;    // or what an edge file calls it
    std::string country; // ISO 3166-1 alpha-2; empty: not known
    RegionIndex region;
    double latitude = 0;  // degrees, north positive
    double longitude = 0; // degrees, east positive
    std::string timeZone; // IANA name
    double catchment = 0; // people who live nearest to this PoP
    std::string shield;   // code of the PoP through which it fills its caches
    // Whom to expect there, by an edge file:
    std::uint64_t expectedNodes = 0;    // 0: nobody says
    std::vector<std::string> nodeNames; // of all of them, or empty
    // What it can do, by an edge file:
    NodeCapacity node;              // each of its nodes
    double uplinkGbitPerSecond = 0; // out of the PoP, all ways together; 0: nobody says
};

/// All PoPs and regions there are, and, of an operator's own edge, its inventory: whom to expect. Immutable
/// once made: shared freely between threads.
class PopCatalogue {
  public:
    /// The catalogue built into the program (resources/pops.csv).
    static const PopCatalogue& builtIn();
    /// Columns: iata,city,country,region,latitude,longitude,time_zone,catchment_population,shield. The first
    /// line is their names. Refuses, naming the line: wrong number of columns, bad code, coordinate or
    /// number, doubled code.
    static Result<PopCatalogue> parse(std::string_view csv);
    /// Of what was read and checked elsewhere: each PoP's code is another one, `regionOf` has the code of its
    /// region, `regionNames` has all of these. Without `origins`, they stand at IAD, FRA and SIN or, where
    /// there are none of these, at the first PoP.
    static PopCatalogue make(std::vector<Pop> pops, const std::vector<std::string>& regionOf,
                             const std::map<std::string, std::string>& regionNames,
                             std::vector<OriginSite> origins = {}, double listeners = kWorldListeners);

    const std::vector<Pop>& pops() const { return m_pops; }
    const Pop& operator[](PopIndex i) const { return m_pops[i.value]; }
    std::size_t size() const { return m_pops.size(); }
    std::optional<PopIndex> find(std::string_view code) const;

    /// Codes of the regions, in alphabetical order.
    const std::vector<std::string>& regions() const { return m_regions; }
    /// A region's name as people say it: "Europe" for "EU"; an unknown code is its own name. The view lives
    /// as long as the catalogue and `code`.
    std::string_view regionName(std::string_view code) const;

    /// It says whom to expect, as one from an edge file does and the one built in does not.
    bool isInventory() const { return m_expectedNodes > 0; }
    /// In all PoPs together; 0: nobody says.
    std::uint64_t expectedNodes() const { return m_expectedNodes; }

    /// What shields fill their caches from; at least one.
    const std::vector<OriginSite>& origins() const { return m_origins; }
    /// The audience that the edge was built for: listeners at once, mean of a day. What nobody says of a
    /// capacity is planned by it.
    double listeners() const { return m_listeners; }

  private:
    std::vector<Pop> m_pops;
    std::vector<std::string> m_regions;
    std::vector<std::string> m_regionNames; // in the same order
    std::uint64_t m_expectedNodes = 0;
    std::vector<OriginSite> m_origins;
    double m_listeners = kWorldListeners;
    std::unordered_map<std::string, PopIndex> m_byCode;
};

/// What a PoP's code may be: what may stand behind the slash of a topic. And the same in words.
bool isPopCode(std::string_view code);
inline constexpr std::string_view kPopCodeForm = "2 to 16 capital letters, digits and hyphens";

/// The same of a region's code, which may be a single character.
bool isRegionCode(std::string_view code);

} // namespace surgescope::feeds
