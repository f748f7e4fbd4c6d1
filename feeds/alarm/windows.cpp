// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/windows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace surgescope::feeds {
namespace {

using Kind = RuleValue::Kind;
using std::chrono::seconds;

constexpr std::size_t kMostPlaces = 20'000; // of one kind; as many as the wire knows
constexpr double kFull = 0.8;               // of a window's seconds must have come
constexpr seconds kDrainOver{60};           // how fast something drains is seen over this
constexpr std::size_t kLeastBefore = 60;    // values that tell how it was before
constexpr std::uint32_t kUsualOf = 300;     // seconds that tell what is usual
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::size_t size(seconds span) {
    return static_cast<std::size_t>(span.count());
}

bool isCompared(Kind kind) {
    return kind == Kind::drainTime || kind == Kind::toBefore || kind == Kind::belowBaseline;
}

/// How far back a rule's own values are looked at.
seconds lookBack(const Rule& rule) {
    return rule.value.kind == Kind::drainTime ? kDrainOver : rule.window + rule.value.before;
}

} // namespace

// ---- what is kept

void Windows::Scope::needSum(Measure measure, seconds window) {
    const auto known = std::ranges::find(sums, measure, &SumNeed::measure);
    if (known == sums.end())
        sums.push_back({measure, size(window)});
    else
        known->seconds = std::max(known->seconds, size(window));
}

void Windows::Scope::need(const Rule& rule) {
    needSum(Measure::coverage, rule.window);
    if (isCompared(rule.value.kind)) values.push_back({rule, size(lookBack(rule))});
    if (!isQuantile(rule.value.measure)) return needSum(rule.value.measure, rule.window);
    if (rule.window == seconds(1)) return; // at hand
    const auto distribution = infoOf(rule.value.measure).formula.distribution;
    const auto known = std::ranges::find(histograms, distribution, &HistogramNeed::distribution);
    if (known == histograms.end())
        histograms.push_back({distribution, size(rule.window)});
    else
        known->seconds = std::max(known->seconds, size(rule.window));
}

/// Gives a place the rings that are needed; those of the same kind and length it keeps.
void Windows::Scope::fit(Place& place, const Scope* before) const {
    const auto kept = [&](auto& rings, const auto& needs, const auto* had, auto isSame, auto nothing) {
        std::remove_reference_t<decltype(rings)> fitting;
        for (const auto& need : needs) {
            fitting.emplace_back(need.seconds + 1, nothing);
            for (std::size_t i = 0; had && i < had->size(); ++i)
                if (isSame((*had)[i], need) && rings[i].size() == need.seconds + 1)
                    fitting.back() = std::move(rings[i]);
        }
        rings = std::move(fitting);
    };
    kept(
        place.sums, sums, before ? &before->sums : nullptr,
        [](const auto& a, const auto& b) { return a.measure == b.measure; }, MeasureParts{});
    kept(
        place.histograms, histograms, before ? &before->histograms : nullptr,
        [](const auto& a, const auto& b) { return a.distribution == b.distribution; },
        ExponentialHistogram{});
    kept(
        place.values, values, before ? &before->values : nullptr,
        [](const auto& a, const auto& b) { return a.rule.id == b.rule.id && a.rule.value == b.rule.value; },
        kNone);
}

Windows::Windows(const std::vector<Rule>& rules) : m_settled(size(kLongestWindow) + 1) {
    setRules(rules);
}

void Windows::setRules(const std::vector<Rule>& rules) {
    std::array<Scope, 3> scopes;
    for (const Each each : {Each::world, Each::region, Each::pop})
        scopes[static_cast<std::size_t>(each)].each = each;
    for (const auto& rule : rules) {
        if (!rule.value.isSummed()) continue;
        scopes[static_cast<std::size_t>(rule.each)].need(rule);
        if (rule.value.kind != Kind::share) continue;
        auto& pops = scopes[static_cast<std::size_t>(Each::pop)];
        if (!rule.value.isOfNodes) pops.needSum(rule.value.measure, rule.window);
        if (rule.value.condition.measure) pops.needSum(*rule.value.condition.measure, rule.window);
    }
    for (std::size_t i = 0; i < scopes.size(); ++i) {
        scopes[i].places = std::move(m_scopes[i].places);
        scopes[i].byCode = std::move(m_scopes[i].byCode);
        for (auto& place : scopes[i].places)
            scopes[i].fit(place, &m_scopes[i]);
    }
    m_scopes = std::move(scopes);
}

void Windows::clear() {
    for (auto& scope : m_scopes) {
        scope.places.clear();
        scope.byCode.clear();
    }
    std::ranges::fill(m_settled, 0);
    m_steps = 0;
    m_last.reset();
}

// ---- a second

void Windows::advance() {
    ++m_steps;
    at(m_settled, 0) = at(m_settled, 1);
    for (auto& scope : m_scopes)
        for (auto& place : scope.places) {
            for (auto& ring : place.sums)
                at(ring, 0) = at(ring, 1);
            for (auto& ring : place.histograms)
                at(ring, 0).clear();
            for (auto& ring : place.values)
                at(ring, 0) = kNone;
            place.isListed = false;
        }
}

