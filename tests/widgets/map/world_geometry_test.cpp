// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/equal_earth.h"
#include "widgets/map/world_geometry.h"

#include "tests/support/catch.h"

#include <cmath>
#include <string>

using namespace surgescope::widgets;

namespace {

/// Two squares that share their middle edge: arcs 0 (shared), 1 (western rest), 2 (eastern rest), quantised.
std::string squares(const std::string& secondCountry) {
    return R"({"type":"Topology","transform":{"scale":[10,10],"translate":[0,0]},"arcs":[
        [[1,0],[0,1]], [[1,1],[-1,0],[0,-1],[1,0]], [[1,0],[1,0],[0,1],[-1,0]]],
        "objects":{"countries":{"type":"GeometryCollection","geometries":[
        {"type":"Polygon","arcs":[[0,1]]},)" +
           secondCountry + "]}}}";
}

std::string errorOf(const std::string& json) {
    const auto world = parseTopology(json);
    return world ? "accepted" : world.error();
}

} // namespace

TEST_CASE("arcs become rings, and a shared arc one border") {
    const auto world = parseTopology(squares(R"({"type":"MultiPolygon","arcs":[[[2,-1]]]})"));
    REQUIRE(world);
    CHECK(world->polygons.size() == 2);
    CHECK(world->ringCount() == 2);
    REQUIRE(world->lines.size() == 3);
    CHECK(world->lines[0].border);
    CHECK_FALSE(world->lines[1].border);
    CHECK_FALSE(world->lines[2].border);
    // Deltas add up and the scale is applied: the eastern square reaches 20° E, 10° N.
    const QPointF corner = equalEarth::forward(20, 0);
    CHECK(world->polygons[1].bounds.right() == Approx(corner.x()));
    CHECK(world->polygons[1].bounds.bottom() == Approx(equalEarth::forward(0, 10).y()));
}

TEST_CASE("land across the 180th meridian is cut there") {
    const auto world = parseTopology(R"({"type":"Topology",
        "arcs":[[[170,0],[-170,0],[-170,10],[170,10],[170,0]]],
        "objects":{"countries":{"geometries":[{"type":"Polygon","arcs":[[0]]}]}}})");
    REQUIRE(world);
    REQUIRE(world->ringCount() == 2);
    for (const auto& ring : world->polygons[0].rings) {
        double left = 9, right = -9;
        for (const QPointF& p : ring) {
            left = std::min(left, p.x());
            right = std::max(right, p.x());
        }
        CHECK(right - left < 0.2); // ten degrees, not the way round the world
    }
}

TEST_CASE("a ring around a pole is led along it") {
    const auto world = parseTopology(R"({"type":"Topology",
        "arcs":[[[-120,-80],[0,-80],[120,-80],[-120,-80]]],
        "objects":{"countries":{"geometries":[{"type":"Polygon","arcs":[[0]]}]}}})");
    REQUIRE(world);
    double lowest = 0, left = 0, right = 0;
    for (const auto& ring : world->polygons[0].rings)
        for (const QPointF& p : ring) {
            lowest = std::min(lowest, p.y());
            left = std::min(left, p.x());
            right = std::max(right, p.x());
        }
    CHECK(lowest == Approx(-equalEarth::kHalfHeight));
    CHECK(right == Approx(equalEarth::forward(180, -80).x()));
    CHECK(left == Approx(-right));
}

TEST_CASE("broken maps are refused with a reason") {
    using surgescope::tests::containsText;
    CHECK_THAT(errorOf("nonsense"), containsText("not a JSON object"));
    CHECK_THAT(errorOf("{}"), containsText("not a TopoJSON topology"));
    CHECK_THAT(errorOf(R"({"type":"Topology"})"), containsText("arcs"));
    CHECK_THAT(errorOf(squares(R"({"type":"Polygon","arcs":[[7]]})")), containsText("arc 7 of 3"));
    CHECK_THAT(errorOf(squares(R"({"type":"Polygon","arcs":[[-9]]})")), containsText("arc 8 of 3"));
    CHECK_THAT(errorOf(squares(R"({"type":"Point","arcs":[]})")), containsText("Point"));
    CHECK_THAT(errorOf(squares(R"({"type":"Polygon","arcs":[[0]]})")),
               containsText("fewer than four points"));
    CHECK_THAT(errorOf(squares(R"({"type":"Polygon","arcs":"no"})")), containsText("map:"));
    CHECK_THAT(errorOf(R"({"type":"Topology","arcs":[[[0,0],[400,0]]],"objects":{}})"),
               containsText("leaves the globe"));
}

TEST_CASE("the built-in map is the whole world and stays on it") {
    const auto world = loadWorld();
    REQUIRE(world);
    CHECK(world->polygons.size() > 1000);
    CHECK(world->ringCount() < 3000);
    double left = 0, right = 0, bottom = 0, top = 0;
    for (const auto& polygon : world->polygons) {
        // No ring is wider than Russia's, except around the pole; one led the wrong way round the world would
        // be.
        for (const auto& ring : polygon.rings) {
            double west = 9, east = -9;
            for (const QPointF& p : ring) {
                west = std::min(west, p.x());
                east = std::max(east, p.x());
            }
            if (polygon.bounds.top() > -1) CHECK(east - west < 2.5);
        }
        left = std::min(left, polygon.bounds.left());
        right = std::max(right, polygon.bounds.right());
        bottom = std::min(bottom, polygon.bounds.top());
        top = std::max(top, polygon.bounds.bottom());
    }
    CHECK(left >= -equalEarth::kHalfWidth - 1e-6);
    CHECK(right <= equalEarth::kHalfWidth + 1e-6);
    CHECK(bottom == Approx(-equalEarth::kHalfHeight));
    CHECK(top > equalEarth::forward(0, 83).y());
}
