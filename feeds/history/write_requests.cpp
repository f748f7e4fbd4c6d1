// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/write_requests.h"

#include "feeds/history/buckets.h"
#include "feeds/history/series.h"
#include "feeds/state/rollup.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <remote_write.pb.h>
#include <snappy.h>
#include <utility>

namespace surgescope::feeds {
namespace {

namespace pb = prometheus;
using Limits = ExponentialHistogram;

/// A request is sent once it has so many series: a few megabytes, a few hundred kilobytes compressed.
constexpr int kSeriesPerRequest = 20'000;
// Bounds of classic buckets, as indices of ours.
constexpr int kClassicFirst = 6 << Limits::kScale;
constexpr int kClassicLast = 30 << Limits::kScale;
constexpr int kClassicStep = 4;
/// Prometheus' own: nothing of ours lies between it and 0.
constexpr double kZeroThreshold = 0x1p-128;

std::string text(const char* format, double value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

std::uint64_t bucketOf(const ExponentialHistogram& histogram, int index) {
    return histogram.visitBuckets([&](const auto& buckets) -> std::uint64_t {
        const auto at = index - histogram.offset();
        return at >= 0 && at < static_cast<int>(buckets.size()) ? buckets[static_cast<std::size_t>(at)] : 0;
    });
}

/// Puts series into a request. Labels must come by name.
class SeriesPen {
  public:
    struct Labels {
        std::string_view instance, job, pop, region;
    };
    SeriesPen(pb::WriteRequest& to, Labels labels, std::int64_t end, std::int64_t before)
        : m_to(to), m_labels(labels), m_end(end), m_before(before) {}

    void gauge(const std::string& name, double value) { sample(series(name, {}, {}), value, m_end); }
    /// `begins`: there was no sample before.
    void count(const std::string& name, std::uint64_t value, bool begins, std::string_view label = {},
               std::string_view of = {}) {
        auto& its = series(name, label, of);
        if (begins) sample(its, 0, m_before);
        sample(its, static_cast<double>(value), m_end);
    }
    void native(const std::string& name, const ExponentialHistogram& histogram, bool begins) {
        auto& its = series(name, {}, {});
        if (begins) fill(*its.add_histograms(), {}, m_before);
        fill(*its.add_histograms(), histogram, m_end);
        m_samples += static_cast<std::uint64_t>(its.histograms_size());
    }
    std::uint64_t samples() const { return m_samples; }

  private:
    pb::TimeSeries& series(const std::string& name, std::string_view label, std::string_view of) {
        auto& its = *m_to.add_timeseries();
        const auto add = [&its](std::string_view key, std::string_view value) {
            if (value.empty()) return;
            auto& added = *its.add_labels();
            added.set_name(key.data(), key.size());
            added.set_value(value.data(), value.size());
        };
        add("__name__", name);
        add(history::kInstance, m_labels.instance);
        add(history::kJob, m_labels.job);
        if (label == "le") add(label, of);
        if (label == history::kPermille) add(label, of);
        add(history::kPop, m_labels.pop);
        add(history::kRegion, m_labels.region);
        if (label == "vmrange") add(label, of);
        return its;
    }
    void sample(pb::TimeSeries& series, double value, std::int64_t time) {
        auto& added = *series.add_samples();
        added.set_value(value);
        added.set_timestamp(time);
        ++m_samples;
    }
    static void fill(pb::Histogram& to, const ExponentialHistogram& from, std::int64_t time) {
        to.set_count_int(from.count());
        to.set_sum(static_cast<double>(from.sum()));
        to.set_schema(Limits::kScale);
        to.set_zero_threshold(kZeroThreshold);
        to.set_zero_count_int(from.zeros());
        to.set_timestamp(time);
        from.visitBuckets([&](const auto& buckets) {
            if (buckets.empty()) return;
            auto& span = *to.add_positive_spans();
            span.set_offset(from.offset() + 1);
            span.set_length(static_cast<std::uint32_t>(buckets.size()));
            std::uint64_t before = 0;
            for (const std::uint64_t now : buckets) {
                to.add_positive_deltas(static_cast<std::int64_t>(now - before));
                before = now;
            }
        });
    }

    pb::WriteRequest& m_to;
    Labels m_labels;
    std::int64_t m_end;
    std::int64_t m_before;
    std::uint64_t m_samples = 0;
};

void putRanges(SeriesPen& pen, const std::string& name, const ExponentialHistogram& was,
               const ExponentialHistogram& now) {
    const auto bucket = name + "_bucket";
    if (now.zeros() > 0)
        pen.count(bucket, now.zeros(), was.zeros() == 0, "vmrange", history::rangeText(history::kZeros));
    now.visitBuckets([&](const auto& buckets) {
        int index = now.offset();
        for (const auto count : buckets) {
            if (count > 0)
                pen.count(bucket, count, bucketOf(was, index) == 0, "vmrange", history::rangeText(index));
            ++index;
        }
    });
}

void putBounds(SeriesPen& pen, const std::string& name, const ExponentialHistogram& now, bool begins) {
    const auto bucket = name + "_bucket";
    std::uint64_t below = now.zeros();
    int index = Limits::kMinIndex;
    for (int bound = kClassicFirst; bound <= kClassicLast; bound += kClassicStep) {
        for (; index < bound; ++index)
            below += bucketOf(now, index);
        pen.count(bucket, below, begins, "le", text("%.12g", Limits::lowerBound(bound)));
    }
    pen.count(bucket, now.count(), begins, "le", "+Inf");
}

void putDistribution(SeriesPen& pen, HistogramForm form, const std::string& name,
                     const ExponentialHistogram& was, const ExponentialHistogram& now, bool begins) {
    if (form == HistogramForm::native) return pen.native(name, now, begins);
    if (form == HistogramForm::vmrange)
        putRanges(pen, name, was, now);
    else
        putBounds(pen, name, now, begins);
    pen.count(name + "_sum", now.sum(), begins);
    pen.count(name + "_count", now.count(), begins);
}

std::chrono::seconds lengthOf(std::uint64_t observed, std::chrono::seconds width) {
    return observed == 0 ? width : std::chrono::seconds(std::popcount(observed));
}

void putGauges(SeriesPen& pen, const FleetRollup::Pop& pop, std::chrono::seconds width) {
    const auto observed = lengthOf(pop.observed, width);
    const auto point = RollupPoint::of(pop.totals, observed, width, pop.expectedNodes, false);
    for (std::size_t i = 0; i < kChartedEverywhere; ++i)
        if (!std::isnan(point.all[i])) pen.gauge(history::nameOfSeries(kCharted[i]), point.all[i]);
    pen.gauge(history::kExpectedNodes, static_cast<double>(pop.expectedNodes));
    pen.gauge(history::kObservedSeconds, static_cast<double>(observed.count()));
    const auto byAll = pop.totals.measuredByAll.bits();
    pen.gauge(history::kMeasuredByAll, static_cast<double>(byAll & history::kLowBits));
    pen.gauge(history::kMeasuredByAllHigh, static_cast<double>(byAll >> 32U));
}

/// What a PoP counted: `was` until now, `now` with it. What nobody measured of these seconds has no sample.
void putCounts(SeriesPen& pen, HistogramForm form, const PopTotals& was, const PopTotals& now,
               FieldSet measured) {
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto counter = static_cast<Counter>(i);
        if (measured.has(counter))
            pen.count(history::nameOfSeries(counter), now[counter], !was.measuredByAny.has(counter));
    }
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        const auto d = static_cast<Distribution>(i);
        if (measured.has(d))
            putDistribution(pen, form, history::nameOfSeries(d), was[d], now[d], !was.measuredByAny.has(d));
    }
    for (std::size_t bin = 0; bin < SaturationHistogram::kBins; ++bin)
        if (now.saturation.bins[bin] > 0)
            pen.count(history::kSaturation, now.saturation.bins[bin], was.saturation.bins[bin] == 0,
                      history::kPermille, std::to_string(bin * SaturationHistogram::kBinPermille));
}

/// What a region counted in these seconds: numbers that are added up over time, buckets as vmrange has them,
/// whatever histograms the store knows.
void putRegion(SeriesPen& pen, const PopTotals& its, std::chrono::seconds observed) {
    using history::Whose;
    pen.gauge(history::kRegionObservedSeconds, static_cast<double>(observed.count()));
    for (std::size_t i = 0; i < kCounterCount; ++i)
        if (const auto counter = static_cast<Counter>(i); its.measuredByAny.has(counter))
            pen.count(history::nameOfSeries(counter, Whose::region), its[counter], false);
    for (std::size_t i = 0; i < kDistributionCount; ++i) {
        const auto d = static_cast<Distribution>(i);
        if (!its.measuredByAny.has(d)) continue;
        const auto name = history::nameOfSeries(d, Whose::region);
        putDistribution(pen, HistogramForm::vmrange, name, its[d], its[d], false);
        pen.count(name + "_max", its[d].max(), false);
    }
    for (std::size_t bin = 0; bin < SaturationHistogram::kBins; ++bin)
        if (its.saturation.bins[bin] > 0)
            pen.count(history::kRegionSaturation, its.saturation.bins[bin], false, history::kPermille,
                      std::to_string(bin * SaturationHistogram::kBinPermille));
}

/// Compresses requests in buffers that it keeps: they are of megabytes, and to take and clear these for each
/// costs more than all the rest.
class Press {
  public:
    WriteRequest press(const pb::WriteRequest& message, std::uint64_t samples) {
        message.SerializeToString(&m_plain);
        m_pressed.resize(std::max(m_pressed.size(), snappy::MaxCompressedLength(m_plain.size())));
        std::size_t length = 0;
        snappy::RawCompress(m_plain.data(), m_plain.size(), m_pressed.data(), &length);
        return {m_pressed.substr(0, length), samples};
    }

