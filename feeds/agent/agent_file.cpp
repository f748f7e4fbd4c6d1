// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/agent_file.h"

#include "feeds/model/edge_file.h"
#include "feeds/transport/allow_list.h"
#include "feeds/util/toml_file.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kTextBytes = 4096;
constexpr std::array<std::pair<std::string_view, Role>, 4> kRoles{{{"edge", Role::edge},
                                                                   {"shield", Role::shield},
                                                                   {"origin", Role::origin},
                                                                   {"load-balancer", Role::loadBalancer}}};

/// "http://edge-7:9100/metrics" → "edge-7:9100"
std::string hostOf(std::string_view url) {
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    return std::string(url.substr(0, url.find('/')));
}

class FileReader {
  public:
    FileReader(const std::string& file, std::string thisHost)
        : m_values(file), m_thisHost(std::move(thisHost)) {}

    Result<AgentFile> read(const toml::table& root) {
        onlyKeys(root, {"name", "connect", "bind", "relay", "pop", "node", "role", "collect", "targets"});
        m_file.name = text(root, "name").value_or("");
        m_file.connect = texts(root, "connect");
        m_file.bind = texts(root, "bind");
        m_file.relays = texts(root, "relay");
        if (root.contains("pop") || root.contains("collect")) readNode(root, m_thisHost);
        eachTable(root, "targets", [this](const toml::table& targets) { readTargets(targets); });
        if (m_file.nodes.empty() && !m_values.hasRefused())
            m_values.refuse("no node, expected pop and [[collect]], or [[targets]]");
        if (const auto error = m_values.error()) return *error;
        return std::move(m_file);
    }

  private:
    template <class Names> void onlyKeysOf(const toml::table& table, const Names& names) {
        for (const auto& [key, value] : table) {
            if (std::ranges::find(names, key.str()) != names.end()) continue;
            std::string known;
            for (const auto& name : names)
                known += (known.empty() ? "" : ", ") + std::string(name);
            m_values.refuse(value, inQuotes(key.str()) + " is not known here, expected one of " + known);
        }
    }
    void onlyKeys(const toml::table& table, std::initializer_list<std::string_view> names) {
        onlyKeysOf(table, std::vector<std::string_view>(names));
    }

    template <class Use> void eachTable(const toml::table& in, std::string_view name, Use use) {
        const toml::node* node = in.get(name);
        if (node == nullptr) return;
        const toml::array* tables = node->as_array();
        if (tables == nullptr)
            return m_values.refuse(*node, std::string(name) + " is none of tables, expected [[" +
                                              std::string(name) + "]]");
        for (const toml::node& one : *tables)
            if (const toml::table* table = one.as_table())
                use(*table);
            else
                m_values.refuse(one, "expected a table");
    }

    std::optional<std::string> text(const toml::table& in, std::string_view name) {
        const toml::node* node = in.get(name);
        return node != nullptr ? m_values.line(*node, std::string(name), kTextBytes) : std::nullopt;
    }

    std::vector<std::string> texts(const toml::table& in, std::string_view name) {
        std::vector<std::string> all;
        const toml::node* node = in.get(name);
        if (node == nullptr) return all;
        const toml::array* list = node->as_array();
        if (list == nullptr) {
            m_values.refuse(*node, std::string(name) + " is no list, expected [\"…\"]");
            return all;
        }
        for (const toml::node& one : *list)
            if (auto line = m_values.line(one, std::string(name), kTextBytes))
                all.push_back(*std::move(line));
        return all;
    }

    std::optional<NodePlan> place(const toml::table& table) {
        NodePlan plan;
        const auto pop = text(table, "pop");
        if (!table.contains("pop"))
            m_values.refuse(table, "pop is missing, expected " + std::string(kPopCodeForm));
        else if (pop && !isPopCode(*pop))
            m_values.refuse(*table.get("pop"),
                            "pop: " + inQuotes(*pop) + ", expected " + std::string(kPopCodeForm));
        if (!pop || !isPopCode(*pop)) return std::nullopt;
        plan.pop = *pop;
        const auto role = text(table, "role");
        if (!role) return plan;
        for (const auto& [name, meaning] : kRoles)
            if (name == *role) {
                plan.role = meaning;
                return plan;
            }
        m_values.refuse(*table.get("role"),
                        "role: " + inQuotes(*role) + ", expected edge, shield, origin or load-balancer");
        return std::nullopt;
    }

