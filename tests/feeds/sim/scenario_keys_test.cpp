// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/edge_file.h"
#include "feeds/sim/demand.h"
#include "feeds/sim/outages.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/scenario_keys.h"
#include "feeds/sim/simulator.h"

#include "tests/support/catch.h"
#include "tests/support/edge.h"

#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;
using surgescope::tests::containsText;

namespace {

const PopCatalogue& wholeEdge = PopCatalogue::builtIn();

Scenario scenarioOf(const std::string& toml, const PopCatalogue& catalogue = wholeEdge) {
    const auto scenario = parseScenario("summary = \"A test.\"\n" + toml, "mine", "mine.toml", catalogue);
    INFO((scenario ? "" : scenario.error()));
    REQUIRE(scenario);
    return *scenario;
}

std::string refusalOf(const std::string& toml) {
    const auto scenario = parseScenario("summary = \"A test.\"\n" + toml, "mine", "mine.toml", wholeEdge);
    REQUIRE_FALSE(scenario);
    return scenario.error();
}

PopTotals worldAt(const Scenario& scenario, int t) {
    Simulator simulator(wholeEdge, scenario, 391, 1);
    while (simulator.now() < scenario.releaseAt + std::chrono::seconds(t))
        simulator.step();
    PopTotals totals;
    for (const auto& report : simulator.reports())
        totals.merge(report.totals);
    return totals;
}

/// The release's part of a PoP's listeners half a minute after T-0.
double releaseListeners(const Scenario& scenario, const char* code) {
    Demand demand(wholeEdge, scenario, 1);
    for (int t = -60; t <= 30; ++t)
        demand.step(scenario.releaseAt + std::chrono::seconds(t));
    return demand.pops()[wholeEdge.find(code)->value].releaseListeners;
}

} // namespace

TEST_CASE("all mistakes of a scenario are told, a line each, in the file's order", "[sim]") {
    CHECK(refusalOf(
              "[release]\nalbums = 1.5\nmode = \"never\"\n[purges]\nloss = 2\n[[failure]]\nkind = \"pop\"\n"
              "pops = [\"XXX\", \"YYY\"]\nduration_s = 3\n") ==
          "mine.toml:3: release.albums is 1.5, expected a whole number from 1 to 20\n"
          "mine.toml:4: release.mode: expected \"simultaneous\" or \"local-midnight\"\n"
          "mine.toml:6: purges.loss is 2, expected a number from 0 to 0.9\n"
          "mine.toml:9: failure.pops: no PoP 'XXX', 'YYY' in the catalogue");
}

TEST_CASE("what cannot be so is refused", "[sim]") {
    CHECK_THAT(refusalOf("[purges]\nburst_s = 300\nevery_s = 120\n"),
               containsText("purges.burst_s is longer than purges.every_s"));
    CHECK_THAT(refusalOf("[cache]\nedge_tracks = 1e6\n"), containsText("no key cache.edge_tracks"));
    CHECK_THAT(
        refusalOf("[release]\nmode = \"local-midnight\"\n[[another_release]]\nat_s = 5\nopens_per_s = 5\n"),
        containsText("another_release does not go with release.mode local-midnight"));
    CHECK_THAT(refusalOf("[affinity.region]\nXX = 2\n"), containsText("affinity: no region 'XX'"));
    CHECK_THAT(refusalOf("[affinity.country]\nUS = 21\n"),
               containsText("affinity.country.US is 21, expected a number from 0 to 20"));
    CHECK_THAT(refusalOf("[affinity]\nUS = 2\n"), containsText("expected sections [affinity.region]"));
    CHECK_THAT(refusalOf("[[purge_burst]]\nat_s = 5\n"), containsText("purge_burst.keys_per_s is missing"));
    CHECK_THAT(
        refusalOf("[[another_release]]\nat_s = 5\nsize = 3\n"),
        containsText("no key another_release.size; there are: at_s, albums, opens_per_s, waiting_people"));
    CHECK_THAT(refusalOf("[release]\ntracks_per_album = 101\n"), containsText("from 1 to 100"));
}

