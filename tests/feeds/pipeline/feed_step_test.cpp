// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/feed_step.h"
#include "feeds/wire/encode.h"

#include "tests/support/catch.h"
#include "tests/support/list_source.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <algorithm>
#include <cmath>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Fixture {
    ListSource source;
    TestClock clock;
    FeedStep step{source, PopCatalogue::builtIn(), clock, NodeColumnsWanted::ofSelectedPop};
    Fixture() { source.clock = &clock; }
};

std::uint64_t refusedFor(const Frame& frame, Refusal reason) {
    for (const auto& refusal : frame.health.refused)
        if (refusal.reason == wordsFor(reason)) return refusal.count;
    return 0;
}

} // namespace

TEST_CASE("bytes in, picture out", "[feed]") {
    Fixture f;
    f.source.add(roster({.nodes = 4}));
    f.source.add(popReport({.nodes = 3, .requests = 50}));
    f.source.add(Global{header({}), "triple-drop", true, (kStart + 60) * 1'000'000ULL, 12, 3});
    Event event{header({}), EventKind::release, "albums live"};
    f.source.add(event);
    CHECK(f.step.receive(milliseconds(0)) == 4);
    const auto frame = f.step.buildFrame(0.25);
    CHECK(frame->world[Measure::requests_per_second] == Reading{50, Quality::partial});
    CHECK(frame->mode == FeedMode::rehearsal);
    CHECK(frame->scenario == "triple-drop");
    CHECK(*frame->releaseAt == feedSecond(kStart + 60));
    CHECK(frame->health.nodesHeard == 3);
    CHECK(frame->health.nodesExpected == 4);
    CHECK(frame->health.feedThreadLoad == 0.25);
    CHECK(frame->health.newestAgeSeconds == 0.0);
    REQUIRE(frame->events.size() == 1);
    CHECK(frame->events[0] == EventMark{feedSecond(kStart), "release", "albums live"});
}

TEST_CASE("everything refused is counted by reason and the last one told in words", "[feed]") {
    Fixture f;
    f.source.items.push_back(ListSource::Item{"pop/LHR", "rubbish"});
    f.source.items.push_back(ListSource::Item{"weather", "rain"});
    f.source.items.push_back(Refused{Refusal::multipart, "a message of 7 parts"});
    f.source.items.push_back(Refused{Refusal::flood, "too many of agent-7: 900 messages", 900});
    f.source.add(popReport({}));
    f.source.add(popReport({}));
    f.step.receive(milliseconds(0));
    const auto frame = f.step.buildFrame(0);
    CHECK(refusedFor(*frame, Refusal::unparseable) == 1);
    CHECK(refusedFor(*frame, Refusal::topic) == 1);
    CHECK(refusedFor(*frame, Refusal::multipart) == 1);
    CHECK(refusedFor(*frame, Refusal::flood) == 900);
    CHECK(refusedFor(*frame, Refusal::duplicate) == 1);
    CHECK(frame->health.lastRefusal == "pop/LHR of agent, sequence 1 was received before");
    CHECK(frame->world[Measure::requests_per_second].value == 100);
}

TEST_CASE("what agents lost is lost on the wall too", "[feed]") {
    Fixture f;
    auto report = popReport({});
    report.totals[Counter::log_lines_lost] = 17;
    f.source.add(report);
    f.step.receive(milliseconds(0));
    CHECK(f.step.buildFrame(0)->health.refused ==
          std::vector<RefusalCount>{{"access lines lost at agents", 17}});
}

TEST_CASE("node columns are asked for where somebody looks", "[feed]") {
    Fixture f;
    const std::vector<std::string> always{"pop/", "roster/", "event", "global"};
    CHECK(f.source.subscriptions == always);
    ViewRequest request;
    request.selection = Selection::pop("LHR");
    f.step.request(request);
    CHECK(f.source.subscriptions.back() == "node/LHR");
    request.selection = Selection::pop("CDG");
    f.step.request(request);
    CHECK(f.source.subscriptions.back() == "node/CDG");
    CHECK(f.source.subscriptions.size() == 5);
    request.selection = {};
    f.step.request(request);
    CHECK(f.source.subscriptions == always);
}

TEST_CASE("a PoP looked at again later has lost nothing meanwhile", "[feed]") {
    Fixture f;
    f.source.add(roster({.nodes = 2}));
    ViewRequest request;
    request.selection = Selection::pop("LHR");
    f.step.request(request);
    f.source.add(nodeColumns({.sequence = 1, .nodes = 2}));
    f.step.receive(milliseconds(0));
    f.step.request({});
    f.step.request(request);
    f.source.add(nodeColumns({.second = kStart + 60, .sequence = 61, .nodes = 2}));
    f.step.receive(milliseconds(0));
    const auto frame = f.step.buildFrame(0);
    CHECK(frame->health.lost == 0);
    CHECK(frame->health.refused.empty());
    REQUIRE(frame->nodes.has_value());
    CHECK(frame->nodes->nodesHeard == 2);
}

