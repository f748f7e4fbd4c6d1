// SPDX-License-Identifier: GPL-3.0-or-later
// Prints what painting costs, as medians in milliseconds. Deterministic input; run it on a quiet machine.
#include "widgets/base/fonts.h"
#include "widgets/charts/chart_views.h"
#include "widgets/charts/line_chart.h"
#include "widgets/heat/heat_widget.h"
#include "widgets/map/base_map_renderer.h"
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/wall/wall_window.h"
#include "widgets/workspace/view_area.h"

#include "tests/support/sample_frame.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QPainter>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <functional>

using namespace surgescope;

namespace {

void measure(const char* name, QSize size, int runs, const std::function<void(int)>& once) {
    std::vector<double> times;
    for (int i = 0; i < runs + 1; ++i) {
        QElapsedTimer timer;
        timer.start();
        once(i);
        if (i > 0) times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6); // the first fills caches
    }
    std::sort(times.begin(), times.end());
    std::printf("%-28s %4dx%-4d %9.2f %9.2f %9.2f %5d\n", name, size.width(), size.height(),
                times[times.size() / 2], times.front(), times.back(), runs);
}

void paintInto(QWidget& widget, QImage& image) {
    QPainter painter(&image);
    widget.render(&painter, {}, {}, QWidget::DrawChildren);
}

bool settle(widgets::WallWindow& window) {
    return QTest::qWaitFor([&] { return window.isSettled(); }, 20'000);
}

} // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    widgets::loadFonts();
    std::vector<std::shared_ptr<const feeds::Frame>> frames;
    for (std::uint64_t i = 1; i <= 8; ++i) {
        tests::SampleOptions options;
        options.serial = i;
        options.seed = static_cast<std::uint32_t>(i);
        frames.push_back(tests::sampleFrame(options));
    }
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    const auto frame = [&](int i) { return frames[static_cast<std::size_t>(i) % frames.size()]; };
    std::printf("%-28s %9s %9s %9s %9s %5s\n", "what", "window", "median", "min", "max", "runs");
    measure("world decoded", {0, 0}, 3, [](int) { widgets::loadWorld(); });
    const auto world = widgets::loadWorld();

    for (const QSize size : {QSize(1920, 1080), QSize(3840, 2160)}) {
        widgets::WallWindow window{feeds::PopCatalogue::builtIn()};
        window.resize(size);
        window.show();
        window.setFrame(frame(0));
        if (!settle(window)) return 1;
        QImage image(size, QImage::Format_RGB32);

        const widgets::MapView home = window.map().view();
        const widgets::MapView wide = home.withSize(home.size * 1.3);
        measure("base map drawn", size, 9,
                [&](int) { widgets::renderBaseMap(*world, wide, widgets::colours(), 1, window.scale()); });
        measure("map painted", size, 40, [&](int) { paintInto(window.map(), image); });
        measure("map: new frame, painted", size, 40, [&](int i) {
            window.map().setFrame(frame(i));
            paintInto(window.map(), image);
        });
        measure("map: panned, painted", size, 40, [&](int i) {
            window.map().setView(home.panned({3.0 * (i % 5), 0}));
            paintInto(window.map(), image);
        });
        measure("heat: new frame, painted", size, 40, [&](int i) {
            window.heat().setFrame(frame(i), window.heat().timeWords());
            paintInto(window.heat(), image);
        });
        measure("chart: areas, new data", size, 40, [&](int i) {
            window.chart("requests")
                .setData(
                    {frame(i)->chartAxis,
                     linesOf(widgets::kChartViews[*widgets::chartNamed("requests")], *frame(i), catalogue),
                     frame(i)->events, window.chart("requests").timeWords()});
            paintInto(window.chart("requests"), image);
        });
        measure("chart: lines, new data", size, 40, [&](int i) {
            window.chart("metadata")
                .setData(
                    {frame(i)->chartAxis,
                     linesOf(widgets::kChartViews[*widgets::chartNamed("metadata")], *frame(i), catalogue),
                     frame(i)->events, window.chart("metadata").timeWords()});
            paintInto(window.chart("metadata"), image);
        });
        auto many = std::make_shared<feeds::Frame>(*frame(0));
        for (std::size_t k = 0; many->pops.size() < 2000; ++k) {
            many->pops.push_back(frame(0)->pops[k % frame(0)->pops.size()]);
            many->pops.back().code += std::to_string(k);
        }
        widgets::PopTableWidget table(catalogue);
        table.setScale(window.scale());
        table.resize(window.area().size());
        table.show();
        measure("table: 2,000 PoPs sorted", size, 40, [&](int) { table.setFrame(many); });
        measure("table: 2,000 PoPs painted", size, 40, [&](int) { paintInto(table, image); });
        measure("window painted whole", size, 20, [&](int) { paintInto(window, image); });
        window.takePaintTimes();
        for (int i = 0; i < 60; ++i) {
            window.setFrame(frame(i));
            if (!settle(window)) return 1;
        }
        const widgets::PaintTimes t = window.takePaintTimes();
        std::printf("%-28s %4dx%-4d %9.2f   p95 %5.2f %9.2f %5zu\n", "window: repaints of 60 frames",
                    size.width(), size.height(), t.median, t.p95, t.max, t.count);
    }
    return 0;
}
