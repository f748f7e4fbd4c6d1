// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/access_log.h"
#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/httpd_status.h"
#include "feeds/agent/page_query.h"

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

    std::string source() const override { return "httpd at " + m_page.url(); }
    std::string server() const override { return m_server; }
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return !m_page.asking(); }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

    /// Nothing when no lines are read.
    const AccessLog* log() const { return m_log.get(); }

  private:
    HttpdCollector(std::string url, const Surroundings& around) : m_page(around.loop, std::move(url)) {}

    void takePage(Result<HttpResponse> response);
    void addStatus(const HttpdStatus& status);
    void addNoStatus(const std::string& why);
    bool hasLines() const { return m_log && m_log->requests() > 0; } // of this second
    bool readsLines() const { return m_log && m_log->hasCome() && m_log->trouble().empty(); }

    PageQuery m_page;
    std::unique_ptr<AccessLog> m_log;
    std::uint64_t m_maxWorkers = 0; // 0: not told
    std::string m_server;
    std::string m_trouble;
    std::optional<HttpdStatus> m_before;
    bool m_counts = true; // ExtendedStatus is on, or it has not told yet

    // Of the second that was cut last.
    CollectedSecond m_second;
    bool m_answered = false;
    bool m_hasDifference = false;
};

} // namespace surgescope::feeds
