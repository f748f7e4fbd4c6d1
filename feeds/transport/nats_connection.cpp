// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_connection.h"

#include "feeds/transport/nats_parts.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTurn{100};
constexpr milliseconds kTryAgain{500}; // up to kTryAgainAtMost
constexpr milliseconds kTryAgainAtMost{5'000};
constexpr milliseconds kAnswersWithin{3'000}; // each server
constexpr std::size_t kTroublesTold = 16;
constexpr const char* kSilent = " does not answer as a NATS server";
/// Of a message that the server takes, for what stands before the payload.
constexpr std::size_t kHeaderRoom = 512;

std::size_t sizeOf(const NatsConnection::Outgoing& message) {
    return sizeof message + message.subject.size() + message.payload.size() + message.reply.size() +
           message.id.size();
}

} // namespace

/// What libnats calls, from threads of its own.
struct NatsConnection::Calls {
    static void onMessage(natsConnection*, natsSubscription*, natsMsg* message, void* key) {
        NatsMessage heard(message);
        Late::enter(key, [&](NatsConnection& self) {
            if (self.m_options.hear) self.m_options.hear(std::move(heard));
        });
    }
    static void onError(natsConnection* connection, natsSubscription* subscription, natsStatus error,
                        void* key) {
        Late::enter(key, [&](NatsConnection& self) { self.complain(connection, error, subscription); });
    }
    static void onDisconnected(natsConnection* connection, void* key) {
        Late::enter(key, [&](NatsConnection& self) {
            const std::scoped_lock lock(self.m_mutex);
            if (connection != self.m_connection.get()) return; // one before
            if (std::exchange(self.m_isUp, false)) ++self.m_status.lost;
        });
    }
    static void onReconnected(natsConnection* connection, void* key) {
        Late::enter(key, [&](NatsConnection& self) {
            const std::scoped_lock lock(self.m_mutex);
            if (connection != self.m_connection.get()) return;
            self.m_isUp = true;
            ++self.m_connections;
            self.m_news.notify_all();
        });
    }
    static void onClosed(natsConnection* connection, void* key) {
        Late::enter(key, [&](NatsConnection& self) {
            const std::scoped_lock lock(self.m_mutex);
            if (connection != self.m_connection.get()) return;
            self.m_isUp = false;
            self.m_isClosed = true;
            self.m_news.notify_all();
        });
    }
};

NatsConnection::NatsConnection(Options options, NatsLogin login)
    : m_options(std::move(options)), m_login(std::move(login)) {
    m_status.name = m_options.servers.endpoint;
    m_status.plain = m_options.servers.plain;
}

Result<std::unique_ptr<NatsConnection>> NatsConnection::open(Options options) {
    auto login = NatsLogin::read(options.servers, options.access);
    if (!login) return Error{login.error()};
    std::unique_ptr<NatsConnection> connection(
        new NatsConnection(std::move(options), std::move(login.value())));
    connection->m_lateCalls = std::make_shared<Late>(*connection);
    return connection;
}

void NatsConnection::start() {
    Late::open(m_lateCalls);
    m_thread = std::thread([this] { run(); });
}

NatsConnection::~NatsConnection() {
    stop();
}

void NatsConnection::stop() {
    if (!m_thread.joinable()) return;
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
        m_news.notify_all();
    }
    m_thread.join();
    m_lateCalls->close();
    m_subscriptions.clear();
    m_connection.reset();
}

void NatsConnection::connect() {
    natsOptions* made = nullptr;
    natsOptions_Create(&made);
    Held<natsOptions> options(made);
    void* key = m_lateCalls->key();
    auto s = m_login.fill(made);
    if (s == NATS_OK) s = natsOptions_SetErrorHandler(made, Calls::onError, key);
    if (s == NATS_OK) s = natsOptions_SetDisconnectedCB(made, Calls::onDisconnected, key);
    if (s == NATS_OK) s = natsOptions_SetReconnectedCB(made, Calls::onReconnected, key);
    if (s == NATS_OK) s = natsOptions_SetClosedCB(made, Calls::onClosed, key);
    {
        const std::scoped_lock lock(m_mutex);
        m_isClosed = false;
    }
    NatsAttempt attempt(std::move(options));
    if (s == NATS_OK) {
        attempt.begin();
        if (!awaitAttempt(attempt)) return;
        s = attempt.status();
    }
    const std::scoped_lock lock(m_mutex);
    if (s == NATS_OK) {
        m_connection = attempt.take();
        m_isUp = natsConnection_Status(m_connection.get()) == NATS_CONN_STATUS_CONNECTED;
        ++m_connections;
        overLocked(m_status.name + kSilent);
        return;
    }
    ++m_status.failed;
    if (s == NATS_TIMEOUT) // where nobody listens, libnats knows at once
        noteLocked(m_status.name + kSilent, 1);
    else if (s != NATS_NO_SERVER && s != NATS_IO_ERROR)
        noteLocked("not let in: " + attempt.why(), 1);
}

