// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

/// Randomness as a pure function of seed and place, so that a simulation is the same on every run and
/// whatever the order or the thread in which its parts are computed.
namespace surgescope::feeds::sim {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that scatters every bit.
constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

template <class... Keys> constexpr std::uint64_t hash(std::uint64_t seed, Keys... keys) {
    ((seed = mix(seed ^ static_cast<std::uint64_t>(keys))), ...);
    return seed;
}

/// In (0, 1].
inline double uniform(std::uint64_t bits) {
    return (static_cast<double>(bits >> 11) + 1) * 0x1p-53;
}

/// Standard normal, by Box and Muller from two halves of the hash.
inline double normal(std::uint64_t bits) {
    return std::sqrt(-2 * std::log(uniform(bits))) * std::cos(2 * std::numbers::pi * uniform(mix(bits)));
}

/// A count of mean `mean`: the normal approximation of Poisson, never negative. Single requests are not
/// simulated, so means are large wherever it matters.
inline std::uint64_t poisson(double mean, std::uint64_t bits) {
    return static_cast<std::uint64_t>(
        std::fmax(0.0, std::round(mean + std::sqrt(std::fmax(mean, 0.0)) * normal(bits))));
}

} // namespace surgescope::feeds::sim
