// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/feed_step.h"

#include "feeds/source/foreign_claim.h"
#include "feeds/util/own_process.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {
/// Messages taken in one go before the caller may look after frames and commands again.
constexpr std::size_t kBatch = 2'000;
/// As many as can be read on the health page.
constexpr std::size_t kComplaints = 100; // the worst
/// All publishers are looked through for it, and there may be many.
constexpr std::chrono::milliseconds kComplainEvery{500};

/// How long ago the oldest of what a relay says now was said to it. Not what a wild clock makes of it.
std::chrono::microseconds heldBelow(const Header& header) {
    if (header.oldestSent == WallTime{}) return {};
    return std::clamp<std::chrono::microseconds>(header.sent - header.oldestSent, std::chrono::seconds(0),
                                                 std::chrono::seconds(Rollup::kOpenSeconds));
}

/// Than the finest points do.
bool looksFurtherBack(const ViewRequest& request) {
    return request.until || request.range > Rollup::kFineRange;
}
} // namespace

FeedStep::FeedStep(Source& source, const PopCatalogue& catalogue, const Clock& clock,
                   NodeColumnsWanted wanted, std::vector<FeedTap*> taps, std::uint64_t firstEpoch)
    : m_source(source), m_real(clock), m_clock(source.clock(clock)), m_wanted(wanted),
      m_taps(std::move(taps)), m_state(catalogue, firstEpoch), m_received(m_clock.steady(), m_clock.wall()) {
    for (const char* topic : {"pop/", "roster/", "event", "global"})
        source.subscribe(topic);
    if (wanted == NodeColumnsWanted::all) source.subscribe("node/");
}

std::size_t FeedStep::receive(std::chrono::milliseconds timeout) {
    std::size_t count = 0;
    SteadyTime end; // counts from the first message on: waiting is no work
    // Nobody shall see a past that is half brought back.
    while (count == 0 || (count < kBatch && m_real.steady() < end) || m_seeking) {
        const auto received = m_source.receive(count == 0 ? timeout : std::chrono::milliseconds(0));
        if (std::holds_alternative<Source::Nothing>(received)) break;
        if (count++ == 0) end = m_real.steady() + kBatchTime;
        if (const auto* message = std::get_if<RawMessage>(&received)) {
            handle(*message);
        } else if (const auto* refused = std::get_if<Refused>(&received)) {
            refuse(*refused);
        } else if (std::holds_alternative<Source::SeekIsNear>(received)) {
            m_coarseComes = true;
            if (looksFurtherBack(m_request)) continue;
            m_seeking = false;
            break; // to show it before the rest comes
        } else {
            m_coarseComes = false;
            m_seeking = std::holds_alternative<Source::SeekBegins>(received);
            if (m_seeking) m_state.startAnew();
            m_received = {m_clock.steady(), m_clock.wall()}; // what brings the past back is no rate
        }
    }
    return count;
}

void FeedStep::handle(const RawMessage& message) {
    const auto now = m_clock.steady();
    m_received.addBytes(now, message.topic.size() + message.payload.size());
    const auto decoded = m_decoder.decode(message.topic, message.payload);
    const auto foreign = foreignClaim(message, decoded);
    if (!foreign)
        for (auto* tap : m_taps)
            tap->received(message.topic, message.payload, message.arrived);
    const auto refused = std::visit(
        [&](const auto& value) -> std::optional<Refused> {
            using Alternative = std::decay_t<decltype(value)>;
            if (foreign) return foreign;
            if constexpr (std::is_same_v<Alternative, Refused>)
                return unreadable(message, value);
            else
                return m_state.apply(*value, {now, message.arrived});
        },
        decoded);
    if (refused) {
        refuse(*refused);
    } else {
        m_received.addReport(now);
        if (const auto* const* report = std::get_if<const PopReport*>(&decoded))
            m_reportAt = message.heardAt - heldBelow((*report)->header);
    }
    tellTaps();
}