    /// Everything but `others` are the collector's settings.
    std::optional<CollectorPlan> collector(const toml::table& table,
                                           const std::set<std::string_view>& others) {
        CollectorPlan plan;
        const auto from = text(table, "from");
        if (!from) {
            m_values.refuse(table, "from is missing, expected what to collect from, as \"nginx\"");
            return std::nullopt;
        }
        plan.kind = *from;
        CollectorSettings::Values values;
        for (const auto& [key, value] : table) {
            if (key.str() == "from" || others.contains(key.str())) continue;
            const auto setting = value.is_string() ? m_values.line(value, std::string(key.str()), kTextBytes)
                                                   : std::optional(tomlText(value));
            if (setting) values.emplace(std::string(key.str()), *setting);
        }
        plan.settings = CollectorSettings(std::move(values));
        auto checked = checkCollectorPlan(std::move(plan));
        if (checked) return *std::move(checked);
        m_values.refuse(table, checked.error());
        return std::nullopt;
    }

    void add(const toml::node& where, NodePlan plan) {
        if (!isWord(plan.name, limits::kPublisherBytes))
            return m_values.refuse(where,
                                   "node: " + inQuotes(plan.name) + ", expected a name without blanks");
        if (!m_seen.insert(plan.pop + '/' + plan.name).second)
            return m_values.refuse(where, plan.pop + " has two nodes " + inQuotes(plan.name));
        if (m_file.nodes.size() == kAgentNodes)
            return m_values.refuse(where, "more than " + std::to_string(kAgentNodes) + " nodes");
        m_file.nodes.push_back(std::move(plan));
    }

    void readNode(const toml::table& table, const std::string& name) {
        auto plan = place(table);
        if (!plan) return;
        plan->name = text(table, "node").value_or(name);
        eachTable(table, "collect", [&](const toml::table& one) {
            if (auto what = collector(one, {})) plan->collect.push_back(*std::move(what));
        });
        add(table, *std::move(plan));
    }

    /// Either one node, with collectors of its own, or the same collector at many addresses.
    void readTargets(const toml::table& table) {
        if (!table.contains("urls")) {
            onlyKeys(table, {"pop", "node", "role", "collect"});
            if (table.contains("node")) return readNode(table, {});
            return m_values.refuse(table, "expected urls, or node and collect");
        }
        const auto plan = place(table);
        const auto what = collector(table, {"pop", "role", "urls"});
        if (!plan || !what) return;
        const auto address = addressSetting(what->kind);
        if (address.empty())
            return m_values.refuse(table, what->kind + " has no URL, so it cannot be asked from afar");
        for (const std::string& url : texts(table, "urls")) {
            if (!url.starts_with("http://")) {
                m_values.refuse(*table.get("urls"), inQuotes(url) + " does not begin with http://");
                continue;
            }
            NodePlan node = *plan;
            node.name = hostOf(url);
            CollectorSettings::Values values = what->settings.values();
            values[std::string(address)] = url;
            node.collect = {{what->kind, CollectorSettings(std::move(values))}};
            add(*table.get("urls"), std::move(node));
        }
    }

    TomlValues m_values;
    std::string m_thisHost;
    AgentFile m_file;
    std::set<std::string> m_seen; // "EWR/edge-1"
};

} // namespace

Result<AgentFile> readAgentFile(std::string_view text, const std::string& file, const std::string& thisHost) {
    const auto root = parseToml(text, kAgentFileBytes, file);
    if (!root) return Error{root.error()};
    return FileReader(file, thisHost).read(*root);
}

} // namespace surgescope::feeds
