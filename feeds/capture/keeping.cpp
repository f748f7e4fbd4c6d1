// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/keeping.h"

#include "feeds/util/file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace surgescope::feeds {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolderEnding = ".keeping";
constexpr const char* kUnfinishedEnding = ".unfinished";
/// In the folder of links: which file is being written. Links alone would not tell.
constexpr const char* kNote = "writes";

void removeUnfinished(const fs::path& path) {
    std::error_code ignored; // what cannot be removed now is tried again at the next start
    if (path.extension() == kUnfinishedEnding && fs::is_regular_file(fs::symlink_status(path, ignored)))
        fs::remove(path, ignored);
}

} // namespace

Keeping::Keeping(const std::string& ring, std::string path)
    : m_folder((fs::path(ring) / (fs::path(path).stem().string() + kFolderEnding)).string()),
      m_path(std::move(path)), m_unfinished(m_path + kUnfinishedEnding) {}

Keeping::~Keeping() {
    if (m_folder.empty()) return;
    std::error_code ignored;
    removeUnfinished(m_unfinished);
    fs::remove_all(m_folder, ignored);
}

std::optional<Error> Keeping::begin() {
    std::error_code error;
    if (fs::exists(fs::symlink_status(m_path, error))) {
        m_folder.clear(); // nothing of it is ours
        return Error{"'" + m_path + "' exists already"};
    }
    fs::create_directories(m_folder, error);
    if (error) return Error{"cannot make the folder '" + m_folder + "': " + error.message()};
    std::ofstream note(fs::path(m_folder) / kNote, std::ios::binary);
    note << fs::absolute(m_unfinished, error).string();
    note.flush();
    if (!note) return Error{"cannot write in the folder '" + m_folder + "'"};
    return std::nullopt;
}

std::optional<Error> Keeping::add(const std::string& segment) {
    const auto link = fs::path(m_folder) / fs::path(segment).filename();
    std::error_code error;
    fs::create_hard_link(segment, link, error);
    if (error) { // not every file system has them
        error.clear();
        fs::copy_file(segment, link, error);
    }
    if (!error)
        m_links.push_back(link.string());
    else if (std::error_code gone; fs::exists(segment, gone))
        return Error{"cannot keep '" + segment + "': " + error.message()};
    return std::nullopt;
}

std::optional<Error> Keeping::finish() {
    return renameNew(m_unfinished, m_path);
}

std::vector<std::string> Keeping::leftovers(const std::string& ring) {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(ring, error))
        if (entry.path().extension() == kFolderEnding && entry.is_directory(error))
            found.push_back(entry.path().string());
    return found;
}

void Keeping::removeLeftovers(const std::vector<std::string>& leftovers) {
    for (const auto& folder : leftovers) {
        std::ifstream note(fs::path(folder) / kNote, std::ios::binary);
        const std::string unfinished{std::istreambuf_iterator<char>(note), std::istreambuf_iterator<char>()};
        removeUnfinished(unfinished);
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
}

} // namespace surgescope::feeds
