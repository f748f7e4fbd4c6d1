// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/feed_step.h"
#include "feeds/pipeline/publisher_fleet.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/source/zmq_source.h"
#include "feeds/wire/decode.h"

#include "tests/support/catch.h"
#include "tests/support/edge.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"
#include "tests/support/wait.h"

#include <map>
#include <set>
#include <thread>
#include <tuple>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

PublisherFleet::Options fleetOf(std::size_t publishers, const std::string& faults = {}) {
    PublisherFleet::Options options;
    options.scenario = *sim::findScenario("triple-drop");
    options.nodes = 27;
    options.publishers = publishers;
    options.connect = {"inproc://wall"};
    options.context = std::make_shared<ZmqContext>();
    auto parsed = parseFaults(faults, "faults.toml");
    if (!parsed) FAIL(parsed.error());
    options.faults = std::move(parsed.value());
    return options;
}

/// A fleet that publishes to a source in the same process, by a clock that stands still until told.
struct Stage {
    TestClock clock;
    std::unique_ptr<ZmqSource> source;
    std::unique_ptr<PublisherFleet> fleet;

    explicit Stage(const PublisherFleet::Options& options) {
        auto bound = ZmqSource::open({.bind = options.connect, .context = options.context});
        if (!bound) FAIL(bound.error());
        source = std::move(bound.value());
        for (const char* topic : {"pop/", "node/", "roster/", "event", "global"})
            source->subscribe(topic);
        auto opened = PublisherFleet::open(options, ownEdge(), clock);
        if (!opened) FAIL(opened.error());
        fleet = std::move(opened.value());
    }

    /// What one publisher's messages of a topic looked like.
    struct Heard {
        std::set<std::tuple<std::string, std::uint64_t, std::uint64_t>> numbers; // PoP, session, sequence
        std::set<std::uint64_t> sessions;
        std::uint64_t count = 0;
        std::uint64_t requests = 0;
        FeedSecond newest{};
        double sentAfterEnd = 0; // of the newest
    };
    std::map<std::string, Heard> reports; // of PoPs, by publisher
    std::map<std::string, std::uint64_t> rosters, columns;
    std::uint64_t globals = 0;
    Decoder decoder;

    bool take() {
        const auto received = source->receive(milliseconds(5));
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message) return false;
        const auto decoded = decoder.decode(message->topic, message->payload);
        if (const auto* report = std::get_if<const PopReport*>(&decoded)) {
            const auto& header = (*report)->header;
            auto& heard = reports[header.publisher];
            ++heard.count;
            heard.sessions.insert(header.session);
            if (!heard.numbers.emplace((*report)->pop, header.session, header.sequence).second) return true;
            heard.requests += (*report)->totals[Counter::requests];
            heard.newest = std::max(heard.newest, header.intervalEnd);
            heard.sentAfterEnd = std::chrono::duration<double>(header.sent - header.intervalEnd).count();
        } else if (const auto* roster = std::get_if<const Roster*>(&decoded)) {
            ++rosters[(*roster)->header.publisher];
        } else if (const auto* nodes = std::get_if<const NodeColumns*>(&decoded)) {
            ++columns[(*nodes)->header.publisher];
        } else if (std::holds_alternative<const Global*>(decoded)) {
            ++globals;
        } else if (const auto* refused = std::get_if<Refused>(&decoded)) {
            FAIL(refused->text);
        }
        return true;
    }
    void takeAll() {
        while (take()) {
        }
    }
    /// Until the source hears everybody.
    void meet() {
        REQUIRE(eventually([&] {
            takeAll();
            fleet->tick();
            return std::ranges::all_of(fleet->voices(),
                                       [](const FleetVoice& voice) { return voice.account().rosters > 0; });
        }));
    }
    void play(int count) {
        for (int i = 0; i < count; ++i) {
            clock.advance(seconds(1));
            fleet->tick();
            fleet->playSecond();
            takeAll();
        }
    }
    const FleetVoice& withFault(VoiceFault::Kind kind) const {
        for (const auto& voice : fleet->voices())
            if (voice.fault().kind == kind) return voice;
        FAIL("nobody has that fault");
        std::abort();
    }
};

} // namespace

