// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/line_source.h"
#include "feeds/agent/request_tally.h"
#include "feeds/util/clock.h"

#include <cstdint>
#include <memory>
#include <string>

namespace surgescope::feeds {

/// A server's access lines, added up second by second. What collectors of servers that write a log share.
/// Summarises refused lines in spdlog's default logger every ten seconds. One thread.
class AccessLog {
  public:
    struct Second {
        PopTotals counts; // which fields are measured is the collector's to say
        std::uint64_t requests = 0;
        std::uint64_t invalidationsPending = 0;
        bool knowsPrefixes = false; // new_prefix_requests is measured
    };

    /// `where` as LineSource has it. `clock` and `loop` must outlive this.
    static Result<std::unique_ptr<AccessLog>> open(const std::string& where, const std::string& apiPrefix,
                                                   EventLoop& loop, const Clock& clock);

    /// RequestTally's: a millisecond unless said.
    void setLagError(std::chrono::microseconds error) { m_tally.setLagError(error); }
    /// Takes what waits, and ends the second.
    Second cut();
    std::string trouble() const { return m_lines->trouble(); }
    std::uint16_t port() const { return m_lines->port(); }
    const RequestTally& tally() const { return m_tally; }

  private:
    AccessLog(std::string where, const std::string& apiPrefix, const Clock& clock);
    void logRefusals();

    std::string m_where;
    const Clock& m_clock;
    PrefixSketch m_prefixes;
    RequestTally m_tally;
    std::unique_ptr<LineSource> m_lines;
    SteadyTime m_refusalsLogged;
    std::uint64_t m_refusalsSeen = 0;
};

} // namespace surgescope::feeds
