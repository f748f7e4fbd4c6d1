// SPDX-License-Identifier: GPL-3.0-or-later
// What a store holds, as a recording again.
#include "feeds/capture/mcap_reader.h"
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/recording_index.h"
#include "feeds/history/fetch.h"
#include "feeds/history/history_reader.h"
#include "feeds/history/write_recording.h"
#include "feeds/wire/decode.h"

#include "tests/support/catch.h"
#include "tests/support/history_store.h"
#include "tests/support/http_responder.h"

#include <cmath>
#include <variant>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

const std::string kRecording = SURGESCOPE_SOURCE_DIR "/tests/data/captures/mcap/surgescope_1.mcap";
constexpr FeedSecond kBegin =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(5);

struct SlotOfPop {
    PopTotals totals;
    std::uint64_t expectedNodes = 0;
};
using SlotsOfPops = std::map<std::pair<FeedSecond, std::string>, SlotOfPop>;

SlotsOfPops rollupsOf(const std::string& path) {
    auto reader = McapReader::open(path);
    if (!reader) FAIL(reader.error());
    MessageStream stream(*reader.value(), [](const mcap::Channel& c) { return c.topic == "rollup"; });
    Decoder decoder;
    SlotsOfPops slots;
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        for (const auto& pop : std::get<const FleetRollup*>(decoded)->pops)
            slots[{pop.end, pop.pop}] = {pop.totals, pop.expectedNodes};
    }
    return slots;
}

FetchOptions lastNight(const std::string& url) {
    return {.store = {.url = url},
            .from = kBegin - std::chrono::minutes(2),
            .to = kBegin + std::chrono::minutes(2),
            .releaseAt = kBegin,
            .library = "test"};
}

void comesBack(HistoryStore& store) {
    const auto& catalogue = PopCatalogue::builtIn();
    const auto written =
        writeRecording(kRecording, catalogue, {.store = {.url = store.writeUrl()}, .instance = "night"});
    if (!written) FAIL(written.error());
    REQUIRE(written->refusedSamples == 0);
    REQUIRE(
        store.askUntil("surgescope_requests_total{%}", kBegin, [](const auto& v) { return v.size() == 3; })
            .size() == 3);
    TemporaryFolder folder;
    const auto file = (folder.path() / "back.mcap").string();
    const auto fetched = fetchHistory(file, catalogue, lastNight(store.url()));
    if (!fetched) FAIL(fetched.error());
    CHECK(fetched->points == written->points);
    CHECK(fetched->isWhole);
    auto month = lastNight(store.url()); // of which most is empty
    month.from -= std::chrono::hours(24 * 30);
    month.to += std::chrono::hours(24 * 30);
    const auto all = (folder.path() / "all.mcap").string();
    const auto ofMonth = fetchHistory(all, catalogue, month);
    if (!ofMonth) FAIL(ofMonth.error());
    CHECK(ofMonth->points == written->points);
    CHECK(rollupsOf(all).size() == rollupsOf(file).size());
    const auto was = rollupsOf(kRecording), is = rollupsOf(file);
    REQUIRE(was.size() == is.size());
    for (const auto& [key, expected] : was) {
        INFO(key.second << " " << unixSeconds(key.first));
        REQUIRE(is.count(key) == 1);
        const auto& found = is.at(key);
        CHECK(found.expectedNodes == expected.expectedNodes);
        CHECK(found.totals.counters == expected.totals.counters);
        CHECK(found.totals.saturation == expected.totals.saturation);
        CHECK(found.totals.measuredByAny.bits() == expected.totals.measuredByAny.bits());
        CHECK(found.totals.measuredByAll.bits() == expected.totals.measuredByAll.bits());
        for (std::size_t d = 0; d < kDistributionCount; ++d) {
            const auto& a = found.totals.distributions[d];
            const auto& b = expected.totals.distributions[d];
            CHECK(a.count() == b.count());
            CHECK(a.sum() == b.sum());
            for (const double q : {0.1, 0.5, 0.95})
                CHECK(a.quantile(q).value_or(-1) == Approx(b.quantile(q).value_or(-1)).epsilon(1e-3));
        }
    }
}

std::string answerWith(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

} // namespace

