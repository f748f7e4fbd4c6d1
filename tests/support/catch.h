// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

// Catch2 is version 2 in Debian 12 and version 3 in Debian 13; no other file of the tests knows.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

namespace surgescope::tests {

/// Matches text that holds `part`.
inline auto containsText(const std::string& part) {
#if __has_include(<catch2/catch_all.hpp>)
    return Catch::Matchers::ContainsSubstring(part);
#else
    return Catch::Matchers::Contains(part);
#endif
}

} // namespace surgescope::tests
