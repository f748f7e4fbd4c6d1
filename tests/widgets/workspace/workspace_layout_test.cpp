// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/built_in_workspaces.h"
#include "widgets/workspace/workspace_layout.h"

#include "tests/support/catch.h"

#include <random>

using namespace surgescope::widgets;

namespace {

/// A random tree of splits; names are numbers.
Pane randomPane(std::mt19937& random, int depth, int& next) {
    std::uniform_real_distribution<double> share(0.02, 1);
    Pane pane;
    if (depth == 0 || random() % 4 == 0) {
        pane = Pane::of(std::to_string(next++));
    } else {
        pane.column = random() % 2 == 0;
        const unsigned parts = 2 + random() % 3;
        for (unsigned i = 0; i < parts; ++i)
            pane.parts.push_back(randomPane(random, depth - 1, next));
    }
    pane.share = share(random);
    return pane;
}

/// Every pixel of the area belongs to exactly one rectangle.
void checkTiles(const WorkspaceLayout& layout, const QRect& area) {
    std::vector<QRect> boxes;
    for (const auto& view : layout.views)
        boxes.push_back(view.box);
    for (const auto& handle : layout.handles)
        boxes.push_back(handle.box);
    long covered = 0;
    bool inside = true, apart = true;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (boxes[i].isEmpty()) continue;
        covered += static_cast<long>(boxes[i].width()) * boxes[i].height();
        inside = inside && area.contains(boxes[i]);
        for (std::size_t j = 0; j < i; ++j)
            apart = apart && !boxes[i].intersects(boxes[j]);
    }
    CHECK(inside);
    CHECK(apart);
    CHECK(covered == static_cast<long>(area.width()) * area.height());
}

} // namespace

TEST_CASE("views and handles cover the area exactly, at any size") {
    std::mt19937 random(7);
    for (int tree = 0; tree < 60; ++tree) {
        int next = 0;
        Pane root = randomPane(random, 4, next);
        tidy(root);
        for (const QRect area : {QRect(0, 0, 1, 1), QRect(3, 5, 2, 400), QRect(-7, 2, 97, 13),
                                 QRect(20, 180, 1880, 790), QRect(0, 0, 3840, 2160)}) {
            const WorkspaceLayout layout = layOut(root, area, 10);
            CHECK(layout.views.size() == static_cast<std::size_t>(next));
            checkTiles(layout, area);
        }
    }
    for (const Workspace& workspace : builtInWorkspaces())
        checkTiles(layOut(workspace.windows[0].root, {0, 0, 1880, 790}, 10), {0, 0, 1880, 790});
    CHECK(layOut({}, {0, 0, 10, 10}, 1).views.empty());
}

TEST_CASE("the overview's columns end together, and both charts of regions are as high") {
    const auto layout = layOut(overviewWorkspace().windows[0].root, {20, 180, 1880, 790}, 10);
    std::map<std::string, QRect> boxes;
    for (const auto& view : layout.views)
        boxes[view.name] = view.box;
    CHECK(boxes["metadata"].bottom() == boxes["lag-by-pop"].bottom());
    CHECK(std::abs(boxes["requests"].height() - boxes["egress"].height()) <= 1);
    CHECK(boxes["map"].width() > 0.55 * 1880);
}

TEST_CASE("a handle moves as far as both neighbours keep the least size") {
    Pane root = Pane::row({Pane::of("map", 0.5), Pane::of("requests", 0.25), Pane::of("egress", 0.25)});
    const QRect area(0, 0, 1020, 500);
    const auto boxOf = [&](std::size_t i) { return layOut(root, area, 10).views[i].box; };
    const auto handle = [&](std::size_t i) { return layOut(root, area, 10).handles[i]; };
    CHECK(handle(0).box == QRect(500, 0, 10, 500));
    moveHandle(root, handle(0), 305, 120);
    CHECK(boxOf(0) == QRect(0, 0, 300, 500));
    CHECK(boxOf(2) == QRect(770, 0, 250, 500)); // not a neighbour
    moveHandle(root, handle(0), -5000, 120);
    CHECK(boxOf(0).width() == 120);
    moveHandle(root, handle(0), 5000, 120);
    CHECK(boxOf(1).width() == 120);
    moveHandle(root, handle(1), 900, 400); // no room for twice the least size: the middle
    CHECK(boxOf(1).width() == boxOf(2).width());
    moveHandle(root, handle(0), 305, 120);
    evenOut(root, handle(0));
    CHECK(std::abs(boxOf(0).width() - boxOf(1).width()) <= 1);
    double sum = 0;
    for (const Pane& part : root.parts)
        sum += part.share;
    CHECK(sum == Approx(1));
}

TEST_CASE("handles of inner splits know their split") {
    Pane root = Pane::row(
        {Pane::of("map", 0.5), Pane::columnOf({Pane::of("requests", 0.5), Pane::of("egress", 0.5)}, 0.5)});
    const auto layout = layOut(root, {0, 0, 810, 610}, 10);
    const auto* handle = layout.handleAt({600, 305});
    REQUIRE(handle);
    CHECK(handle->column);
    CHECK(handle->path == std::vector<std::size_t>{1});
    moveHandle(root, *handle, 205, 50);
    CHECK(root.parts[1].parts[0].share == Approx(1 / 3.0));
    CHECK(layout.viewAt({600, 305}) == nullptr);
    CHECK(layout.viewAt({600, 400})->name == "egress");
    moveHandle(root, {{0, 0, 10, 10}, false, {7, 3}, 0, 0, 100}, 20, 10); // of another tree: ignored
}

TEST_CASE("the nearest third of a view is the side to drop at") {
    const auto layout = layOut(Pane::of("map"), {100, 100, 300, 200}, 10);
    CHECK(dropTarget(layout, {110, 200}) == DropTarget{"map", Side::left, {100, 100, 150, 200}});
    CHECK(dropTarget(layout, {390, 200}) == DropTarget{"map", Side::right, {250, 100, 150, 200}});
    CHECK(dropTarget(layout, {250, 105}) == DropTarget{"map", Side::top, {100, 100, 300, 100}});
    CHECK(dropTarget(layout, {250, 295}) == DropTarget{"map", Side::bottom, {100, 200, 300, 100}});
    CHECK(dropTarget(layout, {250, 200}) == DropTarget{"map", Side::middle, {100, 100, 300, 200}});
    CHECK_FALSE(dropTarget(layout, {10, 10}));
}
