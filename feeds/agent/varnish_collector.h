// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/prefix_sketch.h"
#include "feeds/agent/request_tally.h"
#include "feeds/agent/varnish_counters.h"
#include "feeds/agent/varnish_log.h"
#include "feeds/agent/varnish_memory.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// One varnishd on this machine, by the memory it shares. Settings: name, api-prefix, log; see
/// collector_kinds. What a request did is told by the log, and by counters where the log is not read; what
/// connections and backends did always by counters. Which of the two a field is from: AGENTS.md.
class VarnishCollector final : public Collector {
  public:
    static constexpr std::chrono::milliseconds kPeriod{50};     // between two looks into the log
    static constexpr std::chrono::milliseconds kLongestLook{5}; // then others have their turn

    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override { return m_source; }
    std::string server() const override;
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return true; }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

    const RequestTally& tally() const { return m_tally; }

  private:
    VarnishCollector(const CollectorSettings& settings, const Surroundings& around, bool readsLog);

    FieldSet fields() const;
    void readLog();
    void takePart(const VarnishMemory::LogPart& part);
    void countLost(const VarnishCounters::Reading& counted);
    void takeCounters(const VarnishCounters::Reading& counted);
    void logRefusals();

    const Clock& m_clock;
    const std::string m_source;
    const bool m_readsLog;
    std::optional<PrefixSketch> m_prefixes; // when the log is read
    RequestTally m_tally;
    VarnishCounters m_counters; // before the memory, which takes its counters out at its end
    std::unique_ptr<VarnishMemory> m_memory;
    std::optional<VarnishLog> m_log;
    EventLoop::Handle m_looking;

    bool m_runs = false;
    bool m_vclTellsDenied = false; // it has at least once
    std::string m_trouble;
    CollectedSecond m_second; // that was cut last

    bool m_overrun = false; // since the last second
    bool m_behind = false;  // the last look ended before the log did
    std::uint64_t m_refusalsSeen = 0;
    SteadyTime m_nextRefusalsLog{};
    std::uint64_t m_unlogged = 0; // requests that Varnish counted and the log has not told yet
};

} // namespace surgescope::feeds
