// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/rule.h"
#include "feeds/util/toml_file.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Reads rules out of a file's root table, over those there are already. For one file.
class RuleReader : TomlValues {
  public:
    static constexpr std::size_t kMostRules = 200;

    RuleReader(std::string file, std::vector<Rule> rules)
        : TomlValues(std::move(file)), m_rules(std::move(rules)) {}

    /// All rules then, in no particular order of inhibition.
    Result<std::vector<Rule>> read(const toml::table& root);

  private:
    void readDefaults(const toml::node& node);
    void readRules(const toml::node& node);
    void readRule(const toml::table& table);
    bool readKey(Rule& rule, std::string_view key, const toml::node& node, const std::string& what);
    bool readTiming(Rule& rule, std::string_view key, const toml::node& node, const std::string& what);
    void readGroup(Rule& rule, const toml::table& table);
    void readLimit(Rule& rule, Severity severity, const toml::table& table);
    void readInhibits(Rule& rule, const toml::node& node, const std::string& what);
    void checkInhibits();
    void checkValue(const Rule& rule, const toml::table& table);
    void checkLimits(const Rule& rule, const toml::table& table);
    void checkText(const std::string& text, const toml::table& table, const std::string& what);

    std::optional<std::string> word(const toml::node& node, const std::string& what);
    std::optional<double> quantity(const toml::node& node, const std::string& what, Quantity quantity);
    void duration(const toml::node& node, const std::string& what, double least, double most,
                  std::chrono::seconds& to);
    void flag(const toml::node& node, const std::string& what, bool& to);

    std::vector<Rule> m_rules;
    Rule m_defaults;
    std::set<std::string> m_removed;
    std::set<std::string> m_seen;                                       // in this file
    std::vector<std::pair<const toml::node*, std::string>> m_inhibited; // where it stands, and whom
};

} // namespace surgescope::feeds
