// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/httpd_fixture.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace surgescope::tests {
namespace {

constexpr int kHttpdStarts = 5; // a free port can be taken before it is bound
constexpr std::string_view kHttpdReady = "resuming normal operations";

constexpr std::string_view kHttpdConfiguration = R"(
ServerRoot @FOLDER@
ServerName edge
PidFile @FOLDER@/run/pid
DefaultRuntimeDir @FOLDER@/run
ErrorLog /dev/stderr
LogLevel notice
Define APACHE_LOG_DIR @FOLDER@/log
Listen 127.0.0.1:@PORT@
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
Include @FOLDER@/surgescope.conf
<VirtualHost 127.0.0.1:@PORT@>
    CacheRoot @FOLDER@/cache
    CacheEnable disk /
    ProxyPass / http://127.0.0.1:@ORIGIN@/
</VirtualHost>
)";

} // namespace

HttpdFixture::HttpdFixture() {
    for (const char* name : {"run", "log", "cache"})
        std::filesystem::create_directories(m_folder.path() / name);
}

std::string HttpdFixture::answer(int status, int seconds) {
    return "HTTP/1.1 " + std::to_string(status) + " Told\r\nContent-Length: 1000\r\nConnection: close\r\n" +
           "Cache-Control: max-age=" + std::to_string(seconds) + "\r\nETag: \"1\"\r\n\r\n" +
           std::string(1000, 'x');
}

void HttpdFixture::writeConfiguration() {
    const auto& folder = m_folder.path();
    std::string text;
    for (const char* module : {"mpm_event", "authz_core", "authz_host", "status", "setenvif", "proxy",
                               "proxy_http", "cache", "cache_disk"})
        text +=
            "LoadModule " + std::string(module) + "_module /usr/lib/apache2/modules/mod_" + module + ".so\n";
    text += kHttpdConfiguration;
    if (::geteuid() == 0) {
        text += "User www-data\nGroup www-data\n";
        giveTo("www-data", folder); // its workers'
    }
    replaceEach(text, "@FOLDER@", folder.string());
    replaceEach(text, "@PORT@", std::to_string(m_port));
    replaceEach(text, "@ORIGIN@", std::to_string(m_origin.port()));
    std::ofstream(folder / "httpd.conf") << text;
    std::string snippet = projectFile("resources/httpd/surgescope.conf");
    replaceEach(snippet, "18089", std::to_string(m_statusPort));
    std::ofstream(folder / "surgescope.conf") << snippet;
}

void HttpdFixture::start() {
    for (int attempt = 1; !m_process.runs(); ++attempt) {
        if (m_port == 0) {
            m_port = freeTcpPort();
            m_statusPort = freeTcpPort();
        }
        writeConfiguration();
        try {
            m_process.start({kProgram, "-DFOREGROUND", "-f", (m_folder.path() / "httpd.conf").string()},
                            kHttpdReady);
        } catch (const std::runtime_error&) {
            if (attempt == kHttpdStarts) throw;
            m_port = 0;
        }
    }
}

void HttpdFixture::reload() {
    m_process.signal(SIGUSR1);
    m_process.awaitOutput(kHttpdReady);
}

} // namespace surgescope::tests
