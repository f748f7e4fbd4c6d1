// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/outages.h"

#include "tests/support/catch.h"

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

Scenario failing() {
    Scenario scenario;
    scenario.failures = {{Failure::Kind::pop, {"LHR", "CDG"}, 10, 20, 1},
                         {Failure::Kind::shield, {"FRA"}, 15, 5, 1},
                         {Failure::Kind::nodes, {"AMS"}, 15, 5, 0.4},
                         {Failure::Kind::origin, {}, 40, 1, 1}};
    return scenario;
}

} // namespace

TEST_CASE("failures hold for their time and hit what they name", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    const auto at = [&](double t) { return outagesAt(failing(), catalogue, t); };
    const auto down = [&](const std::vector<bool>& which, const char* code) {
        return which[catalogue.find(code)->value] ? 1 : 0;
    };
    CHECK(std::ranges::count(at(9).popDown, true) == 0);
    CHECK(std::ranges::count(at(10).popDown, true) == 2);
    CHECK(down(at(10).shieldDown, "LHR") == 1); // without power it is no shield either
    CHECK(down(at(15).shieldDown, "FRA") == 1);
    CHECK(down(at(15).popDown, "FRA") == 0);
    CHECK(at(15).nodesDown[catalogue.find("AMS")->value] == 0.4);
    CHECK(at(20).nodesDown[catalogue.find("AMS")->value] == 0);
    CHECK(std::ranges::count(at(30).popDown, true) == 0);
    CHECK(at(39).originReachable);
    CHECK_FALSE(at(40).originReachable);
    CHECK(at(41).originReachable);
}

TEST_CASE("what breaks and what comes back is told once", "[sim]") {
    CHECK(outagesTold(failing(), 10) == std::vector<std::string>{"LHR, CDG down"});
    CHECK(outagesTold(failing(), 11).empty());
    CHECK(outagesTold(failing(), 15) ==
          std::vector<std::string>{"shield FRA down", "40 % of the nodes of AMS down"});
    CHECK(outagesTold(failing(), 41) == std::vector<std::string>{"origin back"});
    auto many = failing();
    many.failures = {{Failure::Kind::pop, {"LHR", "CDG", "AMS", "BRU", "DUB"}, 0, 1, 1}};
    CHECK(outagesTold(many, 0) == std::vector<std::string>{"LHR, CDG, AMS and 2 more down"});
}
