// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/nginx_fixture.h"

#include "feeds/util/clock.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace surgescope::tests {
namespace {

using namespace std::chrono_literals;
using feeds::SteadyTime;

constexpr auto kDeadline = 10s;
constexpr int kStartAttempts = 5; // a free port can be taken before nginx binds it

constexpr std::string_view kOriginConfiguration = R"(
events { worker_connections 256; }
http {
    @PATHS@
    access_log off;
    default_type application/octet-stream;
    server {
        listen 127.0.0.1:@ORIGIN@;
        root @FOLDER@/objects;
        add_header Cache-Control "public, max-age=3600";
    }
}
)";

constexpr std::string_view kEdgeConfiguration = R"(
events { worker_connections 256; }
http {
    @PATHS@
    include @FOLDER@/surgescope.conf;
    access_log @FOLDER@/access.log surgescope;
    proxy_cache_path @FOLDER@/cache levels=1:2 keys_zone=edge:1m;
    limit_req_zone $binary_remote_addr zone=client:1m rate=50r/s;
    upstream origin { server 127.0.0.1:@ORIGIN@; keepalive 8; }
    server {
        listen 127.0.0.1:@EDGE@;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        add_header X-Cache $upstream_cache_status always;
        location / {
            proxy_pass http://origin;
            proxy_cache edge;
            proxy_cache_lock on;
            proxy_cache_bypass $surgescope_purge_id;
            proxy_cache_valid 404 1s;
        }
        location /api/ {
            limit_req zone=client burst=10 nodelay;
            limit_req_status 429;
            proxy_pass http://origin;
        }
    }
}
)";

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error("nginx fixture: " + what +
                             (errno != 0 ? std::string(": ") + std::strerror(errno) : ""));
}

void replaceAll(std::string& text, std::string_view from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t freePort() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        fail("no free port");
    ::close(fd);
    return ntohs(address.sin_port);
}

/// False when nothing came until the deadline.
bool readable(int fd, SteadyTime deadline) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - feeds::SystemClock().steady());
        if (left.count() <= 0) return false;
        pollfd descriptor{fd, POLLIN, 0};
        const int ready = ::poll(&descriptor, 1, static_cast<int>(left.count()));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

/// Reads until `text` is there (true) or the other end has closed (false).
bool readUntil(int fd, std::string_view text, std::string& read) {
    const auto deadline = feeds::SystemClock().steady() + kDeadline;
    std::array<char, 4096> part{};
    while (text.empty() || read.find(text) == std::string::npos) {
        if (!readable(fd, deadline)) fail("waited in vain; came so far: " + read);
        const ssize_t size = ::read(fd, part.data(), part.size());
        if (size <= 0) return false;
        read.append(part.data(), static_cast<std::size_t>(size));
    }
    return true;
}

HttpAnswer parsed(const std::string& text) {
    HttpAnswer answer;
    const auto end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.") || text.size() < 12 || end == std::string::npos) return answer;
    answer.status = std::atoi(text.c_str() + 9);
    constexpr std::string_view name = "\r\nX-Cache: ";
    if (const auto at = text.find(name); at < end) {
        const auto from = at + name.size();
        answer.cache = text.substr(from, text.find("\r\n", from) - from);
    }
    answer.body = text.substr(end + 4);
    return answer;
}

} // namespace

NginxFixture::NginxFixture(std::uint16_t syslogPort) : m_syslogPort(syslogPort) {
    std::filesystem::create_directories(folder() / "objects");
    std::ofstream(folder() / "access.log").flush();
}

NginxFixture::~NginxFixture() {
    killServer(m_edge);
    killServer(m_origin);
}

void NginxFixture::writeConfigurations() {
    std::string paths;
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        paths += std::string(kind) + "_temp_path " + (folder() / kind).string() + ";\n    ";
    std::string head = "daemon off;\nworker_processes 1;\npid @FOLDER@/@NAME@.pid;\n"
                       "error_log stderr notice;\nerror_log @FOLDER@/@NAME@.error.log info;\n";
    if (::geteuid() == 0) head += "user root;\n"; // or the workers cannot reach the temporary folder
    const auto write = [&](Server& server, const char* name, std::string_view text) {
        std::string content = head + std::string(text);
        replaceAll(content, "@PATHS@", paths);
        replaceAll(content, "@FOLDER@", folder().string());
        replaceAll(content, "@NAME@", name);
        replaceAll(content, "@ORIGIN@", std::to_string(m_origin.port));
        replaceAll(content, "@EDGE@", std::to_string(m_edge.port));
        server.configuration = folder() / (std::string(name) + ".conf");
        std::ofstream(server.configuration) << content;
    };
    write(m_origin, "origin", kOriginConfiguration);
    write(m_edge, "edge", kEdgeConfiguration);
    std::string snippet = contentOf(SURGESCOPE_SOURCE_DIR "/resources/nginx/surgescope.conf");
    replaceAll(snippet, "15140", std::to_string(m_syslogPort));
    replaceAll(snippet, "18088", std::to_string(m_statusPort));
    std::ofstream(folder() / "surgescope.conf") << snippet;
}