TEST_CASE("a night comes back from VictoriaMetrics as it was", "[history]") {
    if (skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics")) return;
    HistoryStore store(HistoryStore::Kind::victoriaMetrics);
    comesBack(store);
}

TEST_CASE("a night comes back from Prometheus as it was", "[history]") {
    if (skippedWithout("/usr/bin/prometheus", "prometheus")) return;
    HistoryStore store(HistoryStore::Kind::prometheus, {"--enable-feature=native-histograms"});
    comesBack(store);
}

TEST_CASE("a store that holds nothing, or answers something else, is told, and leaves no file", "[history]") {
    TemporaryFolder folder;
    const auto file = (folder.path() / "back.mcap").string();
    HttpResponder responder(answerWith(R"({"status":"success","data":{"resultType":"matrix","result":[]}})"));
    const auto url = "http://127.0.0.1:" + std::to_string(responder.port());
    const auto fetch = [&] {
        const auto fetched = fetchHistory(file, PopCatalogue::builtIn(), lastNight(url));
        CHECK(!std::filesystem::exists(file));
        return fetched ? std::string() : fetched.error();
    };
    CHECK_THAT(fetch(), containsText("holds nothing of job 'surgescope'"));
    const auto asked = responder.requests();
    auto year = lastNight(url);
    year.from -= std::chrono::hours(24 * 365);
    std::size_t told = 0;
    year.goesOn = [&](double) { return ++told < 10'000; };
    CHECK_FALSE(fetchHistory(file, PopCatalogue::builtIn(), year));
    CHECK(told > 1'000);
    CHECK(responder.requests() - asked < 2'000);
    for (const char* body : {"", "no JSON", "[]", R"({"data":[]})", R"({"data":{"result":7}})",
                             R"({"data":{"result":[{"metric":{"pop":"LHR"},"values":[[1,"1"])",
                             R"({"data":{"result":[{"metric":{"pop":"LHR"} "values":[[1,"1"]]}]}})"}) {
        responder.setAnswer(answerWith(body));
        CHECK_THAT(fetch(), containsText("expected JSON"));
    }
    responder.setAnswer("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    CHECK_THAT(fetch(), containsText("HTTP 404: no"));
    // Series that are none of ours, or not as they should be, are left out.
    for (
        const char* series :
        {R"(7)", R"({"metric":7})", R"({"metric":{"pop":"lower case"},"values":[[1,"1"]]})",
         R"({"metric":{"pop":"LHR"},"values":7})",
         R"({"metric":{"pop":"LHR"},"values":[7,[1],["x","y"],[1e99,"1"]]})",
         R"({"metric":{"pop":"LHR","permille":"-5"},"values":[[1795755600,"NaN"]]})",
         R"({"metric":{"pop":"LHR","vmrange":"..."},"histograms":[[1795755600,{"buckets":[[0,"a","b","c"],7]}]]})"}) {
        responder.setAnswer(answerWith(R"({"data":{"result":[)" + std::string(series) + "]}}"));
        CHECK_THAT(fetch(), containsText("holds nothing"));
        CHECK_THAT(fetch(), containsText("that cannot; the last: surgescope_"));
    }
}

TEST_CASE("what nodes cannot have done, and what is of no PoP, is left out and counted", "[history]") {
    TemporaryFolder folder;
    const auto file = (folder.path() / "back.mcap").string();
    const auto at = [](int slot) { return std::to_string(unixSeconds(kBegin) + 10 * slot); };
    // Each name has these series: what a node counted in a second, twice, and then too much of it.
    HttpResponder responder(answerWith(R"({"data":{"result":[{"metric":{"pop":"LHR"},"values":[[)" + at(0) +
                                       R"(,"10"],[)" + at(1) + R"(,"20"],[)" + at(2) + R"(,"30"],[)" + at(3) +
                                       R"(,"2e17"]]},{"metric":{"pop":"../etc"},"values":[[)" + at(1) +
                                       R"(,"1"]]}]}})"));
    const auto fetched = fetchHistory(file, PopCatalogue::builtIn(),
                                      lastNight("http://127.0.0.1:" + std::to_string(responder.port())));
    if (!fetched) FAIL(fetched.error());
    CHECK(fetched->reports > 0);
    CHECK(fetched->refused.count > 10); // series of "../etc", and each second of the last slot
    CHECK_THAT(fetched->refused.what, containsText("LHR: node_seconds is "));
    const auto slots = rollupsOf(file);
    for (const auto& [key, slot] : slots)
        CHECK(key.second == "LHR");
    CHECK(slots.size() == 2);
}

TEST_CASE("charts around what is fetched do not bend its time", "[history]") {
    TemporaryFolder folder;
    const auto file = (folder.path() / "back.mcap").string();
    std::string samples;
    for (int slot = -1; slot <= 10; ++slot)
        samples += (slot < 0 ? "[" : ",[") + std::to_string(unixSeconds(kBegin) + 10 * slot) + ",\"" +
                   std::to_string(100 + 10 * slot) + "\"]";
    HttpResponder responder(
        answerWith(R"({"data":{"result":[{"metric":{"pop":"LHR"},"values":[)" + samples + "]}]}}"));
    FetchOptions options{.store = {.url = "http://127.0.0.1:" + std::to_string(responder.port())},
                         .from = kBegin,
                         .to = kBegin + seconds(100)};
    for (int minute = -30; minute <= 30; ++minute) {
        Points points{.end = kBegin + minute * seconds(60), .width = seconds(60), .places = "world"};
        for (auto& column : points.columns.all)
            column = {1.0F};
        options.charts.push_back(points);
    }
    const auto fetched = fetchHistory(file, PopCatalogue::builtIn(), options);
    if (!fetched) FAIL(fetched.error());
    auto reader = McapReader::open(file);
    REQUIRE(reader);
    const auto index = indexOf(*reader.value());
    CHECK(index.begin < kBegin - std::chrono::minutes(28));
    CHECK(index.end > kBegin + std::chrono::minutes(28));
    for (int second = 5; second < 100; second += 5) {
        const auto at = kBegin + seconds(second);
        const auto off = static_cast<double>(index.logTimeAt(RecordedTime(at))) / 1e9 -
                         static_cast<double>(recording::nanoseconds(at)) / 1e9;
        INFO(second);
        CHECK(std::abs(off) < 1.2); // a second is shown when the next begins
    }
}

TEST_CASE("samples that are no count are none, and that is told", "[history]") {
    const auto at = [](int slot) { return std::to_string(unixSeconds(kBegin) + 10 * slot); };
    for (const char* sample : {"-5", "1e300", "9223372036854775808"}) {
        INFO(sample);
        TemporaryFolder folder;
        HttpResponder responder(answerWith(R"({"data":{"result":[{"metric":{"pop":"LHR"},"values":[[)" +
                                           at(0) + R"(,"10"],[)" + at(1) + R"(,")" + sample + R"("],[)" +
                                           at(2) + R"(,"30"]]}]}})"));
        const auto file = (folder.path() / "back.mcap").string();
        const auto fetched = fetchHistory(file, PopCatalogue::builtIn(),
                                          lastNight("http://127.0.0.1:" + std::to_string(responder.port())));
        if (!fetched) FAIL(fetched.error());
        CHECK(fetched->refused.count > 10);
        CHECK_THAT(fetched->refused.what, containsText("a sample that is no count"));
        CHECK(rollupsOf(file).size() == 1); // of what rose from 10 to 30
    }
}

TEST_CASE("a store that can tell a part only is not believed, and its warnings are told", "[history]") {
    const auto at = [](int slot) { return std::to_string(unixSeconds(kBegin) + 10 * slot); };
    const auto series = R"("data":{"result":[{"metric":{"pop":"LHR"},"values":[[)" + at(0) + R"(,"10"],[)" +
                        at(1) + R"(,"20"]]}]})";
    TemporaryFolder folder;
    HttpResponder responder(answerWith(R"({"status":"success","isPartial":true,)" + series + "}"));
    const auto fetch = [&] {
        return fetchHistory((folder.path() / "back.mcap").string(), PopCatalogue::builtIn(),
                            lastNight("http://127.0.0.1:" + std::to_string(responder.port())));
    };
    auto fetched = fetch();
    REQUIRE_FALSE(fetched);
    CHECK_THAT(fetched.error(), containsText("a part only"));
    responder.setAnswer(answerWith(R"({"status":"error","error":"too many samples"})"));
    fetched = fetch();
    REQUIRE_FALSE(fetched);
    CHECK_THAT(fetched.error(), containsText("it says: too many samples"));
    responder.setAnswer(answerWith("{" + series + R"(,"warnings":["one store is away"]})"));
    fetched = fetch();
    if (!fetched) FAIL(fetched.error());
    CHECK_THAT(fetched->warnings.what, containsText("one store is away"));
    CHECK_THAT(troublesOf(fetched->refused, fetched->warnings).back(), containsText("the store warned"));
}

TEST_CASE("counters and histograms that began anew count what they have", "[history]") {
    const auto at = [](int slot) { return std::to_string(unixSeconds(kBegin) + 10 * slot); };
    const auto bucket = [](const char* count) {
        return R"({"count":"1","sum":"9","buckets":[[0,"1","1.0905077","2"],[0,"8","8.7240619",")" +
               std::string(count) + R"("]]}])";
    };
    // Each name has these: 10, 20 and 5 of a number, and what was not asked for; 4, 6 and 1 in a bucket, and
    // 2 beside it.
    HttpResponder responder(answerWith(R"({"data":{"result":[{"metric":{"pop":"LHR"},"values":[[)" + at(0) +
                                       R"(,"10"],[)" + at(1) + R"(,"20"],[)" + at(2) + R"(,"5"],[)" + at(9) +
                                       R"(,"99"]]},{"metric":{"pop":"LHR","of":"buckets"},"histograms":[[)" +
                                       at(0) + "," + bucket("4") + ",[" + at(1) + "," + bucket("6") + ",[" +
                                       at(2) + "," + bucket("1") + "]}]}}"));
    auto reader = HistoryReader::make({.url = "http://127.0.0.1:" + std::to_string(responder.port())});
    REQUIRE(reader);
    const auto stretch = reader.value().read(kBegin, kBegin + seconds(20));
    if (!stretch) FAIL(stretch.error());
    REQUIRE(stretch->rollups.size() == 2);
    const auto& first = stretch->rollups[0].pops.front().totals;
    const auto& second = stretch->rollups[1].pops.front().totals;
    CHECK(first[Counter::requests] == 10);
    CHECK(second[Counter::requests] == 5);
    CHECK(first[Distribution::ttfb_hit].count() == 2);
    CHECK(second[Distribution::ttfb_hit].count() == 3);
    const auto later = reader.value().read(kBegin + seconds(20), kBegin + seconds(100));
    if (!later) FAIL(later.error());
    REQUIRE(later->rollups.size() == 1);
    CHECK(later->rollups[0].pops.front().totals[Counter::requests] == 94);
}

