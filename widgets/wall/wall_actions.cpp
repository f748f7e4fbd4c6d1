// SPDX-License-Identifier: GPL-3.0-or-later
// What keys and menus do to the wall; see wall_window.cpp.
#include "widgets/map/map_widget.h"
#include "widgets/tables/pop_table_widget.h"
#include "widgets/tiles/tile_row.h"
#include "widgets/timeline/timeline_widget.h"
#include "widgets/wall/arrangement.h"
#include "widgets/wall/help_overlay.h"
#include "widgets/wall/line_box.h"
#include "widgets/wall/notices.h"
#include "widgets/wall/shortcuts.h"
#include "widgets/wall/wall_desk.h"
#include "widgets/wall/wall_window.h"
#include "widgets/workspace/built_in_workspaces.h"

#include <QApplication>
#include <QKeyEvent>
#include <QScreen>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace surgescope::widgets {

namespace {
const QString kTakeBack = QStringLiteral(" · Ctrl+Z takes it back");
const QString kRecordAgain = QStringLiteral(" · Ctrl+Z begins another");

/// What can be taken back. It has been done, or is as soon as it is on the stack.
class Undoable final : public QUndoCommand {
  public:
    Undoable(std::function<void()> redo, std::function<void()> undo, bool isDone = false)
        : m_redo(std::move(redo)), m_undo(std::move(undo)), m_isDone(isDone) {}
    void redo() override {
        if (!std::exchange(m_isDone, false)) m_redo();
    }
    void undo() override { m_undo(); }

  private:
    std::function<void()> m_redo;
    std::function<void()> m_undo;
    bool m_isDone;
};
} // namespace

void WallWindow::keyPressEvent(QKeyEvent* event) {
    if (!handleKey(*event)) QWidget::keyPressEvent(event);
}

bool WallWindow::handleKey(QKeyEvent& event) {
    if (m_desk->handleKey(event)) return true;
    const View* focused = m_views.set().viewOf(QApplication::focusWidget()); // in whichever window it is
    if (!focused) focused = m_views.set().viewOf(focusWidget());
    if (focused && focused->panel->handleKey(event)) return true;
    const auto called = commandFor(event);
    if (!called) return false;
    const bool repeats = called->command == Command::timeline || called->command == Command::map ||
                         called->command == Command::table || called->command == Command::back ||
                         called->command == Command::forward;
    if (event.isAutoRepeat() && !repeats) return true;
    return run(*called, event);
}

bool WallWindow::run(const Called& called, QKeyEvent& event) {
    switch (called.command) {
    case Command::timeline: return m_timeline->handleKey(event);
    case Command::map: // wherever the focus is
        if (!map().isHidden()) map().handleKey(event);
        break;
    case Command::table: // so is the table
        if (!m_views.table().isHidden()) m_views.table().handleKey(event);
        break;
    case Command::range:
        m_focus.setRange({kRanges.at(static_cast<std::size_t>(called.number)), std::nullopt});
        break;
    case Command::reach:
        m_focus.setRange(
            {Focus::kLongest, std::nullopt, kReaches.at(static_cast<std::size_t>(called.number))});
        break;
    case Command::back: m_focus.back(); break;
    case Command::forward: m_focus.forward(); break;
    case Command::timeText: { // ago, since release, by the clock
        const auto next = static_cast<TimeText>((static_cast<int>(m_focus.timeText()) + 1) % 3);
        m_focus.setTimeText(next, m_focus.localZone());
        break;
    }
    case Command::timeZone: m_focus.setTimeText(TimeText::clock, !m_focus.localZone()); break;
    case Command::release:
        if (called.number == 1)
            chooseRelease(std::nullopt);
        else if (m_focus.crosshair())
            chooseRelease(m_focus.crosshair());
        else
            m_notices->say(QStringLiteral("T-0 is set where the crosshair is: point at a chart first"));
        break;
    case Command::workspace:
        if (const auto all = workspaces(); called.number < static_cast<int>(all.size()))
            chooseWorkspace(*all[static_cast<std::size_t>(called.number)]);
        break;
    case Command::maximise: m_arrangement->toggleMaximised(m_arrangement->current()); break;
    case Command::close: closeView(m_arrangement->current()); break;
    case Command::popOut: m_arrangement->popOut(m_arrangement->current()); break;
    case Command::exportView: {
        static constexpr std::array kFormats{ExportFormats(ExportFormat::png),
                                             ExportFormats(ExportFormat::svg) | ExportFormat::pdf |
                                                 ExportFormat::csv,
                                             ExportFormats(ExportFormat::clipboard)};
        exportView(viewAtHand(), kFormats.at(static_cast<std::size_t>(called.number)));
        break;
    }
    case Command::theme: {
        const auto now = std::ranges::find(kThemes, theme()) - kThemes.begin();
        setTheme(kThemes[(static_cast<std::size_t>(now) + 1) % kThemes.size()]);
        break;
    }
    case Command::health: toggleHealth(); break;
    case Command::alarms:
    case Command::events:
        m_help->dismiss();
        called.command == Command::alarms ? m_desk->toggleAlarms() : m_desk->toggleEvents();
        break;
    case Command::note: m_desk->askForNote(); break;
    case Command::mute: emit m_desk->muteRequested(); break;
    case Command::undo:
        noteArranged();
        if (m_undo.canUndo())
            m_undo.undo();
        else
            m_notices->say(QStringLiteral("Nothing to take back"));
        break;
    case Command::wallMode: toggleWallMode(); break;
    case Command::menu: {
        const std::string view = m_arrangement->current();
        const ViewArea* area = m_arrangement->areaOf(view);
        const QWidget* beside = area ? area : m_area;
        popUpMenu(view, beside->mapToGlobal(QPoint(beside->width() / 3, beside->height() / 4)));
        break;
    }
    case Command::help: toggleHelp(); break;
    case Command::escape: handleEscape(); break;
    }
    return true;
}