void NginxFixture::start() {
    for (int attempt = 1; m_edge.pid < 0 || m_origin.pid < 0; ++attempt) {
        if (m_edge.port == 0) {
            m_origin.port = freePort();
            m_edge.port = freePort();
            m_statusPort = freePort();
        }
        writeConfigurations();
        try {
            startServer(m_origin);
            startServer(m_edge);
        } catch (const std::runtime_error&) {
            if (attempt == kStartAttempts) throw;
            killServer(m_edge);
            killServer(m_origin);
            m_edge.port = 0;
        }
    }
}

void NginxFixture::startServer(Server& server) {
    if (server.pid >= 0) return;
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("no pipe");
    const std::string configuration = server.configuration.string();
    const std::string prefix = folder().string();
    const pid_t parent = ::getpid();
    server.pid = ::fork();
    if (server.pid == 0) { // nothing but system calls from here on
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(1);
        ::fcntl(pipe[1], F_SETFL, O_NONBLOCK); // nobody reads on once it runs: nginx must not wait for us
        ::dup2(pipe[1], STDERR_FILENO);
        ::execl("/usr/sbin/nginx", "nginx", "-e", "stderr", "-p", prefix.c_str(), "-c", configuration.c_str(),
                static_cast<char*>(nullptr));
        ::_exit(127);
    }
    ::close(pipe[1]);
    server.messages = pipe[0];
    if (server.pid < 0) fail("cannot fork");
    ::setpgid(server.pid, server.pid);
    std::string said;
    if (!readUntil(server.messages, "start worker process ", said)) { // by then it listens
        killServer(server);
        errno = 0;
        fail("/usr/sbin/nginx (Debian: nginx-light) does not start: " + said);
    }
}

void NginxFixture::killServer(Server& server) {
    if (server.pid >= 0) {
        ::kill(-server.pid, SIGKILL);
        ::waitpid(server.pid, nullptr, 0);
        std::string rest; // the workers are init's children now: the pipe tells when the last is gone
        readUntil(server.messages, {}, rest);
    }
    if (server.messages >= 0) ::close(server.messages);
    server.pid = server.messages = -1;
}

void NginxFixture::kill() {
    killServer(m_edge);
}

void NginxFixture::restart() {
    kill();
    startServer(m_edge);
}

void NginxFixture::putObject(const std::string& path, std::string_view content) {
    const auto file = folder() / "objects" / path.substr(1);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

void NginxFixture::removeObject(const std::string& path) {
    std::filesystem::remove(folder() / "objects" / path.substr(1));
}

HttpAnswer NginxFixture::get(const std::string& path, const std::vector<std::string>& headers) {
    std::string request = "GET " + path + " HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n";
    for (const std::string& header : headers)
        request += header + "\r\n";
    return send(request + "\r\n");
}

HttpAnswer NginxFixture::purge(const std::string& path, const std::string& id, std::uint64_t sequence,
                               std::uint64_t issuedAtUs) {
    return get(path, {"X-Purge-Id: " + id, "X-Purge-Seq: " + std::to_string(sequence),
                      "X-Purge-Issued-At: " + std::to_string(issuedAtUs)});
}

HttpAnswer NginxFixture::send(std::string_view bytes) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(m_edge.port);
    if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (fd >= 0) ::close(fd);
        return {};
    }
    std::string answer;
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()))
        readUntil(fd, {}, answer);
    ::close(fd);
    return parsed(answer);
}

std::vector<std::string> NginxFixture::accessLogLines(std::size_t atLeast) const {
    const auto file = folder() / "access.log";
    const int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    ::inotify_add_watch(watch, file.c_str(), IN_MODIFY);
    const auto deadline = feeds::SystemClock().steady() + kDeadline;
    std::vector<std::string> lines;
    for (;;) {
        lines.clear();
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);)
            lines.push_back(line);
        if (lines.size() >= atLeast || !readable(watch, deadline)) break;
        std::array<char, 4096> events{};
        while (::read(watch, events.data(), events.size()) > 0) {
        }
    }
    ::close(watch);
    return lines;
}

std::string NginxFixture::statusUrl() const {
    return "http://127.0.0.1:" + std::to_string(m_statusPort) + "/stub_status";
}

} // namespace surgescope::tests
