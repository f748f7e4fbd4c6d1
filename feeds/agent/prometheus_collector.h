// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/metric_scrape.h"
#include "feeds/agent/page_query.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace surgescope::feeds {

/// Whatever shows its metrics as Prometheus reads them: a server itself, or an exporter beside it. One page a
/// second, asked for at the second's end. Settings: url, and preset or mapping; see collector_kinds.
class PrometheusCollector final : public Collector {
  public:
    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override { return m_mappingName + " at " + m_page.url(); }
    bool watchesServer() const override { return !m_scrape.mapping().server.empty(); }
    std::string server() const override;
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return !m_page.asking(); }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

  private:
    PrometheusCollector(std::string url, MetricMapping mapping, const Surroundings& around)
        : m_clock(around.clock), m_page(around.loop, std::move(url)), m_scrape(std::move(mapping)) {}

    void takePage(Result<HttpResponse> response);
    void noPage(const std::string& why);

    const Clock& m_clock;
    PageQuery m_page;
    std::string m_mappingName; // "preset haproxy", "/etc/own.toml"
    MetricScrape m_scrape;
    std::string m_trouble;
    bool m_answered = false; // once

    // Of the second that was cut last.
    SteadyTime m_cut{};
    std::optional<CollectedSecond> m_second;
};

} // namespace surgescope::feeds
