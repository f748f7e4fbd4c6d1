// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/history_reader.h"

#include "feeds/history/buckets.h"
#include "feeds/history/series.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/wire/sanity.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

namespace surgescope::feeds {
namespace {

using history::wholeNumber;

/// Of a native histogram: a count for each of ours, the zeros first.
std::vector<double> bucketsOf(const MatrixSeries& series, const MatrixSeries::Histogram& histogram) {
    std::vector<double> counts;
    for (auto i = histogram.firstBucket; i < histogram.endBucket; ++i) {
        const auto& bucket = series.buckets[i];
        const auto index =
            bucket.lower <= 0 ? std::optional(history::kZeros) : history::bucketUpTo(bucket.upper);
        if (!index) continue;
        const auto place = static_cast<std::size_t>(*index - history::kZeros);
        if (counts.size() <= place) counts.resize(place + 1);
        counts[place] += bucket.count;
    }
    return counts;
}

/// What a number that is counted was counted up by; after a reset it began at nothing.
double increase(double before, double now) {
    return now < before ? now : now - before;
}

/// The end of the ten seconds that it lies in.
FeedSecond slotOf(std::int64_t ms) {
    const auto width = HistoryReader::kWidth.count() * 1000;
    return feedSecond((ms + width - 1) / width * HistoryReader::kWidth.count());
}

/// The largest values are not told: they were not above this.
void boundLargest(PopTotals& totals) {
    for (auto& histogram : totals.distributions) {
        if (histogram.count() == histogram.zeros()) continue;
        const auto last = histogram.visitBuckets(
            [&](const auto& buckets) { return histogram.offset() + static_cast<int>(buckets.size()); });
        histogram.addSummary(0, wholeNumber(ExponentialHistogram::lowerBound(last)));
    }
}

} // namespace

struct HistoryReader::Asked {
    enum class Is : std::uint8_t {
        expected,
        observed,
        byAll,
        byAllHigh,
        saturation,
        counter,
        bucket,
        sum,
        count,
        native
    };
    std::string name;
    Is is;
    Counter counter{};
    Distribution distribution{};
};

struct HistoryReader::Slots {
    FeedSecond from{};
    FeedSecond to{};
    std::vector<std::vector<FleetRollup::Pop>> pops; // as m_pops has them; empty: nothing is known of one

