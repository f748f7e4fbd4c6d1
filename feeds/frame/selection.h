// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace surgescope::feeds {

/// What the numbers on the screen are of: the world, one of its regions, or one PoP.
struct Selection {
    enum class Scope : std::uint8_t { world, region, pop };
    Scope scope = Scope::world;
    std::string code; // the catalogue's region code or a PoP's; empty for the world

    static Selection region(std::string code) { return {Scope::region, std::move(code)}; }
    static Selection pop(std::string code) { return {Scope::pop, std::move(code)}; }
    bool isPop() const { return scope == Scope::pop; }
    bool isWorld() const { return scope == Scope::world; }
    bool operator==(const Selection&) const = default;
};

} // namespace surgescope::feeds
