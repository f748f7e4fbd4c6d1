// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace surgescope::feeds {

/// CRC-32 as in zlib, PNG and MCAP (reflected polynomial 0xEDB88320). `soFar` goes on from the CRC of the
/// bytes before; 0 begins.
std::uint32_t crc32(std::string_view bytes, std::uint32_t soFar = 0);

} // namespace surgescope::feeds