    std::size_t count() const { return static_cast<std::size_t>((to - from) / kWidth); }
    FleetRollup::Pop& at(std::size_t pop, FeedSecond end) {
        if (pops.size() <= pop) pops.resize(pop + 1);
        if (pops[pop].empty()) pops[pop].resize(count());
        return pops[pop][static_cast<std::size_t>((end - from) / kWidth) - 1];
    }
};

Result<HistoryReader> HistoryReader::make(StoreQueries::Options options) {
    auto store = StoreQueries::make(std::move(options));
    if (!store) return Error{store.error()};
    return HistoryReader(std::move(store.value()));
}

/// Whether any node was counted, whichever.
Result<bool> HistoryReader::isAnybodyIn(FeedSecond from, FeedSecond to) {
    const auto name = history::nameOfSeries(Counter::node_seconds);
    const auto expression = "count(count_over_time(" + m_store.selector(name) + "[" +
                            std::to_string((to - from).count()) + "s]))";
    bool isAnybody = false;
    const auto take = [&](std::size_t, const MatrixSeries&) { isAnybody = true; };
    if (auto failed = m_store.ask({StoreQueries::range(name, expression, to, to, to - from)}, take))
        return *failed;
    return isAnybody;
}

Result<HistoryReader::Stretch> HistoryReader::read(FeedSecond from, FeedSecond to) {
    while (m_look > kStretch) {
        const auto until = std::min<FeedSecond>(to, from + m_look);
        const auto isAnybody = isAnybodyIn(from, until);
        if (!isAnybody) return Error{isAnybody.error()};
        m_look = *isAnybody ? m_look / 2 : std::min(2 * m_look, kGap);
        if (!*isAnybody) return Stretch{until, {}};
    }
    const auto all = everything();
    to = std::min<FeedSecond>(to, from + kStretch);
    const auto questionOf = [&](const Asked& asked) {
        return StoreQueries::samples(
            asked.name, m_store.selector(asked.name, asked.is == Asked::Is::bucket ? ",vmrange!=\"\"" : ""),
            to, to - from + kWidth);
    };
    // First who is there: that tells how much there is room for.
    bool isAnybody = false;
    const auto countPop = [&](std::size_t, const MatrixSeries& series) {
        isAnybody = true;
        const auto code = series.label(history::kPop);
        if (isPopCode(code) && m_pops.size() < kMostPoints)
            m_pops.try_emplace(std::string(code), m_pops.size());
    };
    const auto who =
        std::ranges::find(all, history::nameOfSeries(Counter::node_seconds), &Asked::name) - all.begin();
    if (auto failed = m_store.ask({questionOf(all[static_cast<std::size_t>(who)])}, countPop)) return *failed;
    if (!isAnybody) {
        m_look = 2 * kStretch;
        return Stretch{to, {}};
    }
    const auto fit = kMostPoints / std::max<std::size_t>(m_pops.size(), 1);
    to = std::min<FeedSecond>(to, from + kWidth * std::max<std::size_t>(fit, 1));
    std::vector<StoreQueries::Question> questions;
    for (const auto& asked : all)
        questions.push_back(questionOf(asked));
    Slots slots{from, to, {}};
    const auto takeOne = [&](std::size_t i, const MatrixSeries& series) { take(all[i], series, slots); };
    if (auto failed = m_store.ask(questions, takeOne)) return *failed;
    return Stretch{to, rollupsOf(slots)};
}

std::vector<FleetRollup> HistoryReader::rollupsOf(Slots& slots) const {
    std::vector<FleetRollup> rollups;
    for (std::size_t slot = 0; slot < slots.count(); ++slot) {
        FleetRollup rollup;
        rollup.end = slots.from + kWidth * (slot + 1);
        rollup.width = kWidth;
        for (const auto& [code, place] : m_pops) {
            if (place >= slots.pops.size() || slots.pops[place].empty()) continue;
            auto& pop = slots.pops[place][slot];
            if (pop.totals[Counter::node_seconds] == 0) continue; // nobody reported, as far as is known
            pop.pop = code;
            pop.end = rollup.end;
            pop.totals.measuredByAll = pop.totals.measuredByAll & pop.totals.measuredByAny;
            boundLargest(pop.totals);
            rollup.pops.push_back(std::move(pop));
        }
        if (!rollup.pops.empty()) rollups.push_back(std::move(rollup));
    }
    return rollups;
}

std::vector<HistoryReader::Asked> HistoryReader::everything() {
    using Is = Asked::Is;
    std::vector<Asked> all{{history::kExpectedNodes, Is::expected},
                           {history::kObservedSeconds, Is::observed},
                           {history::kMeasuredByAll, Is::byAll},
                           {history::kMeasuredByAllHigh, Is::byAllHigh},
                           {history::kSaturation, Is::saturation}};
    for (std::size_t i = 0; i < kCounterCount; ++i)
        all.push_back({history::nameOfSeries(static_cast<Counter>(i)), Is::counter, static_cast<Counter>(i)});
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        const auto d = static_cast<Distribution>(i);
        const auto name = history::nameOfSeries(d);
        all.push_back({name, Is::native, {}, d});
        all.push_back({name + "_bucket", Is::bucket, {}, d});
        all.push_back({name + "_sum", Is::sum, {}, d});
        all.push_back({name + "_count", Is::count, {}, d});
    }
    return all;
}

void HistoryReader::leave(const Asked& asked, const std::string& why, std::uint64_t count) {
    m_unusable.count += count;
    m_unusable.what = asked.name + ": " + why;
}

std::optional<std::size_t> HistoryReader::placeOf(const Asked& asked, const MatrixSeries& series,
                                                  const Slots& slots) {
    const auto code = series.label(history::kPop);
    if (const auto found = m_pops.find(code); found != m_pops.end()) return found->second;
    if (!isPopCode(code)) {
        leave(asked, quote(code) + " is no PoP");
    } else if (m_pops.size() * slots.count() >= kMostPoints) {
        leave(asked, quote(code) + " is one PoP too many");
    } else {
        return m_pops.emplace(std::string(code), m_pops.size()).first->second;
    }
    return std::nullopt;
}

