// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_clusters.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

PopMarker markerOf(std::size_t pop, double saturation, PopLook look = PopLook::live) {
    PopMarker m;
    m.pop = pop;
    m.at = {100 + 2.0 * static_cast<double>(pop), 50};
    m.look = look;
    m.position = saturation;
    if (look == PopLook::live) m.level = levelOf(saturation);
    m.cluster = 0;
    return m;
}

} // namespace

TEST_CASE("only crowds become groups, and only of what is near") {
    // Four within half a degree, a pair, and one that is alone.
    const auto catalogue = feeds::PopCatalogue::parse(
        "iata,city,country,region,latitude,longitude,time_zone,catchment_population,shield\n"
        "AAA,A,DE,EU,50.0,8.0,Europe/Berlin,900,AAA\n"
        "BBB,B,DE,EU,50.2,8.1,Europe/Berlin,100,AAA\n"
        "CCC,C,DE,EU,49.9,8.2,Europe/Berlin,200,AAA\n"
        "DDD,D,DE,EU,50.1,7.8,Europe/Berlin,300,AAA\n"
        "EEE,E,DE,EU,50.1,9.5,Europe/Berlin,300,AAA\n"
        "FFF,F,ES,EU,40.0,0.0,Europe/Madrid,300,AAA\n"
        "GGG,G,ES,EU,40.0,0.1,Europe/Madrid,300,AAA\n");
    REQUIRE(catalogue);
    std::vector<feeds::PopIndex> places;
    for (std::size_t i = 0; i < catalogue->size(); ++i)
        places.emplace_back(i);
    const double degree = M_PI / 180;
    const auto groups = groupPlaces(*catalogue, places, 0.6 * degree, 1.8 * degree);
    for (const std::size_t i : {0U, 1U, 2U, 3U, 4U}) // the fifth is within reach
        CHECK(groups[i] == 0);
    CHECK_FALSE(groups[5]);
    CHECK_FALSE(groups[6]);
    for (const auto& group : groupPlaces(*catalogue, places, 0.1 * degree, 0.3 * degree))
        CHECK_FALSE(group); // closer, they are apart
}

TEST_CASE("a cluster counts its PoPs by what they are like, the worst first, and sums their requests") {
    std::vector<feeds::PopFrame> pops(6);
    for (feeds::PopFrame& pop : pops)
        pop.summary[feeds::Measure::requests_per_second] = {1e5, feeds::Quality::measured};
    const std::vector<PopMarker> markers{
        markerOf(0, 0, PopLook::noData),  markerOf(1, 0.2), markerOf(2, 0.5),
        markerOf(3, 0.6, PopLook::stale), markerOf(4, 0.8), markerOf(5, 0.95)};
    const MarkerRules rules{MapMetric::saturation, DiscSize::requests, 4e5, 1, {}};
    const auto clusters = clusterMarkers(markers, pops, rules);
    REQUIRE(clusters.size() == 1);
    CHECK(clusters[0].parts == std::array<int, kClusterParts>{0, 1, 1, 2, 1, 1});
    CHECK(clusters[0].members.front() == 5);
    CHECK(clusters[0].at.x() == Approx(105));
    CHECK(clusters[0].radius == Approx(discRadius(6e5, 4e5, 1)));
}

TEST_CASE("however much they serve, no cluster covers the count of another") {
    std::vector<feeds::PopFrame> pops(3);
    for (feeds::PopFrame& pop : pops)
        pop.summary[feeds::Measure::requests_per_second] = {4e5, feeds::Quality::measured};
    std::vector<PopMarker> markers{markerOf(0, 0.2), markerOf(1, 0.2), markerOf(2, 0.2)};
    for (std::size_t i = 0; i < markers.size(); ++i)
        markers[i].cluster = static_cast<int>(i);
    markers[1].at = markers[0].at + QPointF(24, 0);
    markers[2].at = markers[0].at + QPointF(200, 0);
    const auto clusters =
        clusterMarkers(markers, pops, {MapMetric::saturation, DiscSize::requests, 4e5, 1, {}});
    REQUIRE(clusters.size() == 3);
    for (const auto& cluster : clusters)
        for (const auto& other : clusters) {
            const QPointF d = cluster.at - other.at;
            if (&cluster != &other) CHECK(cluster.radius <= std::hypot(d.x(), d.y()) - 9);
        }
    const auto alone = std::ranges::find(clusters, markers[2].at, &PopCluster::at);
    REQUIRE(alone != clusters.end());
    CHECK(alone->radius == Approx(discRadius(4e5, 4e5, 1)));
}

TEST_CASE("segments are as long as their shares and worse ones stand out") {
    QImage image(100, 100, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    paintCluster(painter, {50, 50}, 30, {0, 1, 0, 3, 0, 0}, 1); // a quarter is critical
    const auto at = [&](double degrees, double radius) {        // clockwise from the top
        const double a = degrees * M_PI / 180;
        return image.pixel(qRound(50 + radius * std::sin(a)), qRound(50 - radius * std::cos(a)));
    };
    CHECK(at(45, 28) == saturationColour(0.93));
    CHECK(at(80, 28) == saturationColour(0.93));
    CHECK(at(100, 28) == saturationColour(0.3));
    CHECK(at(350, 28) == saturationColour(0.3));
    CHECK(qAlpha(at(45, 32)) > 150);
    CHECK(qAlpha(at(180, 32)) < 60);
}
