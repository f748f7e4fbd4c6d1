// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/source/publisher_shares.h"
#include "feeds/source/refusal_tally.h"
#include "feeds/source/source.h"
#include "feeds/transport/allow_list.h"
#include "feeds/util/arrival_line.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// For .cpp files of sources only.
namespace surgescope::feeds {

/// What may come in of live telemetry, however it travels: bounds of bytes, altogether and of each publisher,
/// and what its speaker's key allows. What is beyond is refused, unread but for its publisher's name, and
/// kept to be told. One thread.
class Admission {
  public:
    /// `clock` must outlive it.
    Admission(const PublisherShares::Bounds& bounds, const Clock& clock) : m_clock(clock), m_shares(bounds) {}

    /// The share of its publisher, which `bytes` are added to; null: it was refused.
    PublisherShares::Share* admit(std::string_view topic, std::string_view payload, std::size_t bytes,
                                  const Permit* permit, SteadyTime now);
    void release(PublisherShares::Share& share, std::size_t bytes) { m_shares.release(share, bytes); }
    const PublisherShares& shares() const { return m_shares; }
    RefusalTally& refused() { return m_refused; }

  private:
    bool mayBeSaid(std::string_view topic, std::string_view publisher, const Permit* permit);

    const Clock& m_clock;
    PublisherShares m_shares;
    RefusalTally m_refused;
};

/// What has arrived and waits to be handled. What carries messages bounds its queues in messages, or not at
/// all: what comes is taken out of them soon, stamped and kept here. `Message` has topic() and payload(). One
/// thread at a time.
template <class Message> class Intake {
  public:
    /// `clock` must outlive it.
    Intake(const PublisherShares::Bounds& bounds, const Clock& clock)
        : m_admission(bounds, clock), m_arrival(clock) {}

    /// Arrives now.
    void keep(Message message, std::shared_ptr<const Permit> permit) {
        stamp();
        const auto bytes = bytesOf(message);
        auto* share =
            m_admission.admit(message.topic(), message.payload(), bytes, permit.get(), m_arrival.steady());
        if (share)
            push({std::move(message), m_last, m_arrival.steady(), std::move(permit), share, bytes, {}});
    }
    /// Arrives now, from somebody who waits until there is room.
    void keepAnyway(Message message) {
        stamp();
        const auto bytes = bytesOf(message);
        push({std::move(message), m_last, m_arrival.steady(), nullptr, nullptr, bytes, {}});
    }
    /// Arrived then, but not before others did, where it was kept until we came; whoever asks for it asks for
    /// no more than there is room.
    void keepPast(Message message, WallTime arrived) {
        m_last = std::max(m_last, arrived);
        const auto bytes = bytesOf(message);
        Waiting waiting{std::move(message), m_last, m_arrival.steady(), nullptr, nullptr, bytes, {}};
        waiting.isPast = true;
        push(std::move(waiting));
    }
    /// To be given when what has come so far was.
    void mark(Source::Received sign) {
        Waiting waiting{};
        waiting.sign = std::move(sign);
        m_waiting.push_back(std::move(waiting));
    }

    /// What is to be handled next, in the order of arrival; nothing: there is nothing. Valid until the next
    /// call.
    std::optional<Source::Received> next() {
        if (auto refused = m_admission.refused().take()) return *refused;
        if (m_waiting.empty()) return std::nullopt;
        m_current = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_bytes -= m_current.bytes;
        if (m_current.sign) return *m_current.sign;
        if (m_current.share) m_admission.release(*m_current.share, m_current.bytes);
        return RawMessage{m_current.message.topic(), m_current.message.payload(), m_current.arrived,
                          m_current.heardAt, m_current.permit.get()};
    }
    /// What was given last had been kept before it came.
    bool wasPast() const { return m_current.isPast; }
    bool empty() const { return m_waiting.empty(); }
    std::size_t size() const { return m_waiting.size(); }
    /// Of what waits, or of what was given last.
    std::size_t bytes() const { return m_bytes; }
    std::size_t lastBytes() const { return m_current.bytes; }
    Admission& admission() { return m_admission; }

  private:
    struct Waiting {
        Message message;
        WallTime arrived;
        SteadyTime heardAt;
        std::shared_ptr<const Permit> permit;
        PublisherShares::Share* share = nullptr;
        std::size_t bytes = 0;
        std::optional<Source::Received> sign; // in the place of a message
        bool isPast = false;
    };

    static std::size_t bytesOf(const Message& message) {
        return message.topic().size() + message.payload().size() + sizeof(Waiting);
    }
    void stamp() { m_last = std::max(m_last, m_arrival.stamp()); }
    void push(Waiting waiting) {
        m_bytes += waiting.bytes;
        m_waiting.push_back(std::move(waiting));
    }

    Admission m_admission;
    ArrivalLine m_arrival;
    WallTime m_last = WallTime::min();
    std::deque<Waiting> m_waiting;
    std::size_t m_bytes = 0;
    Waiting m_current{};
};

} // namespace surgescope::feeds
