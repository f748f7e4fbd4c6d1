// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/metric_mapping.h"

#include "feeds/embedded_resources.h"
#include "feeds/util/near_names.h"
#include "feeds/util/toml_file.h"

#include <algorithm>
#include <array>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostMappingBytes = 64U << 10;
constexpr std::size_t kMostSelectors = 100;   // of one sum
constexpr std::size_t kMostUtilisations = 32; // of one resource
constexpr std::size_t kMostWordBytes = 64;
constexpr double kMostTimes = 1e12;
constexpr std::int64_t kVersion = 1;

/// What a gauge may become; the field's own name says that it is an integral.
constexpr std::array<std::pair<std::string_view, Counter>, 5> kGauges{
    {{"connections", Counter::connection_seconds},
     {"inv_pending", Counter::inv_pending_seconds},
     {"inv_missing", Counter::inv_missing_seconds},
     {"streams", Counter::stream_seconds},
     {"backlog_us", Counter::backlog_us_seconds}}};

constexpr std::array<std::pair<std::string_view, Resource>, kResourceCount> kResources{
    {{"cpu", Resource::cpu},
     {"memory", Resource::memory},
     {"disk", Resource::disk},
     {"nic", Resource::nic},
     {"connections", Resource::connections},
     {"workers", Resource::workers}}};

/// A count of events at a node, and not an integral or what only relays know.
bool isEventCount(Counter counter) {
    return !unitOf(counter).ends_with(".s") && counter != Counter::messages_lost &&
           counter != Counter::messages_refused;
}

using Names = std::vector<std::string_view>;

Names countNames() {
    Names names;
    for (std::size_t i = 0; i < kCounterCount; ++i)
        if (isEventCount(static_cast<Counter>(i))) names.push_back(nameOf(static_cast<Counter>(i)));
    return names;
}

Names distributionNames() {
    Names names;
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        names.push_back(nameOf(static_cast<Distribution>(i)));
    return names;
}

template <class Table> Names namesOf(const Table& table) {
    Names names;
    for (const auto& entry : table)
        names.push_back(entry.first);
    return names;
}

template <class Field> std::optional<Field> fieldNamed(std::string_view name, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        if (nameOf(static_cast<Field>(i)) == name) return static_cast<Field>(i);
    return std::nullopt;
}

class MappingReader : TomlValues {
  public:
    using TomlValues::TomlValues;

    Result<MetricMapping> read(const toml::table& root) {
        if (!root.contains("version")) refuse("no version, expected version = " + std::to_string(kVersion));
        for (const auto& [key, node] : root)
            readTop(key.str(), node);
        const auto& m = m_mapping;
        if (m.counters.empty() && m.gauges.empty() && m.distributions.empty() && m.utilisations.empty() &&
            !hasRefused())
            refuse("nothing is mapped, expected sections [counters], [gauges], [distributions] or "
                   "[utilisation]");
        if (const auto refused = error()) return *refused;
        return std::move(m_mapping);
    }

  private:
    void readTop(std::string_view key, const toml::node& node) {
        if (key == "version") {
            if (node.value_exact<std::int64_t>() != kVersion)
                refuse(node, "version is " + tomlText(node) + ", expected " + std::to_string(kVersion));
        } else if (key == "server") {
            readServer(node);
        } else if (key == "started") {
            m_mapping.started = one(node, "started");
        } else if (key == "up") {
            m_mapping.up = series(node, "up");
        } else if (key == "absent_is_zero") {
            if (const auto value = node.value_exact<bool>())
                m_mapping.absentIsZero = *value;
            else
                refuse(node, "absent_is_zero is " + inQuotes(tomlText(node)) + ", expected true or false");
        } else if (key == "counters") {
            readSection(node, key, [this](auto name, const auto& value) { readCounter(name, value); });
        } else if (key == "gauges") {
            readSection(node, key, [this](auto name, const auto& value) { readGauge(name, value); });
        } else if (key == "distributions") {
            readSection(node, key, [this](auto name, const auto& value) { readDistribution(name, value); });
        } else if (key == "utilisation") {
            readSection(node, key, [this](auto name, const auto& value) { readUtilisations(name, value); });
        } else {
            refuse(node,
                   "nothing is called " + inQuotes(key) +
                       " here, expected version, server, started, up, absent_is_zero, [counters], [gauges], "
                       "[distributions] or [utilisation]");
        }
    }

    template <class Use> void readSection(const toml::node& node, std::string_view key, Use use) {
        const auto* table = node.as_table();
        if (!table) return refuse(node, std::string(key) + ": expected a section [" + std::string(key) + "]");
        for (const auto& [name, value] : *table)
            use(name.str(), value);
    }

