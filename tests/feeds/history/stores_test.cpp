// SPDX-License-Identifier: GPL-3.0-or-later
// What is written to real stores comes back as it was.
#include "feeds/history/history_writer.h"
#include "feeds/history/series.h"
#include "feeds/model/pop_catalogue.h"

#include "tests/support/catch.h"
#include "tests/support/history_store.h"

#include <cmath>
#include <memory>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;

namespace {

constexpr auto kVictoriaMetrics = HistoryStore::Kind::victoriaMetrics;
constexpr auto kPrometheus = HistoryStore::Kind::prometheus;
const std::vector<std::string> kNativeHistograms{"--enable-feature=native-histograms"};

bool skippedWithoutVictoriaMetrics() {
    return skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics");
}
bool skippedWithoutPrometheus() {
    return skippedWithout("/usr/bin/prometheus", "prometheus");
}

/// What a night was, and the writer that wrote it.
struct Night {
    explicit Night(HistoryStore& at, std::string queueFolder = {})
        : store(at), folder(std::move(queueFolder)), begin(someSlot()), second(begin) {
        if (folder.empty()) folder = (temporary.path() / "queue").string();
        open();
    }
    void open() {
        auto opened = HistoryWriter::open(
            {.store = {.url = store.writeUrl()}, .instance = "EWR/relay-1", .queueFolder = folder},
            PopCatalogue::builtIn(), clock);
        if (!opened) FAIL(opened.error());
        writer = std::move(opened.value());
    }
    /// Once the writer knows what the store takes.
    void report(int seconds) {
        REQUIRE(eventuallyTells([](const auto& s) { return !s.form.empty() || !s.trouble.empty(); }));
        for (int i = 0; i < seconds; ++i) {
            second += std::chrono::seconds(1);
            for (const auto* pop : {"LHR", "EWR", "XXX"}) {
                const auto one = someReport(pop, second, ++seed);
                writer->add(one, 12);
                sent[pop].merge(one.totals);
            }
        }
    }
    /// Where everything that was reported is in the store, at the latest.
    FeedSecond end() const { return second + std::chrono::seconds(40); }
    /// A counter's value when it is what it should be, or what it was at the deadline.
    std::map<std::string, double> counted(Counter counter) {
        const auto expected = counters(counter);
        return store.askUntil("sum by (pop) (" + history::nameOfSeries(counter) + "{%})", end(),
                              [&](const auto& values) { return values == expected; });
    }
    std::map<std::string, double> counters(Counter counter) const {
        std::map<std::string, double> expected;
        for (const auto& [pop, totals] : sent)
            expected[pop] = static_cast<double>(totals[counter]);
        return expected;
    }
    bool eventuallyTells(const std::function<bool(const HistoryStatus&)>& holds) {
        return eventually([&] {
            if (holds(writer->status())) return true;
            ::poll(nullptr, 0, 20);
            return false;
        });
    }

    HistoryStore& store;
    TemporaryFolder temporary;
    std::string folder;
    SystemClock clock;
    FeedSecond begin;
    FeedSecond second;
    unsigned seed = 0;
    std::map<std::string, PopTotals> sent;
    std::unique_ptr<HistoryWriter> writer;
};

/// The farthest that a quantile which the store tells is off, as a share; asked until it is close enough, as
/// a store may know some series before others.
double worstQuantile(Night& night, const std::string& before, const std::string& behind, double allowed) {
    double worst = 0;
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        for (const double q : {0.5, 0.95, 0.99}) {
            const auto off = [&](const std::map<std::string, double>& values) {
                double most = values.size() == night.sent.size() ? 0 : 1;
                for (const auto& [pop, value] : values) {
                    const auto expected = *night.sent.at(pop).distributions[i].quantile(q);
                    most = std::max(most, std::abs(value - expected) / expected);
                }
                return most;
            };
            const auto query = "histogram_quantile(" + std::to_string(q) + ", " + before +
                               history::nameOfSeries(static_cast<Distribution>(i)) + behind + ")";
            worst = std::max(worst, off(night.store.askUntil(query, night.end(), [&](const auto& values) {
                                 return off(values) < allowed;
                             })));
        }
    return worst;
}

} // namespace

TEST_CASE("what is written to VictoriaMetrics comes back as it was", "[history]") {
    if (skippedWithoutVictoriaMetrics()) return;
    HistoryStore store(kVictoriaMetrics);
    Night night(store);
    night.report(60);
    night.writer->stop();
    const auto status = night.writer->status();
    CHECK(status.form == "vmrange"); // it accepts native ones, and forgets them
    CHECK(status.points == 6);
    CHECK(status.lost == 0);
    CHECK(status.refusedSamples == 0);
    CHECK(status.trouble == "");
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto counter = static_cast<Counter>(i);
        INFO(nameOf(counter));
        CHECK(night.counted(counter) == night.counters(counter));
    }
    CHECK(worstQuantile(night, "sum by (pop, vmrange) (", "_bucket{%})", 1e-3) < 1e-3);
    // What a counter counted first is not lost.
    const auto increase =
        store.ask("increase(surgescope_requests_total{%}[90s])", night.end() - std::chrono::seconds(20));
    CHECK(increase == night.counters(Counter::requests));
}

TEST_CASE("what is written to Prometheus comes back as it was", "[history]") {
    if (skippedWithoutPrometheus()) return;
    HistoryStore store(kPrometheus, kNativeHistograms);
    Night night(store);
    night.report(60);
    night.writer->stop();
    const auto status = night.writer->status();
    INFO(status.lastRefusal << status.trouble);
    CHECK(status.form == "native");
    CHECK(status.points == 6);
    CHECK(status.refusedSamples == 0);
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        const auto counter = static_cast<Counter>(i);
        INFO(nameOf(counter));
        CHECK(night.counted(counter) == night.counters(counter));
    }
    CHECK(worstQuantile(night, "sum by (pop) (", "{%})", 1e-3) < 1e-3);
    const auto saturated =
        store.ask("sum by (pop) (surgescope_saturation_node_seconds_total{permille=\"900\",%})", night.end());
    CHECK(saturated.at("LHR") == 240);
}

