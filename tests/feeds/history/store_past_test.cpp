// SPDX-License-Identifier: GPL-3.0-or-later
// A launch of long ago on the wall, out of a store that holds it.
#include "feeds/history/open_slots.h"
#include "feeds/history/remote_store.h"
#include "feeds/history/store_past.h"
#include "feeds/history/write_requests.h"
#include "feeds/pipeline/session.h"

#include "tests/support/catch.h"
#include "tests/support/history_store.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace surgescope;
using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// An hour of two PoPs in a store, and the wall that shows it.
struct WatchedHistory {
    HistoryStore store{HistoryStore::Kind::victoriaMetrics};
    TemporaryFolder folder;
    SystemClock clock;
    /// All of it has been; its first minute has reports of the last ten seconds alone.
    FeedSecond begin = std::chrono::floor<minutes>(someSlot()) - std::chrono::hours(3) + seconds(40);
    FeedSecond end = begin + minutes(60);
    std::unique_ptr<Session> session;
    std::shared_ptr<const Frame> frame;
    Timeline timeline;
    std::vector<std::string> failures;
    Rules rules = Rules::builtIn();
    std::shared_ptr<const LiveStatus> status; // of alarms

    explicit WatchedHistory(bool regions = true) {
        auto to = RemoteStore::make({.url = store.writeUrl()});
        WriteRequests requests(PopCatalogue::builtIn(), "surgescope", "night", HistogramForm::vmrange);
        unsigned seed = 0;
        for (auto slot = begin + seconds(10); slot <= end; slot += seconds(10)) {
            OpenSlots slots;
            for (int back = 9; back >= 0; --back)
                for (const char* pop : {"LHR", "EWR"})
                    slots.add(pop, slot - seconds(back), someReport(pop, slot - seconds(back), ++seed).totals,
                              12, clock.steady());
            for (const auto& request : requests.of(slots.take(clock.steady(), true).front()))
                REQUIRE(eventually(
                    [&] { return to.value().write(request).kind == RemoteStore::Outcome::Kind::stored; }));
        }
        REQUIRE(store.awaitAll());
        if (!regions) {
            auto http = HttpClient::make({});
            http.value().post(store.url() + "/api/v1/admin/tsdb/delete_series?match[]=" +
                                  percentEncoded("{__name__=~\"surgescope_region_.*\"}"),
                              "", {});
        }
        REQUIRE(
            store.askUntil("surgescope_requests_total{%}", end, [](const auto& v) { return v.size() == 2; })
                .size() == 2);
    }
    Result<std::unique_ptr<StorePast>> past() {
        return StorePast::open({.store = {.url = store.url()},
                                .from = begin,
                                .to = end,
                                .releaseAt = begin + minutes(30),
                                .folder = (folder.path() / "part").string()},
                               PopCatalogue::builtIn());
    }
    /// The store answers about charts, and then not at all.
    void watchCharts(RecordedTime at) {
        diesOfCharts = true;
        watch(at, true);
    }
    void watch(RecordedTime at, bool paused) {
        auto opened = past();
        if (!opened) FAIL(opened.error());
        const auto charts = opened.value()->chartsUpTo(at);
        if (!charts) FAIL(charts.error());
        if (diesOfCharts) store.kill();
        Session::Options options;
        options.frameEvery = std::chrono::milliseconds(20);
        options.rules = rules;
        session = Session::replay(std::move(opened.value()),
                                  Session::Far{.from = begin,
                                               .to = end,
                                               .name = (folder.path() / "night.mcap").string(),
                                               .charts = charts.value()},
                                  {.at = at, .speed = 1, .paused = paused}, PopCatalogue::builtIn(), clock,
                                  options);
    }
    bool diesOfCharts = false;
    template <class IsSo> bool until(IsSo isSo) {
        return eventually([&] {
            if (auto next = session->takeFrame()) frame = std::move(next);
            if (auto next = session->takeStatus()) status = std::move(next);
            timeline = session->timeline();
            for (const auto& notice : session->takeNotices())
                if (notice.isFailure) failures.push_back(notice.text);
            return isSo();
        });
    }
    bool shows(FeedSecond at) {
        return until([&] {
            return frame && frame->settled && *frame->settled >= at - seconds(12) &&
                   *frame->settled <= at + seconds(2) && frame->pops.size() == 2 &&
                   frame->world[Measure::requests_per_second].hasValue();
        });
    }
    static double known(const std::vector<float>& values) {
        const auto count = std::ranges::count_if(values, [](float value) { return !std::isnan(value); });
        return static_cast<double>(count) / static_cast<double>(values.size());
    }
};

