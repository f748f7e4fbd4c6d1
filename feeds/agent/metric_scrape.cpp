// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/metric_scrape.h"

#include "feeds/util/toml_file.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostGroups = 1000; // values of a label that are added up apart
constexpr std::size_t kMostVersionBytes = 32;
constexpr double kMostCount = 9e18; // fits 64 bits

std::uint64_t mixed(std::uint64_t hash, std::string_view text) {
    return (hash ^ std::hash<std::string_view>()(text)) * 0x9e3779b97f4a7c15U + (hash >> 29U);
}

/// Tells series apart; those that differ in `but` alone have the same.
std::uint64_t seriesHash(const MetricSample& sample, std::string_view but = {}) {
    std::uint64_t hash = mixed(0, sample.name);
    for (const auto& label : sample.labels)
        if (label.name != but) hash = mixed(mixed(hash, label.name), label.value);
    return hash;
}

std::uint64_t wholeCount(double value) {
    // Sums of what a page says may be infinite, and differences of those no number.
    return value > 0 ? static_cast<std::uint64_t>(std::llround(std::min(value, kMostCount))) : 0;
}

/// Where the values of a bucket are taken to be: in the middle of its bounds as ratios go, which is off by at
/// most the square root of their ratio. Of what is below the first bound, half of it; beyond the last,
/// itself.
double placeIn(double lower, double upper) {
    if (std::isinf(upper)) return lower;
    return lower > 0 ? std::sqrt(lower * upper) : upper / 2;
}

} // namespace

MetricScrape::MetricScrape(MetricMapping mapping) : m_mapping(std::move(mapping)) {
    for (const auto& counted : m_mapping.counters)
        m_counters.push_back(addSum(counted.of, Adding::counts));
    for (const auto& gauged : m_mapping.gauges)
        m_gauges.push_back(addSum(gauged.of, Adding::values));
    for (const auto& distributed : m_mapping.distributions)
        m_distributions.push_back(addSlot(distributed.buckets, Adding::buckets));
    for (const auto& utilised : m_mapping.utilisations) {
        const auto adding = utilised.counters ? Adding::progress : Adding::values;
        SumSlots slots{addSlot(utilised.part, adding, utilised.each), {}};
        if (!utilised.whole.empty()) slots.less = addSlot(utilised.whole, adding);
        m_utilisations.push_back(slots);
    }
    if (!m_mapping.up.empty()) m_up = addSlot(m_mapping.up, Adding::values);
    if (m_mapping.versionSeries) m_uses[m_mapping.versionSeries->metric()];
}

std::size_t MetricScrape::addSlot(const MetricMapping::Series& series, Adding adding, std::string_view each) {
    m_slots.push_back({.adding = adding, .each = each});
    for (const auto& selector : series)
        m_uses[selector.metric()].push_back({&selector, m_slots.size() - 1});
    return m_slots.size() - 1;
}

MetricScrape::SumSlots MetricScrape::addSum(const MetricMapping::Sum& sum, Adding adding) {
    SumSlots slots{addSlot(sum.sum, adding), {}};
    if (!sum.less.empty()) slots.less = addSlot(sum.less, adding);
    return slots;
}

void MetricScrape::skip() {
    m_page += 2; // so that no series was on the page before
    m_lastAt.reset();
}

Result<CollectedSecond> MetricScrape::read(std::string_view text, SteadyTime at) {
    clearSlots();
    noteStart(text);
    MetricsPage page(text);
    auto error = readSamples(page);
    if (!error) error = problem();
    if (error) {
        skip();
        return *error;
    }
    auto collected = second(at);
    forgetGoneSeries();
    m_lastAt = at;
    ++m_page;
    return collected;
}

void MetricScrape::clearSlots() {
    for (auto& slot : m_slots) {
        slot.sum = 0;
        slot.lastSeries = 0;
        slot.named = slot.selected = slot.known = false;
        slot.groups.clear();
        slot.buckets.clear();
    }
    m_seriesOnPage = 0;
}

/// Looked for ahead of the rest: it may stand at the page's end.
void MetricScrape::noteStart(std::string_view page) {
    m_anew = false;
    if (!m_mapping.started) return;
    std::optional<double> started;
    const auto& metric = m_mapping.started->metric();
    for (auto at = page.find(metric); at != std::string_view::npos && !started;
         at = page.find(metric, at + 1)) {
        if (at > 0 && page[at - 1] != '\n') continue;
        MetricsPage line(page.substr(at, page.find('\n', at) - at + 1));
        const auto* sample = line.next();
        if (sample != nullptr && sample->name == metric && m_mapping.started->matches(*sample) &&
            std::isfinite(sample->value))
            started = sample->value;
    }
    m_anew = m_lastAt && started && m_started && *started != *m_started;
    m_started = started;
}

