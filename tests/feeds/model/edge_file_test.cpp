// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/edge_file.h"

#include "tests/support/catch.h"
#include "tests/support/edge.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using surgescope::tests::containsText;
using surgescope::tests::kEdge;

namespace {

/// The test edge with one text replaced by another.
std::string changed(const std::string& what, const std::string& by) {
    std::string toml = kEdge;
    const auto at = toml.find(what);
    REQUIRE(at != std::string::npos);
    return toml.replace(at, what.size(), by);
}

std::string refusal(const std::string& toml) {
    const auto edge = parseEdge(toml, "mine.toml");
    REQUIRE_FALSE(edge);
    return edge.error();
}

} // namespace

TEST_CASE("an edge file says regions, PoPs and whom to expect there", "[edge]") {
    const auto edge = parseEdge(kEdge, "mine.toml");
    INFO((edge ? "" : edge.error()));
    REQUIRE(edge);
    CHECK(edge->size() == 3);
    CHECK(edge->regions() == std::vector<std::string>{"DE", "US-EAST"});
    CHECK(edge->regionName("US-EAST") == "The East");
    CHECK(edge->regionName("unplaced") == "unplaced");
    CHECK(edge->isInventory());
    CHECK(edge->expectedNodes() == 3 + 4 + 20);
    CHECK_FALSE(PopCatalogue::builtIn().isInventory());

    REQUIRE(edge->find("FRA-2"));
    const auto& second = (*edge)[*edge->find("FRA-2")];
    CHECK(second.city == "Frankfurt 2");
    CHECK(edge->regions()[second.region.value] == "DE");
    CHECK(second.expectedNodes == 3);
    CHECK(second.nodeNames == std::vector<std::string>{"a", "b", "c"});
    CHECK(second.shield == "MUC");
    CHECK(second.timeZone == "Europe/Berlin");
    const auto& east = (*edge)[*edge->find("NYC")];
    CHECK(east.nodeNames.empty());
    CHECK(east.shield == "NYC");
    CHECK(east.timeZone == "Etc/GMT+5");
    CHECK(east.catchment == second.catchment); // nobody says: equal shares
}

TEST_CASE("who says no catchment has the mean of those who do", "[edge]") {
    const auto edge = parseEdge(changed("nodes = 4", "nodes = 4\ncatchment = 3e6"), "mine.toml");
    REQUIRE(edge);
    for (const auto& pop : edge->pops())
        CHECK(pop.catchment == 3e6);
}

