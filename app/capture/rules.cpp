// SPDX-License-Identifier: GPL-3.0-or-later
// The command that checks rules and explains them.
#include "feeds/alarm/rules.h"

#include "feeds/util/toml_file.h"

#include "app/capture/commands.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

namespace surgescope::app {
namespace {

using namespace feeds;

constexpr std::size_t kTextWidth = 110;

/// A rule that is in force, and what there is of it built in.
struct RuleInForce {
    const Rule* rule;
    const Rule* builtIn; // null: it was added

    const char* origin() const {
        if (!builtIn) return "added";
        return *rule == *builtIn ? "built in" : "changed";
    }
};

const Rule* findRule(const Rules& rules, const std::string& id) {
    const auto found = std::ranges::find(rules.all(), id, &Rule::id);
    return found == rules.all().end() ? nullptr : &*found;
}

std::string pageOf(const Rule& rule) {
    return rule.id.substr(0, rule.id.find('/'));
}

std::map<std::string, std::vector<RuleInForce>> byPage(const Rules& rules) {
    std::map<std::string, std::vector<RuleInForce>> pages;
    for (const auto& rule : rules.all())
        pages[pageOf(rule)].push_back({&rule, findRule(Rules::builtIn(), rule.id)});
    return pages;
}

std::vector<std::string> removedIds(const Rules& rules) {
    std::vector<std::string> ids;
    for (const auto& rule : Rules::builtIn().all())
        if (!findRule(rules, rule.id)) ids.push_back(rule.id);
    return ids;
}

void printParagraph(const std::string& text) {
    constexpr std::size_t kIndent = 4;
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (column > 0 && column + 1 + end - at > kTextWidth) {
            std::printf("\n");
            column = 0;
        }
        std::printf("%*s%s", column == 0 ? static_cast<int>(kIndent) : 1, "",
                    text.substr(at, end - at).c_str());
        column += (column == 0 ? kIndent : 1) + end - at;
        at = end + 1;
    }
    std::printf("\n");
}

void printRulesAsText(const Rules& rules) {
    for (const auto& [page, inForce] : byPage(rules)) {
        std::printf("%s\n", page.c_str());
        for (const auto& one : inForce) {
            std::printf("\n  %s, %s\n", one.rule->id.c_str(), one.origin());
            printParagraph(explain(*one.rule));
            if (!one.builtIn || *one.rule == *one.builtIn) continue;
            std::printf("  built in it is\n");
            printParagraph(explain(*one.builtIn));
        }
        std::printf("\n");
    }
    for (const auto& id : removedIds(rules))
        std::printf("%s, removed\n", id.c_str());
}

void printRulesAsJson(const Rules& rules) {
    nlohmann::ordered_json json;
    json["rules"] = nlohmann::ordered_json::array();
    for (const auto& [page, inForce] : byPage(rules))
        for (const auto& one : inForce) {
            nlohmann::ordered_json entry{{"id", one.rule->id},
                                         {"page", page},
                                         {"origin", one.origin()},
                                         {"explanation", explain(*one.rule)}};
            if (one.builtIn && *one.rule != *one.builtIn) entry["built_in"] = explain(*one.builtIn);
            json["rules"].push_back(std::move(entry));
        }
    json["removed"] = removedIds(rules);
    std::printf("%s\n", json.dump(2).c_str());
}

} // namespace

Result<int> rules(const CaptureOptions& options) {
    auto inForce = Rules::builtIn();
    if (!options.inputs.empty()) {
        const auto& path = options.inputs[0];
        const auto text = readTextFile(path, Rules::kMostBytes);
        if (!text) return Error{text.error()};
        auto read = Rules::builtIn().with(text.value(), path);
        if (!read) { // that is what was asked, and no mistake of the command line
            std::fprintf(stderr, "%s\n", read.error().c_str());
            return 1;
        }
        inForce = std::move(read.value());
    }
    if (options.format == "json")
        printRulesAsJson(inForce);
    else
        printRulesAsText(inForce);
    return 0;
}

} // namespace surgescope::app
