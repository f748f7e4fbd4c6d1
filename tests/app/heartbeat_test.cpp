// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/heartbeat.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <QTest>
#include <QWidget>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace surgescope;

namespace {

/// What systemd listens at.
class NotifySocket {
  public:
    explicit NotifySocket(const std::string& path)
        : m_socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path.copy(at.sun_path, path.size());
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
        if (path[0] == '@') at.sun_path[0] = '\0';
        REQUIRE(::bind(m_socket, reinterpret_cast<const sockaddr*>(&at), length) == 0);
        qputenv("NOTIFY_SOCKET", path.c_str());
    }
    ~NotifySocket() { ::close(m_socket); }
    /// Empty: nothing has come.
    std::string take() {
        std::array<char, 100> text{};
        const auto size = ::recv(m_socket, text.data(), text.size(), 0);
        return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }

  private:
    int m_socket;
};

} // namespace

TEST_CASE("systemd is told that a wall is ready and goes on being painted, at a path or a name",
          "[heartbeat]") {
    const tests::TemporaryFolder folder;
    const bool isNamed = GENERATE(false, true);
    NotifySocket systemd(isNamed ? "@surgescope-test-" + std::to_string(::getpid())
                                 : (folder.path() / "notify").string());
    QWidget screen;
    screen.show();
    int painted = 0;
    app::Heartbeat heart(screen, [&] { ++painted; });
    CHECK(!qEnvironmentVariableIsSet("NOTIFY_SOCKET")); // it is not for programs that are started
    std::string said;
    REQUIRE(QTest::qWaitFor([&] { return !(said = systemd.take()).empty(); }, 10'000));
    CHECK(said == "READY=1\nWATCHDOG=1");
    REQUIRE(QTest::qWaitFor([&] { return !(said = systemd.take()).empty(); }, 10'000));
    CHECK(said == "WATCHDOG=1");
    CHECK(painted >= 2);
}

TEST_CASE("a window that is not painted has no heartbeat, one that nobody can see has", "[heartbeat]") {
    QWidget screen;
    screen.show();
    int painted = 0;
    app::Heartbeat heart(screen, [&] { ++painted; });
    REQUIRE(QTest::qWaitFor([&] { return painted >= 1; }, 10'000));
    heart.beat(); // whatever was painted before
    const int before = painted;
    heart.beat(); // nothing was since
    heart.beat();
    CHECK(painted == before);
    CHECK(QTest::qWaitFor([&] { return painted > before; }, 10'000));
    screen.hide();
    heart.beat();
    const int hidden = painted;
    heart.beat();
    CHECK(painted == hidden + 1);
}
