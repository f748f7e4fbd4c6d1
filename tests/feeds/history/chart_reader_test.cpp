// SPDX-License-Identifier: GPL-3.0-or-later
// Charts come back from a store as a wall drew them.
#include "feeds/capture/recording.h"
#include "feeds/capture/remake.h"
#include "feeds/history/chart_reader.h"
#include "feeds/history/open_slots.h"
#include "feeds/history/remote_store.h"
#include "feeds/state/fleet_state.h"

#include "tests/support/catch.h"
#include "tests/support/history_store.h"
#include "tests/support/http_responder.h"
#include "tests/support/simulated_launch.h"

#include <cmath>
#include <sstream>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr FeedSecond kRelease =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(5);

using PlacePoint = Charted<float>;
using PlacePoints = std::map<std::pair<FeedSecond, std::string>, PlacePoint>;

void spread(const Points& points, PlacePoints& to) {
    std::istringstream names(points.places);
    std::string name;
    for (std::size_t place = 0; names >> name; ++place) {
        if (name != "world" && !name.starts_with("region/")) continue;
        PlacePoint point;
        for (std::size_t column = 0; column < kChartedCount; ++column)
            point.all[column] = points.at(column, place);
        if (!std::isnan(point[Measure::coverage])) to[{points.end, name}] = point;
    }
}

/// A launch as a recorder keeps it beside the messages.
struct RecordedLaunch final : RollupMaker::Sink {
    void take(const Points& points) override { spread(points, drawn[points.width]); }
    void take(const FleetRollup& rollup) override { rollups.push_back(rollup); }

    std::map<seconds, PlacePoints> drawn;
    std::vector<FleetRollup> rollups;
};

/// Some minutes of a launch of 30 nodes.
RecordedLaunch recordedLaunch() {
    RecordedLaunch launch;
    SimulatedLaunch simulated("triple-drop", 30, false);
    Remake remake(PopCatalogue::builtIn(), launch);
    std::uint64_t logTime = 0;
    for (int i = 0; i < 190; ++i) {
        const auto wires = simulated.second();
        const auto end = recording::nanoseconds(simulated.now());
        logTime = std::max(logTime, end);
        for (const auto& wire : wires)
            remake.hear(wire.topic, wire.payload, ++logTime, end);
    }
    remake.finish();
    return launch;
}

PlacePoints read(const std::string& url, FeedSecond from, FeedSecond to, seconds step) {
    CHECK(chartStep(from, to) == step);
    const auto charts = readCharts({.url = url}, from, to, step);
    if (!charts) FAIL(charts.error());
    CHECK(charts->unusable.count == 0);
    CHECK(charts->withoutRegions.empty());
    PlacePoints all;
    FleetState state(PopCatalogue::builtIn()); // a wall takes them as they are
    for (const auto& points : charts->points) {
        spread(points, all);
        REQUIRE(!state.apply(points, {}));
        const auto shown = state.world().rings()[step == seconds(10) ? 1 : 2].at(points.end);
        REQUIRE(shown);
        CHECK(shown[Measure::requests_per_second] ==
              points.at(chartColumn(Measure::requests_per_second), points.count() - 1));
    }
    return all;
}

void areEqual(const PlacePoints& is, const PlacePoints& was) {
    REQUIRE(!was.empty());
    for (const auto& [key, expected] : was) {
        INFO(key.second << " " << unixSeconds(key.first));
        REQUIRE(is.count(key) == 1);
        for (const auto measure : kCharted) {
            if (isAnnounced(measure)) continue;
            INFO(infoOf(measure).name << " " << is.at(key)[measure] << " was " << expected[measure]);
            const float a = is.at(key)[measure], b = expected[measure];
            CHECK(((std::isnan(a) && std::isnan(b)) || a == b));
        }
    }
    // And of the last seconds, which a recorder has no points of yet.
    CHECK(is.size() >= was.size());
    CHECK(is.size() - was.size() < was.size() / 2);
}

