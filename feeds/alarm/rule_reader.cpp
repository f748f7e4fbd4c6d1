// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/rule_reader.h"

#include "feeds/alarm/card_text.h"
#include "feeds/alarm/quantity.h"
#include "feeds/alarm/value_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace surgescope::feeds {
namespace {

using Kind = RuleValue::Kind;

constexpr std::size_t kMostIdBytes = 64;
constexpr std::size_t kMostLineBytes = 300;
constexpr std::size_t kMostSubjects = 200; // that one rule inhibits
constexpr double kLongest = static_cast<double>(kLongestWindow.count());

constexpr std::array<std::pair<std::string_view, Each>, 6> kEach{{{"world", Each::world},
                                                                  {"region", Each::region},
                                                                  {"pop", Each::pop},
                                                                  {"publisher", Each::publisher},
                                                                  {"feed", Each::feed},
                                                                  {"recorder", Each::recorder}}};
constexpr const char* kKeys = "id, off, each, group, value, warning, critical, window, within, clear_for, "
                              "latch, no_data, no_data_after, "
                              "min_coverage, min_samples, min_per_node, critical_share, group_wait, remind, "
                              "from, blind, inhibits, text, do, "
                              "runbook";

bool isId(std::string_view text) {
    const auto slash = text.find('/');
    const auto isWord = [](std::string_view word) {
        return !word.empty() && std::ranges::all_of(word, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
    };
    return text.size() <= kMostIdBytes && slash != std::string_view::npos && isWord(text.substr(0, slash)) &&
           isWord(text.substr(slash + 1));
}

/// Of "T-00:30:00": half an hour before.
std::optional<std::chrono::seconds> readOffset(std::string_view text) {
    if (text.size() != 10 || text[0] != 'T' || (text[1] != '-' && text[1] != '+') || text[4] != ':' ||
        text[7] != ':')
        return std::nullopt;
    std::int64_t offset = 0;
    for (const std::size_t at : {2U, 5U, 8U}) {
        int part = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, part);
        if (error != std::errc() || end != text.data() + at + 2 || part < 0 || (at > 2 && part > 59))
            return std::nullopt;
        offset = offset * 60 + part;
    }
    return std::chrono::seconds(text[1] == '-' ? -offset : offset);
}

/// What a value may be asked of.
std::string_view subjectsFor(Kind kind) {
    switch (kind) {
    case Kind::age: return "pop or feed";
    case Kind::clockOffset: return "publisher";
    case Kind::droppedMessages: return "recorder";
    case Kind::measure: return "world, region or pop";
    default: return "world or region";
    }
}
bool mayBeOf(Kind kind, Each each) {
    switch (kind) {
    case Kind::age: return each == Each::pop || each == Each::feed;
    case Kind::clockOffset: return each == Each::publisher;
    case Kind::droppedMessages: return each == Each::recorder;
    case Kind::measure: return each <= Each::pop;
    default: return each <= Each::region;
    }
}

} // namespace

Result<std::vector<Rule>> RuleReader::read(const toml::table& root) {
    const auto* version = root.get("version");
    if (!version || version->value_exact<std::int64_t>() != 1) {
        if (version)
            refuse(*version, "version: expected version = 1");
        else
            refuse("version is missing: expected version = 1");
    }
    if (const auto* defaults = root.get("defaults")) readDefaults(*defaults);
    for (const auto& [key, node] : root) {
        if (key == "rule")
            readRules(node);
        else if (key != "version" && key != "defaults")
            refuse(node, "nothing is called " + inQuotes(key.str()) +
                             " here, expected version, [defaults] or [[rule]]");
    }
    checkInhibits();
    if (const auto refused = error()) return *refused;
    return std::move(m_rules);
}

void RuleReader::readDefaults(const toml::node& node) {
    const auto* table = node.as_table();
    if (!table) return refuse(node, "defaults: expected a section [defaults]");
    for (const auto& [key, value] : *table)
        if (!readTiming(m_defaults, key.str(), value, "defaults." + std::string(key.str())))
            refuse(value,
                   "defaults: no key " + inQuotes(key.str()) +
                       " that can have one; there are: window, clear_for, latch, no_data, no_data_after, "
                       "min_coverage, group_wait, remind, from");
}

