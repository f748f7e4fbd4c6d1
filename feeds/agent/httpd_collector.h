// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/access_log.h"
#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/httpd_status.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace surgescope::feeds {

/// One Apache httpd with mod_cache: the page of mod_status, and access lines as
/// resources/httpd/surgescope.conf has it write them. Settings: status, lines, api-prefix, max-workers; see
/// collector_kinds. mod_status counts requests and workers; all else is in the lines.
class HttpdCollector final : public Collector {
  public:
    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override { return "httpd at " + m_url; }
    std::string server() const override { return m_server; }
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return !m_asking; }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

    /// Nothing when no lines are read.
    const AccessLog* log() const { return m_log.get(); }

  private:
    HttpdCollector(std::string url, const Surroundings& around)
        : m_loop(around.loop), m_url(std::move(url)) {}

    void takePage(Result<HttpResponse> response);
    void addStatus(const HttpdStatus& status);
    void addNoStatus(const std::string& why);
    bool readsLines() const { return m_log && m_linesCame && m_log->trouble().empty(); }

    EventLoop& m_loop;
    const std::string m_url;
    std::unique_ptr<AccessLog> m_log;
    std::uint64_t m_maxWorkers = 0; // 0: not told
    std::string m_server;
    std::string m_trouble;
    std::optional<HttpdStatus> m_before;
    bool m_counts = true;     // ExtendedStatus is on, or it has not told yet
    bool m_linesCame = false; // of access lines at least one

    // Of the second that was cut last.
    CollectedSecond m_second;
    std::uint64_t m_lines = 0;
    bool m_knowsPrefixes = false; // new_prefix_requests is measured
    bool m_answered = false;
    bool m_hasDifference = false;
    bool m_asking = false;
    EventLoop::Handle m_fetch;
};

} // namespace surgescope::feeds
