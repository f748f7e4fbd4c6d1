// SPDX-License-Identifier: GPL-3.0-or-later
// The command that judges a recording by rules.
#include "feeds/capture/recorded_time.h"
#include "feeds/pipeline/judge_recording.h"
#include "feeds/util/toml_file.h"

#include "app/capture/commands.h"
#include "app/capture/signals.h"
#include "app/csv_text.h"
#include "app/progress.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

namespace surgescope::app {
namespace {

using namespace feeds;
using std::chrono::seconds;

constexpr std::size_t kMostMembersInText = 20;

/// One or two sets of rules, and what they made of a recording.
struct JudgedByName {
    JudgedRecording judged;
    std::vector<std::string> names; // of the rules
    std::string baseline;           // empty: none
};

std::string moment(const JudgedRecording& judged, std::optional<FeedSecond> at) {
    if (!at) return "-";
    return judged.releaseAt ? releaseText(*at, *judged.releaseAt) : isoText(*at);
}

std::string groupText(const JudgedCard& card) {
    return card.group.empty() ? "world" : card.group;
}

std::optional<seconds> lasted(const JudgedCard& card) {
    return card.over ? std::optional(*card.over - card.fired) : std::nullopt;
}

std::string endText(const JudgedRecording& judged, const JudgedCard& card) {
    if (!card.over) return "not over";
    const auto over = card.ending == Change::returned || card.ending == Change::ended
                          ? std::string("over")
                          : std::string(wordsFor(card.ending));
    return over + " " + moment(judged, card.over) + " after " + durationText(*lasted(card));
}

std::string membersText(const JudgedCard& card, std::size_t most) {
    std::string text;
    for (std::size_t i = 0; i < std::min(most, card.members.size()); ++i)
        text += (i > 0 ? " " : "") + card.members[i];
    return card.members.size() > most ? text + " +" + std::to_string(card.members.size() - most) : text;
}

/// Of a card that fires with both: how B differs from A.
struct PairDifference {
    seconds firesLater{};
    std::optional<seconds> lastsLonger; // nothing: one of them is not over
    bool isOtherwise = false;           // severity, whether it is shown, or over at all

