// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/palette.h"
#include "widgets/charts/chart_shapes.h"
#include "widgets/charts/chart_views.h"
#include "widgets/charts/line_chart.h"

#include "tests/support/catch.h"
#include "tests/support/sample_frame.h"

#include <QImage>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace surgescope;
using namespace surgescope::widgets;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

feeds::TimeAxis axisOf(int columns) {
    return {feeds::feedSecond(1000), columns, std::chrono::seconds(1)};
}

/// Whether a colour's hue occurs in a column of pixels, given as a share of the plot's width.
bool hasColour(LineChart& chart, double share, const QColor& colour) {
    const QImage image = chart.grab().toImage();
    const QRectF plot = chart.plotRect();
    const int x = static_cast<int>(plot.left() + share * plot.width());
    for (int y = static_cast<int>(plot.top()); y < static_cast<int>(plot.bottom()) - 1; ++y) {
        const QColor pixel = image.pixelColor(x, y);
        const int off = std::abs(pixel.hue() - colour.hue());
        if (pixel.saturation() > 120 && std::min(off, 360 - off) < 12) return true;
    }
    return false;
}

} // namespace

TEST_CASE("a gap is drawn as a gap, in lines and in stacked areas") {
    const auto kind = GENERATE(ChartKind::lines, ChartKind::stackedAreas);
    Focus focus;
    LineChart chart(focus, kind, Unit::perSecond, QStringLiteral("test"), QString());
    chart.resize(640, 240);
    const QColor red(230, 40, 40);
    std::vector<float> values(100, 45.0F);
    for (std::size_t i = 40; i < 60; ++i)
        values[i] = kNaN;
    chart.setData({axisOf(100), {{QStringLiteral("a"), red, values}}, {}, {}});
    CHECK(hasColour(chart, 0.2, red));
    CHECK_FALSE(hasColour(chart, 0.5, red));
    CHECK(hasColour(chart, 0.8, red));
}

TEST_CASE("areas stack and what lies above a missing part rests on what is known") {
    Focus focus;
    LineChart chart(focus, ChartKind::stackedAreas, Unit::perSecond, QStringLiteral("test"), QString());
    chart.resize(640, 240);
    const QColor red(230, 40, 40), blue(40, 40, 230);
    std::vector<float> lower(100, 40.0F), upper(100, 30.0F);
    for (std::size_t i = 50; i < 100; ++i)
        lower[i] = kNaN;
    chart.setData(
        {axisOf(100), {{QStringLiteral("l"), red, lower}, {QStringLiteral("u"), blue, upper}}, {}, {}});
    CHECK(chart.axisScale().top() == Approx(80)); // of the sum, not of the largest
    CHECK(hasColour(chart, 0.25, red));
    CHECK(hasColour(chart, 0.25, blue));
    CHECK_FALSE(hasColour(chart, 0.75, red));
    CHECK(hasColour(chart, 0.75, blue));
}

TEST_CASE("lines do not add up") {
    Focus focus;
    LineChart chart(focus, ChartKind::lines, Unit::microseconds, QStringLiteral("test"), QString());
    const std::vector<float> values(10, 50e3F);
    chart.setData({axisOf(10),
                   {{QStringLiteral("a"), Qt::red, values}, {QStringLiteral("b"), Qt::blue, values}},
                   {},
                   {}});
    CHECK(chart.axisScale().top() == Approx(50e3));
}

TEST_CASE("a chart forgets its height with an epoch") {
    Focus focus;
    LineChart chart(focus, ChartKind::lines, Unit::perSecond, QStringLiteral("test"), QString());
    chart.setData({axisOf(10), {{QStringLiteral("a"), Qt::red, std::vector<float>(10, 1e6F)}}, {}, {}});
    CHECK(chart.axisScale().top() == Approx(1e6));
    chart.reset();
    CHECK(chart.axisScale().isEmpty());
}

TEST_CASE("shorter data than the axis, and none, are survived") {
    Focus focus;
    LineChart chart(focus, ChartKind::stackedAreas, Unit::perSecond, QStringLiteral("test"), QString());
    chart.resize(300, 200);
    chart.setData({axisOf(100), {{QStringLiteral("a"), Qt::red, {1, 2, 3}}}, {}, {}});
    CHECK_FALSE(chart.grab().isNull());
    chart.setData({{}, {}, {}, {}});
    CHECK_FALSE(chart.grab().isNull());
}

TEST_CASE("regions keep their colour whichever others are there") {
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    const auto all = linesOf(kChartViews[*chartNamed("requests")], *tests::sampleFrame(), catalogue);
    const auto few = linesOf(kChartViews[*chartNamed("requests")], *tests::fewNodesFrame(), catalogue);
    REQUIRE(all.size() == 8); // with the baseline
    CHECK(all.back().ghost);
    REQUIRE(few.size() == 1);
    CHECK(few[0].name == QStringLiteral("Europe"));
    CHECK(all[2].name == QStringLiteral("Europe"));
    CHECK(all[2].colour == few[0].colour);
}

