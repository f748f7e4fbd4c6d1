// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace/built_in_workspaces.h"
#include "widgets/workspace/workspace_json.h"

#include "tests/support/catch.h"

using namespace surgescope;
using namespace surgescope::widgets;
using tests::containsText;

namespace {

std::string file(const std::string& layout) {
    return R"({"version":1,"name":"mine","windows":[{"layout":)" + layout + "}]}";
}

std::string refusal(const std::string& text) {
    const auto read = workspaceFromJson(text);
    return read ? "accepted" : read.error();
}

std::string split(const std::string& parts) {
    return R"({"direction":"row","parts":[)" + parts + "]}";
}

} // namespace

TEST_CASE("a workspace comes back from its file as it went in") {
    Workspace workspace{"two walls", {}};
    Pane map = Pane::of("map", 0.25);
    map.settings = {{"zoom", "1.5"}, {"colour", "load"}};
    workspace.windows.push_back(
        {Pane::row({map, Pane::columnOf({Pane::of("egress", 0.5), Pane::of("health", 0.5)}, 0.75)}),
         WindowPlace{-1920, 0, 1920, 1080}});
    workspace.windows.push_back({Pane::of("hottest"), std::nullopt});
    workspace.windows.push_back({});
    const std::string text = workspaceToJson(workspace);
    const auto read = workspaceFromJson(text);
    REQUIRE(read);
    CHECK(*read == workspace);
    CHECK(workspaceToJson(*read) == text);
    CHECK(text.find("\"colour\"") < text.find("\"zoom\""));
    CHECK(text.find("\"version\": 1") < text.find("\"name\""));
}

TEST_CASE("shares need not sum to 1 in a file") {
    const auto read =
        workspaceFromJson(file(split(R"({"share":3,"view":"map"},{"share":1,"view":"egress"})")));
    REQUIRE(read);
    CHECK(read->windows[0].root.parts[0].share == Approx(0.75));
}

TEST_CASE("what is wrong with a file is said, and where") {
    CHECK_THAT(refusal("{\n\n oops"), containsText("line 3 is no JSON, expected"));
    CHECK_THAT(refusal(""), containsText("line 1 is no JSON"));
    CHECK_THAT(refusal("[]"), containsText("the file is [], expected an object"));
    CHECK_THAT(refusal(R"({"version":2})"), containsText("version is 2, expected 1"));
    CHECK_THAT(refusal(R"({"name":"x"})"), containsText("version is missing, expected 1"));
    CHECK_THAT(refusal(R"({"version":1,"name":"../x"})"), containsText("name is \"../x\", expected"));
    CHECK_THAT(refusal(R"({"version":1,"name":"x","windows":[]})"), containsText("windows is a list of 0"));
    CHECK_THAT(refusal(R"({"version":1,"name":"x","colour":1})"), containsText("the key 'colour'"));
    CHECK_THAT(refusal(file("1")), containsText("windows[0].layout is 1, expected an object"));
    CHECK_THAT(refusal(file(R"({"view":"mpa"})")),
               containsText("windows[0].layout.view is \"mpa\", expected one of map, requests"));
    CHECK_THAT(refusal(file(split(R"({"share":1,"view":"map"},{"share":1,"view":"map"})"))),
               containsText("windows[0].layout.parts[1].view is 'map' again"));
    for (const char* share : {"0", "-1", "1e999", "\"1\"", "null", "1e-300"}) {
        INFO(share);
        const auto text = file(split(R"({"share":)" + std::string(share) + R"(,"view":"map"})"));
        CHECK(refusal(text) != "accepted");
    }
    CHECK_THAT(refusal(file(split(R"({"view":"map"})"))),
               containsText("parts[0].share is missing, expected a number"));
    CHECK_THAT(refusal(file(split(""))), containsText("parts is a list of 0"));
    CHECK_THAT(refusal(file(R"({"direction":"up","parts":[]})")), containsText("direction is \"up\""));
    CHECK_THAT(refusal(file(R"({"view":"map","settings":{"a":1}})")), containsText("settings.a is 1"));
    std::string many;
    for (int i = 0; i < 33; ++i)
        many += std::string(i ? "," : "") + R"({"share":1,"view":"map"})";
    CHECK_THAT(refusal(file(split(many))), containsText("a list of 33, expected a list of 1 to 32"));
    CHECK_THAT(
        refusal(R"({"version":1,"name":"x","windows":[{"place":{"x":0,"y":0,"width":0,"height":9}}]})"),
        containsText("place.width is 0"));
    CHECK_THAT(refusal(std::string(70'000, ' ')), containsText("70000 bytes"));
}

TEST_CASE("splits within splits have an end") {
    const auto nested = [](int depth) {
        std::string text = R"({"share":1,"view":"map"})";
        for (int i = 0; i < depth; ++i)
            text = R"({"share":1,"direction":"row","parts":[)" + text + "]}";
        return file(text.replace(text.find(R"("share":1,)"), 10, ""));
    };
    CHECK(refusal(nested(8)) == "accepted");
    CHECK_THAT(refusal(nested(9)), containsText("expected at most 8"));
    CHECK_THAT(refusal(nested(1000)), containsText("expected at most 8"));
}

TEST_CASE("every truncation of a file is refused, none crashes") {
    const std::string text = workspaceToJson(overviewWorkspace());
    for (std::size_t length = 0; length + 2 < text.size(); ++length)
        CHECK_FALSE(workspaceFromJson(text.substr(0, length)));
}

TEST_CASE("eight workspaces come with the program") {
    std::vector<std::string> names;
    for (const Workspace& workspace : builtInWorkspaces())
        names.push_back(workspace.name);
    CHECK(names == std::vector<std::string>{"overview", "map", "traffic", "cache", "invalidation", "security",
                                            "audience", "pops"});
    CHECK(viewsOf(overviewWorkspace().windows[0].root).size() == 5);
    CHECK(findWorkspace(builtInWorkspaces(), "traffic"));
    CHECK_FALSE(findWorkspace(builtInWorkspaces(), "none"));
}