TEST_CASE("a fleet's publishers add up to the simulated launch exactly", "[fleet]") {
    Stage stage(fleetOf(20));
    REQUIRE(stage.fleet->voices().size() == 20);
    std::uint64_t nodes = 0;
    std::set<std::string> names;
    for (const auto& voice : stage.fleet->voices()) {
        names.insert(voice.name());
        for (const auto& part : voice.parts())
            nodes += part.count;
        CHECK_FALSE(voice.parts().empty());
    }
    CHECK(nodes == 27);
    CHECK(names.size() == 20);
    stage.meet();
    stage.play(30);
    CHECK(stage.reports.size() == 20);
    CHECK(stage.columns.size() == 20);
    CHECK(stage.globals == 30);
    std::uint64_t requests = 0;
    for (const auto& voice : stage.fleet->voices()) {
        const auto& heard = stage.reports[voice.name()];
        CHECK(heard.count == 30 * voice.parts().size());
        CHECK(heard.count == voice.account().reports);
        CHECK(heard.requests == voice.account().requests);
        CHECK(voice.account().unheard == 0);
        requests += heard.requests;
    }
    CHECK(requests == stage.fleet->totals()[Counter::requests]);
    REQUIRE(stage.fleet->seconds().size() == 30);
    CHECK(stage.fleet->seconds().back().nodes == 27);
}

TEST_CASE("a wall shows a fleet as what it is", "[fleet]") {
    const auto options = fleetOf(20);
    TestClock clock;
    auto source = ZmqSource::open({.bind = options.connect, .context = options.context, .clock = &clock});
    REQUIRE(source);
    FeedStep step(*source.value(), ownEdge(), clock, NodeColumnsWanted::all);
    auto fleet = PublisherFleet::open(options, ownEdge(), clock);
    REQUIRE(fleet);
    REQUIRE(eventually([&] {
        step.receive(milliseconds(5));
        fleet.value()->tick();
        return step.buildFrame(0)->world.nodesExpected == 27 &&
               std::ranges::all_of(fleet.value()->voices(),
                                   [](const FleetVoice& voice) { return voice.account().rosters > 0; });
    }));
    clock.advance(seconds(1));
    for (int i = 0; i < 20; ++i) {
        clock.advance(seconds(1));
        fleet.value()->playSecond();
        while (step.receive(milliseconds(5)) > 0) {
        }
    }
    const auto frame = step.buildFrame(0);
    INFO(frame->health.lastRefusal);
    CHECK(frame->health.refused.empty());
    CHECK(frame->health.lost == 0);
    CHECK(frame->world.nodesHeard == 27);
    CHECK(frame->world[Measure::requests_per_second].value ==
          static_cast<double>(fleet.value()->seconds().back().requests));
    CHECK(frame->sinceStart[Counter::requests] == fleet.value()->totals()[Counter::requests]);
}