ExportView WallWindow::viewAtHand() {
    if (m_tiles->underMouse()) return ExportView::tiles;
    if (const auto view = viewNamed(m_arrangement->current())) return *view;
    const auto last = viewName(m_lastExported);
    const bool there = !isViewName(last) || m_arrangement->isPlaced(last);
    return there ? m_lastExported : ExportView::wall;
}

void WallWindow::exportView(ExportView view, ExportFormats formats) {
    m_lastExported = view;
    emit exportRequested(view, formats);
}

QWidget& WallWindow::exported(ExportView view, std::optional<QSize> size) {
    if (view == ExportView::tiles || view == ExportView::wall) {
        QWidget& whole = view == ExportView::tiles ? static_cast<QWidget&>(*m_tiles) : *this;
        if (size) whole.resize(*size);
        if (view == ExportView::wall)
            for (const View& placed : m_views.set().views)
                if (placed.isPlaced()) m_views.exported(placed.name, m_scale, {});
        return whole;
    }
    return m_views.exported(viewName(view), m_scale, size);
}

void WallWindow::endExport() {
    m_arrangement->place();
    m_views.repeat();
}

QString WallWindow::exportTitle(ExportView view) {
    if (view == ExportView::tiles) return QStringLiteral("Headline numbers");
    if (view == ExportView::wall) return QStringLiteral("The whole wall");
    return m_views.set().find(viewName(view))->panel->title();
}

void WallWindow::handleEscape() {
    // One thing at a time, the most passing first.
    if (m_arrangement->cancelDrag() || m_help->dismiss() || m_desk->dismiss() || m_notices->dismiss()) return;
    if (!m_focus.selection().isWorld()) return m_focus.select({});
    if (m_arrangement->restore()) return;
    if (isWallMode())
        leaveWallMode();
    else if (isFullScreen())
        showNormal();
}

void WallWindow::chooseRelease(std::optional<feeds::FeedSecond> at) {
    if (at == m_release) return;
    const auto set = [this](std::optional<feeds::FeedSecond> to, const QString& more) {
        setRelease(to);
        m_desk->noteRelease(to);
        m_notices->say(
            (to ? QStringLiteral("T-0 set by hand to %1 UTC").arg(QString::fromStdString(feeds::utcText(*to)))
                : QStringLiteral("T-0 as the feed says")) +
            more);
    };
    m_undo.push(
        new Undoable([set, at] { set(at, kTakeBack); }, [set, before = m_release] { set(before, {}); }));
}

void WallWindow::closeView(const std::string& view) {
    if (view.empty() || !m_arrangement->isPlaced(view)) return;
    m_arrangement->close(view);
    m_notices->say(QStringLiteral("A view was closed") + kTakeBack);
}

/// What was done by hand in one turn of the event loop is taken back as one. Pages come and go by themselves.
void WallWindow::noteArranged() {
    if (m_beforePages || m_beforeUrgent) return;
    const Workspace before = std::exchange(m_arranged, arrangedNow());
    if (before == m_arranged) return;
    m_undo.push(new Undoable([this, now = m_arranged] { setWorkspace(now); },
                             [this, before] { setWorkspace(before); }, true));
}

