// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/line_writer.h"

#include "tests/support/capture_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace surgescope;
using app::LineWriter;
using tests::containsText;

namespace {

/// All that can be read of it now.
std::string taken(int descriptor) {
    std::string all;
    char part[4096];
    for (long got = 0; (got = ::read(descriptor, part, sizeof part)) > 0;)
        all.append(part, static_cast<std::size_t>(got));
    return all;
}

} // namespace

TEST_CASE("lines are written at once") {
    const tests::TemporaryFolder folder;
    const auto path = (folder.path() / "lines").string();
    const auto lines = LineWriter::open(path);
    REQUIRE(lines);
    CHECK(lines.value()->write("one\n"));
    CHECK(lines.value()->write("two\n"));
    CHECK(tests::fileBytes(path) == "one\ntwo\n");
    CHECK_THAT(LineWriter::open((folder.path() / "no" / "folder").string()).error(),
               containsText("cannot write"));
}

TEST_CASE("a reader that stands still never makes the writer wait, and gets whole lines afterwards") {
    const tests::TemporaryFolder folder;
    const auto path = (folder.path() / "pipe").string();
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const bool early = GENERATE(true, false); // or it comes when a lot was written
    const auto openReader = [&] { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); };
    int reader = early ? openReader() : -1;
    const auto lines = LineWriter::open(path);
    REQUIRE(lines);
    const std::string filling(3'000, 'x');
    constexpr std::uint64_t kLines = 500; // far beyond what pipe and writer hold
    for (std::uint64_t i = 0; i < kLines; ++i)
        REQUIRE(lines.value()->write(std::to_string(i) + " " + filling + "\n"));
    const auto dropped = lines.value()->dropped();
    CHECK(dropped > 300);
    if (!early) reader = openReader();
    REQUIRE(reader >= 0);
    std::string all = taken(reader);
    for (const char* line : {"last\n", "end\n"}) {
        CHECK(lines.value()->write(line));
        all += taken(reader);
    }
    CHECK(lines.value()->dropped() == dropped);
    std::uint64_t whole = 0;
    for (std::size_t at = 0; at < all.size(); ++whole) {
        const auto end = all.find('\n', at);
        REQUIRE(end != std::string::npos);
        const auto line = all.substr(at, end - at);
        REQUIRE((line == "last" || line == "end" || line == std::to_string(whole) + " " + filling));
        at = end + 1;
    }
    CHECK(whole == kLines - dropped + 2);
    CHECK(all.ends_with("\nlast\nend\n"));
    ::close(reader);
    if (early) CHECK_FALSE(lines.value()->write("to nobody\n"));
}
