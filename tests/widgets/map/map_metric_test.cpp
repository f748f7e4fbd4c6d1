// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/map/map_legend.h"
#include "widgets/map/map_metric.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <set>

using namespace surgescope;
using namespace surgescope::widgets;

TEST_CASE("each measure has a fixed domain") {
    struct Expected {
        MapMetric metric;
        double fine, worst;
    };
    for (const auto& [metric, fine, worst] :
         {Expected{MapMetric::saturation, 0, 1}, Expected{MapMetric::hitRatio, 1, 0.6},
          Expected{MapMetric::lag, 10e3, 60e6}, Expected{MapMetric::errors, 0, 0.1},
          Expected{MapMetric::coverage, 1, 0.5}}) {
        CHECK(metricPosition(metric, fine) == Approx(0).margin(1e-9));
        CHECK(metricPosition(metric, worst) == Approx(1));
        const double beyond = worst + 0.2 * (worst - fine), before = fine - 0.2 * (worst - fine);
        CHECK(metricPosition(metric, beyond) == Approx(1));
        CHECK(metricPosition(metric, before) == Approx(0).margin(1e-9));
        for (const double position : {0.1, 0.5, 0.75, 0.9})
            CHECK(metricPosition(metric, metricValue(metric, position)) == Approx(position));
    }
    CHECK(metricPosition(MapMetric::lag, 774.6e3) == Approx(0.5).margin(0.001)); // logarithmic
}

TEST_CASE("a level is told by the shown measure") {
    CHECK(levelOf(metricPosition(MapMetric::saturation, 1.3)) == Level::overload);
    CHECK(levelOf(metricPosition(MapMetric::errors, 0.08)) == Level::elevated);
    CHECK(levelOf(metricPosition(MapMetric::hitRatio, 0.63)) == Level::critical);
    CHECK(levelOf(metricPosition(MapMetric::lag, 80e6)) == Level::overload);
    CHECK(levelOf(metricPosition(MapMetric::coverage, 0.99)) == Level::managed);
}

TEST_CASE("coverage is heard of expected, and known to be nothing when silent") {
    feeds::PopFrame pop = tests::fewNodesFrame()->pops.at(0);
    CHECK(metricReading(pop, MapMetric::coverage) == feeds::Reading{1, feeds::Quality::measured});
    pop.summary.nodesExpected = 4;
    CHECK(metricReading(pop, MapMetric::coverage).value == Approx(0.75));
    pop.freshness = feeds::Freshness::silent;
    CHECK(metricReading(pop, MapMetric::coverage).quality == feeds::Quality::stale);
    pop.summary.nodesExpected = 0;
    CHECK(metricReading(pop, MapMetric::coverage).quality == feeds::Quality::notMeasured);
}

TEST_CASE("labels are short") {
    CHECK(metricText(MapMetric::saturation, 0.934) == QStringLiteral("93 %"));
    CHECK(metricText(MapMetric::errors, 0.0213) == QStringLiteral("2.1 %"));
    CHECK(metricText(MapMetric::errors, 0.2) == QStringLiteral("20 %"));
    CHECK(metricText(MapMetric::lag, 6.2e6) == QStringLiteral("6.2 s"));
    CHECK(metricText(MapMetric::lag, 60e6) == QStringLiteral("60 s"));
    CHECK(metricText(MapMetric::lag, 300e3) == QStringLiteral("300 ms"));
}

TEST_CASE("measures follow each other in a circle, and each has its own legend") {
    std::set<MapMetric> seen;
    MapMetric metric = MapMetric::saturation;
    QList<QImage> legends;
    do {
        seen.insert(metric);
        const QImage legend = mapLegend({metric, DiscSize::requests, 1e6}, 1240, 1, 1).toImage();
        CHECK_FALSE(legends.contains(legend));
        legends << legend;
        metric = nextMetric(metric);
    } while (metric != MapMetric::saturation);
    CHECK(seen.size() == kMapMetrics.size());
    CHECK_FALSE(mapLegend({MapMetric::saturation, DiscSize::egress, 0}, 300, 1, 2).isNull()); // a narrow one
}