void HistoryReader::take(const Asked& asked, const MatrixSeries& series, Slots& slots) {
    using Is = Asked::Is;
    if (series.malformed > 0) leave(asked, series.what, series.malformed);
    if (asked.is == Is::native ? series.histograms.empty() : series.samples.empty()) {
        if (series.malformed == 0) leave(asked, "a series without samples");
        return;
    }
    const auto place = placeOf(asked, series, slots);
    if (!place) return;
    const auto hash = std::hash<std::string>{}(asked.name) + series.hash();
    if (m_last.size() >= kMostSeries && !m_last.contains(hash)) return leave(asked, "one series too many");
    if (asked.is == Is::native)
        return takeHistograms(asked, series, m_last[hash], m_lastBuckets[hash], *place, slots);
    const auto bin = history::binFrom(series.label(history::kPermille));
    if (asked.is == Is::saturation && !bin) return leave(asked, "a permille that is none of ours");
    const auto bucket =
        asked.is == Is::bucket ? history::bucketOfRange(series.label("vmrange")) : std::nullopt;
    if (asked.is == Is::bucket && !bucket) return leave(asked, "a bucket that is none of ours");
    const bool isGauge = asked.is <= Is::byAllHigh;
    auto& last = m_last[hash];
    for (const auto& sample : series.samples) {
        if (last.ms != 0 && sample.ms <= last.ms) continue;
        const auto end = slotOf(sample.ms);
        if (end > slots.to) break;
        if (!history::isCount(sample.value)) {
            leave(asked, history::kNoCount);
            continue;
        }
        const bool isFirst = std::exchange(last.ms, sample.ms) == 0;
        const auto before = std::exchange(last.value, sample.value);
        if (end <= slots.from || (isFirst && !isGauge)) continue;
        auto& pop = slots.at(*place, end);
        auto& totals = pop.totals;
        const auto value = wholeNumber(sample.value);
        const auto rise = wholeNumber(increase(before, sample.value));
        switch (asked.is) {
        case Is::expected: pop.expectedNodes += value; break; // each writer speaks for some
        case Is::observed:
            pop.observed |= (std::uint64_t{1} << std::min<std::uint64_t>(value, 10)) - 1;
            break;
        case Is::byAll:
            totals.measuredByAll = totals.measuredByAll & FieldSet(value | ~history::kLowBits);
            break;
        case Is::byAllHigh:
            totals.measuredByAll = totals.measuredByAll & FieldSet(value << 32U | history::kLowBits);
            break;
        case Is::saturation: totals.saturation.bins[*bin] += rise; break;
        case Is::counter:
            totals[asked.counter] += rise;
            totals.measuredByAny.add(asked.counter);
            break;
        case Is::bucket: history::addTo(totals[asked.distribution], *bucket, rise); break;
        case Is::sum: totals[asked.distribution].addSummary(rise, 0); break;
        case Is::count:
            // Of classic buckets: too coarse, and so not measured.
            if (rise == 0 || !totals[asked.distribution].empty())
                totals.measuredByAny.add(asked.distribution);
            break;
        case Is::native: break;
        }
    }
}

void HistoryReader::takeHistograms(const Asked& asked, const MatrixSeries& series, Last& last,
                                   Buckets& buckets, std::size_t place, Slots& slots) {
    for (const auto& sample : series.histograms) {
        if (last.ms != 0 && sample.ms <= last.ms) continue;
        const auto end = slotOf(sample.ms);
        if (end > slots.to) break;
        const bool isFirst = std::exchange(last.ms, sample.ms) == 0;
        const auto before = std::exchange(last.value, sample.sum);
        const auto was = std::exchange(buckets, bucketsOf(series, sample));
        if (end <= slots.from || isFirst) continue;
        auto& totals = slots.at(place, end).totals;
        totals.measuredByAny.add(asked.distribution);
        auto& histogram = totals[asked.distribution];
        bool isReset = was.size() > buckets.size();
        for (std::size_t i = 0; i < was.size() && !isReset; ++i)
            isReset = buckets[i] < was[i];
        for (std::size_t i = 0; i < buckets.size(); ++i)
            history::addTo(histogram, static_cast<int>(i) + history::kZeros,
                           wholeNumber(buckets[i] - (isReset || i >= was.size() ? 0 : was[i])));
        histogram.addSummary(wholeNumber(isReset ? sample.sum : sample.sum - before), 0);
    }
}

} // namespace surgescope::feeds
