// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_publishing_link.h"

#include "feeds/transport/nats_jetstream.h"
#include "feeds/transport/nats_subject.h"
#include "feeds/transport/trust.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPatience{200};
/// A listener says what it wants every 5 s.
constexpr seconds kWishLasts{15};
constexpr seconds kRostersAtMostEvery{2};
constexpr seconds kSendAgainAfter{3};
constexpr seconds kGiveUpAfter{30};
constexpr milliseconds kLookAgainEvery{100};
/// A stream finds another leader in less.
constexpr seconds kAcknowledgesWithin{10};
constexpr const char* kUnacknowledged = "the stream does not acknowledge what is published";
constexpr std::size_t kMostKept = 100'000; // messages that are not acknowledged
constexpr std::size_t kMostKeptBytes = 64U << 20U;
constexpr std::size_t kMostWishes = 10'000;
constexpr seconds kLookAfterStream{5};

} // namespace

Result<std::unique_ptr<NatsPublishingLink>> NatsPublishingLink::open(const std::string& endpoint,
                                                                     const PublishingSocket::Options& options,
                                                                     const Trust* trust) {
    auto servers = natsServersOf(endpoint, trust);
    if (!servers) return Error{servers.error()};
    std::unique_ptr<NatsPublishingLink> link(new NatsPublishingLink(options));
    NatsConnection::Options how{
        .servers = std::move(servers.value()),
        .queueBytes = std::min(options.queueBytes, std::size_t{64} << 20U),
        .farewell = options.farewell,
        .hear = [self = link.get()](const NatsMessage& message) { self->hear(message); },
        .work = [self = link.get()](natsConnection* connection) { self->keep(connection); }};
    if (trust) how.access = trust->natsAccess();
    auto connection = NatsConnection::open(std::move(how));
    if (!connection) return Error{connection.error()};
    link->m_connection = std::move(connection.value());
    link->m_connection->subscribe(link->m_inbox + ".*");
    link->m_connection->subscribe(*wishOf("roster/"));
    link->m_connection->start();
    return link;
}

NatsPublishingLink::~NatsPublishingLink() {
    if (m_connection) m_connection->stop();
}

// ---- messages

bool NatsPublishingLink::send(std::string_view topic, std::string_view payload) {
    auto subject = subjectOf(topic);
    if (!subject) { // none that travels
        m_connection->note("not sent: a topic that is none of the wire");
        return true;
    }
    if (m_options.waits && !m_connection->awaitRoom(kPatience)) return false;
    NatsConnection::Outgoing out{.subject = std::move(*subject), .payload = std::string(payload)};
    if (isStreamed(topic)) {
        const std::scoped_lock lock(m_mutex);
        const auto now = m_clock.steady();
        const auto number = ++m_next;
        out.id = m_word + "-" + std::to_string(number);
        out.reply = m_inbox + "." + std::to_string(number);
        if (m_kept.empty()) m_waitsSince = now;
        m_keptBytes += out.payload.size();
        m_kept.emplace(number, Kept{out.subject, out.payload, now, now});
        while (m_kept.size() > kMostKept || m_keptBytes > kMostKeptBytes) {
            if (m_isStored) m_connection->note("never acknowledged by the stream");
            m_keptBytes -= m_kept.begin()->second.payload.size();
            m_kept.erase(m_kept.begin());
        }
    }
    m_connection->publish(std::move(out));
    return true;
}

void NatsPublishingLink::hear(const NatsMessage& message) {
    const auto subject = message.subject();
    if (subject.starts_with(m_inbox)) return hearAnswer(subject.substr(m_inbox.size() + 1), message);
    const std::scoped_lock lock(m_mutex);
    if (subject.starts_with("surgescope.want.roster"))
        m_rostersAsked = true;
    else if (m_wishes.contains(subject) || m_wishes.size() < kMostWishes)
        m_wishes[std::string(subject)] = m_clock.steady();
}

/// {"stream":"SURGESCOPE","seq":1}, or {"error":…}; or 503: nobody keeps it, and nobody listens.
void NatsPublishingLink::hearAnswer(std::string_view number, const NatsMessage& message) {
    std::uint64_t which = 0;
    std::from_chars(number.data(), number.data() + number.size(), which);
    const bool nobody = !message.header("Status").empty();
    const bool refused = message.payload().find("\"error\"") != std::string_view::npos;
    if (refused)
        m_connection->note("not kept by the stream: " + std::string(message.payload().substr(0, 150)));
    const std::scoped_lock lock(m_mutex);
    const auto at = m_kept.find(which);
    if (at == m_kept.end()) return;
    if (m_isStored && (nobody || refused)) return; // between two leaders, perhaps: it is sent again
    if (!nobody && !refused) {
        m_isStored = true;
        m_waitsSince = m_clock.steady();
    }
    m_keptBytes -= at->second.payload.size();
    m_kept.erase(at);
}

