// SPDX-License-Identifier: GPL-3.0-or-later
// Agents, relays and a wall, all of them as they are run: above a relay the wall shows what it would show
// without.
#include "tests/support/catch.h"
#include "tests/support/programs.h"
#include "tests/support/temporary_folder.h"

#include <optional>
#include <string>
#include <vector>

using namespace surgescope::tests;
using std::chrono::seconds;

namespace {

struct RelayProgram : Telling {
    explicit RelayProgram(const std::string& name, const std::vector<std::string>& options)
        : Telling(command(name, options)) {}

    static std::vector<std::string> command(const std::string& name,
                                            const std::vector<std::string>& options) {
        std::vector<std::string> words{kPrograms + "/surgescope-relay", "--name", name, "--stats", "-"};
        words.insert(words.end(), options.begin(), options.end());
        return words;
    }
};

std::vector<std::string> fleet(const std::vector<std::string>& options) {
    std::vector<std::string> words{kPrograms + "/surgescope-sim", "--publishers", "200", "--nodes", "1000"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

/// Everybody is heard, but for nodes that the simulation has down, and everybody is expected.
bool isWhole(const Json& s) {
    return s["nodes"]["heard"] >= 990 && s["nodes"]["expected"] == 1000;
}

} // namespace

TEST_CASE("above a relay a wall counts what it counts without one", "[end-to-end]") {
    Dashboard direct({"--bind", "tcp://127.0.0.1:*"});
    Dashboard wall({"--bind", "tcp://127.0.0.1:*"});
    // A relay below a relay: what is true of one is true of a chain.
    RelayProgram upper("upper", {"--bind", "tcp://127.0.0.1:*", "--connect", wall.endpoint()});
    RelayProgram relay("EWR/relay-1", {"--bind", "tcp://127.0.0.1:*", "--connect", upper.endpoint()});
    const auto all = direct.endpoint();
    Process agents(fleet({"--connect", relay.endpoint(), "--connect", all, "--duration", "12"}));
    REQUIRE(direct.awaits(isWhole));
    REQUIRE(wall.awaits(isWhole));
    CHECK(wall.shown["feed"]["publishers"] == 1);
    REQUIRE(agents.wait() == 0);
    REQUIRE(direct.awaits([](const Json& s) { return s["feed"]["newest_age_s"] > 2; }));
    REQUIRE(wall.awaits([](const Json& s) { return s["feed"]["newest_age_s"] > 2; }));
    for (const char* counter : {"node_seconds", "requests", "cache_hits", "bytes_out", "status_5xx"})
        CHECK(wall.total(counter) == direct.total(counter));
    CHECK(direct.total("requests") > 0);
    CHECK(wall.shown["since_start"]["distributions"] == direct.shown["since_start"]["distributions"]);
    for (const auto* shown : {&direct.shown, &wall.shown}) {
        CHECK((*shown)["feed"]["lost"] == 0);
        CHECK((*shown)["feed"]["lost_below"] == 0);
        CHECK((*shown)["feed"]["refused"].empty());
        CHECK((*shown)["nodes"]["expected"] == 1000); // who died is expected
    }
    CHECK(relay.process.terminate() == 0);
    CHECK(upper.process.terminate() == 0);
}

TEST_CASE("a relay that is killed and started again forgets nobody", "[end-to-end]") {
    const TemporaryFolder folder;
    const auto state = (folder.path() / "rosters").string();
    Dashboard wall({"--bind", "tcp://127.0.0.1:*"});
    const auto above = wall.endpoint();
    std::optional<RelayProgram> relay;
    relay.emplace("relay", std::vector<std::string>{"--bind", "tcp://127.0.0.1:*", "--connect", above,
                                                    "--state", state});
    const auto below = relay->endpoint();
    std::optional<Process> agents;
    agents.emplace(fleet({"--connect", below}));
    REQUIRE(wall.awaits(isWhole));
    REQUIRE(relay->awaits([](const Json& s) { return s["uptime_s"] > 5; })); // rosters are in the file
    relay.reset();                                                           // kill -9
    REQUIRE(wall.awaits([](const Json& s) { return s["nodes"]["heard"] == 0; }));
    CHECK(wall.shown["nodes"]["expected"] == 1000);
    agents.reset(); // and the site, too: the next relay hears of nobody
    relay.emplace("relay", std::vector<std::string>{"--bind", below, "--connect", above, "--state", state});
    REQUIRE(relay->awaits([](const Json& s) { return s["nodes_expected"] == 1000; }));
    REQUIRE(wall.awaits([](const Json& s) { return s["feed"]["restarts"] == 1; }));
    CHECK(wall.shown["nodes"]["expected"] == 1000);
    agents.emplace(fleet({"--connect", below}));
    REQUIRE(wall.awaits(isWhole));
}

TEST_CASE("agents go over to the second relay, and nobody is counted twice", "[end-to-end]") {
    Dashboard wall({"--bind", "tcp://127.0.0.1:*"});
    const auto above = wall.endpoint();
    std::optional<RelayProgram> first;
    first.emplace("first", std::vector<std::string>{"--bind", "tcp://127.0.0.1:*", "--connect", above});
    RelayProgram second("second", {"--bind", "tcp://127.0.0.1:*", "--connect", above});
    Process agents(fleet({"--relay", first->endpoint(), "--relay", second.endpoint()}));
    REQUIRE(wall.awaits(isWhole));
    REQUIRE(second.awaits([](const Json& s) { return s["agents"]["live"] == 0; }));
    first.reset();
    REQUIRE(second.awaits([](const Json& s) { return s["nodes_expected"] == 1000; }));
    REQUIRE(wall.awaits(isWhole));
    CHECK(wall.awaits([](const Json& s) { return s["feed"]["publishers"] == 2 && isWhole(s); }));
}

TEST_CASE("node columns travel through relays while somebody looks at them", "[end-to-end]") {
    Dashboard wall({"--bind", "tcp://127.0.0.1:*", "--select", "LHR"});
    RelayProgram upper("upper", {"--bind", "tcp://127.0.0.1:*", "--connect", wall.endpoint()});
    RelayProgram lower("lower", {"--bind", "tcp://127.0.0.1:*", "--connect", upper.endpoint()});
    Process agents(fleet({"--connect", lower.endpoint()}));
    REQUIRE(wall.awaits(isWhole));
    REQUIRE(upper.awaits([](const Json& s) { return s["up"]["node_column_pops"] == 1; }));
    REQUIRE(lower.awaits([](const Json& s) { return s["up"]["node_column_pops"] == 1; }));
    CHECK(
        wall.awaits([](const Json& s) { return s["feed"]["reports_per_second"] > 391; })); // the columns, too
    CHECK(wall.shown["feed"]["refused"].empty());
    REQUIRE(wall.process.terminate() == 0);
    CHECK(lower.awaits([](const Json& s) { return s["up"]["node_column_pops"] == 0; }, seconds(60)));
}
