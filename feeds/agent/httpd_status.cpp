// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/httpd_status.h"

#include "feeds/agent/outside_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kHttpdTextBytes = 64;

std::string httpdText(std::string_view text) {
    std::string safe(text.substr(0, kHttpdTextBytes));
    std::ranges::replace_if(
        safe, [](char c) { return c < ' ' || c > '~'; }, '?');
    return safe;
}

} // namespace

Result<HttpdStatus> parseHttpdStatus(std::string_view page) {
    HttpdStatus status;
    std::optional<std::uint64_t> busy;
    std::optional<std::uint64_t> idle;
    const std::array<std::pair<std::string_view, std::optional<std::uint64_t>*>, 3> counts{
        {{"Total Accesses", &status.accesses}, {"BusyWorkers", &busy}, {"IdleWorkers", &idle}}};
    while (!page.empty()) {
        auto line = page.substr(0, page.find('\n'));
        page.remove_prefix(std::min(line.size() + 1, page.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos)
            continue; // the host's name comes first, and some values are empty
        const auto name = line.substr(0, colon);
        const auto text = line.substr(colon + 2);
        if (name == "ServerVersion") status.version = httpdText(text);
        if (name == "RestartTime") status.restartTime = httpdText(text);
        for (const auto& [wanted, value] : counts) {
            if (name != wanted) continue;
            *value = countIn(text);
            if (!*value) return Error{"says " + shown(line) + ", expected a count"};
        }
    }
    if (!busy || !idle)
        return Error{"has no BusyWorkers and IdleWorkers, expected a page of server-status?auto"};
    status.busyWorkers = *busy;
    status.idleWorkers = *idle;
    return status;
}

} // namespace surgescope::feeds
