// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/collector.h"
#include "feeds/agent/collector_settings.h"
#include "feeds/agent/line_source.h"
#include "feeds/agent/request_tally.h"
#include "feeds/util/clock.h"

#include <cstdint>
#include <memory>
#include <string>

namespace surgescope::feeds {

/// A server's access lines, added up second by second. What collectors of servers that write a log share.
/// Summarises refused and lost lines in spdlog's default logger every ten seconds. One thread.
class AccessLog {
  public:
    /// By the settings `lines`, as LineSource has it, and `api-prefix`; nothing where there are no `lines`.
    static Result<std::unique_ptr<AccessLog>> open(const CollectorSettings& settings,
                                                   const Surroundings& around);

    /// RequestTally's: a millisecond unless said.
    void setLagError(std::chrono::microseconds error) { m_tally.setLagError(error); }
    /// Takes what waits, and ends the second: what it counted is put into `second`. Which of it is measured
    /// is the collector's to say.
    void cut(CollectedSecond& second);

    /// In the second that was cut last.
    std::uint64_t requests() const { return m_requests; }
    /// Since the start.
    bool hasCome() const { return m_hasCome; }
    /// Whether new_prefix_requests is measured.
    bool knowsPrefixes() const { return m_prefixes.hasLearned() && m_tally.addresses() > 0; }
    std::string trouble() const { return m_lines->trouble(); }
    std::uint16_t port() const { return m_lines->port(); }
    const RequestTally& tally() const { return m_tally; }

  private:
    AccessLog(std::string where, const std::string& apiPrefix, const Clock& clock);
    void summarise();

    std::string m_where;
    const Clock& m_clock;
    PrefixSketch m_prefixes;
    RequestTally m_tally;
    std::unique_ptr<LineSource> m_lines;
    std::uint64_t m_requests = 0;
    bool m_hasCome = false;
    SteadyTime m_refusalsLogged;
    std::uint64_t m_refusalsSeen = 0;
    std::uint64_t m_stampsSeen = 0;
    std::uint64_t m_lost = 0; // on their way, since it was logged last
};

/// Why new_prefix_requests is not measured by this log, or without one (nullptr); call it when it is not.
Gap prefixGap(const AccessLog* log);

} // namespace surgescope::feeds
