// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include "widgets/export/export_note.h"
#include "widgets/export/view.h"
#include "widgets/wall/wall_window.h"

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
    /// What became of it is told by the window's notices. Call it again and again.
    void takeUp();

  private:
    widgets::WallWindow& m_window;
    std::string m_folder;
    std::future<feeds::Result<std::string>> m_writing; // the files
};

} // namespace surgescope::app
