// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope: the dashboard. Wires a source to the feed thread, the feed thread to the window, and nothing
// else.
#include "feeds/pipeline/pipeline.h"
#include "feeds/pipeline/rehearsal.h"
#include "feeds/source/zmq_source.h"

#include "app/dashboard/options.h"
#include "app/dashboard/stats.h"
#include "widgets/base/fonts.h"
#include "widgets/wall/wall_window.h"

#include <QApplication>
#include <QTimer>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

using namespace surgescope;
using std::chrono::milliseconds;

namespace {

constexpr const char* kRehearsalEndpoint = "inproc://rehearsal";

int fail(const std::string& text) {
    std::fprintf(stderr, "surgescope: %s\n", text.c_str());
    return 2;
}

volatile std::sig_atomic_t stopSignal = 0;

} // namespace

int main(int argc, char** argv) {
    auto parsed = app::parseOptions(argc, argv);
    if (const auto* status = std::get_if<int>(&parsed)) return *status;
    const auto& options = std::get<app::Options>(parsed);

    std::unique_ptr<app::StatsWriter> stats;
    if (!options.stats.empty()) {
        auto opened = app::StatsWriter::open(options.stats);
        if (!opened) return fail(opened.error());
        stats = std::move(opened.value());
    }

    const feeds::SystemClock clock;
    const auto& catalogue = feeds::PopCatalogue::builtIn();
    auto context = std::make_shared<feeds::ZmqContext>();
    std::unique_ptr<feeds::Rehearsal> rehearsal;
    feeds::ZmqSource::Options endpoints{.connect = options.connect, .bind = options.bind, .context = context};
    if (options.simulate) {
        feeds::Rehearsal::Options simulation{.scenario = *options.simulate,
                                             .nodes = options.nodes,
                                             .seed = options.seed,
                                             .speed = options.speed,
                                             .publisher = {.name = "rehearsal",
                                                           .bind = {kRehearsalEndpoint},
                                                           .lossless = true,
                                                           .context = context},
                                             .control = options.control};
        auto opened = feeds::Rehearsal::open(simulation, catalogue, clock);
        if (!opened) return fail(opened.error());
        rehearsal = std::move(opened.value());
        endpoints.connect = {kRehearsalEndpoint};
    }
    auto source = feeds::ZmqSource::open(endpoints);
    if (!source) return fail(source.error());

    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("surgescope"));
    widgets::loadFonts();

    feeds::Pipeline pipeline(std::move(source.value()), catalogue, clock,
                             {.nodeColumns = options.nodeColumns});
    widgets::WallWindow window(catalogue);
    window.setWindowTitle(QStringLiteral("surgescope"));
    QObject::connect(&window, &widgets::WallWindow::viewRequestChanged, &window,
                     [&pipeline](const feeds::ViewRequest& request) {
                         pipeline.requests().put(std::make_shared<feeds::ViewRequest>(request));
                     });
    window.setRange(options.range);
    window.resize(options.width, options.height);
    if (!options.select.empty()) window.selectPop(options.select);
    if (options.fullScreen)
        window.showFullScreen();
    else
        window.show();

    std::shared_ptr<const feeds::Frame> shown;
    QTimer frames;
    QObject::connect(&frames, &QTimer::timeout, &window, [&] {
        if (auto frame = pipeline.frames().take()) window.setFrame(shown = std::move(frame));
        if (stopSignal) QApplication::quit();
    });
    frames.start(milliseconds(33));

    const auto started = clock.steady();
    QTimer everySecond;
    if (stats) {
        QObject::connect(&everySecond, &QTimer::timeout, &window, [&] {
            if (!shown) return;
            if (!stats->write(*shown, window.takePaintTimes(),
                              feeds::secondsBetween(started, clock.steady()))) {
                std::fprintf(stderr, "surgescope: --stats: cannot write any more; statistics end here\n");
                everySecond.stop();
            }
        });
        everySecond.start(milliseconds(1000));
    }

    QTimer ending;
    ending.setSingleShot(true);
    if (!options.screenshot.empty()) {
        QObject::connect(&ending, &QTimer::timeout, &window, [&] {
            if (!window.isSettled()) return ending.start(milliseconds(20)); // a map still being drawn
            const bool saved = window.grab().save(QString::fromStdString(options.screenshot), "PNG");
            QApplication::exit(saved ? 0 : fail("--screenshot: cannot write '" + options.screenshot + "'"));
        });
        ending.start(milliseconds(static_cast<int>(options.after * 1000)));
    } else if (options.quitAfter) {
        QObject::connect(&ending, &QTimer::timeout, &window, [] { QApplication::quit(); });
        ending.start(milliseconds(static_cast<int>(*options.quitAfter * 1000)));
    }

    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { stopSignal = 1; });
    std::signal(SIGPIPE, SIG_IGN);
    std::jthread simulation;
    if (rehearsal)
        simulation = std::jthread([&rehearsal](const std::stop_token& stop) { rehearsal->run(stop); });
    return QApplication::exec();
}
