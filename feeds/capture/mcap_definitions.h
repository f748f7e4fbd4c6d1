// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace surgescope::feeds::mcap {

/// The schemas and channels of a capture, found by number however many there are. The first definition of a
/// number counts. Holds so many bytes and no more. One thread.
class Definitions {
  public:
    enum class Added : std::uint8_t { yes, no, noRoom }; // no: known already, or no definition

    /// The content of a schema's or a channel's record.
    Added addSchema(std::string_view content);
    Added addChannel(std::string_view content);
    void add(Channel channel);
    void clear();

    const std::vector<Schema>& schemas() const { return m_schemas; }
    const std::vector<Channel>& channels() const { return m_channels; }
    /// Null: not defined.
    const Schema* schema(std::uint16_t id) const;
    const Channel* channel(std::uint16_t id) const {
        return id < m_channelAt.size() && m_channelAt[id] != 0 ? &m_channels[m_channelAt[id] - 1] : nullptr;
    }

  private:
    bool takeRoom(std::string_view content);

    std::vector<Schema> m_schemas;
    std::vector<Channel> m_channels;
    std::unordered_map<std::uint16_t, std::size_t> m_schemaAt;
    std::vector<std::uint32_t> m_channelAt; // by number: position + 1; asked for each message
    std::uint64_t m_bytes = 0;
};

} // namespace surgescope::feeds::mcap
