// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include "widgets/workspace/workspace.h"

#include <string>
#include <vector>

namespace surgescope::app {

/// Where the user's workspaces are: $XDG_CONFIG_HOME/surgescope/workspaces, or the same under ~/.config.
std::string workspacesFolder();

/// The user's workspaces as files of a folder, NAME.json each, and last.json, the arrangement at the end. GUI
/// thread; the files are small.
class WorkspaceFiles {
  public:
    explicit WorkspaceFiles(std::string folder) : m_folder(std::move(folder)) {}

    /// All but last.json, by name. A workspace is called as its file is. What cannot be read is left out and
    /// told in `problems`, a line each.
    std::vector<widgets::Workspace> load(std::vector<std::string>& problems) const;
    /// One of the folder or of those built in, by name; anything with a slash or ending in .json is a file.
    feeds::Result<widgets::Workspace> find(const std::string& nameOrFile) const;
    bool hasLast() const;
    feeds::Result<widgets::Workspace> last() const { return read(pathOf("last")); }

    /// Under its name, whole or not at all. Nothing on success, otherwise what went wrong.
    std::string save(const widgets::Workspace& workspace) const;
    std::string saveLast(const widgets::Workspace& workspace) const;

  private:
    std::string pathOf(const std::string& name) const { return m_folder + "/" + name + ".json"; }
    static feeds::Result<widgets::Workspace> read(const std::string& path);
    std::string write(const std::string& path, const widgets::Workspace& workspace) const;

    std::string m_folder;
};

} // namespace surgescope::app
