// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/random.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/scenario_keys.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;
using surgescope::tests::containsText;

namespace {

Result<Scenario> parse(const std::string& toml) {
    return parseScenario(toml, "mine", "mine.toml", PopCatalogue::builtIn());
}

} // namespace

TEST_CASE("all scenarios of resources/ are built in and well", "[sim]") {
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(SURGESCOPE_SOURCE_DIR "/resources/scenarios")) {
        ++files;
        std::ifstream stream(entry.path());
        const std::string text(std::istreambuf_iterator<char>(stream), {});
        const auto name = entry.path().stem().string();
        const auto parsed =
            parseScenario(text, name, entry.path().filename().string(), PopCatalogue::builtIn());
        INFO((parsed ? name : parsed.error()));
        REQUIRE(parsed);
        REQUIRE(findScenario(name));
        CHECK(*findScenario(name) == *parsed);
        CHECK(parsed->summary.size() > 20);
    }
    CHECK(scenarios().size() == files);
    CHECK(files == 7);
}

TEST_CASE("a file sets what it says and leaves the rest", "[sim]") {
    const auto scenario = parse(R"(
summary = "A test."
[release]
at = 2027-03-01T09:30:00+01:00
mode = "local-midnight"
lead_s = 300
albums = 2
[purges]
loss = 0.1
[[lever]]
at_s = 30
set = "drain=LHR"
[[lever]]
at_s = -10
set = "prewarm=0.5"
[[failure]]
kind = "nodes"
pops = ["AMS", "FRA"]
share = 0.25
at_s = 5
duration_s = 60
)");
    INFO((scenario ? "" : scenario.error()));
    REQUIRE(scenario);
    CHECK(scenario->name == "mine");
    CHECK(utcText(scenario->releaseAt) == "2027-03-01 08:30:00");
    CHECK(scenario->start() == scenario->releaseAt - std::chrono::seconds(300));
    CHECK(scenario->releaseMode == ReleaseMode::localMidnight);
    CHECK(scenario->albums == 2);
    CHECK(scenario->purgeLoss == 0.1);
    CHECK(scenario->meanListeners == Scenario().meanListeners);
    REQUIRE(scenario->levers.size() == 2);
    CHECK(scenario->levers.front().setting.name == "prewarm"); // in order of time
    CHECK(scenario->failures == std::vector<Failure>{{Failure::Kind::nodes, {"AMS", "FRA"}, 5, 60, 0.25}});
}

TEST_CASE("a broken file is refused with its line and what was expected", "[sim]") {
    const std::string good = "summary = \"A test.\"\n";
    for (const auto& [text, line, expected] :
         std::initializer_list<std::tuple<std::string, int, std::string>>{
             {good + "[release]\nalbums = 40\n", 3, "release.albums is 40, expected a number from 1 to 20"},
             {good + "[release]\nalbums = \"three\"\n", 3, "release.albums is no number"},
             {good + "[release]\nalbums = nan\n", 3, "expected a number from 1 to 20"},
             {good + "[release]\nalbum = 3\n", 3, "no key release.album; there are: albums, opens_per_s"},
             {good + "[relase]\nalbums = 3\n", 2, "nothing is called relase here"},
             {good + "\n\n[release\n", 4, ""},
             {good + "[release]\nat = 2026-11-27\n", 3, "a time with its zone"},
             {good + "[release]\nat = 2026-11-27T05:00:00\n", 3, "a time with its zone"},
             {good + "[release]\nat = 1999-11-27T05:00:00Z\n", 3, "a year from 2021 to 2098"},
             {good + "[release]\nmode = \"later\"\n", 3, "\"simultaneous\" or \"local-midnight\""},
             {good + "[release]\nlead_s = 0\n", 3, "expected a number from 1 to 86400"},
             {good + "failure = 3\n", 2, "[[failure]]"},
             {good + "[[failure]]\nkind = \"moon\"\npops = [\"LHR\"]\nduration_s = 5\n", 3,
              "\"nodes\", \"pop\", \"shield\", \"drain\" or \"origin\""},
             {good + "[[failure]]\nkind = \"pop\"\npops = [\"XXX\"]\nduration_s = 5\n", 4, "no PoP 'XXX'"},
             {good + "[[failure]]\nkind = \"pop\"\nduration_s = 5\n", 2, "needs pops"},
             {good + "[[failure]]\nkind = \"pop\"\npops = [\"LHR\"]\n", 2, "needs kind and duration_s"},
             {good + "[[lever]]\nset = \"warp=9\"\n", 3, "no lever named 'warp'"},
             {good + "[[lever]]\nat_s = 5\n", 2, "needs set"},
             {"summary = 3\n", 1, "one line of text"}}) {
        const auto scenario = parse(text);
        INFO(text);
        REQUIRE_FALSE(scenario);
        CHECK_THAT(scenario.error(), containsText("mine.toml:" + std::to_string(line) + ": "));
        CHECK_THAT(scenario.error(), containsText(expected));
        CHECK(scenario.error().find('\n') == std::string::npos);
    }
    CHECK_THAT(parse("").error(), containsText("summary is missing"));
    CHECK_THAT(parse(std::string(2'000'000, '#')).error(), containsText("at most 1048576"));
}

