// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace/workspace.h"

#include <QPoint>
#include <QRect>

#include <optional>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// Where a tree's views are, as numbers. Views and handles together cover the area exactly, none overlaps
/// another, however small the area is; there the gaps go first and a view may have no pixel at all.
struct WorkspaceLayout {
    struct View {
        std::string name;
        QRect box;
    };
    /// The gap between two parts of a split, for a hand to move.
    struct Handle {
        QRect box;
        bool column = false;           // the parts are below one another: it moves up and down
        std::vector<std::size_t> path; // to the split, by positions from the root
        std::size_t before = 0;        // the part before it; the one behind it is the next
        int from = 0;                  // where that part begins and
        int to = 0;                    // the other ends (the first pixel behind it)
    };
    std::vector<View> views;
    std::vector<Handle> handles;

    const View* viewAt(QPoint at) const;
    const Handle* handleAt(QPoint at) const;
};

WorkspaceLayout layOut(const Pane& root, const QRect& area, int gap);

/// The handle's middle at `position` (along its direction, in pixels), as far as both neighbours keep `least`
/// pixels; where there is no room for that, the middle. Only their two shares change, and not their sum.
void moveHandle(Pane& root, const WorkspaceLayout::Handle& handle, int position, int least);
/// Both neighbours get the same.
void evenOut(Pane& root, const WorkspaceLayout::Handle& handle);

/// What dropping a view there would do: beside the view there, or in exchange with it.
struct DropTarget {
    std::string view;
    Side side = Side::middle;
    QRect box; // what the dropped view would cover
    bool operator==(const DropTarget&) const = default;
};
/// The outer thirds of a view are its sides, and the nearest one counts.
std::optional<DropTarget> dropTarget(const WorkspaceLayout& layout, QPoint at);

} // namespace surgescope::widgets
