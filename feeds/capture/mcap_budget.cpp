// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/mcap_budget.h"

#include <algorithm>

namespace surgescope::feeds::mcap {

std::vector<std::pair<std::uint64_t, std::string>> boundWork(std::vector<Part>& parts,
                                                             std::uint64_t fileBytes) {
    std::vector<std::pair<std::uint64_t, std::string>> refused;
    const auto budget = limits::kFreeBytes + limits::kRatio * fileBytes;
    auto left = budget;
    const auto isTooMuch = [&](const Part& part) {
        if (part.uncompressed <= limits::kRatio * part.length) return false;
        if (part.uncompressed <= left) {
            left -= part.uncompressed;
            return false;
        }
        refused.emplace_back(
            part.offset, "a chunk of " + bytesText(part.length) + " claims " + bytesText(part.uncompressed) +
                             " uncompressed, expected all such chunks of a file of " + bytesText(fileBytes) +
                             " to take at most " + std::to_string(budget) + ": it is left out");
        return true;
    };
    std::erase_if(parts, isTooMuch); // which looks at each once, in order
    return refused;
}

std::optional<std::uint64_t> overlapIn(const std::vector<Part>& parts) {
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (parts[i].offset - parts[i - 1].offset < parts[i - 1].length) return parts[i].offset;
    return std::nullopt;
}

} // namespace surgescope::feeds::mcap