TEST_CASE("a store that keeps neither form gets classic buckets", "[history]") {
    if (skippedWithoutPrometheus()) return;
    HistoryStore store(kPrometheus);
    Night night(store);
    night.report(20);
    night.writer->stop();
    CHECK(night.writer->status().form == "classic");
    CHECK(night.counted(Counter::requests) == night.counters(Counter::requests));
    CHECK(worstQuantile(night, "sum by (pop, le) (", "_bucket{%})", 0.3) < 0.3);
}

TEST_CASE("gauges are what charts show, and labels say whose they are", "[history]") {
    if (skippedWithoutVictoriaMetrics()) return;
    HistoryStore store(kVictoriaMetrics);
    Night night(store);
    night.report(10);
    night.writer->stop();
    const auto at = night.second; // the end of ten seconds
    const auto rates = store.askUntil("surgescope_requests_per_second{job=\"surgescope\",instance=\"EWR/"
                                      "relay-1\",region=~\"EU|NA|unplaced\",%}",
                                      at, [](const auto& v) { return v.size() == 3; });
    REQUIRE(rates.size() == 3);
    CHECK(rates.at("LHR") == Approx(static_cast<double>(night.sent["LHR"][Counter::requests]) / 10));
    CHECK(store.ask("surgescope_requests_per_second{region=\"EU\",%}", at).count("LHR") == 1);
    CHECK(store.ask("surgescope_expected_nodes{%}", at).at("EWR") == 12);
    CHECK(store.ask("surgescope_coverage{%}", at).at("EWR") == Approx(100.0 / 120));
}

TEST_CASE("what nobody measured has no series, and what was nothing has", "[history]") {
    if (skippedWithoutVictoriaMetrics()) return;
    HistoryStore store(kVictoriaMetrics);
    Night night(store);
    const auto few = FieldSet::of({Counter::node_seconds, Counter::requests, Counter::status_5xx});
    night.report(0);
    for (int i = 0; i < 10; ++i) {
        night.second += std::chrono::seconds(1);
        auto report = someReport("LHR", night.second, 1, few);
        report.totals[Counter::status_5xx] = 0;
        night.writer->add(report, 12);
        night.sent["LHR"].merge(report.totals);
    }
    night.writer->stop();
    REQUIRE(night.counted(Counter::requests) == night.counters(Counter::requests));
    CHECK(store.ask("surgescope_status_5xx_total{%}", night.second).at("LHR") == 0);
    CHECK(store.ask("surgescope_error_ratio{%}", night.second).at("LHR") == 0);
    CHECK(store.ask("surgescope_cache_hits_total{%}", night.second).empty());
    CHECK(store.ask("surgescope_hit_ratio{%}", night.second).empty());
    CHECK(store.ask("surgescope_ttfb_hit_microseconds_count{%}", night.second).empty());
}

TEST_CASE("while the store is away history waits on disk, and then all of it arrives", "[history]") {
    if (skippedWithoutVictoriaMetrics()) return;
    HistoryStore store(kVictoriaMetrics);
    Night night(store);
    night.report(20);
    REQUIRE(night.eventuallyTells([](const auto& s) { return s.points >= 1; }));
    store.kill();
    night.report(60);
    REQUIRE(night.eventuallyTells([](const auto& s) { return s.waiting >= 5; }));
    CHECK(night.writer->status().trouble != "");
    CHECK(night.writer->status().waitingBytes > 0);
    store.start();
    REQUIRE(night.eventuallyTells([](const auto& s) { return s.waiting == 0 && s.trouble.empty(); }));
    night.writer->stop();
    CHECK(night.writer->status().lost == 0);
    CHECK(night.counted(Counter::requests) == night.counters(Counter::requests));
}

TEST_CASE("a relay that begins again goes on where it ended, and counters begin anew", "[history]") {
    if (skippedWithoutPrometheus()) return;
    HistoryStore store(kPrometheus, kNativeHistograms); // it takes no sample twice, and none out of order
    Night night(store);
    night.report(24); // and so ends within ten seconds
    night.writer->stop();
    CHECK(night.writer->status().lastRefusal == "");
    night.writer.reset();
    store.kill();
    night.open();
    night.report(22);
    night.writer->stop(); // with the store away: on disk
    CHECK(night.writer->status().waiting > 0);
    night.writer.reset();
    store.start();
    night.open();
    night.report(31);
    REQUIRE(night.eventuallyTells([](const auto& s) { return s.waiting == 0; }));
    night.writer->stop();
    CHECK(night.writer->status().lastRefusal == "");
    CHECK(night.writer->status().lost == 0);
    // Three runs, the last two of which the last run wrote: a reset lies between.
    const auto range = "surgescope_requests_total{%}[10m]";
    const auto resets = store.ask("resets(" + std::string(range) + ")", night.end());
    const auto before =
        store.ask("max_over_time(surgescope_requests_total{%}[2m])", night.begin + std::chrono::seconds(30));
    const auto behind = store.ask("surgescope_requests_total{%}", night.end());
    const auto expected = night.counters(Counter::requests);
    for (const auto& [pop, count] : expected) {
        CHECK(resets.at(pop) == 1); // the run between wrote nothing itself
        CHECK(before.at(pop) + behind.at(pop) == count);
    }
}
