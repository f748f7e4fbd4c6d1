// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/access_log.h"
#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/haproxy_stats.h"
#include "feeds/agent/unix_query.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// One HAProxy in the role of a load balancer: its stats socket, and access lines as
/// resources/haproxy/surgescope.cfg has it write them. Settings: socket, frontend, lines, api-prefix; see
/// collector_kinds. What counters can tell is taken from them, for they lose nothing.
class HaproxyCollector final : public Collector {
  public:
    static Result<std::unique_ptr<Collector>> make(const CollectorSettings& settings,
                                                   const Surroundings& around);

    std::string source() const override { return "haproxy at " + m_socket; }
    std::string server() const override { return m_server; }
    Capability capability() const override;
    void cut() override;
    bool settled() const override { return !m_query.asking(); }
    CollectedSecond take() override;
    std::string trouble() const override { return m_trouble; }

    /// Nothing when no lines are read.
    const AccessLog* log() const { return m_log.get(); }

  private:
    HaproxyCollector(std::string socket, const Surroundings& around);

    /// Sums over the proxies that count, and the process they were of.
    struct Counted {
        std::uint64_t pid = 0;
        std::uint64_t logsDropped = 0;
        std::array<std::uint64_t, kHaproxyColumns> sums{};
        std::uint64_t operator[](HaproxyColumn c) const { return sums[static_cast<std::size_t>(c)]; }
    };

    bool isCounted(const HaproxyProxy& proxy) const;
    Result<Counted> count(const HaproxyReading& reading);
    void takeAnswer(Result<std::string> answer);
    void addReading(const HaproxyReading& reading);
    void addGauges(const HaproxyReading& reading, const Counted& now);
    void addDifference(const Counted& before, const Counted& now);
    void addNoReading(const std::string& why);
    FieldSet counterFields() const;
    bool hasLines() const { return m_log && m_log->requests() > 0; } // of this second
    FieldSet lineFields() const;

    const std::string m_socket;
    std::vector<std::string> m_frontends; // empty: all but "stats"
    UnixQuery m_query;
    std::unique_ptr<AccessLog> m_log;
    std::string m_server;
    std::string m_trouble;
    std::optional<Counted> m_before;
    std::optional<bool>
        m_http;           // of the frontends that count one is in mode http; nothing: it has not told yet
    bool m_cache = false; // a request was looked up in its own cache

    // Of the second that was cut last.
    CollectedSecond m_second;
    bool m_hasDifference = false;
};

} // namespace surgescope::feeds