TEST_CASE("what an edge file may not say is refused with its line, the key and what was expected", "[edge]") {
    const std::vector<std::vector<std::string>> cases{
        // what, by what, and what the refusal says
        {"code = \"FRA-2\"", "code = \"fra-2\"", "mine.toml:6: pop.code is 'fra-2', expected 2 to 16"},
        {"code = \"FRA-2\"", "code = 7", "mine.toml:6: pop.code is no text, expected 2 to 16"},
        {"code = \"FRA-2\"\n", "", "mine.toml:5: pop.code is missing"},
        {"code = \"FRA-2\"", "code = \"MUC\"", "pop MUC stands twice"},
        {"name = \"Frankfurt 2\"", "name = \"\"", "mine.toml:7: pop FRA-2: name: expected one line of text"},
        {"name = \"Frankfurt 2\"", "name = \"a\\nb\"", "pop FRA-2: name: expected one line of text"},
        {"name = \"Frankfurt 2\"", "name = \"" + std::string(65, 'x') + "\"", "at most 64 bytes"},
        {"name = \"Frankfurt 2\"\n", "", "mine.toml:5: pop FRA-2: name is missing"},
        {"latitude = 50.1", "latitude = 95", "mine.toml:8: pop FRA-2: latitude is 95, expected a number"},
        {"latitude = 50.1", "latitude = nan", "latitude is nan, expected a number from -90 to 90"},
        {"latitude = 50.1", "latitude = \"50\"", "latitude is no number"},
        {"longitude = 8.7", "longitude = 181", "longitude is 181, expected a number from -180 to 180"},
        {"region = \"DE\"", "region = \"FR\"",
         "pop FRA-2: region is 'FR', expected one of [regions]: DE, US-EAST"},
        {"region = \"DE\"", "region = 1", "expected one of [regions]"},
        {"shield = \"MUC\"", "shield = \"LHR\"",
         "mine.toml:11: pop FRA-2: shield is 'LHR', expected the code"},
        {"shield = \"MUC\"", "shield = \"nowhere at all\"", "shield is 'nowhere at all', expected 2 to 16"},
        {"nodes = [\"a\", \"b\", \"c\"]", "nodes = []", "pop FRA-2: nodes has 0 entries, expected how many"},
        {"nodes = [\"a\", \"b\", \"c\"]", "nodes = [\"a\", \"a\"]", "nodes: 'a' stands twice"},
        {"nodes = [\"a\", \"b\", \"c\"]", "nodes = [\"a\", 2]", "nodes: expected one line of text"},
        {"nodes = [\"a\", \"b\", \"c\"]", "nodes = 0", "nodes is 0, expected how many, 1 to 262144"},
        {"nodes = [\"a\", \"b\", \"c\"]", "nodes = 262145", "nodes is 262145, expected how many"},
        {"nodes = [\"a\", \"b\", \"c\"]", "nodes = 2.5", "nodes is neither, expected how many"},
        {"nodes = 4\n", "", "pop MUC: nodes is missing"},
        {"nodes = 4", "nodes = 4\ncatchment = 0", "catchment is 0, expected a number from 1 to 1"},
        {"nodes = 4", "nodes = 4\ncolour = \"red\"", "pop MUC: no key 'colour'; there are: code, name"},
        {"time_zone = \"Europe/Berlin\"", "time_zone = \"../../etc\"", "time_zone is '../../etc', expected"},
        {"DE = \"Germany\"", "de = \"Germany\"", "mine.toml:3: regions: 'de' is no code"},
        {"DE = \"Germany\"", "DE = 49", "mine.toml:3: regions.DE: expected one line of text"},
        {"nodes = 4", "nodes = 4\nuplink_gbit_per_s = 0",
         "uplink_gbit_per_s is 0, expected a number from 0.01"},
        {"nodes = 4", "nodes = 4\nnode = 3", "pop MUC: node: expected a section with gbit_per_s, cores"},
        {"nodes = 4", "nodes = 4\nnode = { gbit = 3 }",
         "pop MUC: node: no key 'gbit'; there are: gbit_per_s"},
        {"nodes = 4", "nodes = 4\nnode = { cores = 1e9 }",
         "node: cores is 1000000000, expected a number from 1"},
        {"[regions]", "origin = 3\n[regions]", "origin: expected sections [[origin]], at most 64"},
        {"[regions]", "[[origin]]\nname = \"O\"\n[regions]", "origin: latitude is missing"},
        {"[regions]", "[audience]\nlisteners = 3\n[regions]",
         "audience.listeners is 3, expected a number from 1000"},
        {"[regions]", "[areas]", "nothing is called 'areas' here, expected [regions], [audience], [node]"},
        {"code = \"FRA-2\"", "code = ", "mine.toml:6: "},
    };
    for (const auto& c : cases) {
        INFO(c[1]);
        CHECK_THAT(refusal(changed(c[0], c[1])), containsText(c[2]));
    }
    CHECK_THAT(refusal(""), containsText("[regions] is missing"));
    CHECK_THAT(refusal("[regions]\nDE = \"Germany\"\n"), containsText("no PoP in it"));
    CHECK_THAT(refusal("pop = 3\n[regions]\nDE = \"Germany\"\n"), containsText("expected sections [[pop]]"));
    CHECK_THAT(refusal("regions = 3\n"), containsText("expected a section [regions]"));
}

