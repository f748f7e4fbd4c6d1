// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/file_lines.h"
#include "feeds/agent/line_source.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/udp_sender.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace surgescope::feeds;
using namespace surgescope::tests;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

struct Followed {
    TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "access.log";
    FileLines lines{path.string()};

    void append(const std::string& text) const { std::ofstream(path, std::ios::app) << text; }
    void write(const std::string& text) const { std::ofstream(path) << text; }
    Texts read() {
        Texts all;
        lines.read([&all](std::string_view line) { all.emplace_back(line); });
        return all;
    }
};

} // namespace

TEST_CASE("a file is followed from its end, whole lines only", "[agent][lines]") {
    Followed file;
    file.append("of the past\n");
    CHECK(file.read().empty());
    file.append("one\ntwo\nhal");
    CHECK(file.read() == Texts{"one", "two"});
    CHECK(file.read().empty());
    file.append("f\n\nlast\n");
    CHECK(file.read() == Texts{"half", "", "last"});
    CHECK(file.lines.takeLost() == 0);
    CHECK(file.lines.trouble().empty());
}

TEST_CASE("a file that was not there is read from its front when it comes", "[agent][lines]") {
    Followed file;
    CHECK(file.read().empty());
    CHECK_THAT(file.lines.trouble(), containsText("No such file"));
    file.append("first\n");
    CHECK(file.read() == Texts{"first"});
    CHECK(file.lines.trouble().empty());
}

TEST_CASE("nothing is lost when a log is rotated by renaming", "[agent][lines]") {
    Followed file;
    file.append("old\n");
    file.read();
    file.append("before\n");
    std::filesystem::rename(file.path, file.folder.path() / "access.log.1");
    std::ofstream(file.folder.path() / "access.log.1", std::ios::app) << "still to the old one\n";
    file.append("to the new one\n");
    CHECK(file.read() == Texts{"before", "still to the old one", "to the new one"});
    // Between the renaming and the new file there is none: the old one is read on.
    std::filesystem::rename(file.path, file.folder.path() / "access.log.2");
    std::ofstream(file.folder.path() / "access.log.2", std::ios::app) << "late\nhalf a li";
    CHECK(file.read() == Texts{"late"});
    file.append("newest\n");
    CHECK(file.read() == Texts{"newest"});
    CHECK(file.lines.takeLost() == 1); // whose other half never came
}

TEST_CASE("a log that is copied and truncated is read from its front", "[agent][lines]") {
    Followed file;
    file.append("a long line that was there before\n");
    file.read();
    file.write("short\n");
    CHECK(file.read() == Texts{"short"});
    CHECK(file.lines.takeLost() == 0);
}

TEST_CASE("a log that was truncated and has grown beyond where it was is read from its front",
          "[agent][lines]") {
    Followed file;
    file.append("one\ntwo\n");
    file.read();
    file.write("other one\nother two\n");
    CHECK(file.read() == Texts{"other one", "other two"});
    file.append("three\n");
    CHECK(file.read() == Texts{"three"});
    file.write("another one\nanother two\nanother three\n");
    CHECK(file.read() == Texts{"another one", "another two", "another three"});
    CHECK(file.lines.takeLost() == 0);
}

TEST_CASE("a log that is gone for good is no measured silence", "[agent][lines]") {
    Followed file;
    file.append("old\n");
    file.read();
    std::filesystem::remove(file.path);
    file.read();
    CHECK(file.lines.trouble().empty()); // a rotation looks so, for a moment
    for (int i = 0; i < FileLines::kLooksWithout; ++i)
        file.read();
    CHECK_THAT(file.lines.trouble(), containsText("No such file"));
    file.append("new\n");
    CHECK(file.read() == Texts{"new"});
    CHECK(file.lines.trouble().empty());
}

TEST_CASE("a line that never ends takes no memory, and is one line lost", "[agent][lines]") {
    Followed file;
    file.append("");
    file.read();
    file.append(std::string(3 * FileLines::kLineBytes, 'x'));
    CHECK(file.read().empty());
    file.append(std::string(FileLines::kLineBytes, 'x') + "\nnext\n");
    CHECK(file.read() == Texts{"next"});
    CHECK(file.lines.takeLost() == 1);
}

TEST_CASE("what is no file is not read", "[agent][lines]") {
    const TemporaryFolder folder;
    FileLines lines(folder.path().string());
    lines.read([](std::string_view) { FAIL("a line of a folder"); });
    CHECK_THAT(lines.trouble(), containsText("not a file"));
}

TEST_CASE("lines come by UDP or from a file, and from nowhere else", "[agent][lines]") {
    EventLoop loop;
    Texts all;
    const auto take = [&all](std::string_view line) { all.emplace_back(line); };
    const auto udp = LineSource::open("udp:0", loop, take);
    REQUIRE(udp);
    UdpSender sender((*udp)->port());
    sender.send("by UDP\n");
    while (all.empty())
        loop.turn(100ms);
    CHECK(all == Texts{"by UDP"});

    const TemporaryFolder folder;
    const auto path = folder.path() / "access.log";
    std::ofstream(path) << "of the past\n";
    const auto file = LineSource::open(path.string(), loop, take);
    REQUIRE(file);
    std::ofstream(path, std::ios::app) << "from the file\n";
    while (all.size() < 2)
        loop.turn(10s); // its timer is due long before
    CHECK(all.back() == "from the file");
    CHECK((*file)->port() == 0);

    for (const char* where :
         {"", "udp:", "udp:x", "udp:65536", "udp:-1", "relative/path", "tcp:5", "udp:5 "}) {
        const auto refused = LineSource::open(where, loop, take);
        INFO(where);
        REQUIRE_FALSE(refused);
        CHECK_THAT(refused.error(), containsText("expected udp:PORT"));
    }
    const auto taken = LineSource::open("udp:" + std::to_string((*udp)->port()), loop, take);
    REQUIRE_FALSE(taken);
    CHECK_THAT(taken.error(), containsText(std::to_string((*udp)->port())));
}
