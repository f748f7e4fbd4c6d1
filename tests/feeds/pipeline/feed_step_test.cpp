// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/feed_step.h"
#include "feeds/wire/encode.h"

#include "tests/support/catch.h"
#include "tests/support/list_source.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

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
    CHECK(frame->world.requestsPerSecond == Reading{50, Quality::partial});
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
    CHECK(frame->world.requestsPerSecond.value == 100);
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

TEST_CASE("rates are of whole seconds", "[feed]") {
    Fixture f;
    f.step.buildFrame(0);
    f.source.add(popReport({}));
    f.step.receive(milliseconds(0));
    f.clock.advance(milliseconds(500));
    CHECK(f.step.buildFrame(0)->health.reportsPerSecond == 0);
    f.clock.advance(milliseconds(500));
    CHECK(f.step.buildFrame(0)->health.reportsPerSecond == 1);
}