void RuleReader::readRules(const toml::node& node) {
    const auto* list = node.as_array();
    if (!list || !list->is_array_of_tables()) return refuse(node, "rule: expected sections [[rule]]");
    if (list->size() > kMostRules)
        return refuse(node, "rule: " + std::to_string(list->size()) + " rules, expected at most " +
                                std::to_string(kMostRules));
    for (const auto& entry : *list)
        readRule(*entry.as_table());
    if (m_rules.size() > kMostRules)
        refuse(node, "rule: " + std::to_string(m_rules.size()) +
                         " rules with those built in, expected at most " + std::to_string(kMostRules));
}

void RuleReader::readRule(const toml::table& table) {
    const auto* idNode = table.get("id");
    const auto id = idNode ? idNode->value_exact<std::string>() : std::nullopt;
    if (!id || !isId(*id))
        return refuse(idNode ? *idNode : static_cast<const toml::node&>(table),
                      "id is " + (id ? inQuotes(*id) : "missing or no text") +
                          ", expected PAGE/NAME in small letters, digits and hyphens");
    if (!m_seen.insert(*id).second) return refuse(*idNode, *id + " stands twice");
    const auto known = std::ranges::find(m_rules, *id, &Rule::id);
    const bool isNew = known == m_rules.end();
    bool isOff = false;
    if (const auto* off = table.get("off")) flag(*off, *id + ": off", isOff);
    if (isOff) {
        if (isNew) return refuse(*idNode, *id + " is switched off, but there is no such rule");
        m_removed.insert(*id);
        m_rules.erase(known);
        return;
    }
    Rule rule = isNew ? m_defaults : *known;
    rule.id = *id;
    for (const auto& [key, node] : table)
        if (!readKey(rule, key.str(), node, *id + ": " + std::string(key.str())))
            refuse(node, *id + ": no key " + inQuotes(key.str()) + "; there are: " + kKeys);
    if (!isNew && rule.value.quantity() != known->value.quantity()) rule.limits = {}; // of another unit
    readGroup(rule, table);
    readLimit(rule, Severity::warning, table);
    readLimit(rule, Severity::critical, table);
    if (isNew)
        for (const char* needed : {"each", "value", "do"})
            if (!table.contains(needed)) refuse(table, *id + ": " + needed + " is missing");
    if (rule.text.empty()) rule.text = "{names}: {value}";
    checkValue(rule, table);
    checkLimits(rule, table);
    checkText(rule.text, table, *id + ": text");
    checkText(rule.todo, table, *id + ": do");
    if (isNew)
        m_rules.push_back(std::move(rule));
    else
        *known = std::move(rule);
}

bool RuleReader::readKey(Rule& rule, std::string_view key, const toml::node& node, const std::string& what) {
    // Read before or after the others.
    if (key == "id" || key == "off" || key == "group" || key == "warning" || key == "critical") return true;
    if (key == "each") {
        const auto value = word(node, what);
        const auto known = std::ranges::find(kEach, value.value_or(""), &decltype(kEach)::value_type::first);
        if (known == kEach.end())
            refuse(node, what + ": expected world, region, pop, publisher, feed or recorder");
        else
            rule.each = known->second;
    } else if (key == "value") {
        const auto written = line(node, what, kMostLineBytes);
        if (!written) return true;
        const auto value = readValue(*written);
        if (value)
            rule.value = *value;
        else
            refuse(node, what + ": " + value.error());
    } else if (key == "min_samples" || key == "min_per_node") {
        if (const auto value = number(node, what, 0, 1e15))
            (key == "min_per_node" ? rule.minPerNode : rule.minSamples) = *value;
    } else if (key == "critical_share") {
        if (const auto value = quantity(node, what, Quantity::ratio)) rule.criticalShare = *value;
    } else if (key == "blind") {
        flag(node, what, rule.blinds);
    } else if (key == "inhibits") {
        readInhibits(rule, node, what);
    } else if (key == "text" || key == "do" || key == "runbook") {
        auto& to = key == "text" ? rule.text : (key == "do" ? rule.todo : rule.runbook);
        to = line(node, what, kMostLineBytes).value_or("");
    } else if (key == "within") {
        duration(node, what, 1, kLongest, rule.within);
    } else {
        return readTiming(rule, key, node, what);
    }
    return true;
}

