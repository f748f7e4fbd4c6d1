// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/rules.h"

#include "feeds/alarm/quantity.h"
#include "feeds/alarm/rule_reader.h"
#include "feeds/alarm/value_text.h"
#include "feeds/embedded_resources.h"

#include <algorithm>
#include <cassert>
#include <unordered_set>
#include <utility>

namespace surgescope::feeds {
namespace {

/// The rules with inhibitors before those they inhibit, otherwise as they stand. Fewer: some inhibit each
/// other in a circle.
std::vector<Rule> inOrder(const std::vector<Rule>& rules) {
    std::vector<Rule> ordered;
    std::vector<bool> isDone(rules.size());
    const auto waits = [&](std::size_t of) {
        for (std::size_t i = 0; i < rules.size(); ++i)
            if (!isDone[i] && std::ranges::count(rules[i].inhibits, rules[of].id) > 0) return true;
        return false;
    };
    for (std::size_t i = 0; i < rules.size();) {
        if (isDone[i] || waits(i)) {
            ++i;
            continue;
        }
        ordered.push_back(rules[i]);
        isDone[i] = true;
        i = 0; // somebody who stands before it may have waited for it
    }
    return ordered;
}

std::string secondsText(std::chrono::seconds span) {
    return quantityText(static_cast<double>(span.count()), Quantity::seconds);
}

std::string_view subjectsOf(Each each) {
    switch (each) {
    case Each::world: return "the world";
    case Each::region: return "each region";
    case Each::pop: return "each PoP";
    case Each::publisher: return "each publisher";
    case Each::feed: return "the feed";
    case Each::recorder: break;
    }
    return "the recorder";
}

std::string limitWords(const Rule& rule, Severity severity) {
    const auto& limit = rule.limit(severity);
    if (!limit) return {};
    const auto quantity = rule.value.quantity();
    const bool isCritical = severity == Severity::critical;
    std::string words = std::string(isCritical ? " Critical" : " A warning") + " when it is " +
                        (limit->isAbove ? "above " : "below ") + quantityText(limit->limit, quantity);
    if (limit->hold.count() > 0) words += " for " + secondsText(limit->hold);
    if (rule.within > limit->hold) words += " within " + secondsText(rule.within);
    if (isCritical && rule.criticalShare > 0)
        words += ", of PoPs with " + quantityText(rule.criticalShare, Quantity::ratio) +
                 " or more of the world's requests";
    return words + "; over when it was " + quantityText(limit->clear, quantity) +
           (limit->isAbove ? " or less" : " or more") + " for " + secondsText(rule.clearFor) + ".";
}

} // namespace

const Rules& Rules::builtIn() {
    static const Rules rules = [] {
        const auto file = embedded::alarms().front();
        auto parsed = parse(file.text, std::string(file.name) + ".toml");
        assert(parsed); // a test reads it
        return parsed ? std::move(parsed.value()) : Rules();
    }();
    return rules;
}

Result<Rules> Rules::parse(std::string_view text, const std::string& file) {
    return Rules().with(text, file);
}

Result<Rules> Rules::with(std::string_view text, const std::string& file) const {
    const auto root = parseToml(text, kMostBytes, file);
    if (!root) return Error{root.error()};
    auto read = RuleReader(file, m_rules).read(*root);
    if (!read) return Error{read.error()};
    Rules rules;
    rules.m_rules = inOrder(*read);
    if (rules.m_rules.size() == read->size()) return rules;
    std::string circle;
    for (const auto& rule : *read)
        if (std::ranges::count(rules.m_rules, rule.id, &Rule::id) == 0)
            circle += (circle.empty() ? "" : ", ") + rule.id;
    return Error{file +
                 ": these inhibit each other in a circle, expected none that does: " + circle.substr(0, 500)};
}

std::string explain(const Rule& rule) {
    std::string text =
        rule.id + " looks at " + std::string(subjectsOf(rule.each)) + ": " + wordsFor(rule.value);
    if (rule.value.isSummed()) text += ", over " + secondsText(rule.window);
    text += "." + limitWords(rule, Severity::warning) + limitWords(rule, Severity::critical);
    if (rule.minSamples > 0)
        text += " Fewer than " + quantityText(rule.minSamples, Quantity::number) +
                " of what is counted tell nothing.";
    if (rule.minPerNode > 0)
        text += " Less than " + quantityText(rule.minPerNode, Quantity::number) +
                " for each node is never wrong.";
    if (rule.minCoverage > 0 && rule.value.isSummed())
        text += " Nothing is told of a place of which less than " +
                quantityText(rule.minCoverage, Quantity::ratio) + " is heard.";
    text += rule.firesWithoutData ? " It fires without data for " + secondsText(rule.noDataAfter) + ", too."
                                  : " Without data it stays what it was.";
    if (rule.isGroupedByRegion)
        text += " There is a card for each region, and one for the world from three on.";
    if (rule.blinds) text += " While it is critical, the wall counts as blind.";
    for (std::size_t i = 0; i < rule.inhibits.size(); ++i)
        text += (i == 0 ? " It explains, and holds back, " : ", ") + rule.inhibits[i];
    if (!rule.inhibits.empty()) text += ".";
    if (rule.from) {
        const bool isBefore = rule.from->count() < 0;
        text += " It begins " + secondsText(std::chrono::abs(*rule.from)) +
                (isBefore ? " before" : " after") + " T-0.";
    }
    text += " What to do: " + rule.todo;
    if (!text.ends_with('?')) text += ".";
    return rule.runbook.empty() ? text : text + " See " + rule.runbook + ".";
}

} // namespace surgescope::feeds