std::optional<Error> MetricScrape::readSamples(MetricsPage& page) {
    std::string_view metric; // samples of one metric stand together
    std::vector<Use>* uses = nullptr;
    while (const auto* sample = page.next()) {
        if (sample->name != metric) {
            const auto found = m_uses.find(sample->name);
            uses = found == m_uses.end() ? nullptr : &found->second;
            metric = sample->name;
        }
        if (uses != nullptr && !readSample(*sample, *uses))
            return Error{"a series of " + inQuotes(sample->name) +
                         " stands on the page twice, expected once"};
    }
    return page.error();
}

/// False when the series has been on the page already.
bool MetricScrape::readSample(const MetricSample& sample, std::vector<Use>& uses) {
    if (m_mapping.versionSeries && m_mapping.versionSeries->metric() == sample.name &&
        m_mapping.versionSeries->matches(sample)) {
        m_version.clear();
        for (const char c : sample.label(m_mapping.versionLabel).substr(0, kMostVersionBytes))
            m_version += c > ' ' && c <= '~' ? c : '?';
    }
    bool looked = false;
    std::optional<double> before;
    for (const auto& use : uses) {
        Slot& slot = m_slots[use.slot];
        slot.named = true;
        if (!use.selector->matches(sample)) continue;
        if (!std::exchange(looked, true) && !differ(sample, before)) return false;
        if (std::exchange(slot.lastSeries, m_seriesOnPage) != m_seriesOnPage) add(slot, sample, before);
    }
    return true;
}

/// What it was on the page before, if that can be known; and keeps what it is.
bool MetricScrape::differ(const MetricSample& sample, std::optional<double>& before) {
    const auto [entry, isNew] = m_before.try_emplace(seriesHash(sample));
    Before& kept = entry->second;
    if (!isNew && kept.page == m_page) return false;
    if (!isNew && kept.page + 1 == m_page && m_lastAt) before = kept.value;
    if (m_anew || (isNew && m_mapping.absentIsZero && m_lastAt)) before = 0;
    kept = {sample.value, m_page};
    ++m_seriesOnPage;
    return true;
}

void MetricScrape::add(Slot& slot, const MetricSample& sample, std::optional<double> before) {
    const double now = sample.value;
    if (!std::isfinite(now) || (slot.adding != Adding::values && now < 0)) return;
    if (before && !std::isfinite(*before)) before.reset();
    slot.selected = true;
    if (slot.adding == Adding::buckets) {
        const auto bound = metricNumber(sample.label("le"));
        if (bound && !std::isnan(*bound))
            slot.buckets.push_back({seriesHash(sample, "le"), *bound, now, before});
        slot.known = slot.known || before.has_value();
        return;
    }
    double moved = now;
    if (slot.adding != Adding::values) {
        if (!before) return;
        slot.known = true;
        moved = now >= *before ? now - *before : (slot.adding == Adding::counts ? now : 0.0);
    }
    slot.sum += moved;
    if (slot.each.empty()) return;
    const auto group = sample.label(slot.each);
    if (const auto found = slot.groups.find(group); found != slot.groups.end())
        found->second += moved;
    else if (slot.groups.size() < kMostGroups)
        slot.groups.emplace(group, moved);
}

std::optional<Error> MetricScrape::problem() const {
    if (m_up) {
        const Slot& up = m_slots[*m_up];
        if (!up.selected)
            return Error{"no " + inQuotes(m_mapping.up.front().metric()) +
                         " on the page, which tells whether the server is up"};
        if (up.sum <= 0)
            return Error{inQuotes(m_mapping.up.front().metric()) +
                         " is 0: the exporter is there, its server is not"};
    }
    if (m_seriesOnPage == 0 && !m_mapping.absentIsZero) return Error{"nothing that is mapped is on the page"};
    return std::nullopt;
}

/// A target whose series come and go must not fill the memory.
void MetricScrape::forgetGoneSeries() {
    constexpr std::size_t kFew = 64;
    if (m_before.size() <= 2 * m_seriesOnPage + kFew) return;
    std::erase_if(m_before, [this](const auto& entry) { return entry.second.page != m_page; });
}

bool MetricScrape::isKnown(const Slot& slot) const {
    if (slot.adding == Adding::values) return slot.selected;
    return slot.known || (m_mapping.absentIsZero && slot.named && !slot.selected && m_lastAt);
}

