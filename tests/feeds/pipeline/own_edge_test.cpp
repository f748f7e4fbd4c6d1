// SPDX-License-Identifier: GPL-3.0-or-later
// An operator's own network from bytes to picture: who is expected and never heard is missing.
#include "feeds/capture/baseline_file.h"
#include "feeds/capture/csv_export.h"
#include "feeds/capture/mcap_reader.h"
#include "feeds/capture/message_stream.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"

#include "tests/support/catch.h"
#include "tests/support/edge.h"
#include "tests/support/list_source.h"
#include "tests/support/messages.h"
#include "tests/support/test_clock.h"

#include <set>
#include <sstream>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;

namespace {

struct Wall {
    ListSource source;
    TestClock clock;
    FeedStep step;

    explicit Wall(const PopCatalogue& catalogue)
        : step(source, catalogue, clock, NodeColumnsWanted::ofSelectedPop) {}
    std::shared_ptr<const Frame> frame() {
        while (step.receive(milliseconds(0)) > 0) {
        }
        return step.buildFrame(0);
    }
    void select(const std::string& pop) {
        ViewRequest request;
        request.selection = Selection::pop(pop);
        step.request(request);
    }
};

const PopFrame* popOf(const Frame& frame, const std::string& code) {
    const auto found = std::ranges::find(frame.pops, code, &PopFrame::code);
    return found == frame.pops.end() ? nullptr : &*found;
}

/// A roster of these names.
Roster listed(const ReportOptions& o, const std::vector<std::string>& names) {
    auto message = roster(o);
    message.nodes.resize(names.size(), message.nodes.at(0));
    for (std::size_t i = 0; i < names.size(); ++i)
        message.nodes[i].name = names[i];
    return message;
}

} // namespace

TEST_CASE("whoever an edge file expects is on the wall before anybody speaks", "[edge]") {
    Wall wall(ownEdge());
    const auto frame = wall.frame();
    CHECK(frame->world.nodesExpected == 27);
    CHECK(frame->world.nodesHeard == 0);
    CHECK(frame->health.nodesExpected == 27);
    REQUIRE(frame->pops.size() == 3);
    for (const auto& pop : frame->pops) {
        CHECK(pop.freshness == Freshness::noData);
        CHECK(pop.place);
        CHECK(pop.region != "unplaced");
        CHECK(pop.summary[Measure::requests_per_second].quality == Quality::noData);
    }
    CHECK(popOf(*frame, "NYC")->summary.nodesExpected == 20);
}

TEST_CASE("a PoP and a node never heard are missing from what is covered", "[edge]") {
    Wall wall(ownEdge());
    wall.source.add(listed({.publisher = "FRA-2/a", .pop = "FRA-2"}, {"a"}));
    wall.source.add(popReport({.publisher = "FRA-2/a", .pop = "FRA-2"}));
    wall.source.add(roster({.publisher = "muc", .pop = "MUC", .nodes = 4}));
    wall.source.add(popReport({.publisher = "muc", .pop = "MUC", .nodes = 4}));
    wall.select("FRA-2");
    const auto frame = wall.frame();
    CHECK(frame->health.refused.empty());
    CHECK(frame->world.nodesHeard == 5);
    CHECK(frame->world.nodesExpected == 27);
    CHECK(frame->world[Measure::requests_per_second] == Reading{200, Quality::partial});
    CHECK(static_cast<double>(frame->series[Measure::coverage].back()) ==
          Approx(1.0 / 3)); // of the selected PoP
    CHECK(popOf(*frame, "FRA-2")->summary.nodesExpected == 3);
    CHECK(popOf(*frame, "MUC")->summary[Measure::requests_per_second] == Reading{100, Quality::measured});
    CHECK(popOf(*frame, "NYC")->freshness == Freshness::noData);
    CHECK(frame->parts.size() == 1); // a PoP's own

    REQUIRE(frame->nodes);
    CHECK(frame->nodes->pop == "FRA-2");
    CHECK(frame->nodes->nodesExpected == 3);
    CHECK(frame->nodes->nodesMissing == 2);
    CHECK(frame->nodes->missing == std::vector<std::string>{"b", "c"});
    wall.select("NYC");
    const auto counted = wall.frame();
    REQUIRE(counted->nodes);
    CHECK(counted->nodes->nodesMissing == 20);
    CHECK(counted->nodes->missing.empty());
    wall.select("MUC");
    CHECK_FALSE(wall.frame()->nodes); // nobody is missing, and no columns came
}

