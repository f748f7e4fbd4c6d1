// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/access_log.h"
#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/nginx_status.h"
#include "feeds/agent/page_query.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace surgescope::feeds {

/// One nginx: access lines as resources/nginx/surgescope.conf has it write them, and the stub_status page.
/// Settings: status, lines, api-prefix, max-connections; see collector_kinds. Without lines requests are
/// counted from stub_status.
class NginxCollector final : public Collector {
  public:
    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override;
    std::string server() const override { return m_server; }
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return !m_page.asking(); }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

    /// Nothing when no lines are read.
    const AccessLog* log() const { return m_log.get(); }

  private:
    NginxCollector(std::string url, const Surroundings& around) : m_page(around.loop, std::move(url)) {}

    bool hasLines() const { return m_log && m_log->requests() > 0; } // of this second
    FieldSet fields() const;
    void takePage(Result<HttpResponse> response);
    void addStatus(const NginxStatus& status, std::uint64_t ownConnections);
    void addNoStatus(const std::string& why);

    PageQuery m_page; // of no URL: stub_status is not read
    std::unique_ptr<AccessLog> m_log;
    std::uint64_t m_maxConnections = 0; // 0: not told
    std::string m_server;
    std::string m_trouble;
    std::optional<NginxStatus> m_before;

    // Of the second that was cut last.
    CollectedSecond m_second;
    bool m_answered = false;
    bool m_hasDelta = false;
};

} // namespace surgescope::feeds
