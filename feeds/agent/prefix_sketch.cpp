// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/prefix_sketch.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <random>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kWords = PrefixSketch::kBits / 64;
constexpr std::size_t kAddressChars = 45; // of an IPv6 address with an IPv4 one in it
constexpr std::uint64_t kHashes = 4;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input moves half of the output's.
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/// /24 of IPv4, also when it stands in IPv6, and /48 of IPv6, as one number.
std::optional<std::uint64_t> prefixOf(std::string_view address) {
    if (address.empty() || address.size() > kAddressChars) return std::nullopt;
    std::array<char, kAddressChars + 1> text{};
    std::ranges::copy(address, text.begin());
    std::array<std::uint8_t, 16> bytes{};
    const auto number = [&bytes](std::size_t from, std::size_t count) {
        std::uint64_t value = 0;
        for (std::size_t i = from; i < from + count; ++i)
            value = value << 8 | bytes[i];
        return value;
    };
    if (::inet_pton(AF_INET, text.data(), bytes.data()) == 1) return number(0, 3);
    if (::inet_pton(AF_INET6, text.data(), bytes.data()) != 1) return std::nullopt;
    const bool mapped = number(0, 8) == 0 && number(8, 4) == 0xffff;
    return mapped ? number(12, 3) : std::uint64_t{1} << 63 | number(0, 6);
}

} // namespace

PrefixSketch::PrefixSketch(SteadyTime now, std::uint64_t salt)
    : m_before(kWords), m_known(kWords), m_fresh(kWords), m_salt(salt), m_day(now), m_turned(now) {}

std::uint64_t PrefixSketch::unguessable() {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
}

std::optional<bool> PrefixSketch::note(std::string_view address) {
    const auto prefix = prefixOf(address);
    if (!prefix) return std::nullopt;
    // Two hashes make as many as are wanted (Kirsch, Mitzenmacher 2006).
    const std::uint64_t first = mixed(*prefix ^ m_salt);
    const std::uint64_t step = mixed(first) | 1;
    bool inKnown = true;
    bool inBefore = true;
    for (std::uint64_t i = 0; i < kHashes; ++i) {
        const std::uint64_t bit = (first + i * step) % kBits;
        const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
        inKnown = inKnown && (m_known[bit / 64] & mask) != 0;
        inBefore = inBefore && (m_before[bit / 64] & mask) != 0;
        m_fresh[bit / 64] |= mask;
    }
    return !inKnown && !inBefore;
}

void PrefixSketch::turn(SteadyTime now) {
    if (now - m_turned < kNewFor) return;
    m_turned = now;
    m_learned = true;
    for (std::size_t i = 0; i < kWords; ++i)
        m_known[i] |= std::exchange(m_fresh[i], 0);
    if (now - m_day < kRemembered) return;
    m_day = now;
    std::swap(m_before, m_known);
    std::ranges::fill(m_known, 0);
}

} // namespace surgescope::feeds