void NatsPublishingLink::sendAgain(SteadyTime now, bool all) {
    std::vector<NatsConnection::Outgoing> again;
    {
        const std::scoped_lock lock(m_mutex);
        std::uint64_t given = 0;
        for (auto at = m_kept.begin(); at != m_kept.end();) {
            auto& [number, kept] = *at;
            if (now - kept.since >= kGiveUpAfter) {
                ++given;
                m_keptBytes -= kept.payload.size();
                at = m_kept.erase(at);
                continue;
            }
            // Where no stream is known listeners would get it twice, and refuse it.
            if (m_isStored && (all || now - kept.sentAt >= kSendAgainAfter)) {
                kept.sentAt = now;
                again.push_back({kept.subject, kept.payload, m_inbox + "." + std::to_string(number),
                                 m_word + "-" + std::to_string(number)});
            }
            ++at;
        }
        if (m_isStored && given > 0) {
            m_connection->note("never acknowledged by the stream", given);
            if (m_kept.empty()) m_isStored = false; // none of all that was sent: there is none any more
        }
    }
    for (auto& message : again)
        m_connection->publish(std::move(message));
}

void NatsPublishingLink::keepTrying(SteadyTime now, WallTime) {
    const auto connections = m_connection->connections();
    const bool anew = connections != m_seen && m_seen > 0;
    if (!anew && now - m_lookedAt < kLookAgainEvery) return;
    m_lookedAt = now;
    m_seen = connections;
    if (!m_connection->isConnected()) return;
    sendAgain(now, anew);
    tellUnacknowledged(now, anew);
}

/// A leader that lost the others may say for long that all is well.
void NatsPublishingLink::tellUnacknowledged(SteadyTime now, bool anew) {
    bool is = false, was = false;
    {
        const std::scoped_lock lock(m_mutex);
        if (anew) m_waitsSince = now; // another server has its time
        is = m_isStored && !m_kept.empty() && now - m_waitsSince >= kAcknowledgesWithin;
        was = std::exchange(m_isUnacknowledged, is);
    }
    if (is && !was) m_connection->note(kUnacknowledged);
    if (!is && was) m_connection->over(kUnacknowledged);
}

// ---- who listens

bool NatsPublishingLink::readSubscriptions() {
    const std::scoped_lock lock(m_mutex);
    const auto now = m_clock.steady();
    std::erase_if(m_wishes, [&](const auto& wish) { return now - wish.second >= kWishLasts; });
    if (!m_rostersAsked || now - m_rostersSaid < kRostersAtMostEvery) return false;
    m_rostersAsked = false;
    m_rostersSaid = now;
    return true;
}

bool NatsPublishingLink::wanted(std::string_view topic) const {
    if (isStreamed(topic)) return m_connection->isConnected();
    const std::scoped_lock lock(m_mutex);
    const auto now = m_clock.steady();
    bool wanted = false;
    for (const auto& wish : {wishOf(topic), wishOf("node/")}) {
        if (!wish) continue;
        if (m_listens.size() < kMostWishes && m_listens.emplace(*wish, true).second)
            m_connection->subscribe(*wish);
        const auto said = m_wishes.find(*wish);
        wanted = wanted || (said != m_wishes.end() && now - said->second < kWishLasts);
    }
    return wanted;
}

std::string NatsPublishingLink::problem(const std::string& name) const {
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_problem.empty()) return m_problem;
        if (m_isUnacknowledged) return name + ": " + kUnacknowledged;
    }
    const auto status = m_connection->status();
    const auto where = " at " + status.name;
    for (const auto& trouble : status.troubles)
        if (trouble.what.starts_with("not let in") || trouble.what.starts_with("Permissions"))
            return name + where + ": " + trouble.what;
    return status.peers == 0 && status.failed > 0 ? "no server answers" + where : std::string();
}

// ---- the stream

void NatsPublishingLink::keep(natsConnection* connection) {
    const auto now = m_clock.steady();
    if (!m_options.stream || (m_keptAt != SteadyTime{} && now - m_keptAt < kLookAfterStream)) return;
    m_keptAt = now;
    const auto kept = keepStream(connection, *m_options.stream);
    m_connection->over(kStreamTrouble);
    if (!kept) m_connection->note(kept.error());
    if (kept && *kept == KeptStream::made && m_isMade)
        m_connection->note("the stream was gone, and was made anew");
    if (kept && *kept == KeptStream::changed && m_isMade)
        m_connection->note("the stream was changed by somebody, and was changed back");
    m_isMade = m_isMade || kept;
    const std::scoped_lock lock(m_mutex);
    m_problem = kept ? std::string() : kept.error();
}

} // namespace surgescope::feeds
