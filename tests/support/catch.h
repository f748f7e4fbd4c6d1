// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Catch2 is version 2 in Debian 12 and version 3 in Debian 13; no other file of the tests knows.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
namespace Catch::Matchers {
inline auto Contains(const std::string& text) {
    return ContainsSubstring(text);
}
} // namespace Catch::Matchers
#else
#include <catch2/catch.hpp>
#endif