TEST_CASE("a dashed ghost is a line and fills nothing") {
    Focus focus;
    LineChart chart(focus, ChartKind::stackedAreas, Unit::perSecond, QStringLiteral("test"), QString());
    chart.resize(640, 240);
    const QColor red(230, 40, 40), blue(40, 40, 230);
    std::vector<float> ghost(100, 30.0F);
    ghost[0] = 5.0F; // a path closed from end to beginning would enclose much
    chart.setData({axisOf(100),
                   {{QStringLiteral("a"), red, std::vector<float>(100, 50.0F)},
                    {QStringLiteral("ghost"), blue, ghost, true}},
                   {},
                   {}});
    const QImage image = chart.grab().toImage();
    const QRectF plot = chart.plotRect();
    const auto at = [&](double share, double value) {
        return image.pixelColor(
            static_cast<int>(plot.left() + share * plot.width()),
            static_cast<int>(plot.bottom() - value / chart.axisScale().top() * plot.height()));
    };
    for (const double share : {0.1, 0.2, 0.4})
        CHECK(std::abs(at(share, 22).hue() - red.hue()) <
              12); // between the line and where it would be closed
    int bluePixels = 0;
    for (int x = static_cast<int>(plot.left()); x < static_cast<int>(plot.right()); ++x)
        for (int y = static_cast<int>(plot.top()); y < static_cast<int>(plot.bottom()); ++y)
            if (image.pixelColor(x, y).blue() > image.pixelColor(x, y).red() + 60) ++bluePixels;
    CHECK(bluePixels > 100); // it is there
}

TEST_CASE("an earlier launch of another size leaves the picture and says so") {
    Focus focus;
    LineChart chart(focus, ChartKind::stackedAreas, Unit::perSecond, QStringLiteral("test"), QStringLiteral("requests/s"));
    const auto show = [&](float own, float ghost) {
        chart.setData({axisOf(10),
                       {{QStringLiteral("a"), Qt::red, std::vector<float>(10, own)},
                        {QStringLiteral("before"), Qt::white, std::vector<float>(10, ghost), true}},
                       {},
                       {}});
    };
    show(100, 390); // is compared with
    CHECK_FALSE(chart.isGhostAbove());
    CHECK(chart.axisScale().top() == Approx(400));
    CHECK(chart.subtitle() == QStringLiteral("requests/s"));
    show(100, 410);
    CHECK(chart.isGhostAbove());
    CHECK(chart.axisScale().top() == Approx(150)); // of the data alone, with room
    CHECK(chart.subtitle() == QStringLiteral("before is far above (410 /s)"));
    show(110, 410); // does not come and go
    CHECK(chart.isGhostAbove());
    show(140, 410);
    CHECK_FALSE(chart.isGhostAbove());
    CHECK(chart.axisScale().top() == Approx(500));
    show(0, 410); // nothing is asked for: there is nothing to be compared
    CHECK(chart.isGhostAbove());
    show(kNaN, 410); // nothing is known
    CHECK_FALSE(chart.isGhostAbove());
}

TEST_CASE("only what lies beyond its limit has the colour of trouble") {
    ChartLine line{.name = QStringLiteral("p95"), .colour = Qt::blue, .values = {0, 1, 3, 1, 0}};
    const auto half = [](double value) { return value / 4; };
    CHECK(shapesOf(ChartKind::lines, 5, {line}, half, Qt::red).size() == 1);
    line.limit = 2;
    const auto shapes = shapesOf(ChartKind::lines, 5, {line}, half, Qt::red);
    REQUIRE(shapes.size() == 3);
    CHECK(shapes[0].colour == QColor(Qt::blue));
    CHECK(shapes[1].colour == QColor(Qt::red));
    CHECK(shapes[2].colour == QColor(Qt::blue));
    CHECK(shapes[0].upper.back() == shapes[1].upper.front()); // nothing is torn
    CHECK(shapes[0].upper.back().y() == Approx(0.5));         // where it crosses
    CHECK(shapes[0].upper.back().x() == Approx(0.5));
    CHECK(shapes[1].upper.back().y() == Approx(0.5));
    line.values = {3, 3};
    REQUIRE(shapesOf(ChartKind::lines, 2, {line}, half, Qt::red).size() == 1);
    CHECK(shapesOf(ChartKind::lines, 2, {line}, half, Qt::red)[0].colour == QColor(Qt::red));
}

TEST_CASE("percentiles differ by their strokes, none has a status colour, and one has the limit") {
    const auto frame = tests::sampleFrame();
    const auto lines = linesOf(kChartViews[*chartNamed("metadata")], *frame, feeds::PopCatalogue::builtIn());
    REQUIRE(lines.size() >= 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(lines[i].colour == colours().series);
        CHECK(lines[i].limit.has_value() == (i == 1));
    }
    CHECK(lines[1].stroke > lines[0].stroke);
    CHECK(lines[2].dashed);
    CHECK_FALSE(lines[0].dashed);
}

TEST_CASE("a baseline that tells nothing of what is selected is not named") {
    auto frame = tests::sampleFrame();
    auto& ghost = frame->baseline->series[feeds::Measure::requests_per_second];
    std::fill(ghost.begin(), ghost.end(), kNaN);
    CHECK(linesOf(kChartViews[*chartNamed("requests")], *frame, feeds::PopCatalogue::builtIn()).size() == 7);
}
