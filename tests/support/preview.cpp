// SPDX-License-Identifier: GPL-3.0-or-later
// widgets_preview OUT.png WxH [FRAME [TIMELINE]]: the window, drawn without a screen.
#include "widgets/base/fonts.h"
#include "widgets/map/map_widget.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/sample_frame.h"
#include "tests/support/sample_timeline.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>

#include <cstdio>

using namespace surgescope;

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments();
    const QStringList size = arguments.value(2).split(QLatin1Char('x'));
    if (arguments.size() < 3 || size.size() != 2) {
        std::fputs("usage: widgets_preview OUT.png WxH [FRAME [TIMELINE]]\n"
                   "frames: empty few many selected zoomed rehearsal\ntimelines:",
                   stderr);
        for (const std::string_view state : tests::timelineStates())
            std::fprintf(stderr, " %s", state.data());
        std::fputs("\n", stderr);
        return 2;
    }
    const QString what = arguments.value(3, QStringLiteral("many"));
    widgets::loadFonts();
    widgets::WallWindow window;
    window.resize(size[0].toInt(), size[1].toInt());
    window.show();
    tests::SampleOptions options;
    options.columns = window.viewRequest().chartColumns / 2;
    options.heatRows = window.viewRequest().heatRows;
    if (what == QLatin1String("selected")) options.selected = "LHR";
    const auto frame = what == QLatin1String("empty") ? tests::emptyFrame()
                       : what == QLatin1String("few") ? tests::fewNodesFrame()
                                                      : tests::sampleFrame(options);
    if (what == QLatin1String("rehearsal")) frame->mode = feeds::FeedMode::rehearsal;
    const feeds::Timeline timeline =
        tests::sampleTimeline(arguments.value(4, QStringLiteral("buffered")).toStdString());
    if (what == QLatin1String("many") && !timeline.empty) // the second shown is the handle's
        frame->settled = std::chrono::floor<std::chrono::seconds>(timeline.position);
    window.setFrame(frame);
    window.setTimeline(timeline);
    if (!options.selected.empty()) window.focus().select(feeds::Selection::pop(options.selected));
    if (what == QLatin1String("zoomed")) {
        const QPointF europe =
            window.map().positionOf("FRA").value_or(QPointF(window.map().width() / 2.0, 120));
        window.map().setView(window.map().view().zoomedAt(europe, 5));
    }
    if (!QTest::qWaitFor([&] { return window.isSettled(); }, 20'000)) return 1;
    return window.grab().save(arguments[1]) ? 0 : 1;
}