/// False: it is no longer wanted.
bool NatsConnection::awaitAttempt(NatsAttempt& attempt) {
    const SystemClock clock;
    const auto late = clock.steady() + kAnswersWithin * m_options.servers.urls.size();
    for (bool said = false; !attempt.isDoneWithin(kTurn);) {
        const std::scoped_lock lock(m_mutex);
        if (m_stop) return false;
        if (clock.steady() >= late && !std::exchange(said, true)) noteLocked(m_status.name + kSilent, 1);
    }
    return true;
}

void NatsConnection::run() {
    auto tryAgain = kTryAgain;
    const SystemClock clock;
    auto worked = SteadyTime{};
    std::unique_lock lock(m_mutex);
    while (!m_stop) {
        const bool dead = !m_connection || m_isClosed;
        lock.unlock();
        if (dead) {
            close();
            connect();
        }
        const bool up = isConnected();
        if (up) {
            tryAgain = kTryAgain;
            follow();
            send(false);
        }
        const auto now = clock.steady();
        lock.lock();
        if (up && m_options.work && (std::exchange(m_poked, false) || now - worked >= kTurn)) {
            lock.unlock();
            m_options.work(m_connection.get());
            worked = now;
            lock.lock();
        }
        if (m_connection && !m_isClosed) {
            m_news.wait_for(lock, kTurn,
                            [&] { return m_stop || m_isClosed || m_poked || (m_isUp && !m_queue.empty()); });
        } else {
            m_news.wait_for(lock, tryAgain, [&] { return m_stop; });
            tryAgain = std::min(2 * tryAgain, kTryAgainAtMost);
        }
    }
    lock.unlock();
    if (isConnected()) send(true);
    close();
}

void NatsConnection::close() {
    m_subscriptions.clear();
    Held<natsConnection> ended;
    {
        const std::scoped_lock lock(m_mutex);
        ended = std::move(m_connection);
        m_isUp = false;
    }
    if (ended) natsConnection_Close(ended.get());
}

/// Subscribes to what is wanted, and no more.
void NatsConnection::follow() {
    std::vector<std::string> subjects;
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto& [subject, count] : m_wanted)
            subjects.push_back(subject);
    }
    std::erase_if(m_subscriptions,
                  [&](const auto& one) { return !std::ranges::binary_search(subjects, one.first); });
    for (const auto& subject : subjects) {
        auto& held = m_subscriptions[subject];
        if (held) continue;
        natsSubscription* subscription = nullptr;
        if (natsConnection_Subscribe(&subscription, m_connection.get(), subject.c_str(), Calls::onMessage,
                                     m_lateCalls->key()) == NATS_OK)
            held.reset(subscription);
        else
            m_subscriptions.erase(subject); // tried again the next time
    }
}

void NatsConnection::send(bool last) {
    std::unique_lock lock(m_mutex);
    while (!m_queue.empty() && m_isUp) {
        const auto message = std::move(m_queue.front());
        m_queue.pop_front();
        m_queuedBytes -= sizeOf(message);
        lock.unlock();
        const auto s = sendOne(message);
        lock.lock();
        if (s != NATS_OK && m_isUp) noteLocked(std::string("not sent: ") + natsStatus_GetText(s), 1);
    }
    m_news.notify_all(); // who waits for room
    lock.unlock();
    if (last) natsConnection_FlushTimeout(m_connection.get(), m_options.farewell.count());
}

natsStatus NatsConnection::sendOne(const Outgoing& message) {
    const auto most = static_cast<std::size_t>(
        std::max<std::int64_t>(natsConnection_GetMaxPayload(m_connection.get()), 2 * kHeaderRoom));
    const std::string_view payload = message.payload;
    if (payload.size() + kHeaderRoom <= most) return sendPart(message, payload, message.id, {}, true);
    const auto size = most - kHeaderRoom;
    const auto parts = (payload.size() + size - 1) / size;
    const auto word = m_word + "-" + std::to_string(++m_partsSent);
    auto s = NATS_OK;
    for (std::size_t i = 0; i < parts && s == NATS_OK; ++i)
        s = sendPart(message, payload.substr(i * size, size),
                     message.id.empty() ? "" : message.id + "." + std::to_string(i),
                     NatsParts::placeOf(word, i, parts), i + 1 == parts);
    return s;
}

