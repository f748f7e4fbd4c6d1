// SPDX-License-Identifier: GPL-3.0-or-later
// live_bench SURGESCOPE-SIM [nodes [seconds [WIDTHxHEIGHT [all]]]]: the real window on a live feed over tcp,
// in three acts of equal length: its map is zoomed and panned, PoPs and regions are clicked on, nobody
// touches it. Prints for each second frames, paint times, the feed thread's load, the process' CPU, losses
// and memory, and at the end how long it took from a click to its picture. "all": with the node columns of
// all PoPs.
#include "feeds/pipeline/pipeline.h"
#include "feeds/source/zmq_source.h"
#include "feeds/util/own_process.h"

#include "widgets/base/fonts.h"
#include "widgets/map/map_widget.h"
#include "widgets/wall/wall_window.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

using namespace surgescope;

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() < 2) {
        std::fputs("usage: live_bench SURGESCOPE-SIM [nodes [seconds [WIDTHxHEIGHT [all]]]]\n", stderr);
        return 2;
    }
    const QString nodes = arguments.value(2, QStringLiteral("100000"));
    const int seconds = arguments.value(3, QStringLiteral("60")).toInt();
    const QStringList size = arguments.value(4, QStringLiteral("1920x1080")).split(QLatin1Char('x'));

    const feeds::SystemClock clock;
    auto source = feeds::ZmqSource::open({.bind = {"tcp://127.0.0.1:*"}});
    if (!source) return 1;
    const auto endpoint = QString::fromStdString(source.value()->endpoints()[0].name);
    feeds::Pipeline pipeline(std::move(source.value()), feeds::PopCatalogue::builtIn(), clock,
                             {.nodeColumns = arguments.value(5) == QLatin1String("all")
                                                 ? feeds::NodeColumnsWanted::all
                                                 : feeds::NodeColumnsWanted::ofSelectedPop});
    QProcess simulator;
    simulator.start(arguments[1], {QStringLiteral("--connect"), endpoint, QStringLiteral("--nodes"), nodes});

    widgets::loadFonts();
    widgets::WallWindow window{feeds::PopCatalogue::builtIn()};
    QObject::connect(&window, &widgets::WallWindow::viewRequestChanged, &window,
                     [&](const feeds::ViewRequest& request) {
                         pipeline.requests().put(std::make_shared<feeds::ViewRequest>(request));
                     });
    window.resize(size.value(0).toInt(), size.value(1).toInt());
    window.show();

    std::shared_ptr<const feeds::Frame> shown;
    QTimer frames;
    QObject::connect(&frames, &QTimer::timeout, &window, [&] {
        if (auto frame = pipeline.frames().take()) window.setFrame(shown = std::move(frame));
    });
    frames.start(16); // as the dashboard does

    std::printf("%s nodes at 1 Hz over tcp, window %sx%s\n", qPrintable(nodes), qPrintable(size.value(0)),
                qPrintable(size.value(1)));
    std::printf("%8s %8s %8s %10s %8s %8s %12s %12s %8s %10s\n", "act", "second", "fps", "median ms", "p95",
                "max", "feed thread", "process CPU", "lost", "memory MiB");
    int second = 0;
    const auto act = [&] { return std::min(2, second * 3 / std::max(1, seconds)); };
    int tick = 0;
    QTimer pan;
    pan.setTimerType(Qt::PreciseTimer);
    bool zoomed = false;
    QObject::connect(&pan, &QTimer::timeout, &window, [&] {
        if (!shown || !shown->settled || act() != 0) return;
        auto& map = window.map();
        if (!zoomed) map.setView(map.view().zoomedAt(QPointF(map.width() / 2.0, map.height() / 2.0), 2));
        zoomed = true;
        const double step = 6 * std::cos(++tick / 60.0);
        map.setView(map.view().panned(QPointF(step, step / 3)));
    });
    pan.start(16);

    // From a click to the first moment when all views show what it asked for.
    std::vector<double> clickMs;
    QElapsedTimer clicked;
    bool waiting = false;
    QTimer looks;
    QObject::connect(&looks, &QTimer::timeout, &window, [&] {
        if (!waiting || !shown || shown->selection != window.focus().selection() || !window.isSettled())
            return;
        QCoreApplication::sendPostedEvents(nullptr, QEvent::UpdateRequest);
        clickMs.push_back(static_cast<double>(clicked.nsecsElapsed()) / 1e6);
        waiting = false;
    });
    looks.start(1);
    QTimer clicks;
    QObject::connect(&clicks, &QTimer::timeout, &window, [&] {
        if (!shown || shown->pops.empty() || act() != 1) return;
        static int number = 0;
        const auto& pop = shown->pops[static_cast<std::size_t>(++number * 37) % shown->pops.size()];
        waiting = true;
        clicked.start();
        window.focus().select(number % 3 == 0 ? feeds::Selection::region(pop.region)
                                              : feeds::Selection::pop(pop.code));
    });
    clicks.start(613); // in no step with the data

    double cpuThen = feeds::processCpuSeconds();
    QTimer report;
    QObject::connect(&report, &QTimer::timeout, &window, [&] {
        const auto paint = window.takePaintTimes();
        const double cpu = feeds::processCpuSeconds();
        if (shown)
            std::printf("%8s %8d %8zu %10.2f %8.2f %8.2f %10.1f %% %10.0f %% %8llu %10.1f\n",
                        std::array{"pan", "click", "idle"}.at(static_cast<std::size_t>(act())), ++second,
                        paint.count, paint.median, paint.p95, paint.max, shown->health.feedThreadLoad * 100,
                        (cpu - cpuThen) * 100, static_cast<unsigned long long>(shown->health.lost),
                        feeds::residentMebibytes());
        std::fflush(stdout);
        cpuThen = cpu;
        if (second >= seconds) QApplication::quit();
    });
    report.start(1000);
    QApplication::exec();
    std::ranges::sort(clickMs);
    if (!clickMs.empty())
        std::printf("click to picture: median %.1f ms, p95 %.1f ms, %zu clicks\n",
                    clickMs[clickMs.size() / 2], clickMs[clickMs.size() * 95 / 100], clickMs.size());
    simulator.terminate();
    simulator.waitForFinished(5'000);
    return 0;
}