TEST_CASE("each fault does what its account says", "[fleet]") {
    Stage stage(fleetOf(20, R"(
[[fault]]
kind = "clock"
publishers = 1
offset_s = -3600.25
[[fault]]
kind = "restart"
publishers = 1
every_s = 10
[[fault]]
kind = "twin"
share = 0.05
[[fault]]
kind = "loss"
publishers = 1
lost = 0.3
[[fault]]
kind = "two-ways"
publishers = 1
)"));
    CHECK(stage.fleet->voices().front().fault().kind == VoiceFault::Kind::none);
    stage.meet();
    stage.play(40);
    const auto heardOf = [&](const FleetVoice& voice) { return stage.reports.at(voice.name()); };
    const auto told = [](const FleetVoice& voice) { return 40 * voice.parts().size(); };

    const auto& late = stage.withFault(VoiceFault::Kind::clock);
    CHECK(late.phase() == Approx(0.25));
    CHECK(heardOf(late).newest == stage.fleet->now() - seconds(3'600));
    CHECK(heardOf(late).count == told(late));

    const auto& restarting = stage.withFault(VoiceFault::Kind::restart);
    CHECK(restarting.account().sessions >= 4);
    CHECK(heardOf(restarting).sessions.size() == restarting.account().sessions);
    CHECK(heardOf(restarting).count == told(restarting));

    const auto& twin = stage.withFault(VoiceFault::Kind::twin);
    CHECK(heardOf(twin).sessions.size() == 2);
    CHECK(heardOf(twin).numbers.size() == 2 * told(twin));
    CHECK(twin.account().reports == 2 * told(twin));

    const auto& losing = stage.withFault(VoiceFault::Kind::loss);
    const auto& account = losing.account();
    CHECK(account.lost > 5);
    CHECK(account.reports == told(losing));
    CHECK(account.lost + account.sent + account.unheard ==
          account.reports + account.columns + account.rosters);
    CHECK(account.sent ==
          heardOf(losing).count + stage.columns[losing.name()] + stage.rosters[losing.name()]);

    const auto& twice = stage.withFault(VoiceFault::Kind::twoWays);
    CHECK(heardOf(twice).count == 2 * told(twice));
    CHECK(heardOf(twice).numbers.size() == told(twice));
    CHECK(stage.fleet->problem().empty());
}

TEST_CASE("who was cut off delivers what was kept when the connection is back", "[fleet]") {
    Stage stage(fleetOf(20, "[[fault]]\nkind = \"queue\"\npublishers = 1\nevery_s = 20\nfor_s = 8\n"));
    const auto& cut = stage.withFault(VoiceFault::Kind::queue);
    stage.meet();
    bool wasSilent = false;
    for (int second = 0; second < 30 || stage.reports[cut.name()].count < cut.account().reports; ++second) {
        REQUIRE(second < 60);
        stage.play(1);
        if (stage.reports[cut.name()].count + 5 < cut.account().reports) wasSilent = true;
        // A connection takes real time; the clock of the test does not.
        REQUIRE(eventually([&] {
            stage.takeAll();
            stage.fleet->tick();
            return cut.wants("pop/") || stage.reports[cut.name()].count < cut.account().reports;
        }));
    }
    CHECK(wasSilent);
    REQUIRE_FALSE(cut.account().cutOff.empty());
    const auto [from, until] = cut.account().cutOff.front();
    CHECK(until - from <= seconds(7));
    CHECK(stage.reports[cut.name()].numbers.size() == cut.account().reports);
    CHECK(stage.reports[cut.name()].requests == cut.account().requests);
}

TEST_CASE("a fleet of several processes has each publisher once", "[fleet]") {
    std::multiset<std::string> names;
    auto options = fleetOf(20);
    options.processes = 3;
    for (options.process = 0; options.process < 3; ++options.process) {
        TestClock clock;
        const auto fleet = PublisherFleet::open(options, ownEdge(), clock);
        REQUIRE(fleet);
        for (const auto& voice : fleet.value()->voices())
            names.insert(voice.name());
    }
    CHECK(names.size() == 20);
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == 20);
}

TEST_CASE("a fleet is refused with what was expected", "[fleet]") {
    TestClock clock;
    const auto refusal = [&](const PublisherFleet::Options& options) {
        const auto opened = PublisherFleet::open(options, ownEdge(), clock);
        REQUIRE_FALSE(opened);
        return opened.error();
    };
    CHECK_THAT(refusal(fleetOf(28)), containsText("28 publishers for 27 nodes, expected a node for each"));
    CHECK_THAT(refusal(fleetOf(0)), containsText("0 publishers"));
    auto options = fleetOf(3);
    options.connect = {"nonsense"};
    CHECK_THAT(refusal(options), containsText("expected tcp://HOST:PORT"));
    CHECK_THAT(refusal(fleetOf(3, "[[fault]]\nkind = \"twin\"\npublishers = 3\n")),
               containsText("expected at most 2 publishers with one, of 3"));
}

TEST_CASE("who has which fault is a function of the seed", "[fleet]") {
    const auto faults =
        parseFaults("[[fault]]\nkind = \"clock\"\nshare = 0.1\noffset_s = 5\nspread_s = 3\n", "f");
    REQUIRE(faults);
    const auto one = assignFaults(*faults, 200, 1);
    REQUIRE(one);
    CHECK(std::ranges::count(*one, VoiceFault::Kind::clock, &VoiceFault::kind) == 20);
    for (const auto& fault : *one)
        if (fault.kind == VoiceFault::Kind::clock) CHECK(std::abs(fault.seconds - 5) <= 3);
    CHECK(*assignFaults(*faults, 200, 1) == *one);
    CHECK(*assignFaults(*faults, 200, 2) != *one);
}

TEST_CASE("faults that cannot be are refused with line and expectation", "[fleet]") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"kind = \"sloth\"\npublishers = 1", "f.toml:1: fault.kind: expected \"clock\""},
        {"kind = \"twin\"", "f.toml:1: fault.publishers is missing, expected a number from 1"},
        {"kind = \"twin\"\nshare = 2", "f.toml:3: fault.share is 2, expected a number from 0 to 1"},
        {"kind = \"twin\"\npublishers = \"all\"", "fault.publishers is no number"},
        {"kind = \"twin\"\npublishers = 1\nevery_s = 2", "f.toml:4: no key fault.every_s of a twin"},
        {"kind = \"clock\"\npublishers = 1", "fault.offset_s is missing"},
        {"kind = \"restart\"\npublishers = 1\nevery_s = 0", "fault.every_s is 0, expected a number from 1"},
        {"kind = \"loss\"\npublishers = 1\nlost = 7", "fault.lost is 7"},
        {"kind = \"queue\"\npublishers = 1\nevery_s = 9\nfor_s = 9",
         "fault.for_s: expected less than every_s"},
        {"kind = ", "f.toml:2: "},
    };
    for (const auto& [body, text] : cases) {
        INFO(body);
        const auto parsed = parseFaults("[[fault]]\n" + body + "\n", "f.toml");
        REQUIRE_FALSE(parsed);
        CHECK_THAT(parsed.error(), containsText(text));
    }
    CHECK_THAT(parseFaults("x = 1", "f").error(), containsText("expected sections [[fault]]"));
    CHECK_THAT(parseFaults(std::string(70'000, '#'), "f").error(), containsText("at most 65536"));
    CHECK_THAT(loadFaults("/nowhere").error(), containsText("no such file"));
}

TEST_CASE("in real time each second is told right after its end, by each clock", "[fleet]") {
    const TemporaryFolder folder;
    auto options = fleetOf(6, "[[fault]]\nkind = \"clock\"\npublishers = 1\noffset_s = 90.5\n");
    options.context = nullptr;
    options.connect = {"ipc://" + (folder.path() / "wall").string()};
    options.seconds = 3;
    const SystemClock clock;
    auto source = ZmqSource::open({.bind = options.connect});
    REQUIRE(source);
    source.value()->subscribe("pop/");
    auto fleet = PublisherFleet::open(options, ownEdge(), clock);
    REQUIRE(fleet);
    std::jthread thread([&](const std::stop_token& stop) { fleet.value()->run(stop); });
    std::map<std::string, std::set<FeedSecond>> heard;
    Decoder decoder;
    CHECK(eventually([&] {
        const auto received = source.value()->receive(milliseconds(100));
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message) return false;
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* report = std::get_if<const PopReport*>(&decoded);
        if (!report) return false;
        const auto& header = (*report)->header;
        heard[header.publisher].insert(header.intervalEnd);
        CHECK(header.sent >= WallTime(header.intervalEnd));
        CHECK(header.sent < WallTime(header.intervalEnd) + seconds(5)); // the machine may be busy
        return heard.size() == 6 &&
               std::ranges::all_of(heard, [](const auto& of) { return of.second.size() == 3; });
    }));
    thread.join();
    std::size_t ahead = 0;
    for (const auto& [name, ends] : heard)
        ahead += *ends.begin() > *heard.at(fleet.value()->voices()[0].name()).begin() + seconds(80) ? 1 : 0;
    CHECK(ahead == 1);
}
