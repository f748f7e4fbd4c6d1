// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/urgent_pages.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace surgescope::widgets {

namespace {

// As long as a page has no workspace of its own, the one that shows the same.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kInstead{
    {{"pops", "map"}, {"latency", "traffic"}}};

const Workspace* pageNamed(const std::vector<const Workspace*>& workspaces, std::string_view name) {
    const auto found =
        std::ranges::find_if(workspaces, [&](const Workspace* one) { return one->name == name; });
    return found == workspaces.end() ? nullptr : *found;
}

} // namespace

std::vector<const Workspace*> urgentPages(const feeds::AlarmStatus& alarms,
                                          const std::vector<const Workspace*>& workspaces,
                                          std::string_view shown) {
    std::vector<const Workspace*> pages;
    for (const feeds::Card& card : alarms.cards) {
        if (card.state != feeds::AlarmState::unacked || card.severity != feeds::Severity::critical) continue;
        const std::string name = card.rule.substr(0, card.rule.find('/'));
        const Workspace* page = pageNamed(workspaces, name);
        const auto instead = std::ranges::find(kInstead, name, [](const auto& pair) { return pair.first; });
        if (!page && instead != kInstead.end()) page = pageNamed(workspaces, instead->second);
        if (page && page->name != shown && std::ranges::count(pages, page) == 0) pages.push_back(page);
    }
    return pages;
}

} // namespace surgescope::widgets
