// SPDX-License-Identifier: GPL-3.0-or-later
// The promises of the architecture, read off the source tree.
#include "tests/support/catch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct File {
    std::string path; // from the root, with forward slashes
    std::string text;
};

const fs::path kRoot = SURGESCOPE_SOURCE_DIR;

std::vector<File> filesUnder(const std::vector<std::string>& folders, const std::set<std::string>& endings) {
    std::vector<File> files;
    for (const auto& folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
            if (!entry.is_regular_file() || !endings.contains(entry.path().extension().string())) continue;
            std::ifstream stream(entry.path());
            std::stringstream text;
            text << stream.rdbuf();
            files.push_back({fs::relative(entry.path(), kRoot).generic_string(), text.str()});
        }
    REQUIRE(!files.empty());
    return files;
}

std::vector<File> code(const std::vector<std::string>& folders) {
    return filesUnder(folders, {".h", ".cpp"});
}

std::vector<std::string> includesOf(const File& file) {
    static const std::regex pattern("(?:^|\n)\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
    std::vector<std::string> includes;
    for (std::sregex_iterator it(file.text.begin(), file.text.end(), pattern), end; it != end; ++it)
        includes.push_back((*it)[1]);
    return includes;
}

/// "path includes what" for each include that `isWrong` says is one.
template <class IsWrong>
std::vector<std::string> wrongIncludes(const std::vector<File>& files, IsWrong isWrong) {
    std::vector<std::string> wrong;
    for (const auto& file : files)
        for (const auto& include : includesOf(file))
            if (isWrong(file.path, include)) wrong.push_back(file.path + " includes " + include);
    return wrong;
}

std::vector<std::string> matches(const std::vector<File>& files, const std::regex& pattern) {
    std::vector<std::string> found;
    for (const auto& file : files) {
        std::smatch match;
        if (std::regex_search(file.text, match, pattern)) found.push_back(file.path + ": " + match.str());
    }
    return found;
}

const std::vector<std::string> kNone;

} // namespace

TEST_CASE("the top level holds what it may hold", "[rules]") {
    const std::set<std::string> expected{"CMakeLists.txt", "README.md", "app",    "feeds",
                                         "resources",      "tests",     "widgets"};
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(kRoot))
        if (const auto name = entry.path().filename().string(); !name.starts_with(".")) found.insert(name);
    CHECK(found == expected);
}

TEST_CASE("feeds know nothing of Qt, widgets or app", "[rules]") {
    CHECK(wrongIncludes(code({"feeds"}), [](const std::string&, const std::string& include) {
              return include.starts_with("Q") || include.starts_with("widgets/") ||
                     include.starts_with("app/");
          }) == kNone);
}

TEST_CASE("widgets know nothing of app, sockets and fleet state", "[rules]") {
    CHECK(wrongIncludes(code({"widgets"}), [](const std::string&, const std::string& include) {
              static const std::set<std::string> state{"feeds/state/freshness.h"}; // a value in frames
              return include.starts_with("app/") || include.starts_with("zmq") ||
                     include.starts_with("feeds/source/") || include.starts_with("feeds/pipeline/") ||
                     (include.starts_with("feeds/state/") && !state.contains(include));
          }) == kNone);
}

TEST_CASE("folders in feeds include only those above them", "[rules]") {
    const std::vector<std::string> order{"util",    "model", "wire",    "transport", "state", "alarm",
                                         "desk",    "frame", "capture", "history",   "sim",   "source",
                                         "publish", "relay", "agent",   "pipeline"};
    const auto rank = [&](const std::string& path) {
        const auto rest = path.substr(6); // behind "feeds/"
        const auto at = std::find(order.begin(), order.end(), rest.substr(0, rest.find('/')));
        return at - order.begin();
    };
    for (const auto& entry : fs::directory_iterator(kRoot / "feeds"))
        if (entry.is_directory()) CHECK(std::ranges::count(order, entry.path().filename().string()) == 1);
    CHECK(wrongIncludes(code({"feeds"}), [&](const std::string& path, const std::string& include) {
              return include.starts_with("feeds/") && include != "feeds/embedded_resources.h" &&
                     path != "feeds/embedded_resources.h" && rank(include) > rank(path);
          }) == kNone);
}

