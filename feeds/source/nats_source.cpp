// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/nats_source.h"

#include "feeds/source/nats_stream_reader.h"
#include "feeds/transport/nats_subject.h"
#include "feeds/transport/trust.h"

#include <algorithm>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kSayWishesEvery{5};
constexpr std::size_t kPastAtOnce = 500; // messages
constexpr seconds kRostersAgain{60};     // a past so long has all rosters in it: they are said every 30 s

/// The machine's, or late by so much.
class LateClock final : public Clock {
  public:
    explicit LateClock(const Clock& real) : m_real(real) {}
    SteadyTime steady() const override { return m_real.steady() - late; }
    WallTime wall() const override { return m_real.wall() - std::chrono::floor<WallTime::duration>(late); }
    std::chrono::microseconds late{0}; // the feed's thread

  private:
    const Clock& m_real;
};

} // namespace

struct NatsSource::Parts {
    explicit Parts(const Options& o)
        : real(o.clock ? *o.clock : machine), late(real), history(o.history),
          hasPast(o.playFrom || o.history > seconds(0)), reader(o.history, o.playFrom, o.bounds, real) {}

    SystemClock machine;
    const Clock& real;
    LateClock late;
    const seconds history;
    const bool hasPast;
    SteadyTime wishesAt{};       // said last; the connection's thread
    std::uint64_t connections{}; // seen by it

    std::mutex mutex; // guards what follows
    std::condition_variable news;
    NatsStreamReader reader;
    std::vector<std::string> topics; // subscribed to
    bool wishesChanged = false;
    bool woken = false;
    bool rostersAsked = false;

    std::unique_ptr<NatsConnection> connection; // goes first: it calls

    ~Parts() {
        if (connection) connection->stop();
    }
    void hear(NatsMessage message);
    void work(natsConnection* handle);
    void sayWishes(SteadyTime now);
    /// The past comes faster than a thread is woken for each of its messages.
    bool isWorthWaking() {
        return reader.isInPast() ? reader.intake().size() >= kPastAtOnce : !reader.intake().empty();
    }
};

NatsSource::NatsSource(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
NatsSource::~NatsSource() = default;

Result<std::unique_ptr<NatsSource>> NatsSource::open(const Options& options) {
    const auto* trust = options.context ? options.context->trust() : nullptr;
    auto servers = natsServersOf(options.endpoint, trust);
    if (!servers) return Error{servers.error()};
    auto parts = std::make_unique<Parts>(options);
    NatsConnection::Options how{
        .servers = std::move(servers.value()),
        .hear = [p = parts.get()](NatsMessage message) { p->hear(std::move(message)); },
        .work = [p = parts.get()](natsConnection* handle) { p->work(handle); }};
    if (trust) how.access = trust->natsAccess();
    auto connection = NatsConnection::open(std::move(how));
    if (!connection) return Error{connection.error()};
    parts->connection = std::move(connection.value());
    parts->reader.begin(*parts->connection);
    parts->connection->start();
    return std::unique_ptr<NatsSource>(new NatsSource(std::move(parts)));
}

void NatsSource::Parts::hear(NatsMessage message) {
    const std::scoped_lock lock(mutex);
    reader.hear(std::move(message));
    if (isWorthWaking()) news.notify_one();
}

void NatsSource::Parts::work(natsConnection* handle) {
    const auto now = real.steady();
    {
        const std::scoped_lock lock(mutex);
        if (const auto seen = connection->connections(); std::exchange(connections, seen) != seen) {
            reader.connectedAnew();
            wishesChanged = true;
        }
        sayWishes(now);
    }
    if (const auto question = [&] {
            const std::scoped_lock lock(mutex);
            return reader.question();
        }()) {
        const auto answer = NatsStreamReader::ask(handle, *question); // waits
        const std::scoped_lock lock(mutex);
        reader.take(answer);
    }
    const std::scoped_lock lock(mutex);
    reader.pull();
    if (isWorthWaking()) news.notify_one();
}

/// NATS does not tell publishers who listens: who wants node columns says so again and again.
void NatsSource::Parts::sayWishes(SteadyTime now) {
    if (!std::exchange(wishesChanged, false) && now - wishesAt < kSayWishesEvery) return;
    wishesAt = now;
    for (const auto& topic : topics)
        if (!isStreamed(topic))
            if (auto wish = wishOf(topic)) connection->publish({.subject = std::move(*wish)});
    const bool listens = std::ranges::count(topics, "roster/") > 0;
    if (listens && history < kRostersAgain && !std::exchange(rostersAsked, true))
        connection->publish({.subject = *wishOf("roster/")});
}

Source::Received NatsSource::receive(milliseconds timeout) {
    auto& p = *m_parts;
    std::unique_lock lock(p.mutex);
    auto& intake = p.reader.intake();
    auto next = intake.next();
    if (!next) {
        p.news.wait_for(lock, timeout, [&] { return p.woken || p.isWorthWaking(); });
        p.woken = false;
        p.reader.forgoPast();
        next = intake.next();
    }
    p.reader.pull();
    if (!next) return Nothing{};
    const auto lateSince = [&](WallTime then) {
        p.late.late = std::max(p.real.wall() - then, WallTime::duration(0));
    };
    if (std::holds_alternative<SeekBegins>(*next)) lateSince(p.reader.pastFrom());
    if (std::holds_alternative<SeekEnds>(*next)) p.late.late = {};
    if (auto* message = std::get_if<RawMessage>(&*next)) {
        if (!intake.wasPast())
            p.late.late = {};
        else
            lateSince(message->arrived);
        message->heardAt -= p.late.late;
    }
    return std::move(*next);
}

void NatsSource::subscribe(const std::string& prefix) {
    if (prefix.empty()) {
        for (const char* each : {"pop/", "node/", "roster/", "event", "global"})
            subscribe(each);
        return;
    }
    auto& p = *m_parts;
    const std::scoped_lock lock(p.mutex);
    p.topics.push_back(prefix);
    p.wishesChanged = true;
    p.reader.subscribe(prefix);
    p.connection->poke();
}

void NatsSource::unsubscribe(const std::string& prefix) {
    auto& p = *m_parts;
    const std::scoped_lock lock(p.mutex);
    if (const auto at = std::ranges::find(p.topics, prefix); at != p.topics.end()) p.topics.erase(at);
    p.reader.unsubscribe(prefix);
}

std::vector<Source::Endpoint> NatsSource::endpoints() const {
    auto status = m_parts->connection->status();
    const std::scoped_lock lock(m_parts->mutex);
    status.keptSince = m_parts->reader.keptSince();
    return {std::move(status)};
}

const Clock& NatsSource::clock(const Clock& real) const {
    if (!m_parts->hasPast) return real;
    return m_parts->late;
}

void NatsSource::wake() {
    const std::scoped_lock lock(m_parts->mutex);
    m_parts->woken = true;
    m_parts->news.notify_one();
}

} // namespace surgescope::feeds
