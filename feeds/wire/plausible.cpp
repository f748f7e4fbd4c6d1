// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/wire/plausible.h"

#include "feeds/wire/limits.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace surgescope::feeds {

std::optional<Refused> whyImplausible(const PopTotals& totals, std::chrono::seconds time) {
    const auto nodes = totals[Counter::node_seconds];
    const auto refusal = [](std::string_view name, std::uint64_t value, const std::string& expected) {
        return Refused{Refusal::value,
                       std::string(name) + " is " + std::to_string(value) + ", expected at most " + expected};
    };
    const auto mostNodes = limits::kNodes * static_cast<std::uint64_t>(time.count());
    if (nodes > mostNodes) return refusal("node_seconds", nodes, std::to_string(mostNodes));
    const auto most = std::clamp(nodes, std::uint64_t{1}, std::uint64_t{limits::kNodes}) *
                      limits::kCountOfNode; // 2^62 at most
    const auto expected = [&] { return "2^40 of each of " + std::to_string(nodes) + " nodes"; };
    const auto counter = std::ranges::max_element(totals.counters);
    if (*counter > most)
        return refusal(nameOf(static_cast<Counter>(counter - totals.counters.begin())), *counter, expected());
    for (std::size_t i = 0; i < totals.distributions.size(); ++i)
        if (const auto count = totals.distributions[i].count(); count > most)
            return refusal(nameOf(static_cast<Distribution>(i)), count, expected());
    const auto bin = std::ranges::max(totals.saturation.bins);
    if (bin > most) return refusal("saturation_bins", bin, expected());
    return std::nullopt;
}

} // namespace surgescope::feeds
