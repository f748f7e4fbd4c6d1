// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/encode.h"

#include "feeds/wire/limits.h"

#include <telemetry.pb.h>
#include <unordered_map>

namespace surgescope::feeds {
namespace pb = surgescope::v1;
namespace {

std::uint64_t microseconds(FeedSecond second) {
    return static_cast<std::uint64_t>(unixSeconds(second)) * 1'000'000U;
}

std::uint32_t milliseconds(std::chrono::seconds width) {
    return static_cast<std::uint32_t>(std::chrono::milliseconds(width).count());
}

void write(const Header& header, pb::Header& to) {
    to.set_schema_version(limits::kSchemaVersion);
    to.set_publisher(header.publisher);
    to.set_session_us(header.session);
    to.set_sequence(header.sequence);
    to.set_interval_end_us(microseconds(header.intervalEnd));
    to.set_interval_ms(milliseconds(limits::kInterval));
    to.set_sent_us(static_cast<std::uint64_t>(header.sent.time_since_epoch().count()));
    to.set_time_source(static_cast<pb::TimeSource>(header.timeSource));
    to.set_received_us(static_cast<std::uint64_t>(header.received.time_since_epoch().count()));
    to.set_correction(header.correction);
    to.set_oldest_sent_us(static_cast<std::uint64_t>(header.oldestSent.time_since_epoch().count()));
}

void write(const ExponentialHistogram& histogram, pb::Histogram& to) {
    to.set_zero_count(histogram.zeros());
    to.set_offset(histogram.offset());
    histogram.visitBuckets(
        [&](auto buckets) { to.mutable_counts()->Assign(buckets.begin(), buckets.end()); });
    to.set_sum(histogram.sum());
    to.set_max(histogram.max());
}

void write(const PopTotals& totals, pb::PopTotals& to) {
    to.set_measured_by_any(totals.measuredByAny.bits());
    to.set_measured_by_all(totals.measuredByAll.bits());
    if (totals.saturation != SaturationHistogram{})
        to.mutable_saturation_bins()->Assign(totals.saturation.bins.begin(), totals.saturation.bins.end());
#define X(name, number, unit) to.set_##name(totals[Counter::name]);
    SURGESCOPE_COUNTERS(X)
#undef X
#define X(name, number)                                                                                      \
    if (!totals[Distribution::name].empty()) write(totals[Distribution::name], *to.mutable_##name());
    SURGESCOPE_DISTRIBUTIONS(X)
#undef X
}

void write(const FleetRollup::Pop& pop, pb::PopRollup& to) {
    to.set_pop(pop.pop);
    to.set_expected_nodes(pop.expectedNodes);
    write(pop.totals, *to.mutable_totals());
    to.set_interval_end_us(microseconds(pop.end));
    to.set_observed(pop.observed);
}

} // namespace

struct Encoder::Messages {
    pb::PopReport popReport;
    pb::NodeColumns nodeColumns;
    pb::Roster roster;
    pb::Event event;
    pb::Global global;
    pb::Rollup rollup;
    pb::Points points;
};

Encoder::Encoder() : m_messages(std::make_unique<Messages>()) {}
Encoder::~Encoder() = default;

std::string_view Encoder::encode(const PopReport& message) {
    auto& to = m_messages->popReport;
    to.Clear();
    write(message.header, *to.mutable_header());
    to.set_pop(message.pop);
    write(message.totals, *to.mutable_totals());
    to.set_twin_nodes(message.twinNodes);
    to.SerializeToString(&m_bytes);
    return m_bytes;
}

std::string_view Encoder::encode(const NodeColumns& message) {
    auto& to = m_messages->nodeColumns;
    to.Clear();
    write(message.header, *to.mutable_header());
    to.set_pop(message.pop);
    to.set_node_count(message.nodeCount);
    to.set_roster_epoch(message.rosterEpoch);
    to.set_heard(message.heard.data(), message.heard.size());
#define X(name)                                                                                              \
    to.mutable_##name()->Assign(message[NodeColumn::name].begin(), message[NodeColumn::name].end());
    SURGESCOPE_NODE_COLUMNS(X)
#undef X
    to.SerializeToString(&m_bytes);
    return m_bytes;
}

std::string_view Encoder::encode(const Roster& message) {
    auto& to = m_messages->roster;
    to.Clear();
    write(message.header, *to.mutable_header());
    to.set_pop(message.pop);
    to.set_roster_epoch(message.epoch);
    std::unordered_map<std::string_view, std::uint32_t> servers;
    for (const auto& node : message.nodes) {
        to.add_name(node.name);
        to.add_role(static_cast<pb::Role>(node.role));
        const auto [server, isNew] =
            servers.try_emplace(node.server, static_cast<std::uint32_t>(servers.size()));
        if (isNew) to.add_servers(node.server);
        to.add_server(server->second);
        to.add_measures(node.measures.bits());
        to.add_nic_mbit(node.nicMbit);
    }
    for (const auto& agent : message.agents) {
        to.add_agent(agent.name);
        to.add_agent_nodes(agent.nodes);
        to.add_claimed_us(static_cast<std::uint64_t>(agent.claimed.time_since_epoch().count()));
    }
    to.SerializeToString(&m_bytes);
    return m_bytes;
}

std::string_view Encoder::encode(const Event& message) {
    auto& to = m_messages->event;
    to.Clear();
    write(message.header, *to.mutable_header());
    to.set_kind(static_cast<pb::EventKind>(message.kind));
    to.set_text(message.text);
    to.SerializeToString(&m_bytes);
    return m_bytes;
}

std::string_view Encoder::encode(const Global& message) {
    auto& to = m_messages->global;
    to.Clear();
    write(message.header, *to.mutable_header());
    to.set_scenario(message.scenario);
    to.set_rehearsal(message.rehearsal);
    to.set_release_at_us(message.releaseAtUs);
    to.set_listeners(message.listeners);
    to.set_purge_head(message.purgeHead);
    to.set_listeners_record(message.listenersRecord);
    to.set_recommender_snr_permille(message.recommenderSnrPermille);
    to.set_recommender_trend_permille(message.recommenderTrendPermille);
    to.set_churn_ppm_per_hour(message.churnPpmPerHour);
    to.SerializeToString(&m_bytes);
    return m_bytes;
}

std::string_view Encoder::encode(const FleetRollup& message) {
    auto& to = m_messages->rollup;
    to.Clear();
    to.set_interval_end_us(microseconds(message.end));
    to.set_interval_ms(milliseconds(message.width));
    for (const auto& pop : message.pops)
        write(pop, *to.add_pops());
    for (const auto& pop : message.silent)
        write(pop, *to.add_silent());
    write(message.sinceStart, *to.mutable_since_start());
    to.SerializeToString(&m_bytes);
    return m_bytes;
}

std::string_view Encoder::encode(const Points& message) {
    auto& to = m_messages->points;
    to.Clear();
    to.set_interval_end_us(microseconds(message.end));
    to.set_interval_ms(milliseconds(message.width));
    to.set_places(message.places);
    const auto copy = [](auto& column, const std::vector<float>& values) {
        column.Assign(values.begin(), values.end());
    };
#define X(measure, field) copy(*to.mutable_##field(), message.columns[Measure::measure]);
    SURGESCOPE_CHARTED(X)
#undef X
    to.mutable_lag_bins()->Assign(message.lagBins.begin(), message.lagBins.end());
    to.SerializeToString(&m_bytes);
    return m_bytes;
}

} // namespace surgescope::feeds
