// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_intake.h"

#include "feeds/wire/peek.h"
#include "feeds/wire/sanity.h"

#include <chrono>
#include <string>
#include <utility>

namespace surgescope::feeds {
namespace {

/// So much may be handled before what has arrived meanwhile is taken out of ZeroMQ.
constexpr std::size_t kDrainEveryMessages = 256;
constexpr std::size_t kDrainEveryBytes = 1U << 20;
/// A drain ends after so much, that frames may be built beside a flood.
constexpr std::chrono::milliseconds kDrainTime{4};
constexpr std::size_t kDrainMessages = 20'000;

/// ZeroMQ reads into buffers of this size, and a small message keeps the whole of the one it is in.
constexpr std::size_t kBuffer = 8'192;
/// Beyond this part of the room small messages are copied out of them.
constexpr std::size_t kCopyFrom = 16;

std::string megabytes(double bytes) {
    return std::to_string(static_cast<std::uint64_t>(bytes / 1e6)) + " MB";
}

} // namespace

ZmqIntake::ZmqIntake(const Options& options, const Clock& clock)
    : m_waits(options.waits), m_clock(clock), m_arrival(clock), m_shares(options.bounds) {}

void ZmqIntake::drain(zmq::socket_t& socket, const Speaker& speaker) {
    const bool soon = m_handedMessages < kDrainEveryMessages && m_handedBytes < kDrainEveryBytes;
    if (!m_waiting.empty() && (m_waits || soon)) return;
    m_handedMessages = 0;
    m_handedBytes = 0;
    const auto until = m_clock.steady() + kDrainTime;
    for (std::size_t taken = 0; taken < kDrainMessages && takeOne(socket, speaker); ++taken)
        if (m_waits || (taken % 64 == 63 && m_clock.steady() >= until)) return;
}

bool ZmqIntake::takeOne(zmq::socket_t& socket, const Speaker& speaker) {
    zmq::message_t topic;
    if (!socket.recv(topic, zmq::recv_flags::dontwait)) return false;
    if (!topic.more()) {
        refuseParts(1, speaker(topic).get());
        return true;
    }
    zmq::message_t payload;
    static_cast<void>(socket.recv(payload)); // parts arrive together: this cannot wait
    if (!payload.more()) {
        keep(topic, payload, speaker(payload));
        return true;
    }
    const auto permit = speaker(payload);
    std::size_t parts = 2;
    for (zmq::message_t rest; socket.get(zmq::sockopt::rcvmore); ++parts)
        static_cast<void>(socket.recv(rest));
    refuseParts(parts, permit.get());
    return true;
}

void ZmqIntake::refuseParts(std::size_t parts, const Permit* permit) {
    const auto what = (permit ? permit->name + ": " : std::string()) + "a message of " +
                      (parts == 1 ? "one part" : std::to_string(parts) + " parts");
    m_refused.add(Refusal::multipart, what, [&] { return what + ", expected topic and payload"; });
}

bool ZmqIntake::mayBeSaid(std::string_view topic, std::string_view publisher, const Permit* permit) {
    if (!permit) return true;
    auto why = permit->whyNot(Purpose::publish, m_clock.wall());
    if (!why) why = permit->whyNotSay(topic, publisher);
    if (!why) return true;
    m_refused.add(Refusal::notAllowed, permit->key,
                  [&] { return permit->name + " under the topic " + quote(topic) + ": " + *why; });
    return false;
}

void ZmqIntake::keep(zmq::message_t& topic, zmq::message_t& payload, std::shared_ptr<const Permit> permit) {
    const auto arrived = m_arrival.stamp();
    const auto bytes = topic.size() + payload.size() + sizeof(Waiting);
    if (m_waits) {
        m_waiting.push_back(
            {std::move(topic), std::move(payload), arrived, m_arrival.steady(), nullptr, nullptr, bytes});
        return;
    }
    const auto peeked = peek(payload.to_string_view());
    const auto publisher = peeked ? peeked->publisher : std::string_view();
    if (!mayBeSaid(topic.to_string_view(), publisher, permit.get())) return;
    const auto admitted = m_shares.admit(publisher, bytes, m_arrival.steady());
    if (const auto* refusal = std::get_if<Refusal>(&admitted)) {
        m_refused.add(*refusal, publisher, [&] {
            const auto& bounds = m_shares.bounds();
            const auto who = (publisher.empty() ? "a publisher without a name" : quote(publisher)) +
                             " under the topic " + quote(topic.to_string_view());
            if (*refusal == Refusal::flood)
                return who + ", expected at most " +
                       std::to_string(static_cast<std::uint64_t>(bounds.messagesPerSecond)) +
                       " messages and " + megabytes(bounds.bytesPerSecond) + " a second";
            return who + ", expected no more to wait than is free of " +
                   megabytes(static_cast<double>(bounds.waitingBytes));
        });
        return;
    }
    if (m_shares.waiting() > m_shares.bounds().waitingBytes / kCopyFrom && payload.size() < kBuffer) {
        topic = zmq::message_t(topic.data(), topic.size());
        payload = zmq::message_t(payload.data(), payload.size());
    }
    m_waiting.push_back({std::move(topic), std::move(payload), arrived, m_arrival.steady(), std::move(permit),
                         std::get<PublisherShares::Share*>(admitted), bytes});
}

std::optional<std::variant<RawMessage, Refused>> ZmqIntake::next() {
    if (auto refused = m_refused.take()) return *refused;
    if (m_waiting.empty()) return std::nullopt;
    m_current = std::move(m_waiting.front());
    m_waiting.pop_front();
    if (m_current.share) m_shares.release(*m_current.share, m_current.bytes);
    ++m_handedMessages;
    m_handedBytes += m_current.bytes;
    return RawMessage{m_current.topic.to_string_view(), m_current.payload.to_string_view(), m_current.arrived,
                      m_current.heardAt, m_current.permit.get()};
}

} // namespace surgescope::feeds
