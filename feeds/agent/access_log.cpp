// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/access_log.h"

#include "feeds/agent/access_line.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::chrono::seconds kRefusalsLogInterval{10};

} // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const CollectorSettings& settings,
                                                   const Surroundings& around) {
    if (!settings.has("lines")) return std::unique_ptr<AccessLog>();
    const std::string where = settings.text("lines");
    std::unique_ptr<AccessLog> log(new AccessLog(where, settings.text("api-prefix", "/api/"), around.clock));
    RequestTally& tally = log->m_tally; // stays where it is, as the log does
    auto lines = LineSource::open(where, around.loop, [&tally](std::string_view line) {
        const auto exchange = parseAccessLine(line);
        if (exchange)
            tally.add(*exchange);
        else
            tally.addRefused(exchange.error());
    });
    if (!lines) return Error{lines.error()};
    log->m_lines = *std::move(lines);
    return log;
}

AccessLog::AccessLog(std::string where, const std::string& apiPrefix, const Clock& clock)
    : m_where(std::move(where)), m_clock(clock), m_prefixes(clock.steady()), m_tally(apiPrefix),
      m_refusalsLogged(clock.steady() - kRefusalsLogInterval) {
    m_tally.watchPrefixes(m_prefixes);
}

void AccessLog::cut(CollectedSecond& second) {
    m_lines->drain();
    const std::uint64_t lost = m_lines->takeLost();
    m_tally.addLost(lost);
    m_lost += lost;
    summarise();
    m_prefixes.turn(m_clock.steady());
    m_requests = m_tally.exchanges();
    m_hasCome = m_hasCome || m_requests > 0;
    second.invalidationsPending = m_tally.purgeSequence().pending();
    second.totals = m_tally.cut();
}

Gap prefixGap(const AccessLog* log) {
    const bool learns = log != nullptr && log->tally().addresses() > 0;
    return {FieldSet::of({Counter::new_prefix_requests}),
            learns ? "the first ten minutes are learnt from: everybody would be new"
                   : "only access lines with the client's address tell it",
            learns ? ""
                   : "have the server write the lines of its file under resources/, with their key addr"};
}

void AccessLog::summarise() {
    const std::uint64_t refused = m_tally.linesRefused() - m_refusalsSeen;
    const std::uint64_t stamps = m_tally.purgeStampsRefused() - m_stampsSeen;
    if (refused + stamps + m_lost == 0 || m_clock.steady() - m_refusalsLogged < kRefusalsLogInterval) return;
    if (refused > 0)
        spdlog::warn("{}: {} access lines refused, the last because: {}", m_where, refused,
                     m_tally.lastRefusal());
    if (m_lost > 0) spdlog::warn("{}: {} access lines were lost on their way", m_where, m_lost);
    if (stamps > 0)
        spdlog::warn("{}: {} purge stamps refused, expected Unix time in microseconds, of the last day",
                     m_where, stamps);
    m_refusalsSeen += refused;
    m_stampsSeen += stamps;
    m_lost = 0;
    m_refusalsLogged = m_clock.steady();
}

} // namespace surgescope::feeds
