// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/dashboard/options.h"
#include "app/dashboard/screen_saver.h"
#include "app/dashboard/workspace_files.h"
#include "widgets/wall/wall_window.h"

#include <QObject>
#include <QTimer>

#include <string>

namespace surgescope::app {

/// What is on which screen: the theme, the workspace (and what becomes of it on disk) and the wall mode. GUI
/// thread.
class Screens : public QObject {
    Q_OBJECT
  public:
    Screens(const Options& options, widgets::WallWindow& window);
    ~Screens() override;

    /// Empty, or why that cannot be shown here.
    std::string problem() const;
    void show();

  private:
    void arrange();
    void saveLast();

    const Options& m_options;
    widgets::WallWindow& m_window;
    WorkspaceFiles m_files;
    ScreenSaver m_screenSaver;
    QTimer m_saving;                // some seconds after the last change
    std::string m_unknownWorkspace; // why the one asked for cannot be shown
    bool m_complained = false;
    bool m_changed = false;
};

} // namespace surgescope::app
