// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/nginx_log.h"
#include "feeds/agent/nginx_status.h"
#include "feeds/agent/purge_sequence.h"
#include "feeds/model/pop_totals.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// What one nginx did in one interval of a second.
struct NginxInterval {
    PopTotals totals;   // node_seconds is 1 when nginx was measured and 0 when not; measured fields are set
    bool heard = false; // the same as a word
    std::optional<std::uint64_t> connections; // open at the interval's end
    std::uint64_t invalidationsPending = 0;   // at the interval's end
};

/// Adds access lines and stub_status pages up. Does no input and no output of its own; whoever owns it feeds
/// it and ends intervals. Whatever it is fed, it neither throws nor grows. One thread at a time.
class NginxCollector {
  public:
    struct Options {
        bool readsLog = false;    // access lines come in; without them requests are counted from stub_status
        bool readsStatus = false; // stub_status pages come in, one an interval
        std::string apiPrefix = "/api/";
    };

    explicit NginxCollector(Options options);

    /// What can be measured of this nginx. Never ttfb_hit: nginx has no time to first byte for what it serves
    /// from its cache. Nor `collapsed`: waiting for another request's fetch leaves no trace in a line.
    FieldSet fields() const;

    /// One access line, bare or with its syslog header. One that cannot be read is counted in log_lines_lost.
    void addLine(std::string_view line);
    /// Lines that are known to have been sent and never came.
    void addLost(std::uint64_t lines);
    /// A page; `ownConnections` were opened to get it.
    void addStatus(const NginxStatus& status, std::uint64_t ownConnections);
    /// nginx did not answer: this interval is not measured, and counting starts anew with the next page.
    void addNoStatus();

    NginxInterval endInterval();

    // Since the start.
    std::uint64_t linesRefused() const { return m_linesRefused; }
    const std::string& lastRefusal() const { return m_lastRefusal; }
    std::uint64_t purgeStampsRefused() const { return m_purgeStampsRefused; }
    std::uint64_t lagsClamped() const {
        return m_lagsClamped;
    } // applied before issued, by the clocks: taken as 0
    const PurgeSequence& purgeSequence() const { return m_sequence; }

  private:
    void count(const NginxLogLine& line);
    void countCache(const NginxLogLine& line);
    void countStatus(const NginxLogLine& line);
    void countPurge(const NginxLogLine& line);

    Options m_options;
    PopTotals m_totals; // of the interval that runs
    std::uint64_t m_lines = 0;
    bool m_answered = false;
    bool m_hasDelta = false;
    std::optional<std::uint64_t> m_connections;
    std::optional<NginxStatus> m_before;
    PurgeSequence m_sequence;

    std::uint64_t m_linesRefused = 0;
    std::string m_lastRefusal;
    std::uint64_t m_purgeStampsRefused = 0;
    std::uint64_t m_lagsClamped = 0;
};

} // namespace surgescope::feeds
