// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/message_stream.h"

#include "feeds/capture/recording.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace surgescope::feeds {
namespace {
/// Parts that are read before they are needed: chunks of a second, of two lanes.
constexpr std::size_t kAhead = 3;
/// What is kept for its memory: as much as recordings of ours have open at once.
constexpr std::size_t kSpares = 12;
} // namespace

MessageStream::MessageStream(McapReader& reader, Wanted wanted)
    : m_reader(reader), m_wanted(std::move(wanted)) {
    std::uint64_t channels = 0;
    for (const auto& channel : reader.channels())
        if (m_wanted(channel)) channels |= std::uint64_t{1} << (channel.id % 64U);
    const auto& parts = reader.parts();
    for (std::uint32_t i = 0; i < parts.size(); ++i)
        if ((parts[i].channels & channels) != 0) m_order.push_back(i);
    const auto startOf = [&](std::uint32_t i) { return parts[i].start; };
    if (!std::ranges::is_sorted(m_order, {}, startOf)) std::ranges::stable_sort(m_order, {}, startOf);
    std::uint64_t latest = 0;
    for (const auto i : m_order)
        m_latest.push_back(latest = std::max(latest, parts[i].end));
}

void MessageStream::seek(std::uint64_t from, std::uint64_t until) {
    m_from = from;
    m_until = until;
    for (auto& open : m_open)
        retire(std::move(open));
    m_open.clear();
    m_openBytes = 0;
    m_nextPart = static_cast<std::size_t>(std::ranges::lower_bound(m_latest, from) - m_latest.begin());
    m_ahead.clear();
    readAhead();
}

void MessageStream::retire(Open open) {
    if (m_spare.size() >= kSpares) return;
    if (m_spareRecords.size() < kSpares) m_spareRecords.push_back(std::move(open.records));
    open.entries.clear();
    open.next = 0;
    m_spare.push_back(std::move(open));
}

/// The last message given was of the first.
void MessageStream::retireRead() {
    if (m_open.empty()) return;
    if (m_open.front().next == m_open.front().entries.size()) {
        m_openBytes -= m_open.front().bytes;
        std::swap(m_open.front(), m_open.back());
        retire(std::move(m_open.back()));
        m_open.pop_back();
    }
    siftDown();
}

void MessageStream::siftDown() {
    for (std::size_t at = 0;;) {
        auto least = at;
        for (const auto child : {2 * at + 1, 2 * at + 2})
            if (child < m_open.size() && m_open[child].due() < m_open[least].due()) least = child;
        if (least == at) return;
        std::swap(m_open[at], m_open[least]);
        at = least;
    }
}

void MessageStream::add(Open open) {
    m_openBytes += open.bytes;
    m_open.push_back(std::move(open));
    for (auto at = m_open.size() - 1; at > 0;) {
        const auto above = (at - 1) / 2;
        if (m_open[above].due() < m_open[at].due()) return;
        std::swap(m_open[above], m_open[at]);
        at = above;
    }
}

std::string MessageStream::spareRecords() {
    if (m_spareRecords.empty()) return {};
    auto records = std::move(m_spareRecords.back());
    m_spareRecords.pop_back();
    return records;
}

void MessageStream::readAhead() {
    for (auto i = m_nextPart + m_ahead.size(); i < m_order.size() && m_ahead.size() < kAhead; ++i) {
        const auto& part = m_reader.parts()[m_order[i]];
        if (part.start > m_until) break;
        m_ahead.push_back(part.end < m_from ? nullptr : m_reader.ahead(part, spareRecords()));
    }
}

void MessageStream::load(const McapReader::Part& part, const McapReader::Ahead& ahead) {
    if (!m_open.empty() && m_openBytes + part.uncompressed > mcap::limits::kOpenBytes)
        return m_reader.leftOut(part, "a chunk overlaps in time with others of " +
                                          mcap::bytesText(m_openBytes) + ", expected at most " +
                                          std::to_string(mcap::limits::kOpenBytes) + ": " +
                                          mcap::bytesText(part.length) + " are left out");
    Open open;
    if (!m_spare.empty()) {
        open = std::move(m_spare.back());
        m_spare.pop_back();
    }
    if (!ahead) open.records = spareRecords();
    const auto keep = [&](const mcap::Message& message) {
        if (message.logTime < m_from || !m_wanted(*m_reader.channel(message.channel))) return;
        open.entries.push_back({message.logTime, message.publishTime,
                                static_cast<std::size_t>(message.data.data() - open.records.data()),
                                message.data.size(), message.sequence, message.channel});
    };
    static_cast<void>(m_reader.read(part, ahead, open.records, keep)); // the reader keeps what was wrong
    if (open.entries.empty()) return retire(std::move(open));
    if (!std::ranges::is_sorted(open.entries, {}, &Entry::logTime))
        std::ranges::stable_sort(open.entries, {}, &Entry::logTime);
    open.part = m_nextPart;
    open.bytes = open.records.size() + open.entries.size() * sizeof(Entry);
    add(std::move(open));
}

const MessageStream::Message* MessageStream::next() {
    retireRead();
    while (m_nextPart < m_order.size()) {
        const auto part = m_reader.parts()[m_order[m_nextPart]];
        if (!m_open.empty() && part.start > m_open.front().due().first) break;
        ++m_nextPart;
        McapReader::Ahead ahead;
        if (!m_ahead.empty()) {
            ahead = std::move(m_ahead.front());
            m_ahead.pop_front();
        }
        if (part.end < m_from) continue;
        load(part, ahead);
        readAhead();
    }
    if (m_open.empty()) return nullptr;
    auto& first = m_open.front();
    const auto& entry = first.entries[first.next++];
    m_message.channel = m_reader.channel(entry.channel);
    m_message.sequence = entry.sequence;
    m_message.logTime = entry.logTime;
    m_message.publishTime = entry.publishTime;
    m_message.payload = std::string_view(first.records).substr(entry.offset, entry.size);
    m_message.topic = recording::topicOf(*m_message.channel, m_message.payload, m_topic);
    return &m_message;
}

} // namespace surgescope::feeds