    bool isNone() const {
        return firesLater == seconds(0) && lastsLonger.value_or(seconds(0)) == seconds(0) && !isOtherwise;
    }
};

PairDifference differenceOf(const JudgedCard& a, const JudgedCard& b) {
    PairDifference difference{.firesLater = b.fired - a.fired,
                              .lastsLonger = std::nullopt,
                              .isOtherwise = a.severity != b.severity ||
                                             a.shown.has_value() != b.shown.has_value() ||
                                             a.over.has_value() != b.over.has_value()};
    if (a.over && b.over) difference.lastsLonger = *lasted(b) - *lasted(a);
    return difference;
}

std::vector<CardPair> pairsOf(const JudgedByName& all) {
    return pairs(all.judged.judgements[0].cards(), all.judged.judgements[1].cards());
}

// ---- text

void printCard(const JudgedRecording& judged, const JudgedCard& card) {
    std::printf("\n%s  %s  %s %s, %s\n", moment(judged, card.fired).c_str(), isoText(card.fired).c_str(),
                std::string(wordsFor(card.severity)).c_str(), card.rule.c_str(), groupText(card).c_str());
    std::printf("    %s\n", card.text.c_str());
    if (!card.members.empty())
        std::printf("    of %zu: %s\n", card.members.size(), membersText(card, kMostMembersInText).c_str());
    std::printf("    %s; %s\n",
                card.shown ? ("shown " + moment(judged, card.shown)).c_str() : "explained by another card",
                endText(judged, card).c_str());
}

void printRate(const JudgedRecording& judged, const Judgement& judgement) {
    const auto minutes = std::to_string(kFloodTime.count());
    std::printf("\n%zu cards, %zu of them shown.", judgement.cards().size(), judgement.shown());
    if (const auto worst = judgement.worst()) {
        const char* words = worst->cards > kFloodCards     ? "a flood"
                            : worst->cards > kHandledCards ? "more than can be handled with care"
                                                           : "can be handled";
        std::printf(" The worst %s minutes: %zu from %s, %s (handled: %zu, flood: more than %zu).",
                    minutes.c_str(), worst->cards, moment(judged, worst->from).c_str(), words, kHandledCards,
                    kFloodCards);
    }
    std::printf("\n");
}

std::string differenceWords(const JudgedCard& a, const JudgedCard& b) {
    const auto difference = differenceOf(a, b);
    std::string words;
    const auto add = [&words](const std::string& more) { words += (words.empty() ? "" : ", ") + more; };
    const auto by = [&](seconds span, const char* less, const char* more) {
        if (span != seconds(0)) add(durationText(std::chrono::abs(span)) + (span.count() < 0 ? less : more));
    };
    by(difference.firesLater, " earlier", " later");
    by(difference.lastsLonger.value_or(seconds(0)), " shorter", " longer");
    if (a.over.has_value() != b.over.has_value()) add(b.over ? "over" : "not over");
    if (a.severity != b.severity) add(std::string(wordsFor(b.severity)));
    if (a.shown.has_value() != b.shown.has_value()) add(b.shown ? "shown" : "explained by another card");
    return words;
}

void printDifferences(const JudgedByName& all) {
    const auto& a = all.judged.judgements[0].cards();
    const auto& b = all.judged.judgements[1].cards();
    std::printf("\n%s against %s:\n", all.names[1].c_str(), all.names[0].c_str());
    std::size_t same = 0;
    for (const auto& pair : pairsOf(all)) {
        const auto& card = pair.a ? a[*pair.a] : b[*pair.b];
        std::string words;
        if (!pair.a || !pair.b)
            words = "only with " + all.names[pair.a ? 0 : 1];
        else
            words = differenceWords(card, b[*pair.b]);
        if (words.empty()) {
            ++same;
            continue;
        }
        std::printf("    %s %s, %s: %s\n", moment(all.judged, card.fired).c_str(), card.rule.c_str(),
                    groupText(card).c_str(), words.c_str());
    }
    std::printf("    %zu %s the same\n", same, same == 1 ? "card is" : "cards are");
}

void printJudgedText(const JudgedByName& all) {
    const auto& judged = all.judged;
    std::printf("T-0     %s\n", judged.releaseAt ? isoText(*judged.releaseAt).c_str() : "not known");
    if (!all.baseline.empty()) std::printf("beneath %s\n", all.baseline.c_str());
    if (judged.first)
        std::printf("judged  %s to %s\n", isoText(*judged.first).c_str(), isoText(*judged.last).c_str());
    else
        std::printf("judged  nothing: no second settled\n");
    for (std::size_t i = 0; i < all.names.size(); ++i) {
        std::printf("%srules   %s\n", i > 0 ? "\n" : "", all.names[i].c_str());
        for (const auto& card : judged.judgements[i].cards())
            printCard(judged, card);
        printRate(judged, judged.judgements[i]);
    }
    if (all.names.size() == 2) printDifferences(all);
}

// ---- tables

void printJudgedCsv(const JudgedByName& all) {
    const auto& judged = all.judged;
    std::printf("rules,rule,group,severity,fired [UTC],fired [s after T-0],shown [UTC],over [UTC],ending,"
                "lasted [s],members,text,with the other rules\n");
    std::vector<std::vector<bool>> hasTwin;
    for (const auto& judgement : judged.judgements)
        hasTwin.emplace_back(judgement.cards().size());
    if (all.names.size() == 2)
        for (const auto& pair : pairsOf(all))
            if (pair.a && pair.b) hasTwin[0][*pair.a] = hasTwin[1][*pair.b] = true;
    const auto utc = [](std::optional<FeedSecond> at) { return at ? isoText(*at) : std::string(); };
    const auto number = [](std::optional<seconds> span) {
        return span ? std::to_string(span->count()) : std::string();
    };
    for (std::size_t i = 0; i < all.names.size(); ++i)
        for (std::size_t k = 0; k < judged.judgements[i].cards().size(); ++k) {
            const auto& card = judged.judgements[i].cards()[k];
            const auto since =
                judged.releaseAt ? std::optional(card.fired - *judged.releaseAt) : std::nullopt;
            const char* twin = all.names.size() < 2 ? "" : hasTwin[i][k] ? "too" : "not";
            std::printf("%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", csvText(all.names[i]).c_str(),
                        card.rule.c_str(), csvText(groupText(card)).c_str(),
                        std::string(wordsFor(card.severity)).c_str(), isoText(card.fired).c_str(),
                        number(since).c_str(), utc(card.shown).c_str(), utc(card.over).c_str(),
                        card.over ? std::string(wordsFor(card.ending)).c_str() : "",
                        number(lasted(card)).c_str(), csvText(membersText(card, card.members.size())).c_str(),
                        csvText(card.text).c_str(), twin);
        }
}

nlohmann::ordered_json jsonOf(std::optional<FeedSecond> at) {
    return at ? nlohmann::ordered_json(isoText(*at)) : nlohmann::ordered_json();
}

nlohmann::ordered_json jsonOf(const JudgedCard& card) {
    const auto span = lasted(card);
    return {{"rule", card.rule},
            {"group", groupText(card)},
            {"severity", wordsFor(card.severity)},
            {"fired", isoText(card.fired)},
            {"shown", jsonOf(card.shown)},
            {"over", jsonOf(card.over)},
            {"ending", card.over ? nlohmann::ordered_json(wordsFor(card.ending)) : nlohmann::ordered_json()},
            {"lasted_s", span ? nlohmann::ordered_json(span->count()) : nlohmann::ordered_json()},
            {"members", card.members},
            {"text", card.text}};
}

nlohmann::ordered_json jsonOfDifferences(const JudgedByName& all) {
    auto json = nlohmann::ordered_json::array();
    const auto position = [](std::optional<std::size_t> at) {
        return at ? nlohmann::ordered_json(*at) : nlohmann::ordered_json();
    };
    for (const auto& pair : pairsOf(all)) {
        nlohmann::ordered_json entry{{"a", position(pair.a)}, {"b", position(pair.b)}};
        if (pair.a && pair.b) {
            const auto difference = differenceOf(all.judged.judgements[0].cards()[*pair.a],
                                                 all.judged.judgements[1].cards()[*pair.b]);
            if (difference.isNone()) continue;
            entry["fires_later_s"] = difference.firesLater.count();
            if (difference.lastsLonger) entry["lasts_longer_s"] = difference.lastsLonger->count();
        }
        json.push_back(std::move(entry));
    }
    return json;
}

void printJudgedJson(const JudgedByName& all) {
    const auto& judged = all.judged;
    nlohmann::ordered_json json{
        {"release_at", jsonOf(judged.releaseAt)},
        {"baseline", all.baseline.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(all.baseline)},
        {"first", jsonOf(judged.first)},
        {"last", jsonOf(judged.last)}};
    for (std::size_t i = 0; i < all.names.size(); ++i) {
        const auto& judgement = judged.judgements[i];
        nlohmann::ordered_json entry{{"rules", all.names[i]}, {"shown", judgement.shown()}};
        const auto worst = judgement.worst();
        entry["worst_ten_minutes"] =
            worst ? nlohmann::ordered_json{{"from", isoText(worst->from)}, {"cards", worst->cards}}
                  : nlohmann::ordered_json();
        entry["cards"] = nlohmann::ordered_json::array();
        for (const auto& card : judgement.cards())
            entry["cards"].push_back(jsonOf(card));
        json["judgements"].push_back(std::move(entry));
    }
    if (all.names.size() == 2) json["differences"] = jsonOfDifferences(all);
    // What is heard on the wire need not be UTF-8.
    std::printf("%s\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

Result<Rules> rulesOver(const std::string& path) {
    const auto text = readTextFile(path, Rules::kMostBytes);
    if (!text) return Error{text.error()};
    return Rules::builtIn().with(text.value(), path);
}

} // namespace

Result<int> judge(const CaptureOptions& options) {
    JudgeOptions how;
    how.releaseAt = options.releaseAt;
    how.baseline = options.baseline;
    for (const auto& path : options.rules) {
        auto rules = rulesOver(path);
        if (!rules) return Error{rules.error()};
        how.rules.push_back(std::move(rules.value()));
    }
    auto names = options.rules;
    if (names.empty()) {
        names.emplace_back("those built in");
        how.rules.push_back(Rules::builtIn());
    }
    watchSignals();
    ProgressLine line;
    how.goesOn = [&line](double done) {
        line.share(done);
        return !isStopped();
    };
    auto judged = judgeRecording(options.inputs[0], *options.catalogue, how);
    line.clear();
    if (!judged) return Error{judged.error()};
    if (!judged->isWhole) return kInterrupted;
    const JudgedByName all{std::move(judged.value()), std::move(names), options.baseline};
    if (options.format == "json")
        printJudgedJson(all);
    else if (options.format == "csv")
        printJudgedCsv(all);
    else
        printJudgedText(all);
    for (const auto& damage : all.judged.damage)
        std::fprintf(stderr, "surgescope-capture: '%s' is damaged: %s\n", options.inputs[0].c_str(),
                     damage.c_str());
    return all.judged.damage.empty() ? 0 : 1;
}

} // namespace surgescope::app