    void refuseName(const toml::node& node, const std::string& section, std::string_view name,
                    const Names& known) {
        refuse(node,
               section + " has no " + inQuotes(name) + ", expected one such as " + nearNames(name, known));
    }

    void readServer(const toml::node& node) {
        const auto* table = node.as_table();
        if (!table) {
            m_mapping.server = line(node, "server", kMostWordBytes).value_or("");
            return;
        }
        for (const auto& [key, value] : *table) {
            if (key == "name")
                m_mapping.server = line(value, "server.name", kMostWordBytes).value_or("");
            else if (key == "version_of")
                m_mapping.versionSeries = one(value, "server.version_of");
            else if (key == "label")
                m_mapping.versionLabel = line(value, "server.label", kMostWordBytes).value_or("");
            else
                refuse(value,
                       "server has no key " + inQuotes(key.str()) + "; there are: name, version_of, label");
        }
        for (const char* needed : {"name", "version_of", "label"})
            if (!table->contains(needed)) refuse(*table, "server." + std::string(needed) + " is missing");
    }

    std::optional<MetricSelector> one(const toml::node& node, const std::string& what) {
        auto all = series(node, what);
        if (all.size() > 1) refuse(node, what + ": expected one selector");
        if (all.size() != 1) return std::nullopt;
        return std::move(all.front());
    }

    /// A selector, or a list of some.
    MetricMapping::Series series(const toml::node& node, const std::string& what) {
        MetricMapping::Series all;
        const auto add = [&](const toml::node& one) {
            const auto text = one.value_exact<std::string>();
            if (!text)
                return refuse(one,
                              what + ": expected a selector, 'METRIC{LABEL=\"VALUE\"}', or a list of some");
            auto selector = MetricSelector::parse(*text);
            if (selector)
                all.push_back(std::move(selector.value()));
            else
                refuse(one, what + ": " + selector.error());
        };
        const auto* list = node.as_array();
        if (!list) {
            add(node);
        } else if (list->empty() || list->size() > kMostSelectors) {
            refuse(node, what + " has " + std::to_string(list->size()) + " selectors, expected 1 to " +
                             std::to_string(kMostSelectors));
        } else {
            for (const auto& one : *list)
                add(one);
        }
        return all;
    }

    double times(const toml::node& node, const std::string& what) {
        return number(node, what, 1 / kMostTimes, kMostTimes).value_or(1);
    }

    MetricMapping::Sum sum(const toml::node& node, const std::string& what) {
        MetricMapping::Sum sum;
        const auto* table = node.as_table();
        if (!table) {
            sum.sum = series(node, what);
            return sum;
        }
        if (!table->contains("sum")) refuse(node, what + ".sum is missing");
        for (const auto& [key, value] : *table) {
            const auto whole = what + "." + std::string(key.str());
            if (key == "sum")
                sum.sum = series(value, whole);
            else if (key == "less")
                sum.less = series(value, whole);
            else if (key == "times")
                sum.times = times(value, whole);
            else
                refuse(value, what + " has no key " + inQuotes(key.str()) + "; there are: sum, less, times");
        }
        return sum;
    }

    void readCounter(std::string_view name, const toml::node& node) {
        const auto counter = fieldNamed<Counter>(name, kCounterCount);
        if (!counter || !isEventCount(*counter)) return refuseName(node, "counters", name, countNames());
        m_mapping.counters.push_back({*counter, sum(node, "counters." + std::string(name))});
    }

    void readGauge(std::string_view name, const toml::node& node) {
        const auto known = std::ranges::find(kGauges, name, &std::pair<std::string_view, Counter>::first);
        if (known == kGauges.end()) return refuseName(node, "gauges", name, namesOf(kGauges));
        m_mapping.gauges.push_back({known->second, sum(node, "gauges." + std::string(name))});
    }

    void readDistribution(std::string_view name, const toml::node& node) {
        const auto field = fieldNamed<Distribution>(name, kDistributionCount);
        if (!field) return refuseName(node, "distributions", name, distributionNames());
        const std::string what = "distributions." + std::string(name);
        MetricMapping::Distributed distributed{*field, {}, 1};
        const auto* table = node.as_table();
        if (!table)
            return refuse(node, what + ": expected { buckets = SELECTORS, times = WHAT MAKES MICROSECONDS }");
        for (const char* needed : {"buckets", "times"})
            if (!table->contains(needed)) refuse(node, what + "." + needed + " is missing");
        for (const auto& [key, value] : *table) {
            const auto whole = what + "." + std::string(key.str());
            if (key == "buckets")
                distributed.buckets = series(value, whole);
            else if (key == "times")
                distributed.times = times(value, whole);
            else
                refuse(value, what + " has no key " + inQuotes(key.str()) + "; there are: buckets, times");
        }
        m_mapping.distributions.push_back(std::move(distributed));
    }

