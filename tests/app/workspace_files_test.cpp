// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/workspace_files.h"
#include "widgets/workspace/built_in_workspaces.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <fstream>

using namespace surgescope;
using app::WorkspaceFiles;
using tests::containsText;

namespace {

void put(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
}

} // namespace

TEST_CASE("workspaces come back from their folder under the names of their files") {
    const tests::TemporaryFolder folder;
    const std::string path = folder.path() / "not/there/yet";
    const WorkspaceFiles files(path);
    std::vector<std::string> problems;
    CHECK(files.load(problems).empty());
    CHECK(problems.empty());
    CHECK_FALSE(files.hasLast());

    widgets::Workspace mine = widgets::overviewWorkspace();
    mine.name = "wall-left";
    CHECK(files.save(mine).empty());
    CHECK(files.saveLast(mine).empty());
    REQUIRE(files.last());
    CHECK(*files.last() == mine);
    std::filesystem::copy(path + "/wall-left.json", path + "/another.json");
    const auto all = files.load(problems);
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "another");
    CHECK(all[1] == mine);
    CHECK(problems.empty());
    REQUIRE(files.find("wall-left"));
    CHECK(files.find("map")->name == "map");
    CHECK(files.find(path + "/another.json"));
    CHECK_FALSE(std::filesystem::exists(path + "/wall-left.json.new"));
}

TEST_CASE("bad files are told by path and left out") {
    const tests::TemporaryFolder folder;
    const std::string path = folder.path();
    put(path + "/broken.json", "{");
    put(path + "/huge.json", std::string(1'000'000, ' '));
    put(path + "/-odd.json", R"({"version":1,"name":"x","windows":[{"layout":null}]})");
    std::filesystem::create_directory(path + "/folder.json");
    const WorkspaceFiles files(path);
    std::vector<std::string> problems;
    CHECK(files.load(problems).empty());
    REQUIRE(problems.size() == 4);
    CHECK_THAT(problems[1], containsText(path + "/broken.json: line 1 is no JSON"));
    CHECK_THAT(problems[3], containsText("huge.json: the file is 65537 bytes long"));
    CHECK_THAT(files.find("nothing").error(),
               containsText("no workspace named 'nothing', expected overview"));
    CHECK_FALSE(files.find("../broken"));
    CHECK_FALSE(files.find("/dev/zero"));
    CHECK_FALSE(files.find(path + "/missing.json"));
    CHECK_FALSE(files.save({"../escape", {}}).empty());
    CHECK_FALSE(files.save({"last", {}}).empty());
    CHECK_FALSE(WorkspaceFiles("/proc/nowhere").saveLast(widgets::overviewWorkspace()).empty());
}
