// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/varnish_fixture.h"

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace surgescope::tests {
namespace {

constexpr int kVarnishStarts = 5; // a free port can be taken before it is bound

constexpr std::string_view kVarnishOrigin = R"(
daemon off;
worker_processes 1;
pid @FOLDER@/origin.pid;
error_log stderr notice;
@USER@
events { worker_connections 256; }
http {
    client_body_temp_path @FOLDER@/body;
    proxy_temp_path @FOLDER@/proxy;
    fastcgi_temp_path @FOLDER@/fastcgi;
    uwsgi_temp_path @FOLDER@/uwsgi;
    scgi_temp_path @FOLDER@/scgi;
    access_log off;
    default_type text/html;
    server {
        listen 127.0.0.1:@ORIGIN@;
        root @FOLDER@/objects;
        add_header Cache-Control "public, max-age=3600";
        add_header Surrogate-Key "drop album-1";
    }
}
)";

constexpr std::string_view kVarnishEdge = R"(
vcl 4.1;
include "@SOURCE@/resources/varnish/surgescope.vcl";
backend origin { .host = "127.0.0.1"; .port = "@ORIGIN@"; }
backend held { .host = "127.0.0.1"; .port = "@HELD@"; }
sub vcl_recv {
    if (req.url ~ "/held/") { set req.backend_hint = held; }
    if (req.url ~ "^/refused/") { std.log("surgescope:denied"); return (synth(403)); }
    if (req.url ~ "^/pass/") { return (pass); }
    if (req.url ~ "^/pipe/") { return (pipe); }
    if (req.url ~ "^/again/" && req.restarts == 0) { return (restart); }
    if (req.url ~ "^/again/") { set req.url = regsub(req.url, "^/again", ""); }
}
sub vcl_backend_response {
    if (bereq.url == "/whole") { set beresp.do_esi = true; }
    if (bereq.url ~ "^/stale/") { set beresp.ttl = 0.1ms; set beresp.grace = 1h; return (deliver); }
}
)";

} // namespace

VarnishFixture::VarnishFixture(std::vector<std::string> parameters) : m_parameters(std::move(parameters)) {
    std::filesystem::create_directories(m_folder.path() / "objects");
}

void VarnishFixture::writeConfigurations() const {
    for (const auto& [file, content] :
         {std::pair{"origin.conf", kVarnishOrigin}, {"edge.vcl", kVarnishEdge}}) {
        std::string text(content);
        replaceEach(text, "@USER@", ::geteuid() == 0 ? "user root;" : ""); // or it cannot reach the folder
        replaceEach(text, "@FOLDER@", m_folder.path().string());
        replaceEach(text, "@SOURCE@", SURGESCOPE_SOURCE_DIR);
        replaceEach(text, "@ORIGIN@", std::to_string(m_originPort));
        replaceEach(text, "@HELD@", std::to_string(m_heldPort));
        std::ofstream(m_folder.path() / file) << text;
    }
}

void VarnishFixture::start() {
    const auto file = [this](const char* path) { return (m_folder.path() / path).string(); };
    for (int attempt = 1; !m_varnish.runs(); ++attempt) {
        if (!m_origin.runs()) {
            m_originPort = m_foreignOrigin != 0 ? m_foreignOrigin : freeTcpPort();
            m_port = freeTcpPort();
            m_heldPort = freeTcpPort();
        }
        writeConfigurations();
        std::vector<std::string> command{kProgram, "-F",
                                         "-j",     "none",
                                         "-n",     name(),
                                         "-f",     file("edge.vcl"),
                                         "-T",     "none",
                                         "-a",     "127.0.0.1:" + std::to_string(m_port),
                                         "-s",     "malloc,16m",
                                         "-p",     "thread_pools=1",
                                         "-p",     "thread_pool_min=10"};
        command.insert(command.end(), m_parameters.begin(), m_parameters.end());
        try {
            if (!m_origin.runs() && m_foreignOrigin == 0)
                m_origin.start({kOriginProgram, "-e", "stderr", "-p", m_folder.path().string(), "-c",
                                file("origin.conf")},
                               "start worker process ");
            m_varnish.start(command, "said Child starts");
        } catch (const std::runtime_error&) {
            if (attempt == kVarnishStarts) throw;
            m_origin.kill();
        }
    }
}

void VarnishFixture::restartChild() {
    std::ifstream index(name() + "/_.vsm_child/_.index"); // "# 27867 1795831836"
    char hash = 0;
    pid_t child = 0;
    if (!(index >> hash >> child) || child <= 1) throw std::runtime_error("varnishd has no child");
    ::kill(child, SIGKILL);
    m_varnish.awaitOutput("said Child starts");
}

void VarnishFixture::putObject(const std::string& path, std::string_view content) const {
    const auto file = m_folder.path() / "objects" / path.substr(1);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

HttpReply VarnishFixture::get(const std::string& path, const std::vector<std::string>& headers) const {
    return askHttp(m_port, path, "GET", headers);
}

HttpReply VarnishFixture::purge(const std::string& method, const std::string& path, std::uint64_t sequence,
                                std::uint64_t issuedAtUs) const {
    std::vector<std::string> headers{"X-Purge-Id: drop", "X-Purge-Seq: " + std::to_string(sequence),
                                     "X-Purge-Issued-At: " + std::to_string(issuedAtUs)};
    if (method == "BAN") headers.push_back("X-Surrogate-Key: " + path);
    return askHttp(m_port, method == "BAN" ? "/" : path, method, headers);
}

} // namespace surgescope::tests
