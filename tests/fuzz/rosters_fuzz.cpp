// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the file in which a relay keeps its rosters. The checksum is made right, or nothing would be
// tried behind it.
#include "feeds/relay/roster_file.h"
#include "feeds/util/crc32.h"

#include "tests/feeds/relay/heard_above.h"
#include "tests/fuzz/promise.h"
#include "tests/support/test_clock.h"

#include <string>
#include <string_view>

using namespace surgescope::feeds;
using namespace surgescope::tests;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    if (size > 4) {
        const auto sum = crc32(std::string_view(bytes).substr(0, size - 4));
        for (std::size_t i = 0; i < 4; ++i)
            bytes[size - 4 + i] = static_cast<char>(sum >> (8 * i) & 0xffU);
    }
    const auto rosters = parseRosterFile(bytes, "f");
    if (!rosters) {
        promise(rosters.error().starts_with("f: "), "a refusal says where");
        return 0;
    }
    const TestClock clock;
    HeardAbove above("relay", clock);
    Relay relay(PopCatalogue::builtIn(), above);
    for (const auto& roster : *rosters)
        relay.restore(roster, clock.steady());
    relay.tick(clock.steady());
    const auto again = parseRosterFile(rosterFileOf(relay, clock.wall()), "f");
    promise(static_cast<bool>(again), "what was kept can be kept again");
    return 0;
}
