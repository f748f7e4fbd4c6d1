// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/crc32.h"

#include <libdeflate.h>

namespace surgescope::feeds {

std::uint32_t crc32(std::string_view bytes, std::uint32_t soFar) {
    return libdeflate_crc32(soFar, bytes.data(), bytes.size());
}

} // namespace surgescope::feeds
