// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/map/pop_renderer.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <algorithm>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

feeds::PopFrame busyPop() {
    return tests::fewNodesFrame()->pops.at(0);
}

std::size_t coloured(const QImage& image) {
    std::size_t count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += qAlpha(image.pixel(x, y)) > 128 ? 1U : 0U;
    return count;
}

QImage markerImage(PopLook look, double radius, double saturation, Level level = Level::managed) {
    QImage image(80, 80, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    paintMarker(painter, {40, 40}, radius, look, saturation, level, 1);
    return image;
}

} // namespace

TEST_CASE("the area of a disc is proportional to requests") {
    const double whole = discRadius(800e3, 800e3, 1), quarter = discRadius(200e3, 800e3, 1);
    CHECK(whole == Approx(kLargestRadius));
    CHECK(whole * whole / (quarter * quarter) == Approx(4));
    CHECK(discRadius(800e3, 800e3, 2) == Approx(2 * whole));
    CHECK(discRadius(1, 800e3, 1) == Approx(kLeastRadius)); // still to be seen
    CHECK(discRadius(0, 0, 1) == Approx(kLeastRadius));

    // The same in painted pixels.
    const auto large = coloured(markerImage(PopLook::live, 30, 0.5));
    const auto small = coloured(markerImage(PopLook::live, 15, 0.5));
    CHECK(static_cast<double>(large) / static_cast<double>(small) == Approx(4).epsilon(0.08));
}

TEST_CASE("the look tells how far a PoP can be trusted") {
    feeds::PopFrame pop = busyPop();
    CHECK(lookOf(pop) == PopLook::live);
    pop.freshness = feeds::Freshness::late;
    CHECK(lookOf(pop) == PopLook::late);
    pop.freshness = feeds::Freshness::stale;
    CHECK(lookOf(pop) == PopLook::stale);
    pop.freshness = feeds::Freshness::silent;
    CHECK(lookOf(pop) == PopLook::stale);
    pop.freshness = feeds::Freshness::noData;
    CHECK(lookOf(pop) == PopLook::noData);

    pop = busyPop();
    pop.summary[feeds::Measure::clock_offset_p95_us] = {240e3, feeds::Quality::measured};
    CHECK(lookOf(pop) == PopLook::live);
    pop.summary[feeds::Measure::clock_offset_p95_us].value = 260e3;
    CHECK(lookOf(pop) == PopLook::skewed);

    pop = busyPop();
    pop.summary.nodesExpected = 100;
    pop.summary.nodesHeard = 95;
    CHECK(lookOf(pop) == PopLook::live);
    pop.summary.nodesHeard = 94;
    CHECK(lookOf(pop) == PopLook::partial);
    pop.summary[feeds::Measure::saturation] = {0, feeds::Quality::notMeasured};
    CHECK(lookOf(pop) == PopLook::unmeasured);
    pop.summary[feeds::Measure::requests_per_second] = {0, feeds::Quality::notMeasured};
    CHECK(lookOf(pop) == PopLook::noData);
}

TEST_CASE("markers differ by shape, not by colour alone") {
    const QImage live = markerImage(PopLook::live, 14, 0.5);
    CHECK(live.pixel(40, 40) == saturationColour(0.5));
    CHECK(live.pixel(49, 40) == saturationColour(0.5));
    const QImage stale = markerImage(PopLook::stale, 14, 0.5);
    CHECK(qBlue(stale.pixel(40, 40)) < 60); // hollow
    CHECK(coloured(markerImage(PopLook::partial, 14, 0.5)) < coloured(live));
    const QImage late = markerImage(PopLook::late, 14, 0.5);
    CHECK(qAlpha(late.pixel(40, 40)) == 0); // a hole
    CHECK(late.pixel(40 + 10, 40) == saturationColour(0.5));
    const QImage skewed = markerImage(PopLook::skewed, 14, 0.5);
    CHECK(skewed.pixel(40 - 6, 40 + 6) == saturationColour(0.5));
    CHECK(qAlpha(skewed.pixel(40 + 6, 40 - 6)) == 0); // a quarter is missing
}

