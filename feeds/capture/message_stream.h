// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap_reader.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// The messages of a capture in the order of their log time, whatever order its chunks stand in. Holds the
/// chunks that overlap in time, one of each lane, and the next few, which another thread reads meanwhile.
/// Where more than limits::kOpenBytes overlap, the rest is left out and told by the reader. One thread.
class MessageStream {
  public:
    /// Valid until the stream's next call.
    struct Message {
        const mcap::Channel* channel = nullptr;
        std::string_view topic; // as it was received
        std::uint32_t sequence = 0;
        std::uint64_t logTime = 0;
        std::uint64_t publishTime = 0;
        std::string_view payload;
    };
    using Wanted = std::function<bool(const mcap::Channel&)>;

    /// `reader` must outlive the stream. Chunks that hold no wanted channel are not even read; a chunk that
    /// cannot be used is left out and told by reader.damage().
    MessageStream(McapReader& reader, Wanted wanted);

    /// next() gives messages logged at `from` or later. What was logged after `until` it may give, but does
    /// not read ahead.
    void seek(std::uint64_t from, std::uint64_t until = UINT64_MAX);
    /// Null at the end.
    const Message* next();

  private:
    struct Entry {
        std::uint64_t logTime;
        std::uint64_t publishTime;
        std::size_t offset; // in records
        std::size_t size;
        std::uint32_t sequence;
        std::uint16_t channel;
    };
    struct Open {
        std::string records;
        std::vector<Entry> entries; // by log time
        std::size_t next = 0;
        std::size_t part = 0; // in m_order: of messages of the same time the earlier part's come first
        std::uint64_t bytes = 0;
        std::pair<std::uint64_t, std::size_t> due() const { return {entries[next].logTime, part}; }
    };
    void retireRead();
    void siftDown();
    void add(Open open);
    void load(const McapReader::Part& part, const McapReader::Ahead& ahead);
    void readAhead();
    void retire(Open open);
    std::string spareRecords();

    McapReader& m_reader;
    Wanted m_wanted;
    std::vector<std::uint32_t> m_order;    // parts by start
    std::vector<std::uint64_t> m_latest;   // the latest end of m_order up to here
    std::size_t m_nextPart = 0;            // in m_order
    std::deque<McapReader::Ahead> m_ahead; // of the parts from m_nextPart on; null: it is not needed
    std::uint64_t m_from = 0;
    std::uint64_t m_until = UINT64_MAX;
    std::vector<Open> m_open; // a heap: the first has the next message
    std::uint64_t m_openBytes = 0;
    std::vector<Open> m_spare; // these two for their memory
    std::vector<std::string> m_spareRecords;
    Message m_message;
    std::string m_topic;
};

} // namespace surgescope::feeds