TEST_CASE("of many PoPs less is asked for at once, and of too many some are left out and counted",
          "[history]") {
    HttpResponder responder("");
    auto reader = HistoryReader::make({.url = "http://127.0.0.1:" + std::to_string(responder.port())});
    REQUIRE(reader);
    for (const std::size_t pops : {400U, 4'000U, 12'010U}) {
        std::string series;
        for (std::size_t i = 0; i < pops; ++i)
            series += (i > 0 ? R"(,{"metric":{"pop":"P)" : R"({"metric":{"pop":"P)") + std::to_string(i) +
                      R"("},"values":[[)" + std::to_string(unixSeconds(kBegin)) + R"(,"1"],[)" +
                      std::to_string(unixSeconds(kBegin) + 10) + R"(,"2"]]})";
        responder.setAnswer(answerWith(R"({"data":{"result":[)" + series + "]}}"));
        const auto stretch = reader.value().read(kBegin, kBegin + seconds(600));
        if (!stretch) FAIL(stretch.error());
        CHECK(stretch->until == kBegin + seconds(pops == 400 ? 300 : pops == 4'000 ? 30 : 10));
    }
    CHECK(reader->unusable().count >= 10 * kCounterCount);
    CHECK_THAT(reader->unusable().what, containsText("is one PoP too many"));
}

TEST_CASE("a recording that is there is not written over", "[history]") {
    TemporaryFolder folder;
    const auto file = (folder.path() / "back.mcap").string();
    std::ofstream(file) << "mine";
    CHECK(!fetchHistory(file, PopCatalogue::builtIn(), lastNight("http://127.0.0.1:1")));
    CHECK(std::filesystem::file_size(file) == 4);
}