    void readUtilisations(std::string_view name, const toml::node& node) {
        const auto known = std::ranges::find(kResources, name, &std::pair<std::string_view, Resource>::first);
        if (known == kResources.end()) return refuseName(node, "utilisation", name, namesOf(kResources));
        const std::string what = "utilisation." + std::string(name);
        if (const auto* table = node.as_table()) return readUtilisation(*table, what, known->second);
        const auto* list = node.as_array();
        if (!list || list->empty() || list->size() > kMostUtilisations ||
            !list->is_homogeneous(toml::node_type::table))
            return refuse(node, what + ": expected { … }, or a list of 1 to " +
                                    std::to_string(kMostUtilisations) + " of which the fullest counts");
        for (const auto& one : *list)
            readUtilisation(*one.as_table(), what, known->second);
    }

    void readUtilisation(const toml::table& table, const std::string& what, Resource resource) {
        MetricMapping::Utilised utilised{.resource = resource};
        std::string part; // as the file calls them
        std::string whole;
        for (const auto& [key, value] : table) {
            const std::string name(key.str());
            const auto at = what + "." + name;
            if (name == "used" || name == "free" || name == "busy" || name == "idle") {
                if (!part.empty())
                    refuse(value, what + " has both " + part + " and " + name + ", expected one");
                part = name;
                utilised.part = series(value, at);
            } else if (name == "capacity" || name == "total" || name == "per_second") {
                if (!whole.empty())
                    refuse(value, what + " has both " + whole + " and " + name + ", expected one");
                whole = name;
                readWhole(value, at, name, utilised);
            } else if (name == "each") {
                utilised.each = line(value, at, kMostWordBytes).value_or("");
            } else {
                refuse(value, what + " has no key " + inQuotes(name) +
                                  "; there are: used, free, busy, idle, capacity, total, per_second, each");
            }
        }
        utilised.counters = part == "busy" || part == "idle";
        utilised.partIsFree = part == "free" || part == "idle";
        if (part.empty() || whole.empty() || utilised.counters == (whole == "capacity"))
            return refuse(
                table,
                what + ": expected used or free, and capacity; or busy or idle, and total or per_second");
        if (!utilised.each.empty() && !utilised.whole.empty())
            return refuse(table, what + ".each: expected a number for " + whole);
        m_mapping.utilisations.push_back(std::move(utilised));
    }

    void readWhole(const toml::node& node, const std::string& what, const std::string& name,
                   MetricMapping::Utilised& utilised) {
        if (name == "per_second" || (name == "capacity" && node.is_number()))
            utilised.wholeNumber = number(node, what, 1 / kMostTimes, kMostTimes).value_or(1);
        else
            utilised.whole = series(node, what);
    }

    MetricMapping m_mapping;
};

} // namespace

FieldSet MetricMapping::fields() const {
    FieldSet fields;
    for (const auto& counted : counters)
        fields.add(counted.field);
    for (const auto& gauged : gauges)
        fields.add(gauged.field);
    for (const auto& distributed : distributions)
        fields.add(distributed.field);
    return fields;
}

Result<MetricMapping> parseMapping(std::string_view text, const std::string& file) {
    const auto root = parseToml(text, kMostMappingBytes, file);
    if (!root) return Error{root.error()};
    return MappingReader(file).read(*root);
}

Result<MetricMapping> loadMapping(const std::string& path) {
    const auto text = readTextFile(path, kMostMappingBytes);
    if (!text) return Error{text.error()};
    return parseMapping(*text, path);
}

Result<MetricMapping> presetMapping(std::string_view name) {
    for (const auto& file : embedded::mappings())
        if (file.name == name) return parseMapping(file.text, "preset " + std::string(name));
    std::string known;
    for (const auto& preset : presetNames())
        known += (known.empty() ? "" : ", ") + std::string(preset);
    return Error{inQuotes(name) + " is no preset, expected one of " + known};
}

std::vector<std::string_view> presetNames() {
    std::vector<std::string_view> names;
    for (const auto& file : embedded::mappings())
        names.push_back(file.name);
    return names;
}

} // namespace surgescope::feeds