TEST_CASE("beyond a limit a disc has rings, neutral ones, whatever its fill is to the eye") {
    const auto at = [](Level level, int x) {
        return qAlpha(markerImage(PopLook::live, 14, 0.5, level).pixel(40 + x, 40));
    };
    for (const Level level : {Level::managed, Level::elevated}) {
        CHECK(at(level, 16) == 0);
        CHECK(at(level, 19) == 0);
    }
    CHECK(at(Level::critical, 16) > 60);
    CHECK(at(Level::critical, 19) == 0);
    CHECK(at(Level::overload, 16) > 60);
    CHECK(at(Level::overload, 19) > 60);
    const QImage overload = markerImage(PopLook::live, 14, 0.5, Level::overload);
    for (int y = 0; y < overload.height(); ++y)
        for (int x = 0; x < overload.width(); ++x)
            if (const QColor pixel(overload.pixelColor(x, y)); pixel.alpha() > 128)
                CHECK_FALSE(pixel.red() > pixel.blue() + 30); // no red, no amber
}

TEST_CASE("PoPs outside of the selected region are dimmed and painted first") {
    const auto frame = tests::sampleFrame();
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    const feeds::RegionIndex africa(0);
    const auto markers = layOutPops(frame->pops, catalogue, MapView::home({1200, 560}),
                                    {MapMetric::saturation, DiscSize::requests, 1e6, 1, africa});
    const auto first =
        std::find_if(markers.begin(), markers.end(), [](const PopMarker& m) { return !m.dimmed; });
    CHECK(first != markers.begin());
    for (auto m = markers.begin(); m != markers.end(); ++m) {
        CHECK(m->dimmed == (m < first));
        CHECK(m->dimmed == (catalogue[*frame->pops[m->pop].place].region != africa));
    }
}

TEST_CASE("what is not measured depends on what the colour tells") {
    feeds::PopFrame pop = busyPop();
    pop.summary[feeds::Measure::hit_ratio] = {0, feeds::Quality::notMeasured};
    CHECK(lookOf(pop, MapMetric::hitRatio) == PopLook::unmeasured);
    CHECK(lookOf(pop, MapMetric::lag) == PopLook::unmeasured); // nothing was purged
    CHECK(lookOf(pop, MapMetric::errors) == PopLook::live);
    CHECK(lookOf(pop, MapMetric::coverage) == PopLook::live);
    pop.freshness = feeds::Freshness::stale;
    CHECK(lookOf(pop, MapMetric::hitRatio) == PopLook::noData);
    CHECK(lookOf(pop, MapMetric::errors) == PopLook::stale);
}

TEST_CASE("placed PoPs are laid out hottest last, unplaced ones are left to the list") {
    const auto frame = tests::sampleFrame();
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    const auto markers = layOutPops(frame->pops, catalogue, MapView::home({1200, 560}),
                                    {MapMetric::saturation, DiscSize::requests, 1e6, 1, {}});
    CHECK(frame->pops.size() == 392);
    CHECK(markers.size() == 391);
    CHECK(std::none_of(markers.begin(), markers.end(),
                       [&](const PopMarker& m) { return frame->pops[m.pop].code == "XQZ"; }));
    for (std::size_t i = 1; i < markers.size(); ++i)
        if (markers[i - 1].look < PopLook::unmeasured && markers[i].look < PopLook::unmeasured)
            CHECK(markers[i - 1].position <= markers[i].position);
    CHECK(markers.back().isCritical());
    for (const PopMarker& m : markers)
        if (m.isCritical()) CHECK((m.position >= 0.9 && m.look != PopLook::stale));
}

TEST_CASE("sprites are painted once per look") {
    PopSprites sprites;
    PopMarker marker;
    marker.radius = 8;
    marker.look = PopLook::live;
    marker.position = 0.5;
    const auto key = sprites.sprite(marker, 1, 1).cacheKey();
    marker.radius = 8.05; // not to be told apart
    CHECK(sprites.sprite(marker, 1, 1).cacheKey() == key);
    marker.position = 0.8;
    CHECK(sprites.sprite(marker, 1, 1).cacheKey() != key);
    marker.position = 0.5;
    CHECK(sprites.sprite(marker, 2, 1).cacheKey() != key);
}