bool skippedWithoutMetrics() {
    return skippedWithout("/usr/bin/victoria-metrics", "victoria-metrics");
}

} // namespace

TEST_CASE("a launch of long ago is watched where it is kept", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f;
    const auto middle = f.begin + minutes(40);
    f.watch(middle, true);
    REQUIRE(f.shows(middle));
    CHECK(f.frame->releaseAt == f.begin + minutes(30));
    CHECK(f.frame->world.nodesExpected == 24);
    // The charts reach back further than the PoPs that were read, by seconds and by minutes.
    for (const auto range : {minutes(15), minutes(30)}) {
        f.session->request({.range = range});
        CHECK(f.until([&] {
            return f.frame->chartAxis.step * f.frame->chartAxis.columns >= range - minutes(1) &&
                   f.known(f.frame->series[Measure::metadata_p99_us]) > 0.9;
        }));
        // Without a gap where finer points begin; the newest slot may not be over.
        const auto& p99 = f.frame->series[Measure::metadata_p99_us];
        CHECK(std::none_of(p99.begin(), p99.end() - 1, [](float value) { return std::isnan(value); }));
    }
    CHECK(f.timeline.mode == Timeline::Mode::replay);
    CHECK(f.timeline.end - f.timeline.begin > minutes(57));
    CHECK(f.known(f.timeline.overview) > 0.9);
    CHECK(f.timeline.gaps.empty());

    f.session->seek(f.begin + minutes(10));
    CHECK(f.timeline.paused);
    REQUIRE(f.shows(f.begin + minutes(10)));
    // Notes are kept beside the recording that it would be.
    CHECK_FALSE(f.session->write(
        {.id = 1, .from = f.begin + minutes(10), .to = f.begin + minutes(10), .by = "anna", .text = "here"}));
    CHECK(f.until([&] { return !f.timeline.notes.empty(); }));
    // Where a part ends the next one follows.
    f.session->setSpeed(64);
    f.session->play();
    CHECK(f.until([&] { return *f.frame->settled > f.begin + minutes(13); }));
    CHECK(f.failures.empty());
}

TEST_CASE("charts are there before anything of PoPs is", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f;
    const auto middle = f.begin + minutes(40);
    f.watchCharts(middle);
    for (const auto range : {minutes(15), minutes(30)}) {
        f.session->request({.range = range});
        REQUIRE(f.until([&] {
            return f.frame && f.frame->settled &&
                   f.frame->chartAxis.step * f.frame->chartAxis.columns >= range - minutes(1) &&
                   f.known(f.frame->series[Measure::metadata_p99_us]) > 0.9;
        }));
    }
    CHECK(*f.frame->settled <= middle);
    CHECK(*f.frame->settled > middle - seconds(60));
    CHECK(f.frame->releaseAt == f.begin + minutes(30));
    CHECK(f.frame->pops.empty());
    CHECK(f.frame->parts.size() == 2); // regions
    CHECK_FALSE(f.frame->world[Measure::requests_per_second].hasValue());
    CHECK(f.until([&] { return f.failures.size() == 1; }));
    CHECK(f.timeline.position == middle);
    CHECK(f.timeline.end - f.timeline.begin > minutes(57));
    CHECK(f.known(f.timeline.overview) > 0.9);
    const auto status = f.session->takeStatus();
    CHECK((!status || status->changes == 0)); // of no PoP anything is known: no alarms
}

TEST_CASE("a store that goes away is said, and what is there stays", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f;
    f.watch(f.begin + minutes(40), true);
    REQUIRE(f.shows(f.begin + minutes(40)));
    f.store.kill();
    f.session->seek(f.begin + minutes(5));
    CHECK(f.until([&] { return !f.failures.empty(); }));
    CHECK_THAT(f.failures.front(), containsText("127.0.0.1"));
    CHECK(f.shows(f.begin + minutes(40)));
    const auto none = f.past();
    REQUIRE_FALSE(none);
    CHECK_THAT(none.error(), containsText("127.0.0.1"));
}

