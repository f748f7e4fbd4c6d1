// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/alarm_program.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <QTest>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace surgescope;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// A program of the user's, and what it was handed.
struct Program {
    tests::TemporaryFolder folder;
    std::string path = (folder.path() / "page.sh").string();
    feeds::LiveStatus status;

    explicit Program(const std::string& body) {
        std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
        fs::permissions(path, fs::perms::owner_all);
    }
    void happens(const std::string& text) {
        feeds::Transition change;
        change.change = feeds::Change::shown;
        change.rule = "pops/silent";
        change.severity = feeds::Severity::critical;
        change.members = {"FRA", "MUC"};
        change.text = text;
        status.history.push_back(change);
        if (status.history.size() > feeds::LiveStatus::kHistory) status.history.erase(status.history.begin());
        ++status.changes;
    }
    std::vector<Json> handed() const {
        std::vector<Json> all;
        for (const auto& entry : fs::directory_iterator(folder.path()))
            if (entry.path().extension() == ".json") {
                std::ifstream file(entry.path());
                all.push_back(Json::parse(file));
            }
        return all;
    }
};

// Whole or not there.
const char* const kKeeps = "cat > \"$0.$$.part\" && mv \"$0.$$.part\" \"$0.$$.json\"";

} // namespace

TEST_CASE("a program gets each change of an alarm once, as JSON, whatever is in its text") {
    Program program(kKeeps);
    app::AlarmProgram runs(program.path);
    program.happens("before it was there");
    runs.take(program.status);
    program.happens("8 silent: \"FRA\"; rm -rf $HOME `id` \xff");
    program.happens("and more");
    runs.take(program.status);
    runs.take(program.status);
    REQUIRE(QTest::qWaitFor([&] { return program.handed().size() == 2; }, 20'000));
    const auto handed = program.handed();
    CHECK(std::ranges::any_of(handed, [](const Json& json) { return json["text"] == "and more"; }));
    for (const Json& json : handed) {
        CHECK(json["rule"] == "pops/silent");
        CHECK(json["severity"] == "critical");
        CHECK(json["change"] == "shown");
        CHECK(json["members"] == Json({"FRA", "MUC"}));
    }
    CHECK(runs.problem().empty());
}

TEST_CASE("a program that fails is told, by name") {
    Program program("exit 3");
    app::AlarmProgram runs(program.path);
    runs.take(program.status);
    program.happens("one");
    runs.take(program.status);
    REQUIRE(QTest::qWaitFor([&] { return !runs.problem().empty(); }, 20'000));
    CHECK(runs.problem() == "--on-alarm " + program.path + ": it ended with 3");

    app::AlarmProgram missing(program.path + "-is-not-there");
    missing.take(program.status);
    program.happens("two");
    missing.take(program.status);
    CHECK(QTest::qWaitFor([&] { return !missing.problem().empty(); }, 20'000));
}

TEST_CASE("a program that hangs holds nothing up, and what there is no room for is counted") {
    Program program("exec sleep 1000");
    app::AlarmProgram runs(program.path);
    runs.take(program.status);
    for (int i = 0; i < 300; ++i)
        program.happens("change " + std::to_string(i));
    runs.take(program.status);
    CHECK_THAT(runs.problem(), tests::containsText("too many changes at once"));
}
