// SPDX-License-Identifier: GPL-3.0-or-later
// widgets_preview OUT.png WxH [FRAME [TIMELINE [THEME [KEYS [VIEW]]]]]: the window, drawn without a screen.
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/map/map_widget.h"
#include "widgets/wall/wall_window.h"

#include "tests/support/sample_frame.h"
#include "tests/support/sample_timeline.h"

#include <QApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

#include <cstdio>

using namespace surgescope;

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments();
    const QStringList size = arguments.value(2).split(QLatin1Char('x'));
    if (arguments.size() < 3 || size.size() != 2) {
        std::fputs("usage: widgets_preview OUT.png WxH [FRAME [TIMELINE [THEME [KEYS [VIEW]]]]]\n"
                   "frames: empty few many stale half-covered selected region zoomed rehearsal\n"
                   "themes: dark light high-contrast; keys: typed into the map\n"
                   "view: shown alone, as hottest; hottest,wall: in wall mode\ntimelines:",
                   stderr);
        for (const std::string_view state : tests::timelineStates())
            std::fprintf(stderr, " %s", state.data());
        std::fputs("\n", stderr);
        return 2;
    }
    const QString what = arguments.value(3, QStringLiteral("many"));
    widgets::loadFonts();
    for (const widgets::Theme theme : widgets::kThemes)
        if (arguments.value(5) == QLatin1String(widgets::themeName(theme))) widgets::setTheme(theme);
    widgets::WallWindow window{feeds::PopCatalogue::builtIn()};
    window.resize(size[0].toInt(), size[1].toInt());
    window.show();
    const QString view = arguments.value(7);
    if (!view.isEmpty())
        window.setWorkspace(
            {"preview", {{widgets::Pane::of(view.section(QLatin1Char(','), 0, 0).toStdString()), {}}}});
    if (view.endsWith(QLatin1String(",wall"))) window.enterWallMode({.fullScreen = false});
    tests::SampleOptions options;
    options.columns = window.viewRequest().chartColumns / 2;
    options.heatRows = window.viewRequest().heatRows;
    if (what == QLatin1String("selected")) options.selected = "LHR";
    const auto frame = what == QLatin1String("empty")          ? tests::emptyFrame()
                       : what == QLatin1String("few")          ? tests::fewNodesFrame()
                       : what == QLatin1String("stale")        ? tests::staleFrame(options)
                       : what == QLatin1String("half-covered") ? tests::halfCoveredFrame(options)
                                                               : tests::sampleFrame(options);
    if (what == QLatin1String("rehearsal")) frame->mode = feeds::FeedMode::rehearsal;
    const feeds::Timeline timeline =
        tests::sampleTimeline(arguments.value(4, QStringLiteral("buffered")).toStdString());
    if (what == QLatin1String("many") && !timeline.empty) // the second shown is the handle's
        frame->settled = std::chrono::floor<std::chrono::seconds>(timeline.position);
    window.setFrame(frame);
    window.setTimeline(timeline);
    if (!options.selected.empty()) window.focus().select(feeds::Selection::pop(options.selected));
    if (what == QLatin1String("region")) emit window.map().selected(feeds::Selection::region("EU"));
    if (what == QLatin1String("zoomed")) window.map().centreOn("FRA");
    for (const QChar key : arguments.value(6)) {
        QWidget* field = window.map().findChild<QLineEdit*>(); // once a search is open
        QTest::keyClick(window.map().search().isVisible() ? field : &window.map(), key.toLatin1());
    }
    if (!QTest::qWaitFor([&] { return window.isSettled(); }, 20'000)) return 1;
    return window.grab().save(arguments[1]) ? 0 : 1;
}
