// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/workspace.h"

#include "tests/support/catch.h"

using namespace surgescope::widgets;

namespace {

Pane three() {
    return Pane::row({Pane::of("map", 0.5), Pane::of("requests", 0.3), Pane::of("egress", 0.2)});
}

} // namespace

TEST_CASE("a view taken out leaves its place to its neighbours") {
    Pane root = three();
    CHECK(takeView(root, "map").view == "map");
    CHECK(viewsOf(root) == std::vector<std::string>{"requests", "egress"});
    CHECK(root.parts[0].share == Approx(0.6));
    CHECK(takeView(root, "requests").view == "requests");
    CHECK(root.view == "egress"); // a split of one is none
    CHECK(root.share == 1);
    CHECK(takeView(root, "requests").empty());
    CHECK(takeView(root, "egress").view == "egress");
    CHECK(root.empty());
}

TEST_CASE("a view put beside another gets half of its place") {
    Pane root = three();
    REQUIRE(putBeside(root, "requests", Side::left, Pane::of("hottest")));
    CHECK(viewsOf(root) == std::vector<std::string>{"map", "hottest", "requests", "egress"});
    CHECK(root.parts.size() == 4);
    CHECK(root.parts[1].share == Approx(0.15));
    REQUIRE(putBeside(root, "map", Side::bottom, Pane::of("latency")));
    CHECK(root.parts[0].column);
    CHECK(root.parts[0].share == Approx(0.5));
    CHECK(viewsOf(root.parts[0]) == std::vector<std::string>{"map", "latency"});
    const Pane before = root;
    CHECK_FALSE(putBeside(root, "metadata", Side::left, Pane::of("lag-by-pop")));
    CHECK_FALSE(putBeside(root, "map", Side::middle, Pane::of("lag-by-pop")));
    CHECK(root == before);
}

TEST_CASE("a tree does not become deeper than a file may be") {
    Pane root = Pane::of("map");
    const char* names[] = {"requests",   "egress",           "metadata", "latency",
                           "lag-by-pop", "lag-distribution", "hottest",  "health"};
    bool right = true;
    for (const char* name : names) {
        REQUIRE(putBeside(root, "map", right ? Side::right : Side::bottom, Pane::of(name)));
        right = !right;
    }
    CHECK(depthOf(root) == Workspace::kMostDepth);
    const Pane before = root;
    CHECK_FALSE(putBeside(root, "map", Side::right, Pane::of("one more")));
    CHECK(root == before);
}

TEST_CASE("two views change places with their settings") {
    Pane root = three();
    root.parts[0].settings["zoom"] = "2";
    REQUIRE(swapViews(root, "map", "egress"));
    CHECK(viewsOf(root) == std::vector<std::string>{"egress", "requests", "map"});
    CHECK(root.parts[2].settings.at("zoom") == "2");
    CHECK(root.parts[2].share == Approx(0.2));
    CHECK_FALSE(swapViews(root, "map", "health"));
}

TEST_CASE("a view is shown again at the right") {
    Pane root;
    putAtRight(root, Pane::of("map"));
    CHECK(root.view == "map");
    putAtRight(root, Pane::of("egress"));
    CHECK(root.parts[1].share == Approx(0.3));
    putAtRight(root, Pane::of("hottest"));
    CHECK(root.parts.size() == 3);
    CHECK(root.parts[2].share == Approx(1 / 3.0));
}

TEST_CASE("names of workspaces are fit for files") {
    for (const char* good : {"overview", "Wall 2", "wall-left_1"})
        CHECK(isWorkspaceName(good));
    for (const char* bad : {"", ".last", "../up", "a/b", "-x", "end ", "naïve", "a\nb"})
        CHECK_FALSE(isWorkspaceName(bad));
    CHECK_FALSE(isWorkspaceName(std::string(41, 'a')));
}
