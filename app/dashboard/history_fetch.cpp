// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/history_fetch.h"

#include "feeds/history/fetch.h"
#include "feeds/util/file.h"

#include "app/progress.h"
#include "app/version.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <unistd.h>

namespace surgescope::app {
namespace {

/// Of who was stopped while he fetched it.
void removeLeft(const std::string& file) {
    const std::filesystem::path path(file);
    const auto stem = path.filename().string() + ".";
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored)) {
        const auto name = entry.path().filename().string();
        pid_t owner = 0;
        if (!name.starts_with(stem) || !name.ends_with(".part")) continue;
        const auto [end, problem] =
            std::from_chars(name.data() + stem.size(), name.data() + name.size(), owner);
        const bool isGone = owner == ::getpid() || (::kill(owner, 0) != 0 && errno == ESRCH);
        if (problem == std::errc() && owner > 0 && std::string_view(end) == ".part" && isGone)
            std::filesystem::remove(entry.path(), ignored);
    }
}

} // namespace

std::optional<feeds::Error> fetchHistory(const Options::Fetch& wanted, const Options& options) {
    const auto& file = wanted.file;
    std::error_code error;
    if (std::filesystem::exists(file, error)) {
        std::fprintf(stderr, "surgescope: '%s' was fetched before\n", file.c_str());
        return std::nullopt;
    }
    std::filesystem::create_directories(options.recordingsFolder, error);
    if (error) return feeds::Error{"cannot make '" + options.recordingsFolder + "': " + error.message()};
    removeLeft(file);
    // Two may fetch the same: each its own, and whoever is first has made it.
    const auto part = file + "." + std::to_string(::getpid()) + ".part";
    ProgressLine line;
    feeds::FetchOptions how{
        .store = {.url = wanted.url, .job = options.history.job, .http = options.history.store.http},
        .from = wanted.from,
        .to = wanted.to,
        .releaseAt = wanted.releaseAt,
        .library = "surgescope " + versionNumber(),
        .goesOn = [&line](double done) {
            line.share(done);
            return true;
        }};
    how.store.http.timeout = std::chrono::minutes(1);
    const auto fetched = feeds::fetchHistory(part, *options.catalogue, how);
    line.clear();
    if (!fetched) return feeds::Error{fetched.error()};
    for (const auto& trouble : feeds::troublesOf(fetched->refused, fetched->warnings))
        std::fprintf(stderr, "surgescope: %s\n", trouble.c_str());
    auto failed = feeds::renameNew(part, file);
    if (failed && std::filesystem::exists(file, error)) failed.reset(); // by another one, meanwhile
    std::filesystem::remove(part, error);
    return failed;
}

} // namespace surgescope::app
