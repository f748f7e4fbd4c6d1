// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/zmq_intake.h"

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

} // namespace

ZmqIntake::ZmqIntake(const Options& options, const Clock& clock)
    : m_waits(options.waits), m_clock(clock), m_intake(options.bounds, clock) {}

void ZmqIntake::drain(zmq::socket_t& socket, const Speaker& speaker) {
    const bool soon = m_handedMessages < kDrainEveryMessages && m_handedBytes < kDrainEveryBytes;
    if (!m_intake.empty() && (m_waits || soon)) return;
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
        auto permit = speaker(payload);
        keep({std::move(topic), std::move(payload)}, std::move(permit));
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
    m_intake.admission().refused().add(Refusal::multipart, what,
                                       [&] { return what + ", expected topic and payload"; });
}

void ZmqIntake::keep(Parts parts, std::shared_ptr<const Permit> permit) {
    if (m_waits) return m_intake.keepAnyway(std::move(parts));
    const auto& shares = m_intake.admission().shares();
    if (shares.waiting() > shares.bounds().waitingBytes / kCopyFrom && parts.second.size() < kBuffer) {
        parts.first = zmq::message_t(parts.first.data(), parts.first.size());
        parts.second = zmq::message_t(parts.second.data(), parts.second.size());
    }
    m_intake.keep(std::move(parts), std::move(permit));
}

std::optional<Source::Received> ZmqIntake::next() {
    auto received = m_intake.next();
    if (received && std::holds_alternative<RawMessage>(*received)) {
        ++m_handedMessages;
        m_handedBytes += m_intake.lastBytes();
    }
    return received;
}

} // namespace surgescope::feeds