Workspace WallWindow::arrangedNow() const {
    Workspace now = m_arrangement->workspace();
    now.name = m_workspaceName;
    return now;
}

void WallWindow::chooseWorkspace(const Workspace& workspace) {
    noteArranged();
    const auto choose = [this, workspace] {
        setWorkspace(workspace);
        m_notices->say(QStringLiteral("Workspace %1").arg(QString::fromStdString(workspace.name)) +
                       kTakeBack);
    };
    m_undo.push(new Undoable(choose, [this, before = m_arranged] { setWorkspace(before); }));
}

void WallWindow::chooseRecording(bool on) {
    const auto set = [this](bool to, const QString& more) {
        emit recordRequested(to);
        m_notices->say(
            (to ? QStringLiteral("A recording begins") : QStringLiteral("The recording has ended")) + more);
    };
    m_undo.push(
        new Undoable([set, on] { set(on, on ? kTakeBack : kRecordAgain); }, [set, on] { set(!on, {}); }));
}

/// The page comes over everything, and leaves things as they were.
void WallWindow::toggleHealth() {
    const std::string view = "health";
    if (m_arrangement->isPlaced(view)) return m_arrangement->close(view);
    m_arrangement->show(view);
    if (!isMaximised(view)) m_arrangement->toggleMaximised(view);
}

Workspace WallWindow::workspace() const {
    Workspace now = m_beforePages ? *m_beforePages : m_arrangement->workspace();
    if (m_beforeUrgent && !m_beforePages) now.windows.front().root = *m_beforeUrgent;
    now.name = m_workspaceName;
    const bool whole = isFullScreen() || isWallMode();
    const QRect place = whole ? m_placeBefore : geometry();
    if (!place.isEmpty())
        now.windows.front().place = WindowPlace{place.x(), place.y(), place.width(), place.height()};
    return now;
}

void WallWindow::setWorkspace(const Workspace& workspace) {
    m_workspaceName = workspace.name;
    m_beforeUrgent.reset();                       // somebody wants something else
    if (m_beforePages) m_beforePages = workspace; // what is left when the pages end
    m_arrangement->setWorkspace(workspace);
    m_arranged = arrangedNow();
    emit arranged();
}

void WallWindow::placeAsSaved(const Workspace& workspace) {
    if (workspace.windows.empty() || !workspace.windows.front().place) return;
    const WindowPlace& p = *workspace.windows.front().place;
    const QRect place(p.x, p.y, std::max(320, p.width), std::max(240, p.height));
    for (const QScreen* screen : QGuiApplication::screens())
        if (screen->availableGeometry().intersects(place)) return setGeometry(place);
    resize(place.size()); // its screen is gone
}

void WallWindow::setUserWorkspaces(std::vector<Workspace> workspaces) {
    m_userWorkspaces = std::move(workspaces);
}

std::vector<const Workspace*> WallWindow::workspaces() const {
    std::vector<const Workspace*> all;
    for (const Workspace& workspace : builtInWorkspaces()) {
        const Workspace* own = findWorkspace(m_userWorkspaces, workspace.name);
        all.push_back(own ? own : &workspace);
    }
    for (const Workspace& workspace : m_userWorkspaces)
        if (!findWorkspace(builtInWorkspaces(), workspace.name)) all.push_back(&workspace);
    return all;
}

void WallWindow::askForName(QPoint global) {
    static const QRegularExpression kNames(QStringLiteral("[A-Za-z0-9][A-Za-z0-9 _-]*"));
    auto* box = new LineBox({QStringLiteral("Save the workspace as"), QString::fromStdString(m_workspaceName),
                             static_cast<int>(Workspace::kMostNameBytes), kNames},
                            std::max(0.8, m_scale), this);
    connect(box, &LineBox::accepted, this, [this](const QString& name) {
        if (!isWorkspaceName(name.toStdString())) return;
        Workspace saved = m_arrangement->workspace();
        saved.name = m_workspaceName = name.toStdString();
        const auto same = std::ranges::find(m_userWorkspaces, saved.name, &Workspace::name);
        if (same == m_userWorkspaces.end())
            m_userWorkspaces.push_back(saved);
        else
            *same = saved;
        emit workspaceSaved(saved);
    });
    box->popUp(global);
}

bool WallWindow::isMaximised(const std::string& view) const {
    const ViewArea* area = m_arrangement->areaOf(view);
    return area && area->maximised() == view;
}

bool WallWindow::isInOwnWindow(const std::string& view) const {
    const ViewArea* area = m_arrangement->areaOf(view);
    return area && area != m_area;
}

} // namespace surgescope::widgets