TEST_CASE("another release of the night brings a second crowd, and its objects are cold", "[sim]") {
    const auto one = scenarioOf("[release]\nopens_per_s = 900\n");
    const auto two =
        scenarioOf("[release]\nopens_per_s = 900\n[[another_release]]\nat_s = 200\nopens_per_s = "
                   "9_000\nwaiting_people = 1e6\n");
    CHECK(opensPerSecond(two, 199) == opensPerSecond(one, 199));
    CHECK(opensPerSecond(two, 300) > 5 * opensPerSecond(one, 300));
    CHECK(waitingPeople(two, 200) == Approx(1e6));
    CHECK(two.quietTwin() == one.quietTwin());
    // The first crowd had warmed the caches; what came out now is cold again.
    const auto atOnce = scenarioOf("[release]\nopens_per_s = 9_900\nwaiting_people = 1e6\nalbums = 2\n");
    CHECK(worldAt(two, 230)[Counter::collapsed] > 3 * worldAt(atOnce, 230)[Counter::collapsed]);
    Simulator simulator(wholeEdge, two, 391, 1);
    std::vector<std::string> told;
    while (simulator.now() < two.releaseAt + std::chrono::seconds(200)) {
        simulator.step();
        for (const auto& event : simulator.events())
            if (event.kind == EventKind::release) told.push_back(event.text);
    }
    CHECK(told == std::vector<std::string>{"album live", "album live"});
}

TEST_CASE("an artist has an audience of her own in regions and countries", "[sim]") {
    const auto even = scenarioOf("[release]\nopens_per_s = 900\n");
    const auto liked =
        scenarioOf("[release]\nopens_per_s = 900\n[affinity.region]\nEU = 4\n[affinity.country]\nFR = 0\n");
    const auto share = [&](const char* code) {
        return releaseListeners(liked, code) / releaseListeners(even, code);
    };
    CHECK(share("FRA") > 1.2);
    CHECK(share("FRA") / share("LHR") == Approx(1.9 / 1.2)); // what they would be otherwise
    CHECK(share("EWR") < 0.8);
    CHECK(share("CDG") == 0);
}

TEST_CASE("people told one after the other come one after the other", "[sim]") {
    const auto once = scenarioOf("[release]\nopens_per_s = 900\n");
    const auto staggered = scenarioOf("[release]\nopens_per_s = 900\nstagger_s = 600\n");
    CHECK(opensPerSecond(staggered, 60) < 0.2 * opensPerSecond(once, 60));
    CHECK(opensPerSecond(staggered, 900) > opensPerSecond(once, 900));
    double all = 0, later = 0;
    for (int t = 0; t < 200'000; ++t) {
        all += opensPerSecond(once, t);
        later += opensPerSecond(staggered, t);
    }
    CHECK(later == Approx(all).epsilon(0.01)); // the same people
}

TEST_CASE("bit rates and requests are a scenario's", "[sim]") {
    const auto usual = worldAt(scenarioOf(""), -50);
    const auto heavy = worldAt(scenarioOf("[traffic]\nkbit_per_s = 512\napi_per_track = 8\n"), -50);
    CHECK(static_cast<double>(heavy[Counter::bytes_out]) ==
          Approx(2.0 * static_cast<double>(usual[Counter::bytes_out])).epsilon(0.1));
    CHECK(static_cast<double>(heavy[Counter::api_requests]) >
          1.5 * static_cast<double>(usual[Counter::api_requests]));
    // The caches hold as many bytes, and so fewer tracks.
    const auto hitRatio = [](const PopTotals& t) {
        return static_cast<double>(t[Counter::cache_hits]) /
               static_cast<double>(t[Counter::cache_hits] + t[Counter::cache_misses]);
    };
    CHECK(hitRatio(heavy) < hitRatio(usual) - 0.01);
}

