// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/feed_step.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {
/// Messages taken in one go before the caller may look after frames and commands again.
constexpr std::size_t kBatch = 2'000;
} // namespace

FeedStep::FeedStep(Source& source, const PopCatalogue& catalogue, const Clock& clock,
                   NodeColumnsWanted wanted, FeedTap* tap, std::uint64_t firstEpoch)
    : m_source(source), m_clock(source.clock(clock)), m_wanted(wanted), m_tap(tap),
      m_state(catalogue, firstEpoch), m_rateSince(m_clock.steady()) {
    for (const char* topic : {"pop/", "roster/", "event", "global"})
        source.subscribe(topic);
    if (wanted == NodeColumnsWanted::all) source.subscribe("node/");
}

std::size_t FeedStep::receive(std::chrono::milliseconds timeout) {
    std::size_t count = 0;
    while (count < kBatch || m_seeking) { // nobody shall see a past that is half brought back
        const auto received = m_source.receive(count == 0 ? timeout : std::chrono::milliseconds(0));
        if (std::holds_alternative<Source::Nothing>(received)) break;
        ++count;
        if (const auto* message = std::get_if<RawMessage>(&received)) {
            handle(*message);
        } else if (const auto* refused = std::get_if<Refused>(&received)) {
            refuse(*refused);
        } else if (std::holds_alternative<Source::SeekIsNear>(received)) {
            if (m_request.until || m_request.range > Rollup::kFineRange) continue;
            m_seeking = false;
            break; // to show it before the rest comes
        } else {
            m_seeking = std::holds_alternative<Source::SeekBegins>(received);
            if (m_seeking) m_state.startAnew();
            m_rateSince = m_clock.steady(); // what brings the past back is no rate
            m_reportsThen = m_reports;
            m_bytesThen = m_bytes;
        }
    }
    return count;
}

void FeedStep::handle(const RawMessage& message) {
    m_bytes += message.topic.size() + message.payload.size();
    if (m_tap) m_tap->received(message.topic, message.payload, message.arrived);
    const auto now = m_clock.steady();
    const auto refused = std::visit(
        [&](const auto& decoded) -> std::optional<Refused> {
            using Alternative = std::decay_t<decltype(decoded)>;
            if constexpr (std::is_same_v<Alternative, Refused>)
                return decoded;
            else
                return m_state.apply(*decoded, now);
        },
        m_decoder.decode(message.topic, message.payload));
    if (refused)
        refuse(*refused);
    else
        ++m_reports;
    tellTap();
}

void FeedStep::tellTap() {
    if (!m_tap || m_state.settled() == m_tapSettled) return;
    m_tapSettled = m_state.settled();
    m_tap->settled(m_state);
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
            m_state.gaps().forgetTopic(topic(m_request.selection));
        }
        if (request.selection.isPop()) m_source.subscribe(topic(request.selection));
    }
    m_request = request;
}

void FeedStep::setBaseline(std::shared_ptr<const Baseline> baseline) {
    m_baseline = std::move(baseline);
}

FeedHealth FeedStep::health(double threadLoad) {
    const auto now = m_clock.steady();
    if (const double elapsed = secondsBetween(m_rateSince, now); elapsed >= 1) {
        m_reportsPerSecond =
            static_cast<double>(m_reports - std::exchange(m_reportsThen, m_reports)) / elapsed;
        m_bytesPerSecond = static_cast<double>(m_bytes - std::exchange(m_bytesThen, m_bytes)) / elapsed;
        m_rateSince = now;
    }
    FeedHealth health;
    health.reportsPerSecond = m_reportsPerSecond;
    health.bytesPerSecond = m_bytesPerSecond;
    const auto& gaps = m_state.gaps().counts();
    health.lost = gaps.lost;
    health.duplicates = gaps.duplicates;
    health.reordered = gaps.reordered;
    health.restarts = gaps.restarts;
    for (std::size_t i = 0; i < kRefusalCount; ++i)
        if (m_refused[i] > 0)
            health.refused.push_back({std::string(wordsFor(static_cast<Refusal>(i))), m_refused[i]});
    if (const auto newer = m_decoder.withUnknownFields(); newer > 0)
        health.refused.push_back({"fields of a newer version dropped", newer});
    if (const auto lines = m_state.sinceStart()[Counter::log_lines_lost]; lines > 0)
        health.refused.push_back({"access lines lost at agents", lines});
    health.lastRefusal = m_lastRefusal;
    if (const auto last = m_state.lastReport()) health.newestAgeSeconds = secondsBetween(*last, now);
    health.feedThreadLoad = threadLoad;
    for (const auto& endpoint : m_source.endpoints())
        health.endpoints.push_back({endpoint.name, endpoint.binds, endpoint.peers});
    return health;
}

void FeedStep::settle() {
    m_state.settle(m_clock.steady());
    tellTap();
}

std::shared_ptr<const Frame> FeedStep::buildFrame(double threadLoad) {
    auto frame = m_builder.build(m_state, m_request, m_baseline.get(), health(threadLoad), m_clock.steady());
    tellTap();
    return frame;
}

} // namespace surgescope::feeds
