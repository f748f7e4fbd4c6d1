// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_definitions.h"

#include <utility>

namespace surgescope::feeds::mcap {

bool Definitions::takeRoom(std::string_view content) {
    if (content.size() > limits::kDefinitionBytes - m_bytes) return false;
    m_bytes += content.size();
    return true;
}

Definitions::Added Definitions::addSchema(std::string_view content) {
    Schema schema;
    if (content.size() > limits::kSmallRecord || !read(content, schema) || m_schemaAt.contains(schema.id))
        return Added::no;
    if (!takeRoom(content)) return Added::noRoom;
    m_schemaAt.emplace(schema.id, m_schemas.size());
    m_schemas.push_back(std::move(schema));
    return Added::yes;
}

Definitions::Added Definitions::addChannel(std::string_view content) {
    Channel channel;
    if (content.size() > limits::kSmallRecord || !read(content, channel) || this->channel(channel.id))
        return Added::no;
    if (!takeRoom(content)) return Added::noRoom;
    add(std::move(channel));
    return Added::yes;
}

void Definitions::add(Channel channel) {
    if (this->channel(channel.id)) return;
    if (channel.id >= m_channelAt.size()) m_channelAt.resize(channel.id + std::size_t{1});
    m_channelAt[channel.id] = static_cast<std::uint32_t>(m_channels.size() + 1);
    m_channels.push_back(std::move(channel));
}

void Definitions::clear() {
    *this = {};
}

const Schema* Definitions::schema(std::uint16_t id) const {
    const auto found = m_schemaAt.find(id);
    return found == m_schemaAt.end() ? nullptr : &m_schemas[found->second];
}

} // namespace surgescope::feeds::mcap
