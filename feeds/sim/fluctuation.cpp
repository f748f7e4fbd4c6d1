// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/fluctuation.h"

#include "feeds/sim/affinity.h"
#include "feeds/sim/random.h"

#include <cmath>
#include <limits>
#include <string_view>

namespace surgescope::feeds::sim {
namespace {

std::uint64_t numberOf(std::string_view text) {
    std::uint64_t number = text.size();
    for (const char c : text)
        number = mix(number ^ static_cast<unsigned char>(c));
    return number;
}

} // namespace

Fluctuation::Fluctuation(const PopCatalogue& catalogue, std::uint64_t seed, const Weights& weights,
                         std::int64_t seconds)
    : m_pops(catalogue.size()), m_seed(seed), m_apart(2 * seconds),
      m_number(std::numeric_limits<std::int64_t>::min()), m_values(catalogue.size()) {
    const auto layer = [&](double share, auto groupOf) {
        if (share <= 0) return;
        m_layers.push_back({share, {}});
        for (const auto& pop : catalogue.pops())
            m_layers.back().groups.push_back(hash(m_layers.size(), groupOf(pop)));
    };
    // Whose country nobody says has a language and a country of its own.
    const auto own = [](const Pop& pop) { return numberOf("of " + pop.code); };
    layer(weights.world, [](const Pop&) { return 0U; });
    layer(weights.language,
          [&](const Pop& pop) { return pop.country.empty() ? own(pop) : numberOf(languageOf(pop.country)); });
    layer(weights.region, [](const Pop& pop) { return pop.region.value; });
    layer(weights.country,
          [&](const Pop& pop) { return pop.country.empty() ? own(pop) : numberOf(pop.country); });
    layer(weights.pop, own);
}

std::vector<double> Fluctuation::knot(std::int64_t number) const {
    std::vector<double> values(m_pops);
    for (const auto& layer : m_layers) {
        const double size = std::sqrt(layer.share);
        for (std::size_t p = 0; p < m_pops; ++p)
            values[p] += size * normal(hash(m_seed, layer.groups[p], number));
    }
    return values;
}

const std::vector<double>& Fluctuation::at(FeedSecond second) {
    const auto number = unixSeconds(second) / m_apart;
    if (number != m_number) {
        m_from = number == m_number + 1 ? std::move(m_to) : knot(number);
        m_to = knot(number + 1);
        m_number = number;
    }
    const double to =
        static_cast<double>(unixSeconds(second) - number * m_apart) / static_cast<double>(m_apart);
    const double size = 1 / std::hypot(1 - to, to); // the variance between knots is 1 too
    for (std::size_t p = 0; p < m_pops; ++p)
        m_values[p] = size * ((1 - to) * m_from[p] + to * m_to[p]);
    return m_values;
}

} // namespace surgescope::feeds::sim
