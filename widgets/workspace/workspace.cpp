// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/workspace.h"

#include <algorithm>
#include <utility>

namespace surgescope::widgets {

namespace {

void appendViews(const Pane& pane, std::vector<std::string>& views) {
    if (!pane.view.empty()) views.push_back(pane.view);
    for (const Pane& part : pane.parts)
        appendViews(part, views);
}

/// The split that holds the view, and where in it.
std::pair<Pane*, std::size_t> splitWith(Pane& root, std::string_view view) {
    for (std::size_t i = 0; i < root.parts.size(); ++i) {
        if (root.parts[i].view == view) return {&root, i};
        if (const auto found = splitWith(root.parts[i], view); found.first) return found;
    }
    return {nullptr, 0};
}

bool isAlphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

} // namespace

bool isViewName(std::string_view name) {
    return titleOfView(name)[0] != 0;
}

const char16_t* titleOfView(std::string_view name) {
    for (const ViewName& known : kViewNames)
        if (known.name == name) return known.title;
    return u"";
}

Pane Pane::of(std::string view, double share) {
    Pane pane;
    pane.view = std::move(view);
    pane.share = share;
    return pane;
}

Pane Pane::row(std::vector<Pane> parts, double share) {
    Pane pane;
    pane.parts = std::move(parts);
    pane.share = share;
    return pane;
}

Pane Pane::columnOf(std::vector<Pane> parts, double share) {
    Pane pane = row(std::move(parts), share);
    pane.column = true;
    return pane;
}

bool isWorkspaceName(std::string_view name) {
    return !name.empty() && name.size() <= Workspace::kMostNameBytes && isAlphanumeric(name.front()) &&
           name.back() != ' ' && std::ranges::all_of(name, [](char c) {
               return isAlphanumeric(c) || c == ' ' || c == '-' || c == '_';
           });
}

std::vector<std::string> viewsOf(const Pane& root) {
    std::vector<std::string> views;
    appendViews(root, views);
    return views;
}

Pane* findView(Pane& root, std::string_view view) {
    if (view.empty()) return nullptr;
    if (root.view == view) return &root;
    const auto [split, at] = splitWith(root, view);
    return split ? &split->parts[at] : nullptr;
}

Pane takeView(Pane& root, std::string_view view) {
    if (!view.empty() && root.view == view) return std::exchange(root, {});
    const auto [split, at] = splitWith(root, view);
    if (!split) return {};
    Pane taken = std::move(split->parts[at]);
    split->parts.erase(split->parts.begin() + static_cast<std::ptrdiff_t>(at));
    tidy(root);
    return taken;
}

bool putBeside(Pane& root, std::string_view view, Side side, Pane pane) {
    if (side == Side::middle) return false;
    const bool column = side == Side::top || side == Side::bottom;
    const bool before = side == Side::left || side == Side::top;
    Pane changed = root;
    const auto [split, at] = splitWith(changed, view);
    if (split && split->column == column) { // one more part of what is split that way already
        Pane& beside = split->parts[at];
        pane.share = beside.share /= 2;
        split->parts.insert(split->parts.begin() + static_cast<std::ptrdiff_t>(at) + (before ? 0 : 1),
                            std::move(pane));
    } else {
        Pane* beside = findView(changed, view);
        if (!beside) return false;
        const double share = beside->share;
        Pane old = std::move(*beside);
        old.share = pane.share = 0.5;
        std::vector<Pane> parts;
        parts.push_back(before ? std::move(pane) : old);
        parts.push_back(before ? std::move(old) : std::move(pane));
        *beside = column ? Pane::columnOf(std::move(parts), share) : Pane::row(std::move(parts), share);
    }
    if (depthOf(changed) > Workspace::kMostDepth) return false;
    tidy(changed);
    root = std::move(changed);
    return true;
}

void putAtRight(Pane& root, Pane pane) {
    if (root.empty()) {
        root = std::move(pane);
    } else if (root.column || !root.view.empty()) {
        pane.share = 0.3;
        root.share = 0.7;
        std::vector<Pane> parts;
        parts.push_back(std::move(root));
        parts.push_back(std::move(pane));
        root = Pane::row(std::move(parts));
    } else {
        pane.share = 1.0 / static_cast<double>(root.parts.size());
        root.parts.push_back(std::move(pane));
    }
    tidy(root);
}

bool swapViews(Pane& root, std::string_view a, std::string_view b) {
    Pane* first = findView(root, a);
    Pane* second = findView(root, b);
    if (!first || !second) return false;
    std::swap(first->view, second->view);
    std::swap(first->settings, second->settings);
    return true;
}

void tidy(Pane& root) {
    for (Pane& part : root.parts)
        tidy(part);
    std::erase_if(root.parts, [](const Pane& part) { return part.empty(); });
    if (root.parts.size() == 1) {
        Pane only = std::move(root.parts.front());
        only.share = root.share;
        root = std::move(only);
        return;
    }
    double sum = 0;
    for (const Pane& part : root.parts)
        sum += part.share;
    for (Pane& part : root.parts)
        part.share /= sum;
}

int depthOf(const Pane& root) {
    int deepest = 0;
    for (const Pane& part : root.parts)
        deepest = std::max(deepest, depthOf(part));
    return root.parts.empty() ? 0 : deepest + 1;
}

} // namespace surgescope::widgets
