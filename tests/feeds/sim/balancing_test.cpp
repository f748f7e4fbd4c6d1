// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/balancing.h"
#include "feeds/sim/network.h"

#include "tests/support/catch.h"

#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::feeds::sim;

namespace {

using Site = Balancing::Site;

/// All PoPs alike: 100 units of work fill one up to its knee.
struct World {
    const PopCatalogue& catalogue = PopCatalogue::builtIn();
    Network network{catalogue};
    Scenario scenario;
    Balancing balancing{network, scenario};
    std::vector<Site> sites;

    explicit World(double work) : sites(catalogue.size(), Site{work, 0.01, Site::State::open}) {}
    PopIndex pop(const char* code) const { return *catalogue.find(code); }
    Site& operator[](const char* code) { return sites[pop(code).value]; }
    void settle(double radius = 8) {
        for (int i = 0; i < 300; ++i)
            balancing.step(sites, radius);
    }
    double servedAt(PopIndex at) const {
        double work = sites[at.value].work * (1 - balancing.away(at));
        for (const auto& move : balancing.moves())
            if (move.to == at) work += sites[move.from.value].work * move.share;
        return work;
    }
};

} // namespace

TEST_CASE("round trips are those of fibre", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    const auto ms = [&](const char* a, const char* b) {
        return 1e3 * roundTripSeconds(catalogue[*catalogue.find(a)], catalogue[*catalogue.find(b)]);
    };
    CHECK(ms("LHR", "EWR") == Approx(75).margin(8));   // measured: 70 to 80
    CHECK(ms("LAX", "NRT") == Approx(115).margin(15)); // measured: 100 to 115
    CHECK(ms("LHR", "LHR") == Approx(0.5));
}

TEST_CASE("the nearest come first, and a shield that is down is replaced by the nearest other", "[sim]") {
    const auto& catalogue = PopCatalogue::builtIn();
    const Network network(catalogue);
    const auto munich = *catalogue.find("MUC");
    const auto& neighbours = network.neighbours(munich);
    CHECK(neighbours.size() == catalogue.size() - 1);
    for (std::size_t i = 1; i < neighbours.size(); ++i)
        CHECK(network.roundTrip(munich, neighbours[i - 1]) <= network.roundTrip(munich, neighbours[i]));
    const auto own = network.shieldOf(munich, [](PopIndex) { return false; });
    CHECK(catalogue[own].code == catalogue[munich].shield);
    const auto other = network.shieldOf(munich, [&](PopIndex p) { return p == own; });
    CHECK(other != own);
    CHECK(network.roundTrip(munich, other) < 0.03);
    CHECK(network.shieldOf(munich, [](PopIndex) { return true; }) == own);
}

TEST_CASE("as long as nobody is hot everybody keeps their clients", "[sim]") {
    World world(80);
    world.settle();
    CHECK(world.balancing.moves().empty());
    CHECK(world.balancing.away(world.pop("LHR")) == 0);
}

TEST_CASE("a hot PoP sends what is too much to neighbours, with a lag", "[sim]") {
    World world(40);
    world["LHR"].work = 170;
    world.balancing.step(world.sites, 8);
    CHECK(world.balancing.away(world.pop("LHR")) < 0.03);
    world.settle();
    CHECK(world.servedAt(world.pop("LHR")) == Approx(85).epsilon(1e-3));
    CHECK(world.balancing.unplaced(world.pop("LHR")) == Approx(0).margin(1e-9));
    double moved = 0;
    for (const auto& move : world.balancing.moves()) {
        moved += move.share;
        CHECK(world.servedAt(move.to) <= 85.001);
    }
    CHECK(moved == Approx(0.5).epsilon(1e-3));
}

TEST_CASE("when everybody is hot there is nowhere to go", "[sim]") {
    World world(170);
    world.settle();
    CHECK(world.balancing.moves().empty());
    CHECK(world.balancing.unplaced(world.pop("LHR")) == Approx(0.5).margin(1e-3));
}

TEST_CASE("two hot PoPs do not overfill the neighbour they share", "[sim]") {
    World world(84);
    world["LHR"].work = world["CDG"].work = world["AMS"].work = 200;
    world["BRU"].work = 20;
    world.settle();
    CHECK(world.servedAt(world.pop("BRU")) <= 85.001);
    CHECK(world.balancing.unplaced(world.pop("LHR")) > 0.3);
}

TEST_CASE("a drained PoP loses all clients, a dead one too, whatever room there is", "[sim]") {
    World world(100); // nobody has room
    world["LHR"].state = Site::State::drained;
    world["SYD"].state = Site::State::dead;
    world.settle();
    CHECK(world.servedAt(world.pop("LHR")) == Approx(0).margin(0.1));
    CHECK(world.servedAt(world.pop("SYD")) == Approx(0).margin(0.1));
    for (const auto& move : world.balancing.moves()) {
        CHECK(move.to != world.pop("LHR"));
        CHECK(move.to != world.pop("SYD"));
    }
    world["LHR"].state = Site::State::open;
    world["LHR"].work = 80;
    world.settle();
    CHECK(world.servedAt(world.pop("LHR")) >= 79);
}

TEST_CASE("neighbours of a dead PoP send their own away, and say when nobody takes them", "[sim]") {
    World world(80);
    world["LHR"].work = 600;
    world["LHR"].state = Site::State::dead;
    world.settle();
    const auto nearest = world.network.neighbours(world.pop("LHR")).front();
    CHECK(world.servedAt(nearest) > 100); // clients of a dead PoP go somewhere, room or not
    CHECK(world.balancing.unplaced(nearest) > 0.1);
    for (const auto& move : world.balancing.moves()) // and nobody goes where that happens
        if (move.from != world.pop("LHR")) CHECK(world.servedAt(move.to) <= 85.001);
}

TEST_CASE("a larger radius finds more room, none finds none", "[sim]") {
    World world(80);
    world["LHR"].work = 170;
    world.settle(4);
    const double near = world.balancing.away(world.pop("LHR"));
    world.settle(30);
    CHECK(world.balancing.away(world.pop("LHR")) > 2 * near);
    world.settle(0);
    CHECK(world.balancing.away(world.pop("LHR")) == 0);
}

TEST_CASE("PoPs without nodes take nobody and send nobody", "[sim]") {
    World world(40);
    for (auto& site : world.sites)
        site.saturationPerWork = 0;
    world["LHR"].saturationPerWork = world["SYD"].saturationPerWork = 0.01;
    world["LHR"].work = 170;
    world.settle(64);
    CHECK(world.balancing.away(world.pop("LHR")) == 0); // Sydney is not among its neighbours
    CHECK(world.balancing.unplaced(world.pop("LHR")) == Approx(0.5).margin(1e-3));
}
