// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace surgescope::tests {

/// The bytes after a few of them were lost, added, torn off or changed.
inline std::string damaged(std::string bytes, std::mt19937_64& random) {
    for (std::uint64_t n = random() % 3 + 1; n > 0 && !bytes.empty(); --n)
        switch (const auto at = static_cast<std::ptrdiff_t>(random() % bytes.size()); random() % 4) {
        case 0: bytes.erase(bytes.begin() + at); break;
        case 1: bytes.insert(bytes.begin() + at, static_cast<char>(random())); break;
        case 2: bytes.resize(static_cast<std::size_t>(at) + 1); break;
        default: bytes[static_cast<std::size_t>(at)] = static_cast<char>(random());
        }
    return bytes;
}

} // namespace surgescope::tests
