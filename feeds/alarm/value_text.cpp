// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/value_text.h"

#include "feeds/alarm/quantity.h"
#include "feeds/util/near_names.h"
#include "feeds/util/toml_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

using Kind = RuleValue::Kind;

Quantity quantityOf(Unit unit) {
    if (unit == Unit::ratio) return Quantity::ratio;
    return unit == Unit::microseconds ? Quantity::microseconds : Quantity::number;
}
Quantity quantityOf(const Condition& condition) {
    return condition.measure ? quantityOf(infoOf(*condition.measure).unit) : Quantity::seconds;
}

bool isRate(Measure measure) {
    return infoOf(measure).formula.kind == Formula::Kind::rate;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

Error unknown(std::string_view name) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < kMeasureCount; ++i)
        known.push_back(infoOf(static_cast<Measure>(i)).name);
    return {"no measure is called " + inQuotes(name) + "; the nearest names are " + nearNames(name, known)};
}

Result<Condition> readCondition(std::string_view text) {
    const auto at = text.find_first_of("<>");
    if (at == std::string_view::npos)
        return Error{inQuotes(text) +
                     " is no condition, expected one such as age > 10s or saturation >= 90%"};
    Condition condition;
    condition.isAbove = text[at] == '>';
    condition.isInclusive = text.substr(at + 1).starts_with('=');
    const auto name = trimmed(text.substr(0, at));
    if (name != "age") {
        condition.measure = measureNamed(name);
        if (!condition.measure) return unknown(name);
        if (isQuantile(*condition.measure))
            return Error{std::string(name) +
                         " is a quantile; expected a condition on a ratio, rate or count"};
    }
    const auto written = trimmed(text.substr(at + (condition.isInclusive ? 2 : 1)));
    const auto limit = readQuantity(written, quantityOf(condition));
    if (!limit)
        return Error{std::string(name) + " is compared with " + inQuotes(written) + ", expected " +
                     std::string(formOf(quantityOf(condition)))};
    condition.limit = *limit;
    return condition;
}

Result<RuleValue> readShare(std::string_view of, std::string_view where) {
    RuleValue value;
    value.kind = Kind::share;
    value.isOfNodes = of == "nodes";
    if (!value.isOfNodes) {
        const auto measure = measureNamed(of);
        if (!measure) return unknown(of);
        if (!isRate(*measure))
            return Error{"a share of " + std::string(of) +
                         ", expected of nodes or of what adds up, such as " + "requests_per_second"};
        value.measure = *measure;
    }
    const auto condition = readCondition(where);
    if (!condition) return Error{condition.error()};
    value.condition = *condition;
    return value;
}

struct Function {
    std::string_view name;
    Kind kind;
    std::string_view form;
};
constexpr std::array kFunctions{
    Function{"share", Kind::share, "share(MEASURE or nodes, CONDITION)"},
    Function{"drain_time", Kind::drainTime, "drain_time(MEASURE)"},
    Function{"to_before", Kind::toBefore, "to_before(MEASURE, 10m)"},
    Function{"below_baseline", Kind::belowBaseline, "below_baseline(MEASURE)"},
};

Result<RuleValue> readCall(const Function& function, std::string_view arguments) {
    const auto comma = arguments.find(',');
    const bool takesTwo = function.kind == Kind::share || function.kind == Kind::toBefore;
    if (takesTwo != (comma != std::string_view::npos))
        return Error{inQuotes(arguments) + " in " + std::string(function.name) + ", expected " +
                     std::string(function.form)};
    const auto first = trimmed(arguments.substr(0, comma));
    const auto second = takesTwo ? trimmed(arguments.substr(comma + 1)) : std::string_view{};
    if (function.kind == Kind::share) return readShare(first, second);
    RuleValue value;
    value.kind = function.kind;
    const auto measure = measureNamed(first);
    if (!measure) return unknown(first);
    value.measure = *measure;
    if (value.kind == Kind::drainTime && !isRate(value.measure))
        return Error{std::string(first) + " does not drain, expected a count such as invalidations_pending"};
    if (value.kind == Kind::belowBaseline) value.before = kBefore;
    if (value.kind == Kind::toBefore) {
        const auto before = readQuantity(second, Quantity::seconds);
        if (!before || *before < 60 || *before > static_cast<double>(kLongestBefore.count()))
            return Error{"to_before looks back " + inQuotes(second) + ", expected 1m to 60m"};
        value.before = std::chrono::seconds(static_cast<int>(*before));
    }
    return value;
}

} // namespace