  private:
    std::string m_plain;
    std::string m_pressed; // and room behind
};

} // namespace

std::string_view nameOf(HistogramForm form) {
    switch (form) {
    case HistogramForm::native: return "native";
    case HistogramForm::vmrange: return "vmrange";
    case HistogramForm::classic: break;
    }
    return "classic";
}

struct WriteRequests::Region {
    PopTotals totals;
    std::uint64_t observed = 0;
    std::uint64_t expectedNodes = 0;
};

struct WriteRequests::Message {
    pb::WriteRequest request;
    Press press;
};

WriteRequests::WriteRequests(const PopCatalogue& catalogue, std::string job, std::string instance,
                             HistogramForm form)
    : m_catalogue(catalogue), m_job(std::move(job)), m_instance(std::move(instance)), m_form(form),
      m_message(std::make_unique<Message>()) {}

WriteRequests::~WriteRequests() = default;

std::vector<WriteRequest> WriteRequests::of(const FleetRollup& rollup) {
    std::vector<WriteRequest> requests;
    const auto end = unixSeconds(rollup.end) * 1000;
    const auto before = end - rollup.width.count() * 1000 + 1;
    auto& message = m_message->request;
    message.Clear();
    std::uint64_t samples = 0;
    const auto finish = [&] {
        requests.push_back(m_message->press.press(message, std::exchange(samples, 0)));
        message.Clear(); // keeps its memory
    };
    std::map<std::string_view, Region> regions;
    for (const auto& pop : rollup.pops) {
        auto& its = knownOf(pop);
        const auto was = its.sum;
        its.sum.merge(pop.totals);
        SeriesPen pen(message, {m_instance, m_job, pop.pop, its.region}, end, before);
        putGauges(pen, pop, rollup.width);
        putCounts(pen, m_form, was, its.sum, pop.totals.measuredByAny);
        samples += pen.samples();
        if (message.timeseries_size() >= kSeriesPerRequest) finish();
        auto& region = regions[its.region];
        region.totals.merge(pop.totals);
        region.observed |=
            pop.observed == 0 ? ~std::uint64_t{0} >> (64 - rollup.width.count()) : pop.observed;
    }
    for (const auto& [code, its] : m_pops) // those that are silent, too: they are missing
        regions[its.region].expectedNodes += its.expectedNodes;
    for (const auto& [code, region] : regions) {
        SeriesPen pen(message, {m_instance, m_job, {}, code}, end, before);
        pen.gauge(history::kRegionExpectedNodes, static_cast<double>(region.expectedNodes));
        if (region.observed != 0) putRegion(pen, region.totals, lengthOf(region.observed, rollup.width));
        samples += pen.samples();
    }
    if (message.timeseries_size() > 0) finish();
    return requests;
}

WriteRequests::Known& WriteRequests::knownOf(const FleetRollup::Pop& pop) {
    auto& its = m_pops[pop.pop];
    if (its.region.empty()) {
        const auto found = m_catalogue.find(pop.pop);
        its.region =
            found ? std::string_view(m_catalogue.regions()[m_catalogue[*found].region.value]) : "unplaced";
    }
    its.expectedNodes = pop.expectedNodes;
    return its;
}

WriteRequest probeRequest(const std::string& name, std::int64_t ms) {
    pb::WriteRequest message;
    SeriesPen pen(message, {.job = "surgescope-probe"}, ms, ms - 1);
    pen.gauge(name, 1);
    return Press().press(message, pen.samples());
}

WriteRequest probeRequest(const std::string& name, std::int64_t ms, HistogramForm form) {
    pb::WriteRequest message;
    SeriesPen pen(message, {.job = "surgescope-probe"}, ms, ms - 1);
    ExponentialHistogram histogram;
    histogram.record(1000);
    putDistribution(pen, form, name, {}, histogram, false);
    return Press().press(message, pen.samples());
}

} // namespace surgescope::feeds