natsStatus NatsConnection::sendPart(const Outgoing& message, std::string_view part, const std::string& id,
                                    const std::string& place, bool last) {
    natsMsg* made = nullptr;
    const char* reply = last && !message.reply.empty() ? message.reply.c_str() : nullptr;
    auto s =
        natsMsg_Create(&made, message.subject.c_str(), reply, part.data(), static_cast<int>(part.size()));
    if (s == NATS_OK && !id.empty()) s = natsMsgHeader_Set(made, "Nats-Msg-Id", id.c_str());
    if (s == NATS_OK && !place.empty()) s = natsMsgHeader_Set(made, NatsParts::kHeader, place.c_str());
    if (s == NATS_OK) s = natsConnection_PublishMsg(m_connection.get(), made);
    natsMsg_Destroy(made);
    return s;
}

void NatsConnection::publish(Outgoing message) {
    const std::scoped_lock lock(m_mutex);
    m_queuedBytes += sizeOf(message);
    m_queue.push_back(std::move(message));
    std::uint64_t dropped = 0;
    while (m_queue.size() > m_options.queueMessages ||
           (m_queuedBytes > m_options.queueBytes && m_queue.size() > 1)) {
        m_queuedBytes -= sizeOf(m_queue.front());
        m_queue.pop_front();
        ++dropped;
    }
    if (dropped > 0) noteLocked("dropped: no server took them in time", dropped);
    m_news.notify_all();
}

bool NatsConnection::awaitRoom(milliseconds patience) {
    std::unique_lock lock(m_mutex);
    return m_news.wait_for(lock, patience, [&] {
        return m_queuedBytes < m_options.queueBytes / 2 && m_queue.size() < m_options.queueMessages / 2;
    });
}

void NatsConnection::subscribe(const std::string& subject) {
    const std::scoped_lock lock(m_mutex);
    ++m_wanted[subject];
    m_poked = true;
    m_news.notify_all();
}

void NatsConnection::unsubscribe(const std::string& subject) {
    const std::scoped_lock lock(m_mutex);
    const auto at = m_wanted.find(subject);
    if (at == m_wanted.end()) return;
    if (--at->second == 0) m_wanted.erase(at);
    m_poked = true;
    m_news.notify_all();
}

void NatsConnection::poke() {
    const std::scoped_lock lock(m_mutex);
    m_poked = true;
    m_news.notify_all();
}

bool NatsConnection::isConnected() const {
    const std::scoped_lock lock(m_mutex);
    return m_isUp;
}

std::uint64_t NatsConnection::connections() const {
    const std::scoped_lock lock(m_mutex);
    return m_connections;
}

EndpointStatus NatsConnection::status() const {
    const std::scoped_lock lock(m_mutex);
    auto status = m_status;
    status.peers = m_isUp ? 1 : 0;
    return status;
}

void NatsConnection::note(const std::string& trouble, std::uint64_t count) {
    const std::scoped_lock lock(m_mutex);
    noteLocked(trouble, count);
}

/// What there is no line for is counted with the last.
void NatsConnection::noteLocked(const std::string& trouble, std::uint64_t count) {
    constexpr std::size_t kMostBytes = 200;
    auto what = trouble.substr(0, kMostBytes);
    // Servers' own words are in it, and a terminal may take some for orders.
    std::ranges::replace_if(
        what, [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
    auto& troubles = m_status.troubles;
    auto at = std::ranges::find(troubles, what, &Counted::what);
    if (at == troubles.end() && troubles.size() < kTroublesTold)
        at = troubles.insert(troubles.end(), {what, 0});
    if (at == troubles.end()) --at;
    at->count += count;
}

void NatsConnection::over(std::string_view beginning) {
    const std::scoped_lock lock(m_mutex);
    overLocked(beginning);
}

void NatsConnection::overLocked(std::string_view beginning) {
    std::erase_if(m_status.troubles, [&](const Counted& one) { return one.what.starts_with(beginning); });
}

void NatsConnection::complain(natsConnection* connection, natsStatus error, natsSubscription* subscription) {
    const char* text = nullptr;
    if (error == NATS_SLOW_CONSUMER) {
        std::int64_t dropped = 0; // since it was subscribed to
        if (subscription) natsSubscription_GetDropped(subscription, &dropped);
        const char* subject = subscription ? natsSubscription_GetSubject(subscription) : nullptr;
        const std::string what = subject ? subject : "what came";
        const std::scoped_lock lock(m_mutex);
        const auto before = std::exchange(m_dropped[what], dropped);
        const auto now = dropped < before ? dropped : dropped - before;
        return noteLocked("dropped: we were too slow for " + what,
                          static_cast<std::uint64_t>(std::max<std::int64_t>(now, 1)));
    }
    natsConnection_GetLastError(connection, &text);
    note(text && *text ? text : natsStatus_GetText(error));
}

std::string NatsConnection::uniqueWord() {
    std::random_device random;
    char text[17];
    std::snprintf(text, sizeof text, "%08" PRIx32 "%08" PRIx32, static_cast<std::uint32_t>(random()),
                  static_cast<std::uint32_t>(random()));
    return text;
}

} // namespace surgescope::feeds