TEST_CASE("a time of which a store holds nothing is no history", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f;
    f.end = f.begin - minutes(10);
    f.begin -= minutes(30);
    const auto none = f.past();
    REQUIRE_FALSE(none);
    CHECK_THAT(none.error(), containsText("holds nothing of job 'surgescope'"));
}

TEST_CASE("what was written before there were regions is watched without their charts", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f(false);
    f.watch(f.begin + minutes(40), true);
    REQUIRE(f.shows(f.begin + minutes(40)));
    CHECK(f.until([&] { return !f.failures.empty(); }));
    CHECK_THAT(f.failures.front(), containsText("night wrote no regions"));
}

TEST_CASE("where nobody reported the nearest moment is shown, and that is said", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f;
    f.end += minutes(30); // of what is asked for
    f.begin -= minutes(20);
    f.watch(f.begin, true);
    REQUIRE(f.until([&] { return f.frame && f.frame->settled && f.frame->pops.size() == 2; }));
    CHECK(*f.frame->settled < f.begin + minutes(22));
    CHECK(f.until([&] { return !f.failures.empty(); }));
    CHECK_THAT(f.failures.front(), containsText("nobody reported"));
    f.session->seek(f.end - minutes(5));
    CHECK(f.until([&] { return *f.frame->settled > f.end - minutes(33); }));
    CHECK(f.failures.size() == 2);
}

TEST_CASE("in a minute of which a part is kept, that is shown", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f;
    f.begin -= seconds(40);
    f.watch(f.begin, true);
    REQUIRE(f.until([&] { return f.frame && f.frame->settled && f.frame->pops.size() == 2; }));
    CHECK(f.until([&] { return !f.failures.empty(); }));
    CHECK_THAT(f.failures.front(), containsText("nobody reported"));
}

TEST_CASE("where a part ends the next one is there, and nothing falls silent between", "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f;
    const auto busy =
        Rules::parse("version = 1\n[[rule]]\nid = 'traffic/busy'\neach = 'world'\nvalue = "
                     "'requests_per_second'\nwarning = ['>0', '0', 20]\ntext = 'busy'\ndo = 'x'\n",
                     "test.toml");
    if (!busy) FAIL(busy.error());
    f.rules = *busy;
    f.watch(f.begin + minutes(10), true);
    REQUIRE(f.shows(f.begin + minutes(10)));
    f.session->setSpeed(32);
    f.session->play();
    double oldest = 0;
    auto before = *f.frame->settled;
    seconds back{0}; // the most
    int empty = 0;
    std::shared_ptr<const Frame> seen;
    REQUIRE(f.until([&] {
        oldest = std::max(oldest, f.frame->health.newestAgeSeconds.value_or(0));
        if (f.frame == std::exchange(seen, f.frame)) return false;
        empty += f.frame->settled ? 0 : 1;
        if (!f.frame->settled) return false;
        back = std::max(back, before - *f.frame->settled);
        before = *f.frame->settled;
        return before > f.begin + minutes(13);
    }));
    CHECK(empty == 0);
    CHECK(oldest < 10);
    CHECK(back < seconds(16)); // half a second of the wall's
    CHECK_FALSE(f.timeline.paused);
    REQUIRE(f.until([&] { return f.status && !f.status->alarms.cards.empty(); }));
    CHECK(f.status->alarms.cards.front().since <
          f.begin + minutes(12)); // alarms go on, over the last of three

    // And when there is none the picture stands, and that is said once.
    f.store.kill();
    REQUIRE(f.until([&] { return f.timeline.paused; }));
    CHECK(f.failures.size() == 1);
    const auto stands = *f.frame->settled;
    f.session->play();
    REQUIRE(f.until([&] { return f.failures.size() == 2 && f.timeline.paused; }));
    CHECK(*f.frame->settled < stands + seconds(20));
}

TEST_CASE("a store that has not answered yet is waited for with all of its time to be seen",
          "[history][past]") {
    if (skippedWithoutMetrics()) return;
    WatchedHistory f(false); // of charts, too
    f.watch(f.begin + minutes(40), true);
    f.timeline = f.session->timeline();
    CHECK_FALSE(f.timeline.empty);
    CHECK(f.timeline.begin == f.begin);
    CHECK(f.timeline.end == f.end);
    CHECK(f.timeline.opening);
    f.session->seek(f.begin + minutes(20)); // instead
    REQUIRE(f.shows(f.begin + minutes(20)));
    CHECK(f.frame->health.endpoints.front().name == f.store.url());
}
