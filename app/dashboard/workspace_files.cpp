// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/workspace_files.h"

#include "widgets/workspace/built_in_workspaces.h"
#include "widgets/workspace/workspace_json.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace fs = std::filesystem;

namespace surgescope::app {

using feeds::Error;
using feeds::Result;
using widgets::Workspace;

namespace {

constexpr std::size_t kMostFiles = 200;

} // namespace

std::string workspacesFolder() {
    if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder && *folder == '/')
        return std::string(folder) + "/surgescope/workspaces";
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : ".") + "/.config/surgescope/workspaces";
}

Result<Workspace> WorkspaceFiles::read(const std::string& path) {
    std::error_code failed;
    if (!fs::is_regular_file(path, failed)) // a pipe would keep us waiting
        return Error{path + ": " + (failed ? failed.message() : "no file")};
    std::ifstream file(path, std::ios::binary);
    std::string text(widgets::kMostWorkspaceBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (!file.eof() && file.fail())) return Error{path + ": cannot be read"};
    text.resize(static_cast<std::size_t>(file.gcount()));
    auto workspace = widgets::workspaceFromJson(text);
    if (!workspace) return Error{path + ": " + workspace.error()};
    return workspace;
}

std::vector<Workspace> WorkspaceFiles::load(std::vector<std::string>& problems) const {
    std::vector<Workspace> all;
    std::error_code failed;
    std::vector<fs::path> paths;
    for (fs::directory_iterator entry(m_folder, failed), end; !failed && entry != end;
         entry.increment(failed))
        if (entry->path().extension() == ".json" && entry->path().stem() != "last" &&
            paths.size() < kMostFiles)
            paths.push_back(entry->path());
    std::ranges::sort(paths);
    for (const fs::path& path : paths) {
        auto workspace = read(path.string());
        const std::string name = path.stem().string();
        if (workspace && widgets::isWorkspaceName(name)) {
            workspace.value().name = name;
            all.push_back(std::move(workspace.value()));
        } else
            problems.push_back(workspace ? path.string() + ": its name is not one for a workspace"
                                         : workspace.error());
    }
    return all;
}

Result<Workspace> WorkspaceFiles::find(const std::string& nameOrFile) const {
    if (nameOrFile.find('/') != std::string::npos || nameOrFile.ends_with(".json")) return read(nameOrFile);
    std::error_code failed;
    if (widgets::isWorkspaceName(nameOrFile) && fs::exists(pathOf(nameOrFile), failed))
        return read(pathOf(nameOrFile));
    if (const Workspace* builtIn = widgets::findWorkspace(widgets::builtInWorkspaces(), nameOrFile))
        return *builtIn;
    std::string names;
    for (const Workspace& workspace : widgets::builtInWorkspaces())
        names += (names.empty() ? "" : ", ") + workspace.name;
    return Error{"no workspace named '" + nameOrFile + "', expected " + names + " or one of " + m_folder};
}

bool WorkspaceFiles::hasLast() const {
    std::error_code failed;
    return fs::exists(pathOf("last"), failed);
}

std::string WorkspaceFiles::save(const Workspace& workspace) const {
    if (!widgets::isWorkspaceName(workspace.name) || workspace.name == "last")
        return "'" + workspace.name + "' cannot be a workspace's name";
    return write(pathOf(workspace.name), workspace);
}

std::string WorkspaceFiles::saveLast(const Workspace& workspace) const {
    return write(pathOf("last"), workspace);
}

std::string WorkspaceFiles::write(const std::string& path, const Workspace& workspace) const {
    std::error_code failed;
    fs::create_directories(m_folder, failed);
    if (failed) return m_folder + ": " + failed.message();
    const std::string draft = path + ".new"; // a file half written never has the name
    {
        std::ofstream file(draft, std::ios::binary | std::ios::trunc);
        file << widgets::workspaceToJson(workspace) << std::flush;
        if (!file) return draft + ": " + std::strerror(errno);
    }
    fs::rename(draft, path, failed);
    return failed ? path + ": " + failed.message() : std::string();
}

} // namespace surgescope::app
