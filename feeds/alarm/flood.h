// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/card.h"
#include "feeds/alarm/cards.h"
#include "feeds/model/feed_time.h"

#include <cstdint>

/// More cards than people can read one by one: ALARMS.md tells when.
namespace surgescope::feeds {

struct Flood {
    bool isOn = false;
    std::uint64_t first = 0; // card that it began with; 0: none, or it is gone
    bool operator==(const Flood&) const = default;
};

/// Whether there is one in this second, after all cards of it.
Flood floodNow(const Flood& before, const Cards& cards, FeedSecond second);
/// What screens need of it. `status` has all its cards.
void tellFlood(const Flood& flood, AlarmStatus& status);

} // namespace surgescope::feeds
