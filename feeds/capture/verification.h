// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/rewrite.h"
#include "feeds/util/result.h"
#include "feeds/wire/refusal.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// What a file holds, found by reading all of it.
struct Verification {
    bool indexed = false;
    std::uint64_t bytes = 0;
    std::uint64_t chunks = 0;
    std::map<std::string, std::uint64_t> messages;      // by channel
    std::vector<CaptureDamage> damage;                  // checksums that are wrong, records that are torn
    std::array<std::uint64_t, kRefusalCount> refused{}; // received messages the decoder refuses, by reason
    std::string lastRefusal;
    struct Share {
        std::uint64_t refused = 0; // for whatever reason
        std::uint64_t of = 0;
        bool isAll() const { return of > 0 && refused == of; }
    };
    Share all;              // messages
    Share reports;          // of PoPs, without which there is nothing to show
    std::uint64_t lost = 0; // missing by sequence: dropped on the way to the recorder, or by it
    std::uint64_t duplicates = 0;
    std::vector<RecordingIndex::Gap> gaps;
};

/// Checks every checksum and decodes every message. Refuses what is no MCAP file.
Result<Verification> verify(const std::string& path, const Progress& progress);

} // namespace surgescope::feeds
