// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/history/history_reader.h"

#include "feeds/history/remote_store.h"
#include "feeds/history/series.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/wire/sanity.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

namespace surgescope::feeds {
namespace {

using Pop = FleetRollup::Pop;
using ReadJson = nlohmann::json;

constexpr double kMostCounted = 9e18; // fits 64 bits

std::optional<double> numberIn(const ReadJson& json) {
    if (json.is_number()) return json.get<double>();
    if (!json.is_string()) return std::nullopt;
    const auto& text = json.get_ref<const std::string&>();
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) return std::nullopt;
    return number;
}

std::string textOf(const ReadJson& labels, const char* name) {
    const auto found = labels.find(name);
    return found != labels.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t wholeNumber(double value) {
    return value > 0 ? static_cast<std::uint64_t>(std::llround(std::min(value, kMostCounted))) : 0;
}

/// Of the bucket that ends there; nothing: it is none of ours.
std::optional<int> bucketUpTo(double bound) {
    if (!(bound > 0) || std::isinf(bound)) return std::nullopt;
    const auto index = std::lround(std::log2(bound) * (1 << ExponentialHistogram::kScale)) - 1;
    if (index < ExponentialHistogram::kMinIndex || index > ExponentialHistogram::kMaxIndex)
        return std::nullopt;
    return static_cast<int>(index);
}

constexpr int kZeros = ExponentialHistogram::kMinIndex - 1;

void addTo(ExponentialHistogram& histogram, int index, double count) {
    const auto whole = wholeNumber(count);
    if (whole == 0) return;
    if (index == kZeros)
        histogram.addZeros(whole);
    else
        (void)histogram.addBuckets(index, std::span(&whole, 1));
}

/// "9.17004e-01...1.00000e+00"; of zeros "0...9.17004e-01".
std::optional<int> bucketOfRange(const std::string& range) {
    const auto dots = range.find("...");
    if (dots == std::string::npos) return std::nullopt;
    if (range.substr(0, dots) == "0") return kZeros;
    const auto bound = numberIn(range.substr(dots + 3));
    return bound ? bucketUpTo(*bound) : std::nullopt;
}

/// Buckets of a native histogram as the query API tells them: [rule, lower, upper, count] each.
std::map<int, double> nativeBuckets(const ReadJson& histogram) {
    std::map<int, double> buckets;
    const auto found = histogram.find("buckets");
    if (found == histogram.end() || !found->is_array()) return buckets;
    for (const auto& bucket : *found) {
        if (!bucket.is_array() || bucket.size() != 4) continue;
        const auto lower = numberIn(bucket[1]), upper = numberIn(bucket[2]), count = numberIn(bucket[3]);
        if (!lower || !upper || !count) continue;
        const auto index = *lower <= 0 ? std::optional(kZeros) : bucketUpTo(*upper);
        if (index) buckets[*index] += *count;
    }
    return buckets;
}

/// What a number that is counted was counted up by; after a reset it began at nothing.
double increase(double before, double now) {
    return now < before ? now : now - before;
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

Result<HistoryReader> HistoryReader::make(Options options) {
    if (auto problem = urlProblem(options.url)) return *problem;
    if (options.url.find("/api/v1/") != std::string::npos) options.url = queryBase(options.url);
    while (options.url.ends_with('/'))
        options.url.pop_back();
    auto http = HttpClient::make(options.http);
    if (!http) return Error{http.error()};
    return HistoryReader(std::move(options), std::move(http.value()));
}

Result<std::vector<FleetRollup>> HistoryReader::read(FeedSecond from, FeedSecond to) {
    Slots slots;
    for (const auto& asked : everything())
        if (auto failed = ask(asked, from, to, slots)) return *failed;
    std::vector<FleetRollup> rollups;
    for (auto& [end, pops] : slots) {
        FleetRollup rollup;
        rollup.end = end;
        rollup.width = kWidth;
        for (auto& [code, pop] : pops) {
            if (pop.totals[Counter::node_seconds] == 0) continue; // nobody reported, as far as is known
            pop.pop = code;
            pop.end = end;
            auto& totals = pop.totals;
            totals.measuredByAll = totals.measuredByAll & totals.measuredByAny;
            for (std::size_t d = 0; d < kDistributionCount; ++d) {
                auto& histogram = totals.distributions[d];
                const auto last = histogram.visitBuckets([&](const auto& buckets) {
                    return histogram.offset() + static_cast<int>(buckets.size());
                });
                // The largest value is not told: it was not above this.
                if (histogram.count() > histogram.zeros())
                    histogram.addSummary(0, wholeNumber(ExponentialHistogram::lowerBound(last)));
            }
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

std::optional<Error> HistoryReader::ask(const Asked& asked, FeedSecond from, FeedSecond to, Slots& slots) {
    const auto range = std::to_string((to - from + kWidth).count()) + "s";
    auto selector = asked.name + "{job=" + Json(m_options.job).dump();
    if (asked.is == Asked::Is::bucket) selector += ",vmrange!=\"\"";
    const auto url = m_options.url + "/api/v1/query?nocache=1&time=" + std::to_string(unixSeconds(to)) +
                     "&query=" + percentEncoded(selector + "}[" + range + "]");
    const auto answer = m_http.get(url);
    const auto failed = [&](const std::string& what) {
        return Error{m_options.url + ": " + asked.name + ": " + what};
    };
    if (answer.status == 0) return failed(oneLine(answer.trouble));
    if (!answer.isGood())
        return failed("HTTP " + std::to_string(answer.status) + ": " + oneLine(answer.body));
    const auto json = Json::parse(answer.body, nullptr, false);
    const auto* data = json.is_object() && json.contains("data") ? &json["data"] : nullptr;
    if (!data || !data->is_object() || !data->contains("result") || !(*data)["result"].is_array())
        return failed("an answer that is none of a query, expected JSON with data and result");
    for (const auto& series : (*data)["result"])
        if (series.is_object() && series.contains("metric") && series["metric"].is_object())
            take(asked, series, from, to, slots);
        else
            leave(asked, "a series without labels");
    return std::nullopt;
}

void HistoryReader::leave(const Asked& asked, const std::string& why) {
    ++m_unusable.count;
    m_unusable.what = asked.name + ": " + why;
}

void HistoryReader::take(const Asked& asked, const Json& series, FeedSecond from, FeedSecond to,
                         Slots& slots) {
    using Is = Asked::Is;
    const auto& labels = series["metric"];
    const auto code = textOf(labels, history::kPop);
    if (!isPopCode(code)) return leave(asked, quote(code) + " is no PoP");
    const auto permille = numberIn(labels.value(history::kPermille, Json())).value_or(-1);
    const auto bin = permille / SaturationHistogram::kBinPermille;
    if (asked.is == Is::saturation && !(bin >= 0 && bin < SaturationHistogram::kBins))
        return leave(asked, "a permille that is none of ours");
    const auto bucket = asked.is == Is::bucket ? bucketOfRange(textOf(labels, "vmrange")) : std::nullopt;
    if (asked.is == Is::bucket && !bucket) return leave(asked, "a bucket that is none of ours");
    const bool isGauge = asked.is <= Is::byAllHigh;
    auto& last = m_last[asked.name + labels.dump(-1, ' ', false, Json::error_handler_t::replace)];
    const auto found = series.find(asked.is == Is::native ? "histograms" : "values");
    if (found == series.end() || !found->is_array()) return leave(asked, "a series without samples");
    for (const auto& sample : *found) {
        const auto time = sample.is_array() && sample.size() == 2 ? numberIn(sample[0]) : std::nullopt;
        if (!time || !(std::abs(*time) < 1e11)) {
            leave(asked, "a sample that is no time and value");
            continue;
        }
        const auto ms = std::llround(*time * 1000);
        if (last.ms != 0 && ms <= last.ms) continue;
        const bool isFirst = std::exchange(last.ms, ms) == 0;
        const auto width = kWidth.count() * 1000;
        const auto end = feedSecond((ms + width - 1) / width * kWidth.count());
        const bool counts = end > from && end <= to;
        if (asked.is == Is::native) {
            if (!sample[1].is_object()) continue;
            const auto sum = numberIn(sample[1].value("sum", Json())).value_or(0);
            const auto before = std::exchange(last.value, sum);
            const auto was = std::exchange(last.buckets, nativeBuckets(sample[1]));
            if (isFirst || !counts) continue;
            auto& totals = slots[end][code].totals;
            totals.measuredByAny.add(asked.distribution);
            auto& histogram = totals[asked.distribution];
            const bool isReset = std::ranges::any_of(was, [&](const auto& entry) {
                const auto now = last.buckets.find(entry.first);
                return now == last.buckets.end() || now->second < entry.second;
            });
            for (const auto& [index, count] : last.buckets) {
                const auto its = was.find(index);
                addTo(histogram, index, count - (isReset || its == was.end() ? 0 : its->second));
            }
            histogram.addSummary(wholeNumber(isReset ? sum : sum - before), 0);
            continue;
        }
        const auto value = numberIn(sample[1]);
        if (!value) {
            leave(asked, "a value that is no number");
            continue;
        }
        const auto before = std::exchange(last.value, *value);
        if (!counts || (isFirst && !isGauge)) continue;
        auto& pop = slots[end][code];
        auto& totals = pop.totals;
        const auto rise = wholeNumber(increase(before, *value));
        switch (asked.is) {
        case Is::expected: pop.expectedNodes += wholeNumber(*value); break; // each writer speaks for some
        case Is::observed: {
            const auto seconds = std::min<std::uint64_t>(wholeNumber(*value), 10);
            pop.observed |= (std::uint64_t{1} << seconds) - 1;
            break;
        }
        case Is::byAll:
            totals.measuredByAll = totals.measuredByAll & FieldSet(wholeNumber(*value) | ~history::kLowBits);
            break;
        case Is::byAllHigh:
            totals.measuredByAll =
                totals.measuredByAll & FieldSet(wholeNumber(*value) << 32U | history::kLowBits);
            break;
        case Is::saturation: totals.saturation.bins[static_cast<std::size_t>(bin)] += rise; break;
        case Is::counter:
            totals[asked.counter] += rise;
            totals.measuredByAny.add(asked.counter);
            break;
        case Is::bucket: addTo(totals[asked.distribution], *bucket, static_cast<double>(rise)); break;
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

} // namespace surgescope::feeds