/// Ten seconds in which PoPs, of 12 nodes each, reported in the last `heard`.
FleetRollup slotEndingAt(FeedSecond end, const std::vector<std::string>& pops, unsigned seed,
                         int heard = 10) {
    const SystemClock clock;
    OpenSlots slots;
    for (int back = heard - 1; back >= 0; --back)
        for (const auto& pop : pops)
            slots.add(pop, end - seconds(back), someReport(pop, end - seconds(back), ++seed).totals, 12,
                      clock.steady());
    return slots.take(clock.steady(), true).front();
}

class RegionWriter {
  public:
    RegionWriter(const HistoryStore& store, const std::string& instance,
                 const std::string& job = "surgescope")
        : m_store(std::move(RemoteStore::make({.url = store.writeUrl()}).value())),
          m_requests(PopCatalogue::builtIn(), job, instance, HistogramForm::vmrange) {}
    void write(const FleetRollup& rollup) {
        for (const auto& request : m_requests.of(rollup))
            // A store may say that it has started before it listens.
            REQUIRE(eventually(
                [&] { return m_store.write(request).kind == RemoteStore::Outcome::Kind::stored; }));
    }

  private:
    RemoteStore m_store;
    WriteRequests m_requests;
};

const Points* pointAt(const Charts& charts, FeedSecond end) {
    for (const auto& points : charts.points)
        if (points.end == end) return &points;
    return nullptr;
}

float worldOf(const Points& points, Measure measure) {
    return points.at(chartColumn(measure), points.count() - 1);
}

bool knowsRegions(HistoryStore& store, FeedSecond at, std::size_t instances) {
    return store
               .askUntil("label_replace(surgescope_region_requests{region=\"EU\",%}, \"pop\", \"$1\", "
                         "\"instance\", "
                         "\"(.*)\")",
                         at, [&](const auto& values) { return values.size() == instances; })
               .size() == instances;
}

RecordedLaunch chartsComeBack(HistoryStore& store) {
    const auto launch = recordedLaunch();
    REQUIRE(launch.rollups.size() > 15);
    RegionWriter writer(store, "night");
    for (const auto& rollup : launch.rollups)
        writer.write(rollup);
    const auto begin = launch.rollups.front().end, end = launch.rollups.back().end;
    REQUIRE(knowsRegions(store, end, 1));
    areEqual(read(store.url(), begin - seconds(10), end, seconds(10)), launch.drawn.at(seconds(10)));
    areEqual(read(store.url(), begin - minutes(100), end + minutes(10), seconds(60)),
             launch.drawn.at(seconds(60)));
    return launch;
}

} // namespace

