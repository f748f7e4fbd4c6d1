// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap_reader.h"
#include "feeds/capture/mcap_writer.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

/// Small MCAP files, and what damage does to them.
namespace surgescope::tests {

/// A message that owns its data.
struct StoredMessage {
    std::string topic;
    std::uint64_t logTime = 0;
    std::uint64_t publishTime = 0;
    std::string data;
    auto operator<=>(const StoredMessage&) const = default;
};

inline std::string fileBytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void writeBytes(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Two lanes, chunks of a few messages, metadata and an attachment: a file with everything in it. Writes it
/// and returns its messages, chunk by chunk.
inline std::vector<std::vector<StoredMessage>> writeSample(const std::string& path, bool close = true) {
    using namespace feeds;
    auto made = McapWriter::create(path, {.profile = "surgescope", .library = "tests", .lanes = {1, 0}});
    if (!made) throw std::runtime_error(made.error());
    auto& writer = *made.value();
    const auto schema = writer.addSchema("test.Text", "text", "a line of text");
    const auto even = writer.addChannel(schema, "even", "text", {{"key", "value"}});
    const auto odd = writer.addChannel(schema, "odd", "text");
    writer.write(mcap::NamedMetadata{"launch", {{"scenario", "test"}}});
    std::vector<std::vector<StoredMessage>> chunks;
    for (std::uint64_t chunk = 0; chunk < 4; ++chunk) {
        auto& messages = chunks.emplace_back();
        for (std::uint64_t i = 0; i < 3; ++i) {
            const auto time = 1'000 * (chunk * 3 + i);
            messages.push_back({chunk % 2 ? "odd" : "even", time, time + 7,
                                "message " + std::to_string(chunk) + "." + std::to_string(i)});
            writer.write(chunk % 2, {chunk % 2 ? odd : even, static_cast<std::uint32_t>(i), time, time + 7,
                                     messages.back().data});
        }
        writer.flush(chunk % 2);
    }
    writer.write(mcap::Attachment{1, 2, "summary.json", "application/json", "{}"});
    if (close && writer.close()) throw std::runtime_error("cannot close");
    return chunks;
}

/// Everything a reader gets out of the file; refused parts are in reader.damage().
inline std::vector<StoredMessage> readAll(feeds::McapReader& reader) {
    std::vector<StoredMessage> all;
    for (std::size_t i = 0; i < reader.parts().size(); ++i) {
        const auto part = reader.parts()[i];
        static_cast<void>(reader.read(part, [&](const feeds::mcap::Message& m) {
            all.push_back({reader.channel(m.channel)->topic, m.logTime, m.publishTime, std::string(m.data)});
        }));
    }
    return all;
}

} // namespace surgescope::tests
