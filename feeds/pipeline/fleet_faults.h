// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// What one publisher of a simulated fleet does wrong. At most one thing each, so that a test knows what it
/// looks at.
struct VoiceFault {
    enum class Kind : std::uint8_t {
        none,
        clock,   // its clock is off by `seconds`: ahead when above zero
        restart, // begins a new session every `everySeconds`
        twin,    // two are alive under its name, of `seconds` between their sessions
        loss,    // drops `share` of its messages: their sequence numbers never come
        queue,   // of each `everySeconds` it is cut off for the last `seconds`, then delivers what it kept
        twoWays  // connected twice: each message comes twice
    };
    Kind kind = Kind::none;
    double seconds = 0;
    double everySeconds = 0;
    double share = 0;
    bool operator==(const VoiceFault&) const = default;
};
std::string_view nameOf(VoiceFault::Kind kind);

/// Which faults a fleet has. From TOML:
///
///     [[fault]]
///     kind = "clock"        # restart, twin, loss, queue or two-ways
///     publishers = 20       # how many; or share = 0.02 of all
///     offset_s = -3600      # of a clock: ahead when above zero
///     spread_s = 10         # of a clock: each publisher's offset is up to so much more or less
///
/// A restart has every_s, a loss has lost (a share of the messages), a queue has every_s and for_s.
struct FleetFaults {
    struct Entry {
        VoiceFault fault;
        double spreadSeconds = 0;
        std::size_t publishers = 0;
        double share = 0; // of the fleet, when publishers is 0
    };
    std::vector<Entry> entries;
};

/// Refused with "FILE:LINE: …" and what was expected: what is no TOML, an unknown or missing key, a number
/// out of range, more than 64 KiB.
Result<FleetFaults> parseFaults(std::string_view toml, const std::string& file);
/// The same of a file on disk.
Result<FleetFaults> loadFaults(const std::string& path);

/// Who of `publishers` has which: a function of the seed alone. The first never lies, for it also says what
/// no PoP can know. Refused when there are more faults than publishers to have them.
Result<std::vector<VoiceFault>> assignFaults(const FleetFaults& faults, std::size_t publishers,
                                             std::uint64_t seed);

} // namespace surgescope::feeds
