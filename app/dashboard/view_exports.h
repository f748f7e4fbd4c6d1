// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/export/export_note.h"
#include "widgets/export/view.h"
#include "widgets/wall/wall_window.h"

#include <QElapsedTimer>

#include <future>
#include <string>

namespace surgescope::app {

/// The program's name and version, as pictures carry it.
QString programText();
/// What is to be said of a view of this window, which has a frame.
widgets::ExportNote noteOf(widgets::WallWindow& window, widgets::ExportView view);

/// Writes what a window asks to export. Painting is done at once, by the GUI thread; encoding and writing by
/// another. GUI thread.
class ViewExports {
  public:
    /// The window must outlive it.
    ViewExports(widgets::WallWindow& window, std::string folder);

    void exportView(widgets::ExportView view, widgets::ExportFormats formats);
    /// One line on what becomes of the last one; empty when it has been shown for long enough. Call it again
    /// and again.
    std::string notice();

  private:
    void say(std::string notice);

    widgets::WallWindow& m_window;
    std::string m_folder;
    std::future<std::string> m_writing; // what came of it, in words
    std::string m_notice;
    QElapsedTimer m_saidAgo;
};

} // namespace surgescope::app
