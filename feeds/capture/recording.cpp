// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/recording.h"

#include "feeds/embedded_resources.h"
#include "feeds/util/crc32.h"
#include "feeds/wire/peek.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <cstdio>
#include <telemetry.pb.h>

namespace surgescope::feeds::recording {

const TopicClass* classOf(std::string_view channelName) {
    const auto found = std::ranges::find(kClasses, channelName, &TopicClass::name);
    return found == kClasses.end() ? nullptr : &*found;
}

Origin originOf(std::string_view channelName) {
    const auto* topicClass = classOf(channelName);
    return topicClass ? topicClass->origin : Origin::received;
}

std::string_view topicOf(const mcap::Channel& channel, std::string_view payload, std::string& buffer) {
    const auto* topicClass = classOf(channel.topic);
    if (!topicClass || !topicClass->byPop) return channel.topic;
    const auto peeked = peek(payload);
    if (!peeked) return channel.topic;
    buffer = topicClass->lane == Lane::known ? "roster" : topicClass->name;
    buffer += '/';
    buffer += peeked->pop;
    return buffer;
}

std::string schemaBytes() {
    google::protobuf::FileDescriptorSet set;
    v1::PopReport::descriptor()->file()->CopyTo(set.add_file());
    return set.SerializeAsString();
}

std::string catalogueHash() {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", crc32(embedded::pops().front().text));
    return text;
}

} // namespace surgescope::feeds::recording
