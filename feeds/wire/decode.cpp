// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/decode.h"

#include "feeds/model/pop_catalogue.h"
#include "feeds/util/saturating.h"
#include "feeds/wire/fields.h"
#include "feeds/wire/header_reader.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/plausible.h"
#include "feeds/wire/protobuf_log.h"
#include "feeds/wire/rollup_reader.h"
#include "feeds/wire/roster_reader.h"
#include "feeds/wire/sanity.h"
#include "feeds/wire/totals_reader.h"

#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <telemetry.pb.h>
#include <type_traits>

namespace surgescope::feeds {
namespace pb = surgescope::v1;
namespace {

using MaybeRefused = std::optional<Refused>;

MaybeRefused read(std::string_view name, const pb::Histogram& from, ExponentialHistogram& to,
                  std::vector<std::uint64_t>& scratch, std::uint64_t most) {
    std::uint64_t total = from.zero_count();
    for (const auto count : from.counts())
        total = saturatingSum(total, count);
    const bool sane = total <= most;
    scratch.assign(from.counts().begin(), from.counts().end());
    if (!sane || !to.addBuckets(from.offset(), scratch))
        return Refused{Refusal::value, std::string(name) + ": histogram of " +
                                           std::to_string(scratch.size()) + " buckets from " +
                                           std::to_string(from.offset()) +
                                           " is outside [-1, 319] or counts above 2^" +
                                           std::to_string(std::bit_width(most) - 1)};
    to.addZeros(from.zero_count());
    if (total > 0) to.addSummary(from.sum(), from.max()); // of nothing there is no maximum
    return std::nullopt;
}

MaybeRefused read(const pb::PopTotals& from, PopTotals& to, std::vector<std::uint64_t>& scratch,
                  std::uint64_t most = limits::kCount) {
    to.clear();
    to.measuredByAny = FieldSet(from.measured_by_any());
    to.measuredByAll = FieldSet(from.measured_by_all());
    if (from.saturation_bins_size() > static_cast<int>(SaturationHistogram::kBins))
        return Refused{Refusal::value, std::to_string(from.saturation_bins_size()) +
                                           " saturation bins, expected at most " +
                                           std::to_string(SaturationHistogram::kBins)};
    std::ranges::copy(from.saturation_bins(), to.saturation.bins.begin());
#define X(name, number, unit) to[Counter::name] = from.name();
    SURGESCOPE_COUNTERS(X)
#undef X
    const auto tooLarge = [most](std::uint64_t v) { return v > most; };
    const auto expected = [most] { return "expected at most 2^" + std::to_string(std::bit_width(most) - 1); };
    if (const auto bad = std::ranges::find_if(to.counters, tooLarge); bad != to.counters.end())
        return Refused{Refusal::value, std::string(nameOf(static_cast<Counter>(bad - to.counters.begin()))) +
                                           " is " + std::to_string(*bad) + ", " + expected()};
    if (std::ranges::any_of(to.saturation.bins, tooLarge))
        return Refused{Refusal::value, "saturation_bins: " + expected()};
    MaybeRefused refused;
#define X(name, number)                                                                                      \
    if (!refused && from.has_##name())                                                                       \
        refused = read(#name, from.name(), to[Distribution::name], scratch, most);
    SURGESCOPE_DISTRIBUTIONS(X)
#undef X
    return refused;
}

MaybeRefused readPop(const std::string& pop, std::string_view topic, std::string& to) {
    if (!isPopCode(pop))
        return Refused{Refusal::popCode, "PoP " + quote(pop) + ", expected " + std::string(kPopCodeForm)};
    if (topic.substr(topic.find('/') + 1) != pop)
        return Refused{Refusal::topic, "PoP " + pop + " under the topic " + quote(topic)};
    to = pop;
    return std::nullopt;
}

/// The interval of what a recorder made.
template <class Proto>
MaybeRefused readInterval(const Proto& from, FeedSecond& end, std::chrono::seconds& width) {
    const auto ms = from.interval_ms();
    if (!isSaneInterval(from.interval_end_us(), ms))
        return Refused{Refusal::time, "interval of " + std::to_string(ms) + " ms to " +
                                          std::to_string(from.interval_end_us()) +
                                          " µs, expected 1, 10 or 60 s to a whole second"};
    end = secondOf(from.interval_end_us());
    width = std::chrono::seconds(ms / 1'000);
    return std::nullopt;
}

template <class Proto> bool dropUnknownFields(Proto& message) {
    bool found = !message.GetReflection()->GetUnknownFields(message).empty();
    found = found || !message.header().GetReflection()->GetUnknownFields(message.header()).empty();
    if constexpr (requires { message.totals(); })
        found = found || !message.totals().GetReflection()->GetUnknownFields(message.totals()).empty();
    if (found) message.DiscardUnknownFields();
    return found;
}

} // namespace

struct Decoder::Messages {
    pb::PopReport pbPopReport;
    pb::NodeColumns pbNodeColumns;
    PopReport popReport;
    NodeColumns nodeColumns;
    Roster roster;
    Event event;
    Global global;
    pb::Points pbPoints;
    FleetRollup rollup;
    Points points;
    std::vector<std::uint64_t> scratch;
    std::string popText;

    // PoP reports are nearly all that comes, and the library would spend most of its time on allocating their
    // histograms; of rosters and rollups, on names and histograms. So each of these is read without it, if it
    // is as usual and to be accepted; the library judges the others.

    /// Header and PoP, with which most messages begin.
    bool readUsualBeginning(Fields& fields, std::string_view topic, Header& header, std::string& pop) {
        using Type = Fields::Type;
        if (!fields.next() || fields.tag != Fields::tagOf(1, Type::text) ||
            !readPlainHeader(fields.text, header) || !fields.next() ||
            fields.tag != Fields::tagOf(2, Type::text))
            return false;
        popText.assign(fields.text);
        return !readPop(popText, topic, pop);
    }

    bool readUsualReport(std::string_view topic, std::string_view payload) {
        Fields fields(payload);
        if (payload.size() > limits::kSmallMessageBytes ||
            !readUsualBeginning(fields, topic, popReport.header, popReport.pop) || !fields.next() ||
            fields.tag != Fields::tagOf(3, Fields::Type::text))
            return false;
        const auto totals = fields.text;
        popReport.twinNodes = 0;
        if (fields.next()) { // a relay's
            if (fields.tag != Fields::tagOf(4, Fields::Type::varint) || fields.value > limits::kNodes)
                return false;
            popReport.twinNodes = fields.value;
        }
        return fields.atEnd() && readPlainTotals(totals, popReport.totals) &&
               !whyImplausible(popReport.totals);
    }

    bool readUsualRoster(std::string_view topic, std::string_view payload) {
        Fields fields(payload);
        return payload.size() <= limits::kMessageBytes &&
               readUsualBeginning(fields, topic, roster.header, roster.pop) &&
               readPlainNodes(fields.rest(), roster);
    }

    bool readUsualRollup(std::string_view payload) {
        return payload.size() <= limits::kMessageBytes && readPlainRollup(payload, rollup);
    }

    MaybeRefused read(const pb::PopReport& from, std::string_view topic) {
        if (auto refused = readPop(from.pop(), topic, popReport.pop)) return refused;
        if (from.twin_nodes() > limits::kNodes)
            return Refused{Refusal::value, "twin_nodes is " + std::to_string(from.twin_nodes()) +
                                               ", expected at most " + std::to_string(limits::kNodes)};
        popReport.twinNodes = from.twin_nodes();
        if (auto refused = feeds::read(from.totals(), popReport.totals, scratch)) return refused;
        return whyImplausible(popReport.totals);
    }

    MaybeRefused read(const pb::NodeColumns& from, std::string_view topic) {
        auto& to = nodeColumns;
        if (auto refused = readPop(from.pop(), topic, to.pop)) return refused;
        if (from.node_count() == 0 || from.node_count() > limits::kNodesPerMessage)
            return Refused{Refusal::value, "node_count " + std::to_string(from.node_count()) +
                                               ", expected 1 to " + std::to_string(limits::kNodesPerMessage)};
        to.nodeCount = from.node_count();
        to.rosterEpoch = from.roster_epoch();
        if (!from.heard().empty() && from.heard().size() != (to.nodeCount + 7) / 8)
            return Refused{Refusal::unequalColumns, "heard has " + std::to_string(from.heard().size()) +
                                                        " bytes for " + std::to_string(to.nodeCount) +
                                                        " nodes"};
        to.heard.assign(from.heard().begin(), from.heard().end());
        MaybeRefused refused;
        const auto copy = [&](const char* name, const auto& column, std::vector<std::uint32_t>& into) {
            if (refused) return;
            if (!column.empty() && static_cast<std::uint32_t>(column.size()) != to.nodeCount)
                refused = Refused{Refusal::unequalColumns,
                                  std::string(name) + " has " + std::to_string(column.size()) +
                                      " values for " + std::to_string(to.nodeCount) + " nodes"};
            else
                into.assign(column.begin(), column.end());
        };
#define X(name) copy(#name, from.name(), to[NodeColumn::name]);
        SURGESCOPE_NODE_COLUMNS(X)
#undef X
        return refused;
    }

    MaybeRefused read(const pb::Roster& from, std::string_view topic) {
        auto& to = roster;
        if (auto refused = readPop(from.pop(), topic, to.pop)) return refused;
        const int count = from.name_size();
        if (count > static_cast<int>(limits::kNodesPerMessage))
            return Refused{Refusal::value, "roster of " + std::to_string(count) +
                                               " nodes, expected at most " +
                                               std::to_string(limits::kNodesPerMessage)};
        for (const int size :
             {from.role_size(), from.server_size(), from.measures_size(), from.nic_mbit_size()})
            if (size != count)
                return Refused{Refusal::unequalColumns, "a roster column has " + std::to_string(size) +
                                                            " values for " + std::to_string(count) +
                                                            " nodes"};
        to.epoch = from.roster_epoch();
        to.nodes.resize(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            auto& node = to.nodes[static_cast<std::size_t>(i)];
            const auto server = from.server(i);
            if (server >= static_cast<std::uint32_t>(from.servers_size()) ||
                !pb::Role_IsValid(from.role(i)) || from.name(i).empty() ||
                !isPrintable(from.name(i), limits::kTextBytes) ||
                !isPrintable(from.servers(static_cast<int>(server)), limits::kTextBytes))
                return Refused{Refusal::value, "roster entry " + std::to_string(i) + " named " +
                                                   quote(from.name(i)) + " has a bad name, role or server"};
            node.name = from.name(i);
            node.role = static_cast<Role>(from.role(i));
            node.server = from.servers(static_cast<int>(server));
            node.measures = FieldSet(from.measures(i));
            node.nicMbit = from.nic_mbit(i);
        }
        return readAgents(from, to);
    }

    static MaybeRefused readAgents(const pb::Roster& from, Roster& to) {
        const int count = from.agent_size();
        if (count > static_cast<int>(limits::kNodesPerMessage) || from.agent_nodes_size() != count ||
            from.claimed_us_size() != count)
            return Refused{Refusal::unequalColumns, "a roster of " + std::to_string(count) +
                                                        " agents, expected as many numbers of nodes and "
                                                        "times, and at most " +
                                                        std::to_string(limits::kNodesPerMessage)};
        to.agents.resize(static_cast<std::size_t>(count));
        std::uint64_t nodes = 0;
        for (int i = 0; i < count; ++i) {
            if (from.agent(i).empty() || !isPrintable(from.agent(i), limits::kPublisherBytes) ||
                !isSaneTime(from.claimed_us(i)))
                return Refused{Refusal::value, "agent " + std::to_string(i) + " of a roster named " +
                                                   quote(from.agent(i)) + " has a bad name or time"};
            to.agents[static_cast<std::size_t>(i)] = {
                from.agent(i), from.agent_nodes(i), WallTime(std::chrono::microseconds(from.claimed_us(i)))};
            nodes += from.agent_nodes(i);
        }
        if (count > 0 && nodes != to.nodes.size())
            return Refused{Refusal::value, "agents of " + std::to_string(nodes) + " nodes in a roster of " +
                                               std::to_string(to.nodes.size())};
        return std::nullopt;
    }

    MaybeRefused read(const pb::Event& from, std::string_view) {
        if (!pb::EventKind_IsValid(from.kind()) || !isPrintable(from.text(), limits::kTextBytes))
            return Refused{Refusal::value,
                           "event of kind " + std::to_string(from.kind()) + " saying " + quote(from.text())};
        event.kind = static_cast<EventKind>(from.kind());
        event.text = from.text();
        return std::nullopt;
    }

    MaybeRefused read(const pb::Global& from, std::string_view) {
        const auto counts = {from.listeners(), from.listeners_record(), from.recommender_snr_permille(),
                             from.recommender_trend_permille(), from.churn_ppm_per_hour()};
        if (!isPrintable(from.scenario(), limits::kTextBytes) || std::max(counts) > limits::kCount ||
            from.release_at_us() > static_cast<std::uint64_t>(unixSeconds(limits::kLatest)) * 1'000'000U)
            return Refused{Refusal::value, "global message with a bad scenario, count or release time"};
        global.scenario = from.scenario();
        global.rehearsal = from.rehearsal();
        global.releaseAtUs = from.release_at_us();
        global.listeners = from.listeners();
        global.purgeHead = from.purge_head();
        global.listenersRecord = from.listeners_record();
        global.recommenderSnrPermille = from.recommender_snr_permille();
        global.recommenderTrendPermille = from.recommender_trend_permille();
        global.churnPpmPerHour = from.churn_ppm_per_hour();
        return std::nullopt;
    }

    MaybeRefused read(const google::protobuf::RepeatedPtrField<pb::PopRollup>& from,
                      std::vector<FleetRollup::Pop>& to) {
        if (static_cast<std::size_t>(from.size()) > limits::kPlacesPerMessage)
            return Refused{Refusal::value, "rollup of " + std::to_string(from.size()) + " PoPs"};
        to.resize(static_cast<std::size_t>(from.size()));
        for (int i = 0; i < from.size(); ++i) {
            auto& pop = to[static_cast<std::size_t>(i)];
            if (!isPopCode(from[i].pop()) || !isSaneTime(from[i].interval_end_us()))
                return Refused{Refusal::popCode, "rollup of PoP " + quote(from[i].pop())};
            pop.pop = from[i].pop();
            pop.end = secondOf(from[i].interval_end_us());
            pop.expectedNodes = from[i].expected_nodes();
            pop.observed = from[i].observed();
            if (auto refused = feeds::read(from[i].totals(), pop.totals, scratch, limits::kSum))
                return refused;
        }
        return std::nullopt;
    }

    MaybeRefused read(const pb::Rollup& from) {
        if (auto refused = readInterval(from, rollup.end, rollup.width)) return refused;
        if (auto refused = read(from.pops(), rollup.pops)) return refused;
        if (auto refused = read(from.silent(), rollup.silent)) return refused;
        return feeds::read(from.since_start(), rollup.sinceStart, scratch, limits::kSum);
    }

    MaybeRefused read(const pb::Points& from) {
        if (auto refused = readInterval(from, points.end, points.width)) return refused;
        points.places = from.places();
        const auto places = std::ranges::count(points.places, ' ') + (points.places.empty() ? 0 : 1);
        if (static_cast<std::size_t>(places) > limits::kPlacesPerMessage)
            return Refused{Refusal::value, "points of " + std::to_string(places) + " places"};
        MaybeRefused refused;
        std::size_t column = 0;
        const auto copy = [&](const char* name, const auto& values) {
            const bool isWide = column >= kChartedEverywhere;
            auto& to = points.columns.all[column++];
            const auto count = static_cast<std::ptrdiff_t>(values.size());
            if (values.empty() && !isWide) // made before this column was
                to.assign(static_cast<std::size_t>(places), std::numeric_limits<float>::quiet_NaN());
            else if (isWide ? count > places : count != places)
                refused = Refused{Refusal::unequalColumns,
                                  std::string(name) + " has " + std::to_string(values.size()) +
                                      " values for " + std::to_string(places) + " places"};
            else
                to.assign(values.begin(), values.end());
        };
#define X(measure, field) copy(#field, from.field());
        SURGESCOPE_CHARTED(X)
#undef X
        points.lagBins.assign(from.lag_bins().begin(), from.lag_bins().end());
        if (points.lagBins.size() % LagBins::kCount != 0 ||
            points.lagBins.size() / LagBins::kCount > static_cast<std::size_t>(places))
            refused = Refused{Refusal::unequalColumns,
                              "lag_bins has " + std::to_string(from.lag_bins_size()) + " values for " +
                                  std::to_string(places) + " places of " + std::to_string(LagBins::kCount)};
        return refused;
    }

    MaybeRefused read(const pb::Points& from, std::string_view topic) {
        if (auto refused = read(from)) return refused;
        if (topicOf(points) != topic)
            return Refused{Refusal::topic, "points of " + std::to_string(points.width.count()) + " s"};
        return std::nullopt;
    }
};

Decoder::Decoder() : m_messages(std::make_unique<Messages>()) {
    silenceProtobuf();
}
Decoder::~Decoder() = default;

Decoded Decoder::decode(std::string_view topic, std::string_view payload) {
    const auto decodeAs = [&](auto& proto, auto& message, std::size_t limit) -> Decoded {
        const auto at = [&](Refused refused) {
            refused.text = quote(topic) + ": " + refused.text;
            return refused;
        };
        if (payload.size() > limit)
            return at({Refusal::oversized,
                       std::to_string(payload.size()) + " bytes, expected at most " + std::to_string(limit)});
        if (!proto.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
            return at({Refusal::unparseable,
                       std::to_string(payload.size()) + " bytes are not " + proto.GetTypeName()});
        if constexpr (requires { proto.header(); }) {
            if (dropUnknownFields(proto)) ++m_withUnknownFields;
            if (auto refused = readHeader(proto.header(), message.header)) return at(std::move(*refused));
            if (auto refused = m_messages->read(proto, topic)) return at(std::move(*refused));
        } else if constexpr (std::is_same_v<std::decay_t<decltype(message)>, Points>) {
            if (auto refused = m_messages->read(proto, topic)) return at(std::move(*refused));
        } else if (auto refused = m_messages->read(proto)) {
            return at(std::move(*refused));
        }
        return &message;
    };
    auto& m = *m_messages;
    if (topic.starts_with("pop/")) {
        if (m.readUsualReport(topic, payload)) return &m.popReport;
        return decodeAs(m.pbPopReport, m.popReport, limits::kSmallMessageBytes);
    }
    if (topic.starts_with("node/")) return decodeAs(m.pbNodeColumns, m.nodeColumns, limits::kMessageBytes);
    // The rest are rare; a fresh object gives back what a hostile message made it take.
    if (topic.starts_with("roster/")) {
        if (m.readUsualRoster(topic, payload)) return &m.roster;
        return decodeAs(*std::make_unique<pb::Roster>(), m.roster, limits::kMessageBytes);
    }
    if (topic == "event")
        return decodeAs(*std::make_unique<pb::Event>(), m.event, limits::kSmallMessageBytes);
    if (topic == "global")
        return decodeAs(*std::make_unique<pb::Global>(), m.global, limits::kSmallMessageBytes);
    // Of recordings: a live feed subscribes to none of these.
    if (topic == "rollup") {
        if (m.readUsualRollup(payload)) return &m.rollup;
        return decodeAs(*std::make_unique<pb::Rollup>(), m.rollup, limits::kMessageBytes);
    }
    if (topic.starts_with("points/")) return decodeAs(m.pbPoints, m.points, limits::kMessageBytes);
    return Refused{Refusal::topic,
                   quote(topic) + ": expected pop/, node/ or roster/ and a PoP code, event or global"};
}

} // namespace surgescope::feeds
