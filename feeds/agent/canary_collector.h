// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// Invalidation lag as a client sees it, whatever the server: fetches one object through the real listener
/// ten times a second. Its text is when it was written at the origin, Unix time in microseconds; the lag is
/// the time until the first answer that has a newer one. Its error is one step of kPeriod and the request
/// itself, always late. Setting: url; see collector_kinds.
class CanaryCollector final : public Collector {
  public:
    static constexpr std::chrono::milliseconds kPeriod{100};

    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override { return "canary " + m_url; }
    bool watchesServer() const override { return false; }
    std::string server() const override { return {}; }
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return true; }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

  private:
    CanaryCollector(std::string url, const Surroundings& around);

    void look();
    void takeAnswer(const Result<HttpResponse>& answer);

    std::string m_url;
    EventLoop& m_loop;
    const Clock& m_clock;
    std::optional<WallTime> m_written; // of the object that was seen last
    PopTotals m_totals;                // of the second that runs
    bool m_answered = false;           // in it
    std::string m_trouble;
    bool m_asking = false;
    SteadyTime m_asked{};
    EventLoop::Handle m_ask;
    EventLoop::Handle m_timer;
    CollectedSecond m_second; // that was cut last
};

} // namespace surgescope::feeds
