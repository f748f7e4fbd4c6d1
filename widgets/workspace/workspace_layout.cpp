// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/workspace_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace surgescope::widgets {

namespace {

/// A stretch of `area` along one direction.
QRect slice(const QRect& area, bool column, int from, int length) {
    return column ? QRect(area.left(), from, area.width(), length)
                  : QRect(from, area.top(), length, area.height());
}

/// Where the parts end, beginning at 0 and without gaps: rounded sums, not summed roundings, so that nothing
/// is left over.
std::vector<int> ends(const Pane& split, int room) {
    std::vector<int> ends;
    double share = 0;
    for (const Pane& part : split.parts) {
        share += part.share;
        const int end = static_cast<int>(std::lround(share * room));
        ends.push_back(std::clamp(end, ends.empty() ? 0 : ends.back(), room));
    }
    ends.back() = room;
    return ends;
}

void place(const Pane& pane, const QRect& area, int gap, const std::vector<std::size_t>& path,
           WorkspaceLayout& layout) {
    if (!pane.view.empty()) {
        layout.views.push_back({pane.view, area});
        return;
    }
    if (pane.parts.empty()) return;
    const int length = pane.column ? area.height() : area.width();
    const int count = static_cast<int>(pane.parts.size());
    if (length < count * (gap + 1)) gap = 0;
    const std::vector<int> edges = ends(pane, length - gap * (count - 1));
    int from = pane.column ? area.top() : area.left();
    for (std::size_t i = 0; i < pane.parts.size(); ++i) {
        const int wide = edges[i] - (i == 0 ? 0 : edges[i - 1]);
        std::vector<std::size_t> inner = path;
        inner.push_back(i);
        place(pane.parts[i], slice(area, pane.column, from, wide), gap, inner, layout);
        if (i + 1 < pane.parts.size() && gap > 0)
            layout.handles.push_back({slice(area, pane.column, from + wide, gap), pane.column, path, i, from,
                                      from + wide + gap + edges[i + 1] - edges[i]});
        from += wide + gap;
    }
}

/// The two parts beside a handle; null if the tree has changed meanwhile.
std::array<Pane*, 2> neighbours(Pane& root, const WorkspaceLayout::Handle& handle) {
    Pane* split = &root;
    for (const std::size_t at : handle.path) {
        if (at >= split->parts.size()) return {};
        split = &split->parts[at];
    }
    if (handle.before + 1 >= split->parts.size()) return {};
    return {&split->parts[handle.before], &split->parts[handle.before + 1]};
}

void divide(const std::array<Pane*, 2>& parts, double first) {
    if (!parts[0]) return;
    const double sum = parts[0]->share + parts[1]->share;
    parts[0]->share = sum * first;
    parts[1]->share = sum * (1 - first);
}

} // namespace

const WorkspaceLayout::View* WorkspaceLayout::viewAt(QPoint at) const {
    for (const View& view : views)
        if (view.box.contains(at)) return &view;
    return nullptr;
}

const WorkspaceLayout::Handle* WorkspaceLayout::handleAt(QPoint at) const {
    for (const Handle& handle : handles)
        if (handle.box.contains(at)) return &handle;
    return nullptr;
}

WorkspaceLayout layOut(const Pane& root, const QRect& area, int gap) {
    WorkspaceLayout layout;
    place(root, area, std::max(0, gap), {}, layout);
    return layout;
}

void moveHandle(Pane& root, const WorkspaceLayout::Handle& handle, int position, int least) {
    const int gap = handle.column ? handle.box.height() : handle.box.width();
    const int room = handle.to - handle.from - gap;
    if (room < 2) return;
    const int bound = std::clamp(least, 1, room / 2);
    const int first = std::clamp(position - gap / 2 - handle.from, bound, room - bound);
    divide(neighbours(root, handle), static_cast<double>(first) / room);
}

void evenOut(Pane& root, const WorkspaceLayout::Handle& handle) {
    divide(neighbours(root, handle), 0.5);
}

std::optional<DropTarget> dropTarget(const WorkspaceLayout& layout, QPoint at) {
    const WorkspaceLayout::View* view = layout.viewAt(at);
    if (!view) return std::nullopt;
    const QRect& b = view->box;
    const double x = (at.x() - b.left() + 0.5) / b.width(), y = (at.y() - b.top() + 0.5) / b.height();
    const std::array sides{std::pair(x, Side::left), std::pair(1 - x, Side::right), std::pair(y, Side::top),
                           std::pair(1 - y, Side::bottom)};
    const auto nearest = *std::ranges::min_element(sides, {}, [](const auto& side) { return side.first; });
    if (nearest.first > 1 / 3.0) return DropTarget{view->name, Side::middle, b};
    const int halfWide = b.width() / 2, halfHigh = b.height() / 2;
    QRect box = b;
    switch (nearest.second) {
    case Side::left: box.setWidth(halfWide); break;
    case Side::right: box.setLeft(b.right() + 1 - halfWide); break;
    case Side::top: box.setHeight(halfHigh); break;
    case Side::bottom: box.setTop(b.bottom() + 1 - halfHigh); break;
    case Side::middle: break;
    }
    return DropTarget{view->name, nearest.second, box};
}

} // namespace surgescope::widgets
