// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace surgescope::feeds {

/// Something that happened, in words, and how often.
struct Counted {
    std::string what;
    std::uint64_t count = 0;
    bool operator==(const Counted&) const = default;
};

} // namespace surgescope::feeds