TEST_CASE("damaged scenario files never do more than be refused", "[sim]") {
    std::ifstream stream(SURGESCOPE_SOURCE_DIR "/resources/scenarios/regional-failure.toml");
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    REQUIRE(text.size() > 500);
    for (std::uint64_t i = 0; i < 3'000; ++i) {
        auto damaged = text;
        for (std::uint64_t change = 0; change < 1 + i % 5; ++change)
            damaged[hash(1, i, change) % damaged.size()] = static_cast<char>(hash(2, i, change));
        if (const auto scenario = parse(damaged)) CHECK(scenario->albums >= 1);
    }
    for (std::size_t length = 0; length < text.size(); ++length)
        (void)parse(text.substr(0, length));
}

TEST_CASE("a user's own file is as good as a name", "[sim]") {
    const surgescope::tests::TemporaryFolder folder;
    const auto path = folder.path() / "rehearsal one.toml";
    std::ofstream(path) << "summary = \"Mine.\"\n[release]\nalbums = 4\n";
    const auto scenario = loadScenario(path.string(), PopCatalogue::builtIn());
    REQUIRE(scenario);
    CHECK(scenario->name == "rehearsal one");
    CHECK(scenario->albums == 4);
    CHECK(loadScenario("triple-drop", PopCatalogue::builtIn()));
    CHECK_THAT(loadScenario("calm", PopCatalogue::builtIn()).error(),
               containsText("no scenario named 'calm'"));
    CHECK_THAT(loadScenario(folder.path().string(), PopCatalogue::builtIn()).error(),
               containsText("no such file"));
}

TEST_CASE("the quiet twin is the same night without a release", "[sim]") {
    const auto triple = findScenario("triple-drop")->quietTwin();
    CHECK(triple == findScenario("standard-rollout")->quietTwin());
    CHECK(triple == findScenario("triple-drop-prepared")->quietTwin());
    CHECK(triple != findScenario("regional-failure")->quietTwin()); // another night
    CHECK(triple.opensAtPeakPerSecond == 0);
}

TEST_CASE("every key that a file may set is described", "[sim]") {
    std::string all;
    for (const auto& line : scenarioKeys())
        all += line + "\n";
    for (const char* key :
         {"release.albums", "release.at", "audience.mean_listeners", "cache.catalogue_tracks",
          "traffic.kbit_per_s", "affinity.country", "another_release", "purge_burst",
          "purges.burst_keys_per_s", "metadata.retry_budget", "bots.burst_share", "balancing.spill_above",
          "nodes.failures_per_year", "[[failure]]", "prewarm="})
        CHECK_THAT(all, containsText(key));
}
