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

/// The seed is mixed before the first key is added: seeds and keys are small numbers, and 1 ^ 2 is 2 ^ 1.
template <class... Keys> constexpr std::uint64_t hash(std::uint64_t seed, Keys... keys) {
    seed = mix(seed);
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

/// About normal, quick: the sum of four uniform values from one hash; no more than 3.5 from zero.
inline double roughlyNormal(std::uint64_t bits) {
    const auto sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
    return (static_cast<double>(sum) / 65'536 - 2) * std::numbers::sqrt3;
}

/// A count of mean `mean`: exact where it is small, so that rare things happen at small places too, and by
/// the normal approximation from 16 on.
inline std::uint64_t poisson(double mean, std::uint64_t bits) {
    if (!(mean > 0)) return 0;
    if (mean < 16) {
        const double at = uniform(bits);
        double term = std::exp(-mean);
        double below = term;
        std::uint64_t count = 0;
        for (; below < at && count < 64; below += term)
            term *= mean / static_cast<double>(++count);
        return count;
    }
    return static_cast<std::uint64_t>(
        std::fmax(0.0, std::round(mean + std::sqrt(mean) * roughlyNormal(bits))));
}

} // namespace surgescope::feeds::sim
