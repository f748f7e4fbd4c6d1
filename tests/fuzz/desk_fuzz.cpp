// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what a desk says, as another wall or a recording may hold them. The first byte chooses what.
#include "feeds/desk/desk_talk.h"

#include "tests/fuzz/promise.h"

#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 6) {
    case 0:
        if (const auto change = said::readChange(bytes)) {
            const auto again = said::readChange(said::bytesOf(*change));
            promise(again && said::bytesOf(*again) == said::bytesOf(*change), "a change is read as it was said");
        }
        break;
    case 1:
        if (const auto shown = said::readShown(bytes)) {
            const auto again = said::readShown(said::bytesOf(shown->status, shown->at));
            promise(again && again->status.alarms == shown->status.alarms, "alarms are read as they were said");
        }
        break;
    case 2:
        if (const auto note = said::readNote(bytes)) {
            const auto again = said::readNote(said::bytesOf(*note));
            promise(again && *again == *note, "a note is read as it was said");
        }
        break;
    case 3:
        if (const auto request = readDeskRequest(bytes))
            promise(static_cast<bool>(readDeskRequest(bytesOf(*request))), "a request is read as it was made");
        break;
    case 4: (void)readDeskReply(bytes); break;
    default: {
        const auto read = said::readLines(bytes);
        const auto again = said::readLines(said::linesOf(read.notes));
        promise(again.problem.empty() && again.notes.kept() == read.notes.kept(), "notes are read as written");
    }
    }
    return 0;
}
