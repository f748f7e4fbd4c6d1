// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/urgent_pages.h"

#include <algorithm>

namespace surgescope::widgets {

namespace {

/// Of a rule's page that has no workspace of its own, the one that shows the same.
std::string_view pageOf(std::string_view rule) {
    const auto page = rule.substr(0, rule.find('/'));
    return page == "latency" ? "traffic" : page;
}

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
        const Workspace* page = pageNamed(workspaces, pageOf(card.rule));
        if (page && page->name != shown && std::ranges::count(pages, page) == 0) pages.push_back(page);
    }
    return pages;
}

} // namespace surgescope::widgets
