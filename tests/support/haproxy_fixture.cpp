// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/haproxy_fixture.h"

#include "tests/support/wait.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace surgescope::tests {
namespace {

constexpr int kHaproxyStarts = 5; // a free port can be taken before HAProxy binds it
constexpr std::string_view kHaproxyReady = "Loading success.";

constexpr std::string_view kHaproxyConfiguration = R"(
global
@global@
    maxconn 200
    nbthread 2
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
    timeout http-request 5s
cache kept
    total-max-size 4
    max-age 60
frontend web
    bind 127.0.0.1:@WEB@
    maxconn 50
@frontend@
    http-request deny deny_status 429 if { path_beg /limited/ }
    http-request deny deny_status 403 if { path_beg /forbidden/ }
    use_backend kept if { path_beg /kept/ }
    default_backend origin
backend origin
@backend@
@SERVERS@
backend kept
@backend@
    http-request cache-use kept
    http-response cache-store kept
    server one 127.0.0.1:@ORIGIN@
frontend tunnel
    mode tcp
    bind 127.0.0.1:@TUNNEL@
    tcp-request connection reject if { src 127.0.0.2 }
    default_backend tunnelled
backend tunnelled
    mode tcp
    server one 127.0.0.1:@ORIGIN@
frontend other
    bind 127.0.0.1:@OTHER@
    http-request return status 200
listen stats
    bind 127.0.0.1:@STATS@
    stats enable
)";

/// The lines behind "#--- name", up to the next such line.
std::string part(const std::string& snippet, const std::string& name) {
    const std::string mark = "#--- ";
    const auto from = snippet.find(mark + name + "\n");
    if (from == std::string::npos) throw std::runtime_error("surgescope.cfg has no part " + name);
    return snippet.substr(from, snippet.find(mark, from + 1) - from);
}

/// What it answers; nothing: nobody listens.
std::optional<std::string> askSocket(const std::string& path, const std::string& command) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    std::optional<std::string> answer;
    const std::string line = command + "\n";
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size())) {
        answer.emplace();
        std::array<char, 4096> part{};
        for (ssize_t size = 0; (size = ::recv(fd, part.data(), part.size(), 0)) > 0;)
            answer->append(part.data(), static_cast<std::size_t>(size));
    }
    ::close(fd);
    return answer;
}

} // namespace

HaproxyFixture::HaproxyFixture(std::uint16_t linesPort) : m_linesPort(linesPort) {}

std::string HaproxyFixture::answer(int status, const std::string& headers) {
    return "HTTP/1.1 " + std::to_string(status) + " Told\r\nContent-Length: 1000\r\nConnection: close\r\n" +
           headers + "\r\n" + std::string(1000, 'x');
}

std::string HaproxyFixture::configuration() const {
    std::string snippet = projectFile("resources/haproxy/surgescope.cfg");
    replaceEach(snippet, "15142", std::to_string(m_linesPort));
    replaceEach(snippet, "/run/haproxy/surgescope.sock", socket());
    std::string text(kHaproxyConfiguration);
    std::string servers;
    for (const std::uint16_t port : m_servers.empty() ? std::vector{m_origin.port()} : m_servers)
        servers += "    server at-" + std::to_string(port) + " 127.0.0.1:" + std::to_string(port) + "\n";
    replaceEach(text, "@SERVERS@", servers);
    for (const char* name : {"global", "frontend", "backend"})
        replaceEach(text, "@" + std::string(name) + "@", part(snippet, name));
    replaceEach(text, "@WEB@", std::to_string(m_web));
    replaceEach(text, "@TUNNEL@", std::to_string(m_tunnel));
    replaceEach(text, "@OTHER@", std::to_string(m_other));
    replaceEach(text, "@STATS@", std::to_string(freeTcpPort()));
    replaceEach(text, "@ORIGIN@", std::to_string(m_origin.port()));
    return text;
}

void HaproxyFixture::start() {
    const auto file = m_folder.path() / "haproxy.cfg";
    for (int attempt = 1; !m_process.runs(); ++attempt) {
        if (m_web == 0) {
            m_web = freeTcpPort();
            m_tunnel = freeTcpPort();
            m_other = freeTcpPort();
        }
        std::ofstream(file) << configuration();
        try {
            m_process.start({kProgram, "-W", "-S", masterSocket(), "-f", file.string()}, kHaproxyReady);
        } catch (const std::runtime_error&) {
            if (attempt == kHaproxyStarts) throw;
            m_web = 0;
        }
    }
}

void HaproxyFixture::reload() {
    // For some time after its start the master listens to nobody, and to no signal either.
    const int watch = ::inotify_init1(IN_CLOEXEC);
    ::inotify_add_watch(watch, m_folder.path().c_str(), IN_CREATE | IN_MOVED_TO);
    const bool asked = eventually([&] {
        if (askSocket(masterSocket(), "reload")) return true;
        pollfd descriptor{watch, POLLIN, 0};
        ::poll(&descriptor, 1, 100);
        return false;
    });
    ::close(watch);
    if (!asked) throw std::runtime_error("HAProxy's master does not listen");
    m_process.awaitOutput(kHaproxyReady);
}

std::uint64_t HaproxyFixture::stat(const std::string& proxy, const std::string& side,
                                   const std::string& column) const {
    std::istringstream lines(askSocket(socket(), "show stat").value());
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream values(line);
        std::vector<std::string> row;
        for (std::string value; std::getline(values, value, ',');)
            row.push_back(value);
        if (names.empty()) names = row;
        if (row.size() < 2 || row[0] != proxy || row[1] != side) continue;
        const auto at = static_cast<std::size_t>(std::ranges::find(names, column) - names.begin());
        return std::stoull(row.at(at));
    }
    throw std::runtime_error("show stat has no " + proxy + " " + side);
}

} // namespace surgescope::tests
