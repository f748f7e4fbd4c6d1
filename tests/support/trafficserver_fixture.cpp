// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/trafficserver_fixture.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace surgescope::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kTrafficserverStarts = 5; // a free port can be taken before it is bound

constexpr std::string_view kRunRoot = R"(
prefix: @FOLDER@
exec_prefix: @FOLDER@
bindir: /usr/bin
sbindir: /usr/sbin
sysconfdir: @FOLDER@/etc
datadir: @FOLDER@/cache
includedir: /usr/include
libdir: /usr/lib/trafficserver
libexecdir: /usr/lib/trafficserver/modules
localstatedir: @FOLDER@
runtimedir: @FOLDER@/run
logdir: @FOLDER@/log
cachedir: @FOLDER@/cache
)";

constexpr std::string_view kRecords = R"(
CONFIG proxy.config.http.server_ports STRING @PORT@:ip-in=127.0.0.1
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT 1
CONFIG proxy.config.task_threads INT 1
CONFIG proxy.config.cache.ram_cache.size INT 1M
CONFIG proxy.config.log.rolling_enabled INT 0
CONFIG proxy.config.diags.output.note STRING E
CONFIG proxy.config.admin.user_id STRING @USER@
)";

void writeTo(const fs::path& file, const std::string& text) {
    std::ofstream(file) << text;
}

} // namespace

TrafficserverFixture::TrafficserverFixture(unsigned refreshMs) : m_refreshMs(refreshMs) {
    for (const char* name : {"etc", "run", "log", "cache"})
        fs::create_directories(m_folder.path() / name);
}

std::string TrafficserverFixture::answer(int status) {
    return "HTTP/1.1 " + std::to_string(status) +
           " Told\r\nContent-Length: 1000\r\nConnection: close\r\nCache-Control: max-age=60\r\n\r\n" +
           std::string(1000, 'x');
}

void TrafficserverFixture::writeConfiguration() {
    const auto& folder = m_folder.path();
    const bool root = ::geteuid() == 0;
    const auto filled = [&](std::string text) {
        replaceEach(text, "@FOLDER@", folder.string());
        replaceEach(text, "@PORT@", std::to_string(m_port));
        replaceEach(text, "@USER@", root ? "trafficserver" : "#-1");
        return text;
    };
    std::string records = projectFile("resources/trafficserver/records.config");
    if (m_refreshMs > 0)
        replaceEach(records, "interval_ms INT 100", "interval_ms INT " + std::to_string(m_refreshMs));
    else
        replaceEach(records, "CONFIG proxy.config.raw_stat_sync", "# ");
    writeTo(folder / "runroot.yaml", filled(std::string(kRunRoot)));
    writeTo(folder / "etc/records.config", records + filled(std::string(kRecords)));
    writeTo(folder / "etc/storage.config", (folder / "cache").string() + " 16M\n");
    writeTo(folder / "etc/plugin.config",
            "stats_over_http.so " + (folder / "etc/surgescope_stats.config").string() + "\n");
    writeTo(folder / "etc/remap.config",
            "map http://edge/ http://127.0.0.1:" + std::to_string(m_origin.port()) + "/\n");
    for (const char* name : {"logging.yaml", "surgescope_stats.config"})
        writeTo(folder / "etc" / name, projectFile("resources/trafficserver/" + std::string(name)));
    fs::copy_file("/etc/trafficserver/ip_allow.yaml", folder / "etc/ip_allow.yaml",
                  fs::copy_options::overwrite_existing);
    if (root) giveTo("trafficserver", folder); // as root it insists on working as somebody else
}

void TrafficserverFixture::start() {
    for (int attempt = 1; !m_process.runs(); ++attempt) {
        if (m_port == 0) m_port = freeTcpPort();
        writeConfiguration();
        try {
            m_process.start({kProgram, "--run-root=" + (m_folder.path() / "runroot.yaml").string()},
                            "Traffic Server is fully initialized");
        } catch (const std::runtime_error&) {
            if (attempt == kTrafficserverStarts) throw;
            m_port = 0;
        }
    }
}

} // namespace surgescope::tests