TEST_CASE("nodes that an edge file does not name come on top of those it does", "[edge]") {
    Wall wall(ownEdge());
    wall.source.add(listed({.publisher = "fra", .pop = "FRA-2"}, {"a", "x", "y"}));
    wall.source.add(popReport({.publisher = "fra", .pop = "FRA-2", .nodes = 3}));
    CHECK(popOf(*wall.frame(), "FRA-2")->summary.nodesExpected == 5); // a, x, y heard, b and c never
    wall.source.add(listed({.publisher = "late", .pop = "FRA-2"}, {"b", "c"}));
    CHECK(popOf(*wall.frame(), "FRA-2")->summary.nodesExpected == 5);
}

TEST_CASE("farewell takes nobody off an edge file", "[edge]") {
    Wall wall(ownEdge());
    wall.source.add(roster({.publisher = "muc", .pop = "MUC", .nodes = 4}));
    wall.source.add(popReport({.publisher = "muc", .pop = "MUC", .nodes = 4}));
    auto farewell = roster({.publisher = "muc", .pop = "MUC", .sequence = 2}, 2);
    farewell.nodes.clear();
    wall.source.add(farewell);
    REQUIRE(wall.frame());
    wall.clock.advance(std::chrono::minutes(5));
    const auto frame = wall.frame();
    REQUIRE(popOf(*frame, "MUC"));
    CHECK(popOf(*frame, "MUC")->summary.nodesExpected == 4);
    CHECK(frame->world.nodesExpected == 27);
}

TEST_CASE("after a state has begun anew the inventory is expected again", "[edge]") {
    TestClock clock;
    FleetState state(ownEdge());
    state.settle(clock.steady());
    CHECK(state.expectedNodes() == 27);
    state.startAnew();
    state.settle(clock.steady());
    CHECK(state.expectedNodes() == 27);
    CHECK(state.places().size() == 3);
}

TEST_CASE("a scenario of other PoPs than the edge's is refused, others are played", "[edge]") {
    const auto refused = sim::loadScenario("regional-failure", ownEdge());
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error(), containsText("regional-failure.toml:17: failure.pops: no PoP 'FRA'"));
    for (const auto& scenario : sim::scenarios()) {
        INFO(scenario.name);
        CHECK((sim::loadScenario(scenario.name, ownEdge()) || scenario.name == "regional-failure"));
    }
    const auto lever = sim::parseScenario("summary = \"x\"\n[[lever]]\nat_s = 1\nset = \"drain=LHR\"\n",
                                          "mine", "mine.toml", ownEdge());
    REQUIRE_FALSE(lever);
    CHECK_THAT(lever.error(), containsText("no PoP 'LHR'"));
    CHECK(sim::parseScenario("summary = \"x\"\n[[lever]]\nat_s = 1\nset = \"drain=FRA-2\"\n", "mine",
                             "mine.toml", ownEdge()));
}