TEST_CASE("a source file includes its own header first, which so compiles alone", "[rules]") {
    std::vector<std::string> wrong;
    for (const auto& file : filesUnder({"feeds", "widgets", "app"}, {".cpp"})) {
        const auto header = fs::path(file.path).replace_extension(".h").generic_string();
        if (!fs::exists(kRoot / header)) continue;
        const auto includes = includesOf(file);
        if (includes.empty() || includes.front() != header) wrong.push_back(file.path);
    }
    CHECK(wrong == kNone);
}

TEST_CASE("no test has a name that CMake would split in two and run neither of", "[rules]") {
    CHECK(matches(code({"tests"}), std::regex("TEST_CASE\\(\"[^\"]*;[^\"]*\"")) == kNone);
}

TEST_CASE("fragile dependencies live in few files", "[rules]") {
    const auto all = code({"feeds", "widgets", "app"});
    CHECK(wrongIncludes(all, [](const std::string& path, const std::string& include) {
              const bool allowed = path.ends_with(".cpp") &&
                                   (path.starts_with("feeds/wire/") || path.starts_with("feeds/desk/") ||
                                    path.starts_with("feeds/capture/") || path.starts_with("feeds/history/"));
              return include.ends_with(".pb.h") && !allowed;
          }) == kNone);
    CHECK(wrongIncludes(all, [](const std::string& path, const std::string& include) {
              const bool allowed = path.starts_with("feeds/transport/") ||
                                   path.starts_with("feeds/source/") || path.starts_with("feeds/publish/");
              return include.starts_with("zmq") && !allowed;
          }) == kNone);
    CHECK(wrongIncludes(all, [](const std::string& path, const std::string& include) {
              const bool allowed =
                  path.starts_with("feeds/transport/nats_") || path.starts_with("feeds/source/nats_");
              return include.starts_with("nats/") && !allowed;
          }) == kNone);
    // One place makes sockets.
    const auto made = matches(all, std::regex("zmq::socket_type"));
    CHECK(std::ranges::all_of(
        made, [](const std::string& where) { return where.starts_with("feeds/transport/sockets.cpp"); }));
    std::set<std::string> charts;
    for (const auto& file : all)
        for (const auto& include : includesOf(file))
            if (include.starts_with("QChart") || include.starts_with("QtCharts") ||
                include.starts_with("QAreaSeries") || include.starts_with("QLineSeries") ||
                include.starts_with("QValueAxis"))
                charts.insert(file.path);
    CHECK(charts.size() == 1);
    for (const auto& path : charts)
        CHECK(path.starts_with("widgets/charts/"));
}

TEST_CASE("every test file is built", "[rules]") {
    std::ifstream stream(kRoot / "tests/CMakeLists.txt");
    const std::string lists(std::istreambuf_iterator<char>(stream), {});
    for (const auto& file : filesUnder({"tests"}, {".cpp"}))
        if (file.path.ends_with("_test.cpp")) {
            INFO(file.path);
            CHECK(lists.find(file.path.substr(6)) != std::string::npos);
        }
}

TEST_CASE("no call that hides trouble", "[rules]") {
    const auto product = code({"feeds", "widgets", "app"});
    CHECK(matches(product, std::regex("catch *\\( *\\.\\.\\. *\\)")) == kNone);
    // connect(sender, signal, lambda): the lambda would run in the sender's thread, after its captures are
    // gone.
    CHECK(matches(product, std::regex("connect\\(\\s*[^,()]+,\\s*&[A-Za-z:]+,\\s*\\[")) == kNone);
    CHECK(matches(code({"feeds/model", "feeds/state", "feeds/frame"}), std::regex("::now *\\(")) == kNone);
    auto tests = code({"tests"});
    std::erase_if(tests, [](const File& file) { return file.path == "tests/rules_test.cpp"; });
    CHECK(matches(tests, std::regex("sleep_for|sleep_until|usleep|msleep|qWait\\(|qSleep")) == kNone);
}

TEST_CASE("every file says its licence, headers are guarded", "[rules]") {
    for (const auto& file : code({"feeds", "widgets", "app", "tests"})) {
        INFO(file.path);
        CHECK(file.text.starts_with("// SPDX-License-Identifier: GPL-3.0-or-later\n"));
        if (file.path.ends_with(".h")) CHECK(file.text.find("#pragma once") != std::string::npos);
    }
}
