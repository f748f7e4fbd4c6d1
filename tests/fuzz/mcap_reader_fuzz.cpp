// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a recording: read by its summary and by scanning, then as surgescope reads one.
#include "feeds/capture/mcap_reader.h"
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording_index.h"

#include "tests/fuzz/promise.h"

#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

using namespace surgescope::feeds;
using surgescope::tests::promise;

namespace {

/// A file in memory: the reader is given a path, as always.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view bytes) : m_descriptor(::memfd_create("recording", MFD_CLOEXEC)) {
        promise(m_descriptor >= 0, "a file in memory");
        while (!bytes.empty()) {
            const auto written = ::write(m_descriptor, bytes.data(), bytes.size());
            promise(written > 0, "room for it");
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    ~MemoryFile() { ::close(m_descriptor); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    std::string path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

  private:
    int m_descriptor;
};

void readEverything(McapReader& reader) {
    for (std::size_t i = 0; i < reader.parts().size(); ++i) {
        const auto part = reader.parts()[i]; // reading may define channels, but finds no parts
        const auto error = reader.read(part, [&](const mcap::Message& message) {
            promise(reader.channel(message.channel) != nullptr, "a message handed over has a channel");
        });
        promise(!error || !reader.damage().empty(), "what cannot be used is told by damage()");
    }
    for (const auto& attachment : reader.attachments())
        static_cast<void>(reader.read(attachment));
}

void readInOrder(McapReader& reader) {
    MessageStream stream(reader, [](const mcap::Channel&) { return true; });
    // In the order of time, as far as the file does not lie about it.
    std::uint64_t last = 0;
    while (const auto* message = stream.next())
        last = message->logTime;
    stream.seek(last);
    if (const auto* message = stream.next()) promise(message->logTime >= last, "a seek goes where it says");
}

void askIndex(McapReader& reader) {
    const auto index = indexOf(reader);
    promise(index.begin <= index.end, "a recording does not end before it begins");
    promise(index.overview.size() <= RecordingIndex::kOverviewPoints + 1, "the overview is bounded");
    for (const auto logTime : {std::uint64_t{0}, std::uint64_t{1} << 62U, ~std::uint64_t{0}})
        static_cast<void>(index.timeAt(logTime));
    static_cast<void>(index.logTimeAt(index.begin));
    static_cast<void>(index.logTimeAt(index.end));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const MemoryFile file({reinterpret_cast<const char*>(data), size});
    for (const auto use : {McapReader::Use::summary, McapReader::Use::scan}) {
        auto reader = McapReader::open(file.path(), use);
        if (!reader) continue;
        readEverything(*reader.value());
        readInOrder(*reader.value());
        askIndex(*reader.value());
    }
    return 0;
}
