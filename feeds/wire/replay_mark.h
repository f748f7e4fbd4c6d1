// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/clock.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace surgescope::feeds {

/// Says in a message that it is sent again from a recording: a wall must not take it for one of now. Its
/// header gains `time_source`, `received_us` and `replay_us`; everything else stays as it was received, byte
/// for byte. `replay`: another number at each replay. The result is in `to`, whose memory is used again.
/// False: the payload does not begin with a header, and `to` is a copy of it.
bool markRecorded(std::string_view payload, WallTime received, std::uint64_t replay, std::string& to);

} // namespace surgescope::feeds