TEST_CASE("several purge bursts come when they are said to", "[sim]") {
    const auto scenario = scenarioOf("[[purge_burst]]\nat_s = 10\nkeys_per_s = 500\nduration_s = 5\n"
                                     "[[purge_burst]]\nat_s = -20\nkeys_per_s = 100\nduration_s = 2\n");
    Simulator simulator(wholeEdge, scenario, 391, 1);
    std::vector<std::string> told;
    std::uint64_t atTwenty = 0;
    std::uint64_t atStart = 0;
    while (simulator.now() < scenario.releaseAt + std::chrono::seconds(20)) {
        simulator.step();
        if (atStart == 0) atStart = simulator.global().purgeHead;
        atTwenty = simulator.global().purgeHead;
        for (const auto& event : simulator.events())
            told.push_back(event.text);
    }
    CHECK(told == std::vector<std::string>{"200 keys invalidated", "2500 keys invalidated"});
    CHECK(atTwenty - atStart == 80 * 5 + 200 + 2'500);
}

TEST_CASE("PoPs may be drained for a while", "[sim]") {
    const auto scenario =
        scenarioOf("[[failure]]\nkind = \"drain\"\npops = [\"LHR\"]\nat_s = -50\nduration_s = 400\n");
    CHECK(outagesAt(scenario, wholeEdge, -50).popDrained[wholeEdge.find("LHR")->value]);
    CHECK_FALSE(outagesAt(scenario, wholeEdge, 350).popDrained[wholeEdge.find("LHR")->value]);
    CHECK(outagesTold(scenario, -50) == std::vector<std::string>{"LHR drained"});
    Simulator simulator(wholeEdge, scenario, 391, 1);
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    for (int i = 0; i < 150; ++i) {
        simulator.step();
        for (const auto& report : simulator.reports())
            if (report.pop == "LHR") (first == 0 ? first : last) = report.totals[Counter::requests];
    }
    CHECK(last < first / 20);
}

TEST_CASE("a scenario for the world is as large as the edge it plays on", "[sim]") {
    const auto small =
        parseEdge("[audience]\nlisteners = 200_000\n" + std::string(surgescope::tests::kEdge), "e.toml");
    REQUIRE(small);
    const auto here = loadScenario("triple-drop", *small);
    const auto large = loadScenario("triple-drop", wholeEdge);
    REQUIRE(here);
    CHECK(here->meanListeners == 200'000);
    CHECK(here->opensAtPeakPerSecond == Approx(large->opensAtPeakPerSecond / 100));
    CHECK(here->waitingPool == Approx(large->waitingPool / 100));
    CHECK(here->purgeBurstPerSecond == large->purgeBurstPerSecond);
    const auto own = scenarioOf("[audience]\nmean_listeners = 50_000\n[release]\nopens_per_s = 7\n", *small);
    CHECK(own.meanListeners == 50'000);
    CHECK(own.opensAtPeakPerSecond == 7);
}

TEST_CASE("a number of a scenario can be set by its name, and a lever stands where it is put", "[sim]") {
    const auto triple = *findScenario("triple-drop");
    CHECK(withNumber(triple, "release.albums", 2, wholeEdge)->albums == 2);
    const auto warm = withNumber(*findScenario("triple-drop-prepared"), "prewarm", 0.5, wholeEdge);
    REQUIRE(warm);
    CHECK(warm->levers.front().setting == LeverSetting{"prewarm", "0.5"});
    CHECK(std::ranges::count(warm->levers, "prewarm", [](const auto& l) { return l.setting.name; }) == 1);
    CHECK_THAT(withNumber(triple, "release.albums", 2.5, wholeEdge).error(),
               containsText("expected a whole number"));
    CHECK_THAT(withNumber(triple, "release.tempo", 2, wholeEdge).error(),
               containsText("no number is called 'release.tempo'"));
    CHECK_THAT(withNumber(triple, "warp", 9, wholeEdge).error(), containsText("no lever named 'warp'"));
    CHECK_THAT(withNumber(triple, "prewarm", 2, wholeEdge).error(),
               containsText("expected a number from 0 to 1"));
    const auto storm = *findScenario("purge-storm");
    CHECK_THAT(withNumber(storm, "purges.burst_s", 121, wholeEdge).error(),
               containsText("longer than purges.every_s"));
}
