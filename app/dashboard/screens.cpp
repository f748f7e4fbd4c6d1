// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/screens.h"

#include "widgets/base/palette.h"
#include "widgets/wall/notices.h"
#include "widgets/workspace/built_in_workspaces.h"

#include <QGuiApplication>

#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

namespace surgescope::app {

using std::chrono::milliseconds;
using widgets::WallWindow;

Screens::Screens(const Options& options, WallWindow& window)
    : m_options(options), m_window(window), m_files(workspacesFolder()) {
    widgets::setTheme(options.theme);
    window.resize(options.width, options.height);
    window.setViewing(options.viewing);
    arrange();
    connect(&window, &WallWindow::workspaceSaved, this, [this](const widgets::Workspace& workspace) {
        const std::string problem = m_files.save(workspace);
        if (problem.empty())
            m_window.notices().say("saved as workspace " + QString::fromStdString(workspace.name));
        else
            m_window.notices().sayFailure("not saved: " + QString::fromStdString(problem));
    });
    connect(&window, &WallWindow::wallModeChanged, &m_screenSaver, &ScreenSaver::inhibit);
    m_saving.setSingleShot(true);
    m_saving.setInterval(milliseconds(2000));
    connect(&m_saving, &QTimer::timeout, this, &Screens::saveLast);
}

Screens::~Screens() {
    saveLast();
}

std::string Screens::problem() const {
    if (!m_unknownWorkspace.empty()) return "--workspace: " + m_unknownWorkspace;
    const auto count = QGuiApplication::screens().size();
    if (!m_options.screen || *m_options.screen <= count) return {};
    return "--screen: expected 1 to " + std::to_string(count) + ", as many as there are, got " +
           std::to_string(*m_options.screen);
}

void Screens::arrange() {
    std::vector<std::string> problems;
    m_window.setUserWorkspaces(m_files.load(problems));
    // A picture is the same whatever was left on the screen before.
    const bool restore = m_options.workspace.empty() && m_options.screenshot.empty() && m_files.hasLast();
    if (restore || !m_options.workspace.empty()) {
        const auto workspace = restore ? m_files.last() : m_files.find(m_options.workspace);
        if (workspace) {
            m_window.setWorkspace(*workspace);
            if (restore && !m_options.sizeGiven) m_window.placeAsSaved(*workspace);
        } else if (!restore) {
            m_unknownWorkspace = workspace.error();
            return;
        } else {
            m_window.setWorkspace(widgets::overviewWorkspace());
            problems.insert(problems.begin(), workspace.error());
        }
    }
    if (problems.empty()) return;
    const std::string more =
        problems.size() > 1 ? "   (and " + std::to_string(problems.size() - 1) + " more)" : "";
    m_window.notices().sayFailure(QString::fromStdString(problems.front() + more));
    for (const std::string& problem : problems)
        std::fprintf(stderr, "surgescope: %s\n", problem.c_str());
}

void Screens::show() {
    if (m_options.wall)
        m_window.enterWallMode(
            {.screen = m_options.screen ? std::optional(*m_options.screen - 1) : std::nullopt,
             .rotate = m_options.rotate,
             .hidePointerAtOnce = true,
             .fullScreen = m_options.screenshot.empty()});
    else if (m_options.fullScreen)
        m_window.showFullScreen();
    else
        m_window.show();
    // Only what people do from now on is worth keeping.
    if (!m_options.screenshot.empty()) return;
    connect(&m_window, &WallWindow::arranged, this, [this] {
        m_changed = true;
        m_saving.start();
    });
}

void Screens::saveLast() {
    if (!std::exchange(m_changed, false)) return;
    const std::string problem = m_files.saveLast(m_window.workspace());
    if (problem.empty() || std::exchange(m_complained, true)) return; // once is enough
    m_window.notices().sayFailure(QStringLiteral("the arrangement is not kept: ") +
                                  QString::fromStdString(problem));
}

} // namespace surgescope::app