std::optional<double> MetricScrape::valueOf(const SumSlots& slots, double times) const {
    const Slot& sum = m_slots[slots.sum];
    if (!isKnown(sum)) return std::nullopt;
    if (!slots.less) return sum.sum * times;
    const Slot& less = m_slots[*slots.less];
    if (!isKnown(less)) return std::nullopt;
    return (sum.sum - less.sum) * times;
}

CollectedSecond MetricScrape::second(SteadyTime at) {
    CollectedSecond second;
    // A server's counts are known by the difference of two pages only.
    const bool differs = !m_counters.empty() || !m_distributions.empty();
    second.heard = m_lastAt || !differs || m_mapping.server.empty();
    FieldSet measured;
    for (std::size_t i = 0; i < m_counters.size(); ++i) {
        const auto& counted = m_mapping.counters[i];
        const auto value = valueOf(m_counters[i], counted.of.times);
        if (!value) continue;
        second.totals[counted.field] = wholeCount(*value);
        measured.add(counted.field);
    }
    for (std::size_t i = 0; i < m_gauges.size(); ++i) {
        const auto& gauged = m_mapping.gauges[i];
        const auto value = valueOf(m_gauges[i], gauged.of.times);
        if (!value) continue;
        second.totals[gauged.field] = wholeCount(*value);
        measured.add(gauged.field);
        if (gauged.field == Counter::connection_seconds) second.connections = wholeCount(*value);
        if (gauged.field == Counter::inv_pending_seconds) second.invalidationsPending = wholeCount(*value);
    }
    for (std::size_t i = 0; i < m_distributions.size(); ++i) {
        const auto& distributed = m_mapping.distributions[i];
        Slot& slot = m_slots[m_distributions[i]];
        if (!isKnown(slot)) continue;
        addHistogram(slot, distributed.times, second.totals[distributed.field]);
        measured.add(distributed.field);
    }
    second.totals.setMeasured(measured);
    const double seconds = m_lastAt ? secondsBetween(*m_lastAt, at) : 0;
    for (std::size_t i = 0; i < m_utilisations.size(); ++i) {
        const auto& utilised = m_mapping.utilisations[i];
        const auto share = utilisationOf(utilised, m_utilisations[i], seconds);
        auto& fullest = second[utilised.resource];
        if (share) fullest = std::max(fullest.value_or(0), *share);
    }
    return second;
}

void MetricScrape::addHistogram(Slot& slot, double times, ExponentialHistogram& to) const {
    auto& buckets = slot.buckets;
    std::ranges::sort(buckets, [](const Bucket& a, const Bucket& b) {
        return a.series != b.series ? a.series < b.series : a.bound < b.bound;
    });
    for (std::size_t first = 0, end = 0; first < buckets.size(); first = end) {
        bool anew = false;
        bool known = true;
        for (; end < buckets.size() && buckets[end].series == buckets[first].series; ++end) {
            known = known && buckets[end].before;
            anew = anew || (buckets[end].before && buckets[end].now < *buckets[end].before);
        }
        if (!known) continue;
        double lower = 0;
        double below = 0;
        for (std::size_t i = first; i < end; ++i) {
            const auto& bucket = buckets[i];
            const double counts = anew ? bucket.now : bucket.now - *bucket.before;
            const auto place = placeIn(lower, bucket.bound) * times;
            const bool placed = lower > 0 || std::isfinite(bucket.bound); // one without bounds says nothing
            if (counts > below && placed) to.record(wholeCount(place), wholeCount(counts - below));
            below = std::max(below, counts);
            lower = bucket.bound;
        }
    }
}

std::optional<double> MetricScrape::utilisationOf(const MetricMapping::Utilised& utilised,
                                                  const SumSlots& slots, double seconds) const {
    const Slot& part = m_slots[slots.sum];
    if (!isKnown(part)) return std::nullopt;
    double whole = utilised.wholeNumber * (utilised.counters ? seconds : 1);
    if (slots.less) {
        if (!isKnown(m_slots[*slots.less])) return std::nullopt;
        whole = m_slots[*slots.less].sum;
    }
    if (!(whole > 0) || !std::isfinite(whole) || !std::isfinite(part.sum)) return std::nullopt;
    const auto shareOf = [&](double value) {
        const double share = std::clamp(value / whole, 0.0, 1.0);
        return utilised.partIsFree ? 1 - share : share;
    };
    if (utilised.each.empty()) return shareOf(part.sum);
    double fullest = 0;
    for (const auto& [label, value] : part.groups)
        fullest = std::max(fullest, shareOf(value));
    return fullest;
}

} // namespace surgescope::feeds