TEST_CASE("charts come back from VictoriaMetrics as they were drawn", "[history]") {
    if (skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics")) return;
    HistoryStore store(HistoryStore::Kind::victoriaMetrics);
    const auto launch = chartsComeBack(store);
    // And so they do in Grafana.
    for (const auto& [key, point] : launch.drawn.at(seconds(60))) {
        if (key.second != "world") continue;
        const auto asked = store.ask("histogram_quantile(0.95, sum by (vmrange) (sum_over_time("
                                     "surgescope_region_metadata_latency_microseconds_bucket{%}[59s])))",
                                     key.first);
        REQUIRE(asked.size() == 1);
        CHECK(asked.begin()->second == Approx(point[Measure::metadata_p95_us]).epsilon(1e-3));
    }
}

TEST_CASE("charts come back from a Prometheus that knows classic buckets only", "[history]") {
    if (skippedWithout("/usr/bin/prometheus", "prometheus")) return;
    HistoryStore store(HistoryStore::Kind::prometheus);
    chartsComeBack(store);
}

TEST_CASE("a gap is a gap, what two wrote adds up, and who is silent is missing", "[history]") {
    if (skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics")) return;
    HistoryStore store(HistoryStore::Kind::victoriaMetrics);
    const auto begin = someSlot();
    RegionWriter one(store, "one"), two(store, "two");
    const auto first = slotEndingAt(begin + seconds(10), {"LHR", "EWR"}, 1, 4);
    const auto beside = slotEndingAt(begin + seconds(10), {"CDG"}, 2, 4);
    const auto later = slotEndingAt(begin + seconds(50), {"LHR"}, 3);
    one.write(first);
    two.write(beside);
    one.write(later);
    REQUIRE(knowsRegions(store, begin + seconds(10), 2));
    REQUIRE(knowsRegions(store, begin + seconds(50), 2)); // of five minutes before
    const auto charts = readCharts({.url = store.url()}, begin, begin + seconds(60), seconds(10));
    if (!charts) FAIL(charts.error());
    REQUIRE(charts->points.size() == 2);
    const auto* both = pointAt(*charts, begin + seconds(10));
    REQUIRE(both);
    PopTotals all;
    for (const auto* rollup : {&first, &beside})
        for (const auto& pop : rollup->pops)
            all.merge(pop.totals);
    const auto expected = RollupPoint::of(all, seconds(4), seconds(10), 36);
    for (const auto measure : kCharted)
        if (!isAnnounced(measure) && expected[measure] == expected[measure])
            CHECK(worldOf(*both, measure) == expected[measure]);
    const auto* alone = pointAt(*charts, begin + seconds(50));
    REQUIRE(alone);
    // EWR is known, and has said nothing.
    CHECK(worldOf(*alone, Measure::coverage) ==
          RollupPoint::of(later.pops.front().totals, seconds(10), seconds(10), 24)[Measure::coverage]);
    PlacePoints places;
    spread(*alone, places);
    CHECK(places.size() == 2); // LHR's region and the world
}

TEST_CASE("a store without regions says so, and so does one that has some of them", "[history]") {
    if (skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics")) return;
    HistoryStore store(HistoryStore::Kind::victoriaMetrics);
    const auto begin = someSlot();
    RegionWriter writer(store, "new", "mixed");
    writer.write(slotEndingAt(begin + seconds(10), {"LHR"}, 1));
    for (const auto* job : {"surgescope", "mixed"}) { // as it was written before there were regions
        const auto line = "surgescope_expected_nodes{job=\"" + std::string(job) +
                          "\",instance=\"old\",pop=\"LHR\"} 3 " +
                          std::to_string(unixSeconds(begin + seconds(10)) * 1000);
        REQUIRE(HttpClient::make({})
                    .value()
                    .post(store.url() + "/api/v1/import/prometheus", line, {"Content-Type: text/plain"})
                    .isGood());
    }
    REQUIRE(store
                .askUntil("label_replace(surgescope_expected_nodes{instance=\"old\",%}, \"pop\", \"$1\", "
                          "\"job\", \"(.*)\")",
                          begin + seconds(10), [](const auto& values) { return values.size() == 2; })
                .size() == 2);
    REQUIRE(knowsRegions(store, begin + seconds(10), 1));
    const auto without = readCharts({.url = store.url()}, begin, begin + seconds(30), seconds(10));
    if (!without) FAIL(without.error());
    CHECK(without->withoutRegions == std::vector<std::string>{"old"});
    CHECK(without->points.empty());
    const auto nothing =
        readCharts({.url = store.url(), .job = "other"}, begin, begin + seconds(30), seconds(10));
    if (!nothing) FAIL(nothing.error());
    CHECK(nothing->points.empty());
    CHECK(nothing->withoutRegions.empty());

    const auto some =
        readCharts({.url = store.url(), .job = "mixed"}, begin, begin + seconds(30), seconds(10));
    if (!some) FAIL(some.error());
    CHECK(some->withoutRegions == std::vector<std::string>{"old"});
    CHECK(some->points.size() == 1);
}

TEST_CASE("points of charts are of ten seconds, a minute or some", "[history]") {
    const auto stepOf = [](seconds length) { return chartStep(kRelease, kRelease + length); };
    CHECK(stepOf(seconds(1)) == seconds(10));
    CHECK(stepOf(minutes(100)) == seconds(10));
    CHECK(stepOf(minutes(101)) == seconds(60));
    CHECK(stepOf(minutes(600)) == seconds(60));
    CHECK(stepOf(minutes(601)) == seconds(120));
}

TEST_CASE("an answer about charts that is none is refused, and what cannot be used is counted", "[history]") {
    const auto answer = [](const std::string& body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + body;
    };
    HttpResponder responder(answer("no JSON"));
    const auto url = "http://127.0.0.1:" + std::to_string(responder.port());
    const auto read = [&] { return readCharts({.url = url}, kRelease, kRelease + seconds(20), seconds(10)); };
    for (const char* body : {"", "no JSON", "[]", R"({"data":{"result":7}})",
                             R"({"data":{"result":[{"metric":{"region":"EU"},"values":[[1,"1"])"}) {
        responder.setAnswer(answer(body));
        const auto charts = read();
        REQUIRE(!charts);
        CHECK_THAT(charts.error(), containsText("surgescope_expected_nodes: "));
        CHECK_THAT(charts.error(), containsText("expected JSON"));
    }
    const auto sample = [](int after, const char* value) {
        return "[" + std::to_string(unixSeconds(kRelease) + after) + ",\"" + value + "\"]";
    };
    // Each name has these: a region with a point, two of other times and one that is no number; and no
    // region.
    responder.setAnswer(answer(R"({"data":{"result":[{"metric":{"region":"EU"},"values":[)" +
                               sample(10, "5") + "," + sample(15, "7") + "," + sample(90, "5") + "," +
                               sample(20, "NaN") + R"(]},{"metric":{"region":"../etc"},"values":[)" +
                               sample(10, "5") + "]}]}}"));
    const auto charts = read();
    if (!charts) FAIL(charts.error());
    REQUIRE(charts->points.size() == 1);
    CHECK(charts->points.front().places == "region/EU world");
    CHECK(worldOf(charts->points.front(), Measure::requests_per_second) ==
          1.0F);                                       // 5 in the 5 seconds observed
    for (const char* huge : {"1e15", "1e300", "-1"}) { // more than a node can have done in ten seconds
        auto body = R"({"data":{"result":[{"metric":{"region":"EU"},"values":[)" + sample(10, huge) + "," +
                    sample(20, "5") + "]}]}}";
        responder.setAnswer(answer(body));
        const auto bounded = read();
        if (!bounded) FAIL(bounded.error());
        CHECK(bounded->unusable.count > 0);
        REQUIRE(bounded->points.size() == 1);
        CHECK(bounded->points.front().end == kRelease + seconds(20));
    }
    responder.setAnswer(answer(R"({"data":{"result":[{"metric":{"region":"EU"},"values":[)" +
                               sample(10, "5") + "," + sample(15, "7") + "," + sample(90, "5") + "," +
                               sample(20, "NaN") + R"(]},{"metric":{"region":"../etc"},"values":[)" +
                               sample(10, "5") + "]}]}}"));
    // Series of bins and buckets that are none, their samples are not looked at.
    const auto without = 1 + kDistributionCount, others = 2 + kCounterCount + 3 * kDistributionCount;
    CHECK(charts->unusable.count == 3 * without + 4 * others);
    CHECK(read()->unusable.what.find("surgescope_region_") == 0);
}

TEST_CASE("to run out of time is no time", "[history]") {
    const auto charts = readCharts({.url = "http://127.0.0.1:1"}, kRelease, kRelease, seconds(10));
    REQUIRE(!charts);
    CHECK_THAT(charts.error(), containsText("is no time"));
}