void FeedStep::tellTaps() {
    if (m_state.settled() == m_tapsSettled || m_seeking) return;
    m_tapsSettled = m_state.settled();
    for (auto* tap : m_taps)
        tap->settled(m_state);
}

void FeedStep::refuse(const Refused& refused) {
    m_refused[static_cast<std::size_t>(refused.reason)] += refused.count;
    m_lastRefusal = refused.text;
}

void FeedStep::request(const ViewRequest& request) {
    if (m_wanted == NodeColumnsWanted::ofSelectedPop && request.selection != m_request.selection) {
        const auto topic = [](const Selection& selection) { return "node/" + selection.code; };
        if (m_request.selection.isPop()) {
            m_source.unsubscribe(topic(m_request.selection));
            m_state.judge().gaps().forgetTopic(topic(m_request.selection));
        }
        if (request.selection.isPop()) m_source.subscribe(topic(request.selection));
    }
    m_request = request;
    if (m_coarseComes && looksFurtherBack(request)) m_seeking = true;
}

void FeedStep::setBaseline(std::shared_ptr<const Baseline> baseline) {
    m_baseline = std::move(baseline);
}

FeedHealth FeedStep::health(double threadLoad) {
    const auto now = m_clock.steady();
    FeedHealth health;
    const auto received = m_received.last(now);
    health.reportsPerSecond = static_cast<double>(received.reports);
    health.bytesPerSecond = static_cast<double>(received.bytes);
    if (!m_source.capabilities().canSeek) health.settledReportAt = m_settledReportAt;
    const auto& gaps = m_state.judge().gaps().counts();
    health.lost = gaps.lost;
    health.duplicates = gaps.duplicates;
    health.reordered = gaps.reordered;
    const auto& publishers = m_state.judge().publishers();
    health.restarts = publishers.restarts();
    health.publishers = publishers.size();
    health.corrected = m_state.judge().corrected();
    if (!m_complainedAt || now - *m_complainedAt >= kComplainEvery) {
        m_complainedAt = now;
        m_complaints = publishers.complaints(now, kComplaints);
    }
    health.complaints = m_complaints.worst;
    health.complaintCount = m_complaints.count;
    if (publishers.consensus() && publishers.hasClocks(now)) {
        health.behindSeconds = std::chrono::duration<double>(publishers.consensus()->offset).count();
        health.clockSynchronised = clockIsSynchronised();
    }
    const auto addRefused = [&health](std::string_view words, std::uint64_t count) {
        if (count > 0) health.refused.push_back({std::string(words), count});
    };
    for (std::size_t i = 0; i < kRefusalCount; ++i)
        addRefused(wordsFor(static_cast<Refusal>(i)), m_refused[i]);
    addRefused("fields of a newer version dropped", m_decoder.withUnknownFields());
    const auto& sinceStart = m_state.sinceStart();
    addRefused("access lines lost at agents", sinceStart[Counter::log_lines_lost]);
    health.lostBelow = sinceStart[Counter::messages_lost];
    health.refusedBelow = sinceStart[Counter::messages_refused];
    addRefused("refused by relays", health.refusedBelow);
    health.lastRefusal = m_lastRefusal;
    if (const auto last = m_state.lastReport()) health.newestAgeSeconds = secondsBetween(*last, now);
    health.feedThreadLoad = threadLoad;
    health.endpoints = m_source.endpoints();
    return health;
}

bool FeedStep::settle() {
    m_state.settle(m_clock.steady());
    tellTaps();
    const auto reportAt = std::exchange(m_reportAt, std::nullopt);
    if (m_state.settled() == m_settled) return false;
    m_settled = m_state.settled();
    m_settledReportAt = reportAt;
    return true;
}

std::shared_ptr<const Frame> FeedStep::buildFrame(double threadLoad) {
    settle();
    auto frame = m_builder.build(m_state, m_request, m_baseline.get(), health(threadLoad), m_clock.steady());
    tellTaps();
    return frame;
}

} // namespace surgescope::feeds
