// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/transport/nats_attempt.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace surgescope::feeds {

struct NatsAttempt::Shared {
    NatsHeld<natsOptions> options;
    std::mutex mutex; // guards what follows
    std::condition_variable news;
    bool isDone = false;
    NatsHeld<natsConnection> connection;
    natsStatus status = NATS_OK;
    std::string why;
};

NatsAttempt::NatsAttempt(NatsHeld<natsOptions> options) : m_shared(std::make_shared<Shared>()) {
    m_shared->options = std::move(options);
}

void NatsAttempt::begin() {
    std::thread([shared = m_shared] {
        natsConnection* made = nullptr;
        const auto status = natsConnection_Connect(&made, shared->options.get());
        const char* why = status == NATS_OK ? nullptr : nats_GetLastError(nullptr);
        const std::scoped_lock lock(shared->mutex);
        shared->connection.reset(made);
        shared->status = status;
        shared->why = why && *why ? why : natsStatus_GetText(status);
        shared->isDone = true;
        shared->news.notify_all();
    }).detach();
}

bool NatsAttempt::isDoneWithin(std::chrono::milliseconds time) {
    std::unique_lock lock(m_shared->mutex);
    return m_shared->news.wait_for(lock, time, [this] { return m_shared->isDone; });
}

natsStatus NatsAttempt::status() const {
    return m_shared->status;
}

const std::string& NatsAttempt::why() const {
    return m_shared->why;
}

NatsHeld<natsConnection> NatsAttempt::take() {
    return std::move(m_shared->connection);
}

} // namespace surgescope::feeds
