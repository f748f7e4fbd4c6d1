// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/chart_reader.h"

#include "feeds/capture/recorded_time.h"
#include "feeds/history/buckets.h"
#include "feeds/history/series.h"
#include "feeds/model/lag_bins.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/state/rollup.h"
#include "feeds/wire/plausible.h"
#include "feeds/wire/sanity.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace surgescope::feeds {
namespace {

using history::Whose;
using std::chrono::seconds;

constexpr seconds kSlot{10};
/// Regions × steps held at once.
constexpr std::size_t kMostRegionPoints = 40'000;

struct ChartQuestion {
    enum class Is : std::uint8_t { expected, observed, saturation, counter, bucket, sum, count, largest };
    std::string name;
    Is is;
    Counter counter{};
    Distribution distribution{};
};

std::vector<ChartQuestion> allOfRegions() {
    using Is = ChartQuestion::Is;
    std::vector<ChartQuestion> all{{history::kRegionExpectedNodes, Is::expected},
                                   {history::kRegionObservedSeconds, Is::observed},
                                   {history::kRegionSaturation, Is::saturation}};
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto counter = static_cast<Counter>(i);
        all.push_back({history::nameOfSeries(counter, Whose::region), Is::counter, counter});
    }
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        const auto d = static_cast<Distribution>(i);
        const auto name = history::nameOfSeries(d, Whose::region);
        all.push_back({name + "_bucket", Is::bucket, {}, d});
        all.push_back({name + "_sum", Is::sum, {}, d});
        all.push_back({name + "_count", Is::count, {}, d});
        all.push_back({name + "_max", Is::largest, {}, d});
    }
    return all;
}

/// Merges over who wrote it, in the store: numbers add up, seconds and largest values do not.
std::string expressionOf(ChartQuestion::Is is, const std::string& selector, seconds step) {
    using Is = ChartQuestion::Is;
    // Some stores count both ends of a range.
    const auto samples = "(" + selector + "[" + std::to_string((step - seconds(1)).count()) + "s]))";
    switch (is) {
    case Is::expected: return "sum by (region) (max_over_time" + samples;
    case Is::observed: return "max by (region) (sum_over_time" + samples;
    case Is::largest: return "max by (region) (max_over_time" + samples;
    case Is::saturation: return "sum by (region, permille) (sum_over_time" + samples;
    case Is::bucket: return "sum by (region, vmrange) (sum_over_time" + samples;
    case Is::counter:
    case Is::sum:
    case Is::count: break;
    }
    return "sum by (region) (sum_over_time" + samples;
}

struct RegionStep {
    PopTotals totals;
    std::uint64_t expectedNodes = 0;
    seconds observed{};
};

class ChartSums {
  public:
    ChartSums(FeedSecond from, std::size_t steps, seconds step, Counted& unusable)
        : m_from(from), m_steps(steps), m_step(step), m_unusable(unusable) {}

    void take(const ChartQuestion& asked, const MatrixSeries& series) {
        using Is = ChartQuestion::Is;
        if (series.malformed > 0) leave(asked, series.what, series.malformed);
        const auto bin = history::binFrom(series.label(history::kPermille));
        if (asked.is == Is::saturation && !bin) return leave(asked, "a permille that is none of ours");
        const auto bucket =
            asked.is == Is::bucket ? history::bucketOfRange(series.label("vmrange")) : std::nullopt;
        if (asked.is == Is::bucket && !bucket) return leave(asked, "a bucket that is none of ours");
        auto* steps = stepsOf(asked, series);
        if (!steps) return;
        for (const auto& sample : series.samples) {
            const auto end = feedSecond(sample.ms / 1000);
            const auto back = (end - m_from).count();
            if (back <= 0 || back % m_step.count() != 0 || end > m_from + m_step * m_steps) {
                leave(asked, "a sample of another time than was asked for");
                continue;
            }
            if (!history::isCount(sample.value)) {
                leave(asked, history::kNoCount);
                continue;
            }
            auto& its = (*steps)[static_cast<std::size_t>(back / m_step.count()) - 1];
            const auto value = history::wholeNumber(sample.value);
            auto& totals = its.totals;
            switch (asked.is) {
            case Is::expected: its.expectedNodes = value; break;
            case Is::observed:
                its.observed = std::min(seconds(static_cast<std::int64_t>(value)), m_step);
                break;
            case Is::saturation: totals.saturation.bins[*bin] = value; break;
            case Is::counter:
                totals[asked.counter] = value;
                totals.measuredByAny.add(asked.counter);
                break;
            case Is::bucket: history::addTo(totals[asked.distribution], *bucket, value); break;
            case Is::sum: totals[asked.distribution].addSummary(value, 0); break;
            case Is::count: totals.measuredByAny.add(asked.distribution); break;
            case Is::largest: totals[asked.distribution].addSummary(0, value); break;
            }
        }
    }