bool RuleReader::readTiming(Rule& rule, std::string_view key, const toml::node& node,
                            const std::string& what) {
    if (key == "window") {
        duration(node, what, 1, kLongest, rule.window);
    } else if (key == "clear_for") {
        duration(node, what, 1, kLongest, rule.clearFor);
    } else if (key == "no_data_after") {
        duration(node, what, 1, 3'600, rule.noDataAfter);
    } else if (key == "group_wait") {
        duration(node, what, 0, 60, rule.groupWait);
    } else if (key == "remind") {
        duration(node, what, 60, 86'400, rule.remind);
    } else if (key == "latch") {
        flag(node, what, rule.latches);
    } else if (key == "no_data") {
        const auto value = word(node, what);
        if (value != "keep" && value != "fire") refuse(node, what + ": expected \"keep\" or \"fire\"");
        rule.firesWithoutData = value == "fire";
    } else if (key == "min_coverage") {
        if (const auto value = quantity(node, what, Quantity::ratio)) rule.minCoverage = *value;
    } else if (key == "from") {
        const auto value = word(node, what).value_or("");
        rule.from = readOffset(value);
        if (!rule.from && value != "always")
            refuse(node, what + " is " + inQuotes(value) +
                             ", expected \"always\" or a time such as \"T-00:30:00\"");
    } else {
        return false;
    }
    return true;
}

void RuleReader::readGroup(Rule& rule, const toml::table& table) {
    const bool hasRegion = rule.each == Each::region || rule.each == Each::pop;
    if (table.contains("each")) rule.isGroupedByRegion = hasRegion;
    const auto* node = table.get("group");
    if (!node) return;
    const auto value = word(*node, rule.id + ": group");
    if (value != "world" && (value != "region" || !hasRegion))
        refuse(*node, rule.id + ": group: expected \"world\"" +
                          (hasRegion ? " or \"region\"" : "; only PoPs and regions have a region"));
    rule.isGroupedByRegion = value == "region";
}

void RuleReader::readLimit(Rule& rule, Severity severity, const toml::table& table) {
    const char* key = severity == Severity::critical ? "critical" : "warning";
    const auto* node = table.get(key);
    if (!node) return;
    const std::string what = rule.id + ": " + key;
    const auto form = std::string(formOf(rule.value.quantity()));
    const auto* list = node->as_array();
    if (!list || list->size() != 3)
        return refuse(*node,
                      what + ": expected [\">LIMIT\", \"CLEAR\", SECONDS TO HOLD], each limit " + form);
    const auto limitText = word(*list->get(0), what).value_or("");
    Limit limit;
    limit.isAbove = limitText.starts_with('>');
    if (!limit.isAbove && !limitText.starts_with('<'))
        return refuse(*node,
                      what + ": the limit is " + inQuotes(limitText) + ", expected > or < and " + form);
    const auto beyond = readQuantity(std::string_view(limitText).substr(1), rule.value.quantity());
    if (!beyond)
        return refuse(*node,
                      what + ": the limit is " + inQuotes(limitText) + ", expected > or < and " + form);
    limit.limit = *beyond;
    const auto clear = quantity(*list->get(1), what + ": where it clears", rule.value.quantity());
    const auto hold = number(*list->get(2), what + ": seconds to hold", 0, kLongest);
    if (!clear || !hold) return;
    limit.clear = *clear;
    limit.hold = std::chrono::seconds(static_cast<int>(*hold));
    if (limit.isAbove ? limit.clear > limit.limit : limit.clear < limit.limit)
        return refuse(*node, what + ": clears beyond its limit, expected at it or on the good side of it");
    rule.limits[static_cast<std::size_t>(severity)] = limit;
}

void RuleReader::readInhibits(Rule& rule, const toml::node& node, const std::string& what) {
    const auto* list = node.as_array();
    if (!list || list->size() > kMostSubjects)
        return refuse(node, what + ": expected a list of ids, at most " + std::to_string(kMostSubjects));
    rule.inhibits.clear();
    for (const auto& entry : *list)
        if (auto id = word(entry, what)) {
            m_inhibited.emplace_back(&entry, *id);
            rule.inhibits.push_back(std::move(*id));
        }
}

void RuleReader::checkInhibits() {
    for (const auto& [node, id] : m_inhibited)
        if (!m_removed.contains(id) && std::ranges::find(m_rules, id, &Rule::id) == m_rules.end() &&
            !m_seen.contains(id)) // then it is refused already
            refuse(*node, "inhibits: there is no rule " + inQuotes(id));
}

void RuleReader::checkValue(const Rule& rule, const toml::table& table) {
    const auto& value = rule.value;
    if (!mayBeOf(value.kind, rule.each))
        return refuse(table, rule.id + ": such a value is of no such subject, expected each = " +
                                 std::string(subjectsFor(value.kind)));
    if (value.isOfMeasure() && isAnnounced(value.measure))
        return refuse(table, rule.id + ": " + std::string(infoOf(value.measure).name) +
                                 " is announced and not counted, expected a measure of what nodes count");
    if (value.kind == Kind::measure && isQuantile(value.measure) && rule.each == Each::pop &&
        rule.window > std::chrono::seconds(1))
        refuse(table,
               rule.id + ": histograms of PoPs are not kept, expected window = \"1s\", or each = \"region\"");
    if (rule.minPerNode > 0 && value.kind != Kind::drainTime && value.kind != Kind::toBefore)
        refuse(table, rule.id + ": min_per_node is for drain_time and to_before alone, expected min_samples");
    if (rule.criticalShare > 0 && rule.each != Each::pop)
        refuse(table, rule.id + ": critical_share is for PoPs alone, expected each = \"pop\"");
}

void RuleReader::checkLimits(const Rule& rule, const toml::table& table) {
    const auto& warning = rule.limit(Severity::warning);
    const auto& critical = rule.limit(Severity::critical);
    if (!warning && !critical) return refuse(table, rule.id + ": expected warning, critical or both");
    for (const auto& limit : rule.limits)
        if (limit && rule.within.count() > 0 && rule.within < limit->hold)
            refuse(table, rule.id + ": within is shorter than what must hold in it, expected at least " +
                              std::to_string(limit->hold.count()) + "s");
    if (!warning || !critical) return;
    if (warning->isAbove != critical->isAbove ||
        (warning->isAbove ? warning->limit > critical->limit : warning->limit < critical->limit))
        refuse(table,
               rule.id +
                   ": the warning comes after the critical one, expected its limit to be reached first");
}

void RuleReader::checkText(const std::string& text, const toml::table& table, const std::string& what) {
    if (const auto wrong = unknownPlaceholder(text))
        refuse(table,
               what + ": nothing is called " + inQuotes(*wrong) + ", expected " + std::string(kPlaceholders));
}

std::optional<std::string> RuleReader::word(const toml::node& node, const std::string& what) {
    return line(node, what, kMostIdBytes);
}

std::optional<double> RuleReader::quantity(const toml::node& node, const std::string& what,
                                           Quantity quantity) {
    const auto text = node.value_exact<std::string>();
    const auto value = text ? readQuantity(*text, quantity) : std::nullopt;
    if (!value)
        refuse(node, what + " is " + (text ? inQuotes(*text) : "no text") + ", expected " +
                         std::string(formOf(quantity)) + ", in quotes");
    return value;
}

void RuleReader::duration(const toml::node& node, const std::string& what, double least, double most,
                          std::chrono::seconds& to) {
    const auto value = quantity(node, what, Quantity::seconds);
    if (!value) return;
    if (*value < least || *value > most)
        return refuse(node, what + ": expected " + std::to_string(static_cast<int>(least)) + "s to " +
                                std::to_string(static_cast<int>(most)) + "s");
    to = std::chrono::seconds(static_cast<int>(*value));
}

void RuleReader::flag(const toml::node& node, const std::string& what, bool& to) {
    const auto value = node.value_exact<bool>();
    if (!value) return refuse(node, what + ": expected true or false");
    to = *value;
}

} // namespace surgescope::feeds