TEST_CASE("an edge file says what nodes, PoPs and origins can do, and for whom it was built", "[edge]") {
    const auto edge = parseEdge(std::string(R"(
[audience]
listeners = 400_000
[node]
gbit_per_s = 25
cores = 32
cache_bytes = 8e12
connections = 200_000
[[origin]]
name = "Store"
latitude = 50
longitude = 8
requests_per_s = 2_000
[[origin]]
name = "Copy"
latitude = 40
longitude = -75
)") + changed("nodes = 4", "nodes = 4\nnode = { gbit_per_s = 100 }\nuplink_gbit_per_s = 250"),
                                "mine.toml");
    INFO((edge ? "" : edge.error()));
    REQUIRE(edge);
    CHECK(edge->listeners() == 400'000);
    CHECK((*edge)[*edge->find("NYC")].node == NodeCapacity{25, 32, 8e12, 200'000});
    CHECK((*edge)[*edge->find("NYC")].uplinkGbitPerSecond == 0);
    CHECK((*edge)[*edge->find("MUC")].node == NodeCapacity{100, 32, 8e12, 200'000});
    CHECK((*edge)[*edge->find("MUC")].uplinkGbitPerSecond == 250);
    CHECK(edge->origins() == std::vector<OriginSite>{{"Store", 50, 8, 2'000}, {"Copy", 40, -75, 0}});
}

TEST_CASE("an edge that says nothing of capacities has origins all the same", "[edge]") {
    CHECK(parseEdge(kEdge, "mine.toml")->origins() == std::vector<OriginSite>{{"FRA-2", 50.1, 8.7, 0}});
    CHECK(parseEdge(kEdge, "mine.toml")->listeners() == kWorldListeners);
    const auto& builtIn = PopCatalogue::builtIn().origins();
    REQUIRE(builtIn.size() == 3);
    CHECK(builtIn.front().name == "IAD");
}

TEST_CASE("all mistakes of an edge file are told, a line each, in the file's order", "[edge]") {
    auto toml = changed("latitude = 50.1", "latitude = 95");
    toml.replace(toml.find("latitude = 48.1"), 15, "latitude = \"up\"");
    toml += "nodes_ = 3\n[audience]\npeople = 3\n";
    const auto told = refusal(toml);
    CHECK(told ==
          "mine.toml:8: pop FRA-2: latitude is 95, expected a number from -90 to 90\n"
          "mine.toml:17: pop MUC: latitude is no number, expected a number from -90 to 90\n"
          "mine.toml:28: pop NYC: no key 'nodes_'; there are: code, name, latitude, longitude, region, "
          "nodes, shield, time_zone, catchment, node, uplink_gbit_per_s\n"
          "mine.toml:29: audience: expected a section [audience] with listeners = HOW MANY and nothing "
          "else");
    std::string many = "[regions]\nDE = \"Germany\"\n";
    for (int i = 0; i < 5'000; ++i)
        many += "[[pop]]\ncode = \"p\"\n";
    const auto some = refusal(many);
    CHECK(std::ranges::count(some, '\n') == 10);
    CHECK_THAT(some, containsText("mine.toml: and 4990 more"));
}

TEST_CASE("an edge file has bounds", "[edge]") {
    CHECK_THAT(refusal(std::string((4U << 20U) + 1, '#')), containsText("expected at most 4194304 bytes"));
    std::string pops = "[regions]\nDE = \"Germany\"\n";
    for (int i = 0; i < 5'001; ++i)
        pops += "[[pop]]\ncode = \"P" + std::to_string(i) + "\"\n";
    CHECK_THAT(refusal(pops), containsText("5001 PoPs, expected at most 5000"));
    std::string regions = "[regions]\n";
    for (int i = 0; i < 65; ++i)
        regions += "R" + std::to_string(i) + " = \"x\"\n";
    CHECK_THAT(refusal(regions), containsText("regions: expected at most 64"));
    std::string nodes = "[regions]\nDE = \"Germany\"\n";
    for (int i = 0; i < 62; ++i)
        nodes += "[[pop]]\ncode = \"P" + std::to_string(i) +
                 "\"\nname = \"x\"\nlatitude = 1\nlongitude = 1\nregion = \"DE\"\nnodes = 262144\n";
    CHECK_THAT(refusal(nodes), containsText("pop P15: more than 4000000 nodes in the file"));
    CHECK_THAT(refusal(std::string(1'000, '[')), containsText("mine.toml:"));
}

TEST_CASE("an edge is chosen by its file, and the sample is a good one", "[edge]") {
    const auto sample = catalogueOf(SURGESCOPE_SOURCE_DIR "/resources/edge.toml");
    INFO((sample ? "" : sample.error()));
    REQUIRE(sample);
    CHECK((*sample)->size() == 3);
    CHECK((*sample)->expectedNodes() == 39);
    const auto none = catalogueOf("");
    REQUIRE(none);
    CHECK(none->get() == &PopCatalogue::builtIn());
    CHECK_THAT(catalogueOf("/nowhere/edge.toml").error(), containsText("/nowhere/edge.toml: no such file"));
    const surgescope::tests::TemporaryFolder folder;
    const auto path = (folder.path() / "large.toml").string();
    std::ofstream(path) << std::string((4U << 20U) + 1, '#');
    CHECK_THAT(catalogueOf(path).error(), containsText("expected at most 4194304 bytes"));
}
