// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/charts/chart_views.h"

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// A view that can be placed, by the name files use and the words people read.
struct ViewName {
    std::string_view name;
    const char16_t* title = u"";
};
inline constexpr auto kViewNames = [] {
    constexpr std::array others{ViewName{"lag-by-pop", u"Invalidation lag by PoP"},
                                ViewName{"lag-distribution", u"Invalidation lag distribution"},
                                ViewName{"hottest", u"PoPs"}, ViewName{"health", u"Health of this wall"}};
    std::array<ViewName, 1 + kChartViews.size() + others.size()> all{ViewName{"map", u"Map"}};
    auto next = all.begin() + 1;
    for (const ChartView& chart : kChartViews)
        *next++ = {chart.name, chart.title};
    for (const ViewName& other : others)
        *next++ = other;
    return all;
}();
bool isViewName(std::string_view name);
/// Empty for a view nobody knows.
const char16_t* titleOfView(std::string_view name);

/// A place in a window: one view, or parts beside or below one another. A pane with neither is empty, as a
/// window is whose views were all closed.
struct Pane {
    std::string view;                            // empty: a split, or nothing
    std::map<std::string, std::string> settings; // of the view, for the view to know
    bool column = false;                         // of a split: its parts are below one another
    std::vector<Pane> parts;
    double share = 1; // of the split this is a part of; those of one split sum to 1

    static Pane of(std::string view, double share = 1);
    static Pane row(std::vector<Pane> parts, double share = 1);
    static Pane columnOf(std::vector<Pane> parts, double share = 1);
    bool empty() const { return view.empty() && parts.empty(); }
    bool operator==(const Pane&) const = default;
};

/// Where a window stood, in the screens' coordinates.
struct WindowPlace {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    bool operator==(const WindowPlace&) const = default;
};

struct WorkspaceWindow {
    Pane root;
    std::optional<WindowPlace> place; // nothing: wherever it is
    bool operator==(const WorkspaceWindow&) const = default;
};

/// How views are arranged: in the main window, which comes first, and in windows of their own. A plain value.
struct Workspace {
    static constexpr int kMostDepth = 8;           // of splits within splits
    static constexpr std::size_t kMostLeaves = 32; // views of all windows
    static constexpr std::size_t kMostWindows = 8;
    static constexpr std::size_t kMostNameBytes = 40;

    std::string name;
    std::vector<WorkspaceWindow> windows;
    bool operator==(const Workspace&) const = default;
};

/// Fit for a file name everywhere: letters, digits, space, dash and underscore, a letter or digit first.
bool isWorkspaceName(std::string_view name);

// What hands do to a tree. Each leaves it tidy: no split of one part, shares that sum to 1.

/// Every view of the tree, from left to right and top to bottom.
std::vector<std::string> viewsOf(const Pane& root);
Pane* findView(Pane& root, std::string_view view);

/// Takes a view out; its neighbours share what it had. Returns it, empty if it was not there.
Pane takeView(Pane& root, std::string_view view);

enum class Side { left, right, top, bottom, middle };
/// Puts `pane` on one side of a view, which gives it half of its place. Not into the middle. False if the
/// tree would become too deep or the view is not there; then nothing changes.
bool putBeside(Pane& root, std::string_view view, Side side, Pane pane);
/// Puts `pane` at the right of everything.
void putAtRight(Pane& root, Pane pane);
bool swapViews(Pane& root, std::string_view a, std::string_view b);

/// Dissolves splits of one part and makes the shares of each split sum to 1.
void tidy(Pane& root);
int depthOf(const Pane& root);

} // namespace surgescope::widgets
