// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/wire/messages.h"

#include <cstdint>
#include <string>

/// Messages as tests write them: short, with everything sensible unless said.
namespace surgescope::tests {

inline constexpr std::int64_t kStart = 1'795'000'000; // a second in November 2026

struct ReportOptions {
    std::string publisher = "agent";
    std::string pop = "LHR";
    std::int64_t second = kStart;
    std::uint64_t sequence = 1;
    std::uint64_t session = static_cast<std::uint64_t>(kStart) * 1'000'000U;
    std::uint64_t nodes = 1;
    std::uint64_t requests = 100;
    feeds::TimeSource timeSource = feeds::TimeSource::clock;
};

inline feeds::Header header(const ReportOptions& o) {
    const auto end = feeds::feedSecond(o.second);
    return {o.publisher, o.session, o.sequence, end, feeds::WallTime(end), o.timeSource, {}};
}

/// Everything measured; hits are nine tenths of the requests.
inline feeds::PopReport popReport(const ReportOptions& o) {
    using feeds::Counter;
    feeds::PopReport report;
    report.header = header(o);
    report.pop = o.pop;
    report.totals.setMeasured(feeds::FieldSet::all());
    report.totals[Counter::node_seconds] = o.nodes;
    report.totals[Counter::requests] = o.requests;
    report.totals[Counter::cache_hits] = o.requests * 9 / 10;
    report.totals[Counter::cache_misses] = o.requests - o.requests * 9 / 10;
    report.totals[Counter::bytes_out] = o.requests * 1000;
    report.totals[Counter::status_2xx] = o.requests;
    report.totals[Counter::saturation_permille_seconds] = o.nodes * 500;
    report.totals.saturation.record(500, o.nodes);
    return report;
}

inline feeds::Roster roster(const ReportOptions& o, std::uint32_t epoch = 1) {
    feeds::Roster roster;
    roster.header = header(o);
    roster.pop = o.pop;
    roster.epoch = epoch;
    for (std::uint64_t i = 0; i < o.nodes; ++i)
        roster.nodes.push_back({o.publisher + "-" + std::to_string(i), feeds::Role::edge, "nginx 1.22.1",
                                feeds::FieldSet::all(), 10'000});
    return roster;
}

inline feeds::NodeColumns nodeColumns(const ReportOptions& o, std::uint32_t rosterEpoch = 1) {
    feeds::NodeColumns columns;
    columns.header = header(o);
    columns.pop = o.pop;
    columns.nodeCount = static_cast<std::uint32_t>(o.nodes);
    columns.rosterEpoch = rosterEpoch;
    for (std::size_t c = 0; c < feeds::kNodeColumnCount; ++c)
        for (std::uint32_t n = 0; n < columns.nodeCount; ++n)
            columns.columns[c].push_back(static_cast<std::uint32_t>(c * 7 + n) % 200);
    return columns;
}

} // namespace surgescope::tests
