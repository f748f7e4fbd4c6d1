// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/wall_menu.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/wall/arrangement.h"
#include "widgets/wall/shortcuts.h"
#include "widgets/wall/wall_window.h"

#include <QMenu>

#include <array>

namespace surgescope::widgets {

namespace {

/// `keys` stand at the right, as written: the window handles them, not the menu.
template <class Do>
QAction* entry(QMenu* menu, WallWindow& window, const QString& text, const QString& keys, Do what) {
    QAction* action = menu->addAction(keys.isEmpty() ? text : text + u'\t' + keys);
    QObject::connect(action, &QAction::triggered, &window, what);
    return action;
}

void mark(QAction* action, bool on) {
    action->setCheckable(true);
    action->setChecked(on);
}

void dress(QMenu* menu, double scale) {
    const Palette& p = colours();
    const int pad = qRound(5 * scale), side = qRound(22 * scale);
    menu->setFont(textFont(16 * scale));
    menu->setStyleSheet(
        QStringLiteral("QMenu { background: %1; color: %2; border: 1px solid %3; padding: %6px 0; }"
                       "QMenu::item { padding: %6px %7px %6px %7px; background: transparent; }"
                       "QMenu::item:selected { background: %4; color: %5; }"
                       "QMenu::item:disabled { color: %8; }"
                       "QMenu::separator { height: 1px; background: %3; margin: %6px 0; }")
            .arg(p.panel.name(), p.text.name(), p.border.name(), p.accent.name(), p.background.name())
            .arg(pad)
            .arg(side)
            .arg(p.muted.name()));
}

QMenu* subMenu(QMenu* menu, const QString& title, double scale) {
    QMenu* sub = menu->addMenu(title);
    dress(sub, scale);
    return sub;
}

void addExports(QMenu* menu, WallWindow& window, const std::string& view, double scale) {
    const auto exported = viewNamed(view);
    if (!exported) return;
    QMenu* sub = subMenu(menu, QStringLiteral("Export"), scale);
    const auto one = [&](const QString& text, const QString& keys, ExportFormats formats) {
        entry(sub, window, text, keys,
              [&window, which = *exported, formats] { window.exportView(which, formats); });
    };
    one(QStringLiteral("PNG"), QStringLiteral("E"), ExportFormat::png);
    one(QStringLiteral("SVG, PDF and CSV"), QStringLiteral("Shift E"),
        ExportFormats(ExportFormat::svg) | ExportFormat::pdf | ExportFormat::csv);
    sub->addSeparator();
    one(QStringLiteral("SVG"), {}, ExportFormat::svg);
    one(QStringLiteral("PDF"), {}, ExportFormat::pdf);
    one(QStringLiteral("CSV"), {}, ExportFormat::csv);
    sub->addSeparator();
    one(QStringLiteral("Copy"), QStringLiteral("Ctrl C"), ExportFormat::clipboard);
}

void addViewEntries(QMenu* menu, WallWindow& window, const std::string& view, double scale) {
    if (view.empty()) return;
    QAction* title = menu->addAction(QString::fromUtf16(titleOfView(view)));
    title->setEnabled(false);
    entry(menu, window,
          window.isMaximised(view) ? QStringLiteral("Restore all views") : QStringLiteral("Maximise"),
          keysOf(Command::maximise), [&window, view] { window.arrangement().toggleMaximised(view); });
    entry(menu, window,
          window.isInOwnWindow(view) ? QStringLiteral("Back to the main window")
                                     : QStringLiteral("Open in a window of its own"),
          keysOf(Command::popOut), [&window, view] { window.arrangement().popOut(view); });
    entry(menu, window, QStringLiteral("Close"), keysOf(Command::close),
          [&window, view] { window.closeView(view); });
    addExports(menu, window, view, scale);
    menu->addSeparator();
}

void addClosedViews(QMenu* menu, WallWindow& window, double scale) {
    const auto closed = window.arrangement().closedViews();
    QMenu* sub = subMenu(menu, QStringLiteral("Show a view"), scale);
    sub->setEnabled(!closed.empty());
    for (const std::string& view : closed)
        entry(sub, window, QString::fromUtf16(titleOfView(view)), {},
              [&window, view] { window.arrangement().show(view); });
}

void addWorkspaces(QMenu* menu, WallWindow& window, double scale, QPoint global) {
    QMenu* sub = subMenu(menu, QStringLiteral("Workspace"), scale);
    int position = 0;
    for (const Workspace* workspace : window.workspaces()) {
        ++position;
        const QString keys = position <= 9 ? QStringLiteral("Ctrl %1").arg(position) : QString();
        mark(entry(sub, window, QString::fromStdString(workspace->name), keys,
                   [&window, chosen = *workspace] { window.chooseWorkspace(chosen); }),
             workspace->name == window.workspaceName());
    }
    sub->addSeparator();
    entry(sub, window, QStringLiteral("Save as…"), {}, [&window, global] { window.askForName(global); });
}

void addTime(QMenu* menu, WallWindow& window, double scale) {
    static constexpr std::array kRangeNames{u"5 minutes", u"15 minutes", u"1 hour",
                                            u"3 hours",   u"12 hours",   u"48 hours"};
    QMenu* ranges = subMenu(menu, QStringLiteral("Time range"), scale);
    for (std::size_t i = 0; i < kRangeNames.size(); ++i) {
        const TimeRange range{WallWindow::kRanges[i], std::nullopt};
        mark(entry(ranges, window, QString::fromUtf16(kRangeNames[i]), QString::number(i + 1),
                   [&window, range] { window.focus().setRange(range); }),
             window.focus().range() == range);
    }
    static constexpr std::array kReachNames{std::pair(u"Since T-0", u"7"), std::pair(u"All there is", u"0")};
    for (std::size_t i = 0; i < kReachNames.size(); ++i) {
        const TimeRange range{Focus::kLongest, std::nullopt, WallWindow::kReaches[i]};
        mark(entry(ranges, window, QString::fromUtf16(kReachNames[i].first),
                   QString::fromUtf16(kReachNames[i].second),
                   [&window, range] { window.focus().setRange(range); }),
             window.focus().range() == range);
    }
    static constexpr std::array kTexts{
        std::pair(TimeText::ago, u"Ago"),
        std::pair(TimeText::sinceRelease, u"Since the release (T±)"),
        std::pair(TimeText::clock, u"By the clock"),
    };
    QMenu* texts = subMenu(menu, QStringLiteral("Times as"), scale);
    for (const auto& [text, name] : kTexts)
        mark(entry(texts, window, QString::fromUtf16(name), {},
                   [&window, said = text] { window.focus().setTimeText(said, window.focus().localZone()); }),
             window.focus().timeText() == text);
    texts->addSeparator();
    mark(entry(texts, window, QStringLiteral("Local time instead of UTC"), keysOf(Command::timeZone),
               [&window] {
                   window.focus().setTimeText(window.focus().timeText(), !window.focus().localZone());
               }),
         window.focus().localZone());
}

void addThemes(QMenu* menu, WallWindow& window, double scale) {
    QMenu* themes = subMenu(menu, QStringLiteral("Theme"), scale);
    for (const Theme one : kThemes) {
        QString name = QString::fromLatin1(themeName(one)).replace(u'-', u' ');
        name[0] = name[0].toUpper();
        mark(entry(themes, window, name, {}, [one] { setTheme(one); }), theme() == one);
    }
}

} // namespace

QMenu* popUpWallMenu(WallWindow& window, const std::string& view, QPoint global) {
    auto* menu = new QMenu(&window);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const double scale = std::max(0.8, window.scale()); // small windows are read from near
    dress(menu, scale);
    addViewEntries(menu, window, view, scale);
    addClosedViews(menu, window, scale);
    addWorkspaces(menu, window, scale, global);
    addTime(menu, window, scale);
    addThemes(menu, window, scale);
    menu->addSeparator();
    mark(entry(menu, window, QStringLiteral("Full screen"), {}, [&window] { window.toggleFullScreen(); }),
         window.isFullScreen());
    mark(entry(menu, window, QStringLiteral("Wall mode"), keysOf(Command::wallMode),
               [&window] { window.toggleWallMode(); }),
         window.isWallMode());
    entry(menu, window, QStringLiteral("Keys"), keysOf(Command::help), [&window] { window.toggleHelp(); });
    menu->popup(global);
    return menu;
}

} // namespace surgescope::widgets