    std::vector<Points> points() {
        std::vector<Points> all;
        std::string places;
        for (const auto& [region, steps] : m_regions)
            places += "region/" + region + " ";
        for (std::size_t i = 0; i < m_steps; ++i) {
            Points points;
            points.end = m_from + m_step * (i + 1);
            points.width = m_step;
            points.places = places + "world";
            RegionStep world;
            for (auto& [region, steps] : m_regions) {
                auto& its = steps[i];
                if (const auto why = whyImplausible(its.totals, m_step)) {
                    ++m_unusable.count;
                    m_unusable.what = "region/" + region + ": " + why->text;
                    its = {};
                }
                world.totals.merge(its.totals);
                world.expectedNodes += its.expectedNodes;
                world.observed = std::max(world.observed, its.observed);
                add(its, points);
            }
            if (world.totals[Counter::node_seconds] == 0) continue;
            add(world, points);
            all.push_back(std::move(points));
        }
        return all;
    }

  private:
    void leave(const ChartQuestion& asked, const std::string& why, std::uint64_t count = 1) {
        m_unusable.count += count;
        m_unusable.what = asked.name + ": " + why;
    }
    std::vector<RegionStep>* stepsOf(const ChartQuestion& asked, const MatrixSeries& series) {
        const std::string code(series.label(history::kRegion));
        if (const auto found = m_regions.find(code); found != m_regions.end()) return &found->second;
        // "unplaced" is what the catalogue does not know.
        if (!isRegionCode(code) && code != "unplaced") {
            leave(asked, quote(code) + " is no region");
        } else if ((m_regions.size() + 1) * m_steps > kMostRegionPoints) {
            leave(asked, quote(code) + " is one region too many");
        } else {
            return &m_regions.emplace(code, m_steps).first->second;
        }
        return nullptr;
    }
    void add(const RegionStep& its, Points& points) const {
        const auto point = RollupPoint::of(its.totals, its.observed, m_step, its.expectedNodes, true);
        for (std::size_t column = 0; column < kChartedCount; ++column)
            points.columns.all[column].push_back(point.all[column]);
        const auto lag = LagBins::of(its.totals[Distribution::invalidation_lag]);
        points.lagBins.insert(points.lagBins.end(), lag.counts.begin(), lag.counts.end());
    }

    FeedSecond m_from;
    std::size_t m_steps;
    seconds m_step;
    Counted& m_unusable;
    std::map<std::string, std::vector<RegionStep>> m_regions;
};

} // namespace

seconds chartStep(FeedSecond from, FeedSecond to) {
    const auto length = (to - from).count();
    const auto most = static_cast<std::int64_t>(kMostChartPoints);
    if (length <= kSlot.count() * most) return kSlot;
    const auto minutes = (length + 60 * most - 1) / (60 * most);
    return seconds(60 * minutes);
}

Result<Charts> readCharts(const StoreQueries::Options& options, FeedSecond from, FeedSecond to,
                          seconds step) {
    auto store = StoreQueries::make(options);
    if (!store) return Error{store.error()};
    if (to <= from) return Error{"from " + isoText(from) + " to " + isoText(to) + " is no time"};
    Charts charts;
    const auto width = step.count();
    const auto begin = feedSecond(unixSeconds(from) / width * width);
    const auto steps = static_cast<std::size_t>(((to - begin).count() + width - 1) / width);
    const auto end = begin + step * steps;

    std::set<std::string> writers[2]; // of PoPs, and of regions
    std::vector<StoreQueries::Question> who;
    for (const auto* name : {history::kExpectedNodes, history::kRegionExpectedNodes})
        who.push_back(StoreQueries::range(name,
                                          "count by (instance) (last_over_time(" + store->selector(name) +
                                              "[" + std::to_string((end - begin).count() - 1) + "s]))",
                                          end, end, step));
    const auto note = [&](std::size_t i, const MatrixSeries& series) {
        if (!series.samples.empty()) writers[i].emplace(series.label(history::kInstance));
    };
    if (auto failed = store.value().ask(who, note)) return *failed;
    std::ranges::set_difference(writers[0], writers[1], std::back_inserter(charts.withoutRegions));
    if (writers[1].empty()) return charts;

    const auto all = allOfRegions();
    std::vector<StoreQueries::Question> questions;
    for (const auto& asked : all)
        questions.push_back(StoreQueries::range(
            asked.name, expressionOf(asked.is, store->selector(asked.name), step), begin + step, end, step));
    ChartSums sums(begin, steps, step, charts.unusable);
    const auto take = [&](std::size_t i, const MatrixSeries& series) { sums.take(all[i], series); };
    if (auto failed = store.value().ask(questions, take)) return *failed;
    charts.points = sums.points();
    charts.warnings = store.value().warnings();
    return charts;
}

} // namespace surgescope::feeds