TEST_CASE("an edge of three PoPs is simulated with its own nodes", "[edge]") {
    const auto scenario = sim::loadScenario("triple-drop", ownEdge());
    REQUIRE(scenario);
    sim::Simulator simulator(ownEdge(), *scenario, ownEdge().expectedNodes(), 1);
    Wall wall(ownEdge());
    std::set<std::string> names;
    for (auto& roster : simulator.rosters()) {
        roster.header = header({.publisher = "sim"});
        CHECK(roster.nodes.size() == ownEdge()[*ownEdge().find(roster.pop)].expectedNodes);
        for (const auto& node : roster.nodes)
            names.insert(node.name);
        wall.source.add(roster);
    }
    for (const auto* name : {"a", "b", "c", "MUC-1", "NYC-20"})
        CHECK(names.contains(name));
    for (int second = 0; second < 90; ++second) {
        simulator.step();
        REQUIRE(simulator.reports().size() == 3);
        for (auto& report : simulator.reports()) {
            report.header.publisher = "sim";
            report.header.session = header({}).session;
            report.header.sent = WallTime(simulator.now());
            report.header.sequence = static_cast<std::uint64_t>(second) + 1;
            wall.source.add(report);
        }
    }
    const auto frame = wall.frame();
    CHECK(frame->health.refused.empty());
    CHECK(frame->world.nodesHeard == 27);
    CHECK(frame->world.nodesExpected == 27);
    CHECK(frame->world[Measure::requests_per_second].quality == Quality::measured);
    CHECK(frame->world[Measure::requests_per_second].value > 1e4);
    // Nobody says who lives where: equal shares, but for the hour of the day.
    for (const auto& pop : frame->pops)
        CHECK(pop.summary[Measure::requests_per_second].value >
              0.1 * frame->world[Measure::requests_per_second].value);
    CHECK(frame->parts.size() == 2);
    CHECK(frame->parts[0].code == "DE");
}

TEST_CASE("agents of before speak to a wall of today", "[edge]") {
    const std::string path = SURGESCOPE_SOURCE_DIR "/tests/data/captures/mcap/agents_wire_1.mcap";
    auto reader = McapReader::open(path);
    REQUIRE(reader);
    MessageStream stream(*reader.value(), [](const mcap::Channel& channel) {
        return !channel.topic.starts_with("points") && !channel.topic.starts_with("known");
    });
    Wall wall(PopCatalogue::builtIn());
    wall.select("EWR");
    wall.source.clock = &wall.clock;
    int messages = 0;
    while (const auto* message = stream.next()) { // each when it came
        const WallTime at{std::chrono::microseconds(message->logTime / 1'000)};
        wall.clock.advance(std::chrono::floor<milliseconds>(at - wall.clock.wall()));
        wall.source.items.push_back(
            ListSource::Item{std::string(message->topic), std::string(message->payload)});
        wall.frame();
        ++messages;
    }
    CHECK(messages == 38);
    const auto frame = wall.frame();
    CHECK(frame->health.refused.empty());
    CHECK(frame->health.lost == 0);
    CHECK(frame->world.nodesHeard == 2);
    CHECK(frame->world.nodesExpected == 2);
    CHECK(frame->world[Measure::requests_per_second].hasValue());
    REQUIRE(popOf(*frame, "EWR"));
    CHECK(popOf(*frame, "EWR")->summary[Measure::requests_per_second].value > 10);
    CHECK(popOf(*frame, "LHR")->freshness == Freshness::live);
    REQUIRE(frame->nodes);
    CHECK(frame->nodes->hottestNode == "edge-1");
}

TEST_CASE("a baseline of other regions than the edge's tells of the world alone", "[edge]") {
    const auto baseline = builtInBaseline(ownEdge());
    INFO((baseline ? "" : baseline.error()));
    REQUIRE(baseline);
    const auto& state = baseline.value()->state;
    const auto at = baseline.value()->releaseAt + std::chrono::seconds(60);
    CHECK(state.world().rings()[1].at(at));
    for (const auto& region : state.regions()) // "unplaced" is the last
        CHECK_FALSE(region.rings()[1].at(at));
}

TEST_CASE("a table by region has the regions of the edge that is chosen", "[edge]") {
    // A recording made with the catalogue built in; to this edge none of its PoPs is known.
    const std::string path = SURGESCOPE_SOURCE_DIR "/tests/data/captures/mcap/surgescope_1.mcap";
    const auto table = [&](const PopCatalogue& catalogue) {
        std::ostringstream out;
        REQUIRE(writeCsv(path, CsvPlaces::regions, catalogue, out));
        return out.str();
    };
    CHECK_THAT(table(ownEdge()), containsText(",10,unplaced,"));
    CHECK_THAT(table(PopCatalogue::builtIn()), !containsText(",10,unplaced,"));
}