Quantity RuleValue::quantity() const {
    switch (kind) {
    case Kind::age:
    case Kind::clockOffset:
    case Kind::drainTime: return Quantity::seconds;
    case Kind::share: return Quantity::ratio;
    case Kind::droppedMessages:
    case Kind::toBefore: return Quantity::number;
    case Kind::measure:
    case Kind::belowBaseline: break;
    }
    const auto quantity = quantityOf(infoOf(measure).unit);
    const bool isDifference = kind == Kind::belowBaseline && quantity == Quantity::ratio;
    return isDifference ? Quantity::points : quantity;
}

Result<RuleValue> readValue(std::string_view text) {
    text = trimmed(text);
    RuleValue value;
    if (text == "age") return value.kind = Kind::age, value;
    if (text == "clock_offset") return value.kind = Kind::clockOffset, value;
    if (text == "dropped_messages") return value.kind = Kind::droppedMessages, value;
    const auto open = text.find('(');
    if (open == std::string_view::npos) {
        const auto measure = measureNamed(text);
        if (!measure) return unknown(text);
        value.measure = *measure;
        return value;
    }
    const auto name = trimmed(text.substr(0, open));
    const auto function = std::ranges::find(kFunctions, name, &Function::name);
    if (function == kFunctions.end() || !text.ends_with(')')) {
        std::string forms;
        for (const auto& known : kFunctions)
            forms += (forms.empty() ? "" : ", ") + std::string(known.form);
        return Error{inQuotes(text) +
                     " is no value, expected a measure, age, clock_offset, dropped_messages, " + forms};
    }
    return readCall(*function, text.substr(open + 1, text.size() - open - 2));
}

std::string wordsFor(const RuleValue& value) {
    const std::string words(infoOf(value.measure).words);
    switch (value.kind) {
    case Kind::age: return "the time since anything was heard";
    case Kind::clockOffset: return "how far the clock is off, either way";
    case Kind::droppedMessages: return "the messages that the recorder dropped";
    case Kind::drainTime:
        return "how long it takes until there are no " + words + " at the pace of the last minute";
    case Kind::toBefore:
        return words + ", as how many times the median of the " +
               quantityText(static_cast<double>(value.before.count()), Quantity::seconds) + " before";
    case Kind::belowBaseline:
        return "how much lower " + words +
               " is than in the earlier launch at the same time, or without one than "
               "in the " +
               quantityText(static_cast<double>(value.before.count()), Quantity::seconds) + " before";
    case Kind::share: {
        const auto& where = value.condition;
        return "the share of " + (value.isOfNodes ? "nodes" : words) + " in PoPs whose " +
               (where.measure ? std::string(infoOf(*where.measure).words) : "age") + " is " +
               (where.isAbove ? "above " : "below ") + quantityText(where.limit, quantityOf(where)) +
               (where.isInclusive ? " or just that" : "");
    }
    case Kind::measure: break;
    }
    return words;
}

std::string textOf(const RuleValue& value, double number) {
    const auto text = quantityText(number, value.quantity());
    if (value.kind == Kind::toBefore) return std::isinf(number) ? "none before" : text + " times as before";
    if (value.kind == Kind::drainTime)
        return std::isinf(number) ? "no fewer than a minute ago"
               : number == 0      ? "no longer too many"
                                  : "drained in " + text;
    return text;
}

} // namespace surgescope::feeds