bool Windows::take(const ObservedSecond& observed) {
    if (m_last && *m_last - observed.second > kLongestWindow) clear();
    if (m_last && observed.second <= *m_last) return false;
    const auto passed = m_last ? observed.second - *m_last : seconds(1);
    for (seconds step(0); step < std::min(passed, kLongestWindow + kLongestBefore); ++step)
        advance(); // no ring is longer
    m_last = observed.second;
    ++at(m_settled, 0);
    m_observed = &observed;
    take(scope(Each::world), 0, observed.world);
    for (std::size_t i = 0; i < observed.regions.size(); ++i)
        take(scope(Each::region), i, observed.regions[i]);
    for (std::size_t i = 0; i < observed.pops.size(); ++i)
        take(scope(Each::pop), i, observed.pops[i]);
    for (auto& scope : m_scopes) {
        takeValues(scope);
        scope.usual = 0;
        for (const auto& place : scope.places)
            scope.usual += place.usual;
    }
    return true;
}

void Windows::release() {
    m_observed = nullptr;
    for (auto& scope : m_scopes)
        for (auto& place : scope.places)
            place.totals = nullptr;
}

void Windows::take(Scope& scope, std::size_t position, const ObservedPlace& observed) {
    auto& places = scope.places;
    if (position >= places.size() || places[position].code != observed.code) {
        const auto found = scope.byCode.find(observed.code);
        if (found == scope.byCode.end()) {
            if (places.size() == kMostPlaces) return;
            position = places.size();
            scope.byCode.emplace(observed.code, position);
            scope.fit(places.emplace_back(), nullptr);
            places.back().code = observed.code;
        } else {
            position = found->second;
        }
    }
    auto& place = places[position];
    if (place.isListed) return; // twice in a second
    place.isListed = true;
    place.name =
        scope.each == Each::world ? "the world" : (observed.name.empty() ? observed.code : observed.name);
    place.region = scope.each == Each::region ? observed.code : observed.region;
    place.totals = observed.totals;
    place.expected = observed.nodesExpected;
    place.age = observed.ageSeconds;
    static const PopTotals kNothing;
    const MeasureReader reader(observed.totals ? *observed.totals : kNothing,
                               {.seconds = 1, .expectedNodeSeconds = observed.nodesExpected},
                               Quality::measured);
    for (std::size_t i = 0; i < scope.sums.size(); ++i) {
        const auto measure = scope.sums[i].measure;
        if (!observed.totals && measure != Measure::coverage) continue;
        auto& sum = at(place.sums[i], 0);
        sum = sum + reader.parts(measure).value_or(MeasureParts{});
    }
    if (!observed.totals) return;
    for (std::size_t i = 0; i < scope.histograms.size(); ++i)
        at(place.histograms[i], 0) = (*observed.totals)[scope.histograms[i].distribution];
    place.usualOf = std::min(place.usualOf + 1, kUsualOf);
    place.usual += (static_cast<double>((*observed.totals)[Counter::requests]) - place.usual) / place.usualOf;
}

void Windows::takeValues(Scope& scope) {
    for (auto& place : scope.places)
        for (std::size_t i = 0; i < scope.values.size(); ++i)
            at(place.values[i], 0) = windowOf(scope.values[i].rule, place).value.value_or(kNone);
}

// ---- values

bool Windows::isFull(seconds window) const {
    const auto came = at(m_settled, 0) - at(m_settled, size(window));
    return static_cast<double>(came) >= kFull * static_cast<double>(window.count());
}

MeasureParts Windows::sumOf(const Scope& scope, const Place& place, Measure measure, seconds window) const {
    const auto need = std::ranges::find(scope.sums, measure, &SumNeed::measure);
    const auto& ring = place.sums[static_cast<std::size_t>(need - scope.sums.begin())];
    return at(ring, 0) - at(ring, size(window));
}

std::optional<double> Windows::valueOf(const Scope& scope, const Place& place, Measure measure,
                                       seconds window) const {
    return quotient(measure, sumOf(scope, place, measure, window));
}

bool Windows::isCovered(const Rule& rule, const Place& place) const {
    if (rule.minCoverage <= 0) return true;
    const auto heard = valueOf(scope(rule.each), place, Measure::coverage, rule.window);
    return heard && *heard >= rule.minCoverage;
}