TEST_CASE("rates are of whole seconds, that no burst is cut in two by", "[feed]") {
    Fixture f;
    // As publishers speak: at the beginning of each second, some a little later. Frames are built on a grid
    // that has nothing to do with it.
    std::uint64_t sequence = 0;
    for (int second = 0; second < 5; ++second) {
        for (int part = 0; part < 10; ++part) {
            for (int i = 0; i < 30; ++i)
                f.source.add(popReport({.second = kStart + static_cast<std::int64_t>(sequence),
                                        .sequence = ++sequence,
                                        .nodes = 1}));
            while (f.step.receive(milliseconds(0)) > 0) {
            }
            f.clock.advance(milliseconds(13));
            f.step.buildFrame(0);
        }
        f.clock.advance(milliseconds(870 / 2));
        CHECK(f.step.buildFrame(0)->health.reportsPerSecond == 300);
        f.clock.advance(milliseconds(870 / 2));
    }
    f.clock.advance(milliseconds(2'000));
    CHECK(f.step.buildFrame(0)->health.reportsPerSecond == 0);
    CHECK(f.step.buildFrame(0)->health.bytesPerSecond == 0);
}

TEST_CASE("a batch ends by time, that a frame may be built", "[feed]") {
    // Each message takes as long as a roster of 8 MB.
    struct SlowSource final : Source {
        explicit SlowSource(TestClock& c) : clock(c) {}
        TestClock& clock;
        int received = 0;
        Capabilities capabilities() const override { return {}; }
        Received receive(milliseconds) override {
            ++received;
            clock.advance(milliseconds(9));
            return RawMessage{"weather", "rain", clock.wall()};
        }
        void subscribe(const std::string&) override {}
        void unsubscribe(const std::string&) override {}
        std::vector<Endpoint> endpoints() const override { return {}; }
        void wake() override {}
    };
    TestClock clock;
    SlowSource source(clock);
    FeedStep step(source, PopCatalogue::builtIn(), clock, NodeColumnsWanted::ofSelectedPop);
    CHECK(step.receive(milliseconds(0)) == 4); // the first one was waited for
    CHECK(source.received == 4);
}

TEST_CASE("a frame says when the report arrived that settled its second", "[feed]") {
    Fixture f;
    f.source.add(popReport({}));
    f.step.receive(milliseconds(0));
    const auto first = f.clock.steady();
    f.clock.advance(milliseconds(30));
    CHECK(f.step.settle());
    CHECK_FALSE(f.step.settle());
    f.clock.advance(milliseconds(40));
    CHECK(f.step.buildFrame(0)->health.settledReportAt == first);
    f.source.add(popReport({.second = kStart + 1, .sequence = 2}));
    f.step.receive(milliseconds(0));
    const auto second = f.clock.steady();
    f.clock.advance(milliseconds(10));
    CHECK(f.step.buildFrame(0)->health.settledReportAt == second);
    CHECK(f.step.buildFrame(0)->health.settledReportAt == second); // of the second, not of the frame
}

TEST_CASE("who looks further back while a past is brought back waits for all of it", "[feed]") {
    Fixture f;
    f.source.items.push_back(Source::SeekBegins{});
    f.source.add(popReport({}));
    f.source.items.push_back(Source::SeekIsNear{});
    Points points{.end = feedSecond(kStart / 10 * 10), .width = seconds(10), .places = "world"};
    for (auto& column : points.columns.all)
        column.assign(1, 1.0F);
    constexpr int kPoints = 10'000; // more than are taken in one go
    points.end -= points.width * kPoints;
    for (int i = 0; i < kPoints; ++i) {
        points.end += points.width;
        f.source.add(points);
    }
    f.source.items.push_back(Source::SeekEnds{});
    f.step.receive(milliseconds(0));
    CHECK_FALSE(f.step.isSeeking());
    CHECK(f.step.buildFrame(0)->settled);
    f.step.request({.range = minutes(30)});
    CHECK(f.step.isSeeking()); // nobody shall see the half of it
    f.step.receive(milliseconds(0));
    CHECK_FALSE(f.step.isSeeking());
    const auto frame = f.step.buildFrame(0);
    const auto& series = frame->series[Measure::metadata_p99_us];
    REQUIRE(series.size() > 100);
    CHECK(std::none_of(series.begin(), series.end() - 1, [](float value) { return std::isnan(value); }));
    f.step.request({.range = minutes(60)});
    CHECK_FALSE(f.step.isSeeking()); // it is all there
}
