// SPDX-License-Identifier: GPL-3.0-or-later
// The window as a wall: what it shows nobody presses, pages that take turns, and those that are urgent; see
// wall_window.cpp.
#include "widgets/wall/arrangement.h"
#include "widgets/wall/urgent_pages.h"
#include "widgets/wall/wall_window.h"
#include "widgets/workspace/built_in_workspaces.h"

#include <QGuiApplication>
#include <QScreen>

#include <algorithm>
#include <iterator>
#include <utility>

namespace surgescope::widgets {

void WallWindow::setViewing(const Viewing& viewing) {
    m_viewing = viewing;
    layOut();
}

void WallWindow::enterWallMode(const Wall& wall) {
    if (isWallMode()) return;
    m_fullScreenBefore = isFullScreen();
    if (!m_fullScreenBefore) m_placeBefore = geometry();
    m_wall.enter(wall.hidePointerAtOnce);
    const auto screens = QGuiApplication::screens();
    if (wall.screen && *wall.screen < screens.size()) {
        // Moved there first: a window is full on the screen it is on.
        const QRect there = screens[*wall.screen]->geometry();
        setGeometry(QRect(there.topLeft(), there.size().boundedTo(size())));
    }
    if (wall.fullScreen)
        showFullScreen();
    else
        show();
    layOut();
    if (wall.rotate.count() > 0) {
        m_pages.clear();
        std::ranges::copy_if(m_userWorkspaces, std::back_inserter(m_pages),
                             [](const Workspace& own) { return own.name.starts_with("wall-"); });
        if (m_pages.empty()) m_pages = builtInWorkspaces();
        m_beforePages = m_arrangement->workspace();
        m_beforePages->name = m_workspaceName;
        // From the one that is there already, if it is among them.
        const auto now = std::ranges::find(m_pages, m_workspaceName, &Workspace::name) - m_pages.begin();
        const int count = static_cast<int>(m_pages.size());
        m_wall.rotate(count, wall.rotate, static_cast<int>(now) % count);
    }
    findUrgent();
    emit wallModeChanged(true);
}

/// Kept by what is shown without them: an urgent page that is on is not its own reason to go.
void WallWindow::findUrgent() {
    if (!isWallMode() || !m_status) return;
    const auto& rotation = m_wall.rotation();
    const std::string& shown =
        rotation.turns() ? m_pages.at(static_cast<std::size_t>(rotation.page())).name : m_workspaceName;
    std::vector<Workspace> pages;
    for (const Workspace* page : urgentPages(m_status->alarms, workspaces(), shown))
        pages.push_back(*page);
    if (pages == m_urgentPages) return;
    m_urgentPages = std::move(pages);
    m_wall.setUrgent(static_cast<int>(m_urgentPages.size()));
    if (m_wall.urgent().shown()) showUrgent();
}

void WallWindow::showUrgent() {
    if (const auto shown = m_wall.urgent().shown()) {
        if (!m_beforeUrgent) m_beforeUrgent = m_area->root();
        m_arrangement->setMainRoot(m_urgentPages.at(static_cast<std::size_t>(*shown)).windows.front().root);
    } else if (const auto before = std::exchange(m_beforeUrgent, std::nullopt))
        m_arrangement->setMainRoot(*before);
}

void WallWindow::turnPage(int page) {
    const Pane& root = m_pages.at(static_cast<std::size_t>(page)).windows.front().root;
    m_arrangement->setMainRoot(root);
}

void WallWindow::leaveWallMode() {
    if (!isWallMode()) return;
    m_wall.leave();
    m_urgentPages.clear();
    showUrgent();
    if (const auto before = std::exchange(m_beforePages, std::nullopt))
        m_arrangement->setMainRoot(before->windows.front().root);
    if (!m_fullScreenBefore) {
        showNormal();
        setGeometry(m_placeBefore);
    }
    layOut();
    emit wallModeChanged(false);
}

void WallWindow::toggleWallMode() {
    if (isWallMode())
        leaveWallMode();
    else if (isFullScreen())
        showNormal(); // F11 leaves it, however it came about
    else
        enterWallMode({});
}

void WallWindow::toggleFullScreen() {
    if (isWallMode()) return leaveWallMode();
    if (isFullScreen()) return showNormal();
    m_placeBefore = geometry();
    showFullScreen();
}

} // namespace surgescope::widgets
