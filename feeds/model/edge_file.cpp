// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/edge_file.h"

#include "feeds/util/toml_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostBytes = 4U << 20U;
constexpr std::size_t kMostPops = 5'000;
constexpr std::size_t kMostRegions = 64;
constexpr std::uint64_t kMostNodesOfPop = 262'144; // as on the wire
constexpr std::uint64_t kMostNodes = 4'000'000;
constexpr std::size_t kMostNameBytes = 64;
constexpr std::size_t kMostNodeNameBytes = 256; // as on the wire
constexpr std::size_t kMostZoneBytes = 64;
constexpr double kMostCatchment = 1e10;
constexpr std::size_t kMostOrigins = 64;
constexpr double kLeastListeners = 1e3;
constexpr double kMostListeners = 1e9;
constexpr const char* kPopKeys =
    "code, name, latitude, longitude, region, nodes, shield, time_zone, catchment, "
    "node, uplink_gbit_per_s";

/// A capacity as it may stand in a file.
struct CapacityKey {
    std::string_view key;
    double NodeCapacity::*value;
    double least;
    double most;
};
constexpr std::array kNodeKeys{CapacityKey{"gbit_per_s", &NodeCapacity::gbitPerSecond, 0.01, 1e4},
                               CapacityKey{"cores", &NodeCapacity::cores, 1, 4'096},
                               CapacityKey{"cache_bytes", &NodeCapacity::cacheBytes, 1e6, 1e16},
                               CapacityKey{"connections", &NodeCapacity::connections, 1, 1e8}};
constexpr double kLeastUplink = 0.01; // Gbit/s
constexpr double kMostUplink = 1e6;
constexpr double kMostOriginRequests = 1e9;

/// The zone that keeps the hour the sun tells: POSIX counts westwards.
std::string zoneByLongitude(double longitude) {
    const auto east = std::lround(longitude / 15);
    if (east == 0) return "Etc/UTC";
    return std::string("Etc/GMT") + (east > 0 ? "-" : "+") + std::to_string(std::labs(east));
}

class EdgeReader : TomlValues {
  public:
    explicit EdgeReader(std::string file) : TomlValues(std::move(file)) {}

    Result<PopCatalogue> read(const toml::table& root) {
        // What others refer to is read before them.
        if (const auto* regions = root.get("regions")) readRegions(*regions);
        if (m_regions.empty() && !hasRefused())
            refuse("[regions] is missing: expected a line CODE = \"NAME\" for each");
        if (const auto* node = root.get("node")) m_node = readNode(*node, "node:", {});
        if (const auto* pops = root.get("pop")) readPops(*pops);
        if (m_pops.empty() && !hasRefused()) refuse("no PoP in it, expected sections [[pop]]");
        std::vector<OriginSite> origins;
        double listeners = kWorldListeners;
        for (const auto& [key, node] : root) {
            if (key == "audience")
                listeners = readAudience(node);
            else if (key == "origin")
                origins = readOrigins(node);
            else if (key != "regions" && key != "node" && key != "pop")
                refuse(node, "nothing is called " + inQuotes(key.str()) +
                                 " here, expected [regions], [audience], [node], [[origin]] or [[pop]]");
        }
        checkShields();
        if (const auto refused = error()) return *refused;
        fillCatchments();
        return PopCatalogue::make(std::move(m_pops), m_regionOf, m_regions, std::move(origins), listeners);
    }

  private:
    std::optional<std::string> code(const toml::node& node, const std::string& what) {
        const auto value = node.value_exact<std::string>();
        if (value && isPopCode(*value)) return value;
        refuse(node, what + " is " + (value ? inQuotes(*value) : "no text") + ", expected " +
                         std::string(kPopCodeForm) + " in quotes");
        return std::nullopt;
    }

    void readRegions(const toml::node& node) {
        const auto* table = node.as_table();
        if (!table) return refuse(node, "regions: expected a section [regions]");
        if (table->size() > kMostRegions)
            return refuse(node, "regions: expected at most " + std::to_string(kMostRegions));
        for (const auto& [key, value] : *table) {
            const std::string region(key.str());
            if (!isRegionCode(region))
                refuse(value, "regions: " + inQuotes(region) +
                                  " is no code, expected 1 to 16 capital letters, digits and hyphens");
            else if (auto name = line(value, "regions." + region, kMostNameBytes))
                m_regions.emplace(region, std::move(*name));
        }
    }

    double readAudience(const toml::node& node) {
        const auto* table = node.as_table();
        if (!table || table->size() != 1 || !table->contains("listeners")) {
            refuse(node,
                   "audience: expected a section [audience] with listeners = HOW MANY and nothing else");
            return kWorldListeners;
        }
        return number(*table->get("listeners"), "audience.listeners", kLeastListeners, kMostListeners)
            .value_or(kWorldListeners);
    }

    /// What a node can do, by this table, for what it does not say by `otherwise`.
    NodeCapacity readNode(const toml::node& node, const std::string& of, const NodeCapacity& otherwise) {
        NodeCapacity capacity = otherwise;
        const auto* table = node.as_table();
        if (!table) {
            refuse(node, of + " expected a section with gbit_per_s, cores, cache_bytes, connections");
            return capacity;
        }
        for (const auto& [key, value] : *table) {
            const auto known = std::ranges::find(kNodeKeys, key.str(), &CapacityKey::key);
            if (known == kNodeKeys.end())
                refuse(value, of + " no key " + inQuotes(key.str()) +
                                  "; there are: gbit_per_s, cores, cache_bytes, connections");
            else if (const auto read =
                         number(value, of + " " + std::string(known->key), known->least, known->most))
                capacity.*known->value = *read;
        }
        return capacity;
    }

    std::vector<OriginSite> readOrigins(const toml::node& node) {
        std::vector<OriginSite> origins;
        const auto* list = node.as_array();
        if (!list || !list->is_homogeneous(toml::node_type::table) || list->size() > kMostOrigins) {
            refuse(node, "origin: expected sections [[origin]], at most " + std::to_string(kMostOrigins));
            return origins;
        }
        for (const auto& entry : *list)
            origins.push_back(readOrigin(*entry.as_table()));
        return origins;
    }

    OriginSite readOrigin(const toml::table& table) {
        OriginSite origin;
        for (const auto& [key, node] : table) {
            const std::string what = "origin." + std::string(key.str());
            if (key == "name")
                origin.name = line(node, what, kMostNameBytes).value_or("");
            else if (key == "latitude")
                origin.latitude = number(node, what, -90, 90).value_or(0);
            else if (key == "longitude")
                origin.longitude = number(node, what, -180, 180).value_or(0);
            else if (key == "requests_per_s")
                origin.requestsPerSecond = number(node, what, 1, kMostOriginRequests).value_or(0);
            else
                refuse(node, "origin: no key " + inQuotes(key.str()) +
                                 "; there are: name, latitude, longitude, requests_per_s");
        }
        for (const char* needed : {"name", "latitude", "longitude"})
            if (!table.contains(needed)) refuse(table, "origin: " + std::string(needed) + " is missing");
        return origin;
    }

    void readPops(const toml::node& node) {
        const auto* list = node.as_array();
        if (!list || !list->is_homogeneous(toml::node_type::table))
            return refuse(node, "pop: expected sections [[pop]]");
        if (list->size() > kMostPops)
            return refuse(node, "pop: " + std::to_string(list->size()) + " PoPs, expected at most " +
                                    std::to_string(kMostPops));
        for (const auto& entry : *list)
            readPop(*entry.as_table());
    }

    void readPop(const toml::table& table) {
        Pop pop;
        const auto* codeNode = table.get("code");
        if (!codeNode) return refuse(table, "pop.code is missing, expected " + std::string(kPopCodeForm));
        auto own = code(*codeNode, "pop.code");
        if (!own) return;
        pop.code = std::move(*own);
        pop.node = m_node;
        const std::string of = "pop " + pop.code + ": ";
        std::string region;
        for (const auto& [key, node] : table) {
            const std::string what = of + std::string(key.str());
            if (key == "code")
                continue;
            else if (key == "name")
                pop.city = line(node, what, kMostNameBytes).value_or("");
            else if (key == "latitude")
                pop.latitude = number(node, what, -90, 90).value_or(0);
            else if (key == "longitude")
                pop.longitude = number(node, what, -180, 180).value_or(0);
            else if (key == "region")
                region = readRegion(node, what);
            else if (key == "shield")
                readShield(node, what, pop);
            else if (key == "time_zone")
                readZone(node, what, pop);
            else if (key == "catchment")
                pop.catchment = number(node, what, 1, kMostCatchment).value_or(0);
            else if (key == "nodes")
                readNodes(node, what, pop);
            else if (key == "node")
                pop.node = readNode(node, of + "node:", m_node);
            else if (key == "uplink_gbit_per_s")
                pop.uplinkGbitPerSecond = number(node, what, kLeastUplink, kMostUplink).value_or(0);
            else
                refuse(node, of + "no key " + inQuotes(key.str()) + "; there are: " + kPopKeys);
        }
        for (const char* needed : {"name", "latitude", "longitude", "region", "nodes"})
            if (!table.contains(needed)) refuse(table, of + needed + " is missing");
        if (pop.timeZone.empty()) pop.timeZone = zoneByLongitude(pop.longitude);
        if (!m_codes.insert(pop.code).second) return refuse(*codeNode, "pop " + pop.code + " stands twice");
        const bool fitted = m_nodes <= kMostNodes;
        m_nodes += pop.expectedNodes;
        if (fitted && m_nodes > kMostNodes)
            refuse(table, of + "more than " + std::to_string(kMostNodes) + " nodes in the file");
        m_regionOf.push_back(std::move(region));
        m_pops.push_back(std::move(pop));
    }

    std::string readRegion(const toml::node& node, const std::string& what) {
        const auto value = node.value_exact<std::string>().value_or("");
        if (m_regions.contains(value) || m_regions.empty()) return value;
        constexpr std::size_t kShown = 10;
        std::string known;
        for (std::size_t shown = 0; const auto& [region, name] : m_regions)
            if (++shown <= kShown) known += (shown > 1 ? ", " : "") + region;
        if (m_regions.size() > kShown) known += "…";
        refuse(node, what + " is " + inQuotes(value) + ", expected one of [regions]: " + known);
        return {};
    }

    void readShield(const toml::node& node, const std::string& what, Pop& pop) {
        if (auto shield = code(node, what)) {
            pop.shield = std::move(*shield);
            m_shields.emplace_back(&node, pop.code);
        }
    }

    void readZone(const toml::node& node, const std::string& what, Pop& pop) {
        const auto value = node.value_exact<std::string>().value_or("");
        const auto mayStand = [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
                   c == '_' || c == '+' || c == '-';
        };
        if (value.empty() || value.size() > kMostZoneBytes || !std::ranges::all_of(value, mayStand))
            return refuse(node,
                          what + " is " + inQuotes(value) + ", expected a name such as \"Europe/Berlin\"");
        pop.timeZone = value;
    }

    void readNodes(const toml::node& node, const std::string& what, Pop& pop) {
        const std::string expected =
            ", expected how many, 1 to " + std::to_string(kMostNodesOfPop) + ", or a list of as many names";
        if (const auto* list = node.as_array()) {
            if (list->empty() || list->size() > kMostNodesOfPop)
                return refuse(node, what + " has " + std::to_string(list->size()) + " entries" + expected);
            std::unordered_set<std::string_view> names;
            for (const auto& entry : *list) {
                if (!line(entry, what, kMostNodeNameBytes)) return;
                const std::string_view name = **entry.as_string();
                if (!names.insert(name).second)
                    return refuse(entry, what + ": " + inQuotes(name) + " stands twice");
                pop.nodeNames.emplace_back(name);
            }
            pop.expectedNodes = pop.nodeNames.size();
            return;
        }
        const auto count = node.value_exact<std::int64_t>();
        if (!count || *count < 1 || static_cast<std::uint64_t>(*count) > kMostNodesOfPop)
            return refuse(node, what + " is " + (count ? std::to_string(*count) : "neither") + expected);
        pop.expectedNodes = static_cast<std::uint64_t>(*count);
    }

    void checkShields() {
        for (const auto& [node, of] : m_shields) {
            const auto shield = node->value_exact<std::string>().value_or("");
            if (!m_codes.contains(shield))
                refuse(*node, "pop " + of + ": shield is " + inQuotes(shield) +
                                  ", expected the code of a PoP in this file");
        }
    }

    /// Whoever says nothing has as many people as the mean of those that do.
    void fillCatchments() {
        double sum = 0;
        double told = 0;
        for (const auto& pop : m_pops)
            if (pop.catchment > 0) sum += pop.catchment, ++told;
        for (auto& pop : m_pops) {
            if (pop.catchment <= 0) pop.catchment = told > 0 ? sum / told : 1e6;
            if (pop.shield.empty()) pop.shield = pop.code;
        }
    }

    std::map<std::string, std::string> m_regions; // names by code
    std::vector<Pop> m_pops;
    std::vector<std::string> m_regionOf; // of each PoP
    NodeCapacity m_node;                 // of PoPs that say nothing else
    std::unordered_set<std::string> m_codes;
    std::vector<std::pair<const toml::node*, std::string>> m_shields; // where it stands, and whose
    std::uint64_t m_nodes = 0;
};

} // namespace

Result<PopCatalogue> parseEdge(std::string_view text, const std::string& file) {
    const auto root = parseToml(text, kMostBytes, file);
    if (!root) return Error{root.error()};
    return EdgeReader(file).read(*root);
}

Result<PopCatalogue> loadEdge(const std::string& path) {
    const auto text = readTextFile(path, kMostBytes);
    if (!text) return Error{text.error()};
    return parseEdge(*text, path);
}

Result<std::shared_ptr<const PopCatalogue>> catalogueOf(const std::string& path) {
    if (path.empty()) // lives for ever: nobody owns it
        return std::shared_ptr<const PopCatalogue>(std::shared_ptr<void>(), &PopCatalogue::builtIn());
    auto edge = loadEdge(path);
    if (!edge) return Error{edge.error()};
    return std::shared_ptr<const PopCatalogue>(std::make_shared<const PopCatalogue>(std::move(edge.value())));
}

} // namespace surgescope::feeds
