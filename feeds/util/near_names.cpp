// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/util/near_names.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kShown = 3;

/// How many letters have to be put in, taken away or exchanged to make one of the other.
std::size_t distanceOf(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, exchanged});
        }
    }
    return row.back();
}

} // namespace

std::string nearNames(std::string_view wanted, const std::vector<std::string_view>& known) {
    const auto start = wanted.substr(0, kLongestName);
    std::vector<std::pair<std::size_t, std::string_view>> names;
    for (const auto name : known) {
        const bool holds = !start.empty() && name.find(start) != std::string_view::npos;
        names.emplace_back(holds ? 1 : distanceOf(start, name), name);
    }
    const auto shown = std::min(kShown, names.size());
    std::ranges::partial_sort(names, names.begin() + static_cast<std::ptrdiff_t>(shown));
    std::string text;
    for (std::size_t i = 0; i < shown; ++i)
        text += (i > 0 ? ", " : "") + std::string(names[i].second);
    return text;
}

} // namespace surgescope::feeds
