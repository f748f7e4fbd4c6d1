// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/access_log.h"
#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/page_query.h"
#include "feeds/agent/trafficserver_stats.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// One Apache Traffic Server: the page of its plugin stats_over_http, and access lines as
/// resources/trafficserver/logging.yaml has it write them. Settings: stats, lines, api-prefix,
/// max-connections; see collector_kinds.
///
/// Traffic Server refreshes the page's numbers by itself, every five seconds unless it is told otherwise.
/// Then a second's difference would be nothing four times out of five, and five seconds' once. So a
/// difference counts only between pages that were refreshed in successive seconds; others are not measured,
/// and it is said what to set.
class TrafficserverCollector final : public Collector {
  public:
    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override { return "trafficserver at " + m_page.url(); }
    std::string server() const override { return m_server; }
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return !m_page.asking(); }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

    /// Nothing when no lines are read.
    const AccessLog* log() const { return m_log.get(); }

  private:
    TrafficserverCollector(std::string url, const Surroundings& around)
        : m_clock(around.clock), m_page(around.loop, std::move(url)) {}

    /// A page, and what fetching it adds to the counters of the next one.
    struct Page {
        TrafficserverStats stats;
        SteadyTime at{};
        std::uint64_t ownBytes = 0;
        std::uint64_t ownConnections = 0;
    };

    void ask();
    void takePage(Result<HttpResponse> response);
    void addPage(Page page);
    void addDifference(const Page* before, const TrafficserverStats& now);
    void addNoPage(const std::string& why);
    bool hasLines() const { return m_log && m_log->requests() > 0; } // of this second
    bool readsLines() const { return m_log && m_log->hasCome() && m_log->trouble().empty(); }
    FieldSet counterFields() const;

    const Clock& m_clock;
    PageQuery m_page;
    std::unique_ptr<AccessLog> m_log;
    std::uint64_t m_maxConnections = 0; // 0: not told
    std::string m_server;
    std::string m_trouble;
    std::optional<Page> m_before;
    bool m_refreshed = false; // m_before was, within the second before it
    bool m_seldom = false;    // pages come that were not refreshed

    // Of the second that was cut last.
    CollectedSecond m_second;
    bool m_answered = false;
    bool m_hasDifference = false;
};

} // namespace surgescope::feeds