Windows::Window Windows::windowOf(const Rule& rule, const Place& place) const {
    const auto measure = rule.value.measure;
    const bool isCoverage = measure == Measure::coverage; // of nobody it is nothing, and that is measured
    if (!place.isListed || (!place.totals && !isCoverage) || !isFull(rule.window) || !isCovered(rule, place))
        return {};
    Window window;
    const auto& scope = this->scope(rule.each);
    const auto& formula = infoOf(measure).formula;
    if (formula.kind != Formula::Kind::quantile) {
        const auto sum = sumOf(scope, place, measure, rule.window);
        const bool isNow = isCoverage || MeasureReader(*place.totals, {}, Quality::measured).parts(measure);
        window.value = isNow ? quotient(measure, sum) : std::nullopt;
        window.samples = static_cast<double>(formula.kind == Formula::Kind::rate ? sum.part : sum.whole);
    } else if (place.totals->measuredByAny.has(formula.distribution)) {
        ExponentialHistogram merged;
        if (rule.window == seconds(1)) {
            merged = (*place.totals)[formula.distribution];
        } else {
            const auto need =
                std::ranges::find(scope.histograms, formula.distribution, &HistogramNeed::distribution);
            const auto& ring = place.histograms[static_cast<std::size_t>(need - scope.histograms.begin())];
            for (std::size_t i = 0; i < size(rule.window); ++i)
                merged.merge(at(ring, i));
        }
        window.value = merged.quantile(formula.q);
        window.samples = static_cast<double>(merged.count());
    }
    if (window.samples < rule.minSamples) window.value.reset();
    return window;
}

Windows::Judged Windows::judge(const Rule& rule, std::size_t index, std::optional<double> frozen) const {
    const auto& scope = this->scope(rule.each);
    const auto& place = scope.places[index];
    Judged judged;
    if (rule.value.kind == Kind::age)
        judged.evidence.value = place.age;
    else if (rule.value.kind == Kind::share)
        judged = shareOf(rule, place);
    else if (isCompared(rule.value.kind))
        judged = compared(rule, place, frozen);
    else
        judged.evidence.value = windowOf(rule, place).value;
    if (scope.usual > 0 && place.usualOf > 0) judged.evidence.share = place.usual / scope.usual;
    return judged;
}

Windows::Judged Windows::shareOf(const Rule& rule, const Place& place) const {
    const auto& value = rule.value;
    const auto& where = value.condition;
    const bool isOfMoment = value.isOfNodes && !where.measure;
    if (!isOfMoment && (!isFull(rule.window) || !isCovered(rule, place))) return {};
    const auto& pops = scope(Each::pop);
    double all = 0;
    double some = 0;
    for (const auto& pop : pops.places) {
        if (!pop.isListed || (rule.each == Each::region && pop.region != place.code)) continue;
        const bool hasNow = !where.measure || pop.totals;
        const auto tested = where.measure ? valueOf(pops, pop, *where.measure, rule.window) : pop.age;
        if (!tested || !hasNow) continue;
        const double weight = value.isOfNodes ? std::max(pop.expected, 1.0)
                                              : valueOf(pops, pop, value.measure, rule.window).value_or(0);
        all += weight;
        if (where.holds(*tested)) some += weight;
    }
    Judged judged;
    judged.evidence.level = some;
    if (all > 0) judged.evidence.value = some / all;
    return judged;
}

std::optional<double> Windows::medianBefore(const Rule& rule, const std::vector<double>& values) const {
    std::vector<double> before;
    const auto oldest = std::min(values.size() - 1, size(rule.window + rule.value.before));
    for (std::size_t i = size(rule.window); i <= oldest; ++i)
        if (const double value = at(values, i); !std::isnan(value)) before.push_back(value);
    if (before.size() < kLeastBefore) return std::nullopt;
    const auto middle = before.begin() + static_cast<std::ptrdiff_t>(before.size() / 2);
    std::ranges::nth_element(before, middle);
    return *middle;
}

Windows::Judged Windows::compared(const Rule& rule, const Place& place, std::optional<double> frozen) const {
    const auto& scope = this->scope(rule.each);
    const auto need =
        std::ranges::find_if(scope.values, [&](const auto& one) { return one.rule.id == rule.id; });
    const auto& values = place.values[static_cast<std::size_t>(need - scope.values.begin())];
    const double now = at(values, 0);
    Judged judged;
    if (std::isnan(now)) return judged;
    auto& evidence = judged.evidence;
    evidence.level = now;
    constexpr double kInfinite = std::numeric_limits<double>::infinity();
    if (rule.value.kind != Kind::belowBaseline && (now <= 0 || now < rule.minPerNode * place.expected)) {
        evidence.value = 0; // so little is never wrong
    } else if (rule.value.kind == Kind::drainTime) {
        const double fall = (at(values, size(kDrainOver)) - now) / static_cast<double>(kDrainOver.count());
        if (!std::isnan(fall)) evidence.value = fall > 0 ? now / fall : kInfinite;
    } else {
        const bool hasBaseline = rule.value.kind == Kind::belowBaseline && m_observed->baseline;
        const auto earlier =
            hasBaseline ? m_observed->baseline(rule.value.measure, place.code) : std::nullopt;
        if (!earlier) judged.reference = frozen ? frozen : medianBefore(rule, values);
        const auto reference = earlier ? earlier : judged.reference;
        if (!reference) return judged;
        if (rule.value.kind == Kind::belowBaseline)
            evidence.value = *reference - now;
        else
            evidence.value = *reference > 0 ? now / *reference : kInfinite;
    }
    return judged;
}

} // namespace surgescope::feeds
