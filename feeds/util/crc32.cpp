// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/crc32.h"

#include <array>
#include <cstddef>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kSlices = 16; // bytes taken at a time
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

constexpr Tables makeTables() {
    Tables tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
        tables[0][i] = crc;
    }
    for (std::size_t slice = 1; slice < kSlices; ++slice)
        for (std::size_t i = 0; i < 256; ++i)
            tables[slice][i] = (tables[slice - 1][i] >> 8) ^ tables[0][tables[slice - 1][i] & 0xFFU];
    return tables;
}

constexpr Tables kTables = makeTables();

} // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t soFar) {
    std::uint32_t crc = ~soFar;
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    };
    while (bytes.size() >= kSlices) {
        const std::uint32_t low = crc ^ (byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24);
        crc = kTables[15][low & 0xFFU] ^ kTables[14][(low >> 8) & 0xFFU] ^ kTables[13][(low >> 16) & 0xFFU] ^
              kTables[12][low >> 24];
        for (std::size_t i = 4; i < kSlices; ++i)
            crc ^= kTables[kSlices - 1 - i][byte(i)];
        bytes.remove_prefix(kSlices);
    }
    for (std::size_t i = 0; i < bytes.size(); ++i)
        crc = (crc >> 8) ^ kTables[0][(crc ^ byte(i)) & 0xFFU];
    return ~crc;
}

} // namespace surgescope::feeds
