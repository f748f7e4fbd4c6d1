// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

namespace surgescope::feeds::sim {
namespace {
constexpr double kIssueSeconds = 0.010; // until a purge has left the issuer

template <class A, class B> double overFibre(const A& a, const B& b) {
    const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
    const double cosine = std::sin(radians(a.latitude)) * std::sin(radians(b.latitude)) +
                          std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) *
                              std::cos(radians(a.longitude - b.longitude));
    const double km = 6371 * std::acos(std::clamp(cosine, -1.0, 1.0));
    return 0.5e-3 + 2 * km * 1.4 / 200e3;
}

} // namespace

double roundTripSeconds(const Pop& a, const Pop& b) {
    return overFibre(a, b);
}

Network::Network(const PopCatalogue& catalogue) : m_count(catalogue.size()) {
    std::vector<PopIndex> all;
    std::set<PopIndex> shields;
    for (std::size_t i = 0; i < m_count; ++i) {
        const PopIndex pop(i);
        all.push_back(pop);
        m_shieldOf.push_back(catalogue.find(catalogue[pop].shield).value_or(pop));
        shields.insert(m_shieldOf.back());
        for (const auto& other : catalogue.pops())
            m_roundTrips.push_back(roundTripSeconds(catalogue[pop], other));
    }
    m_shields.assign(shields.begin(), shields.end());
    const auto issuer = catalogue.find("IAD").value_or(PopIndex{});
    for (const auto pop : all) {
        const auto byDistance = [&](std::vector<PopIndex> places) {
            std::ranges::stable_sort(places, {}, [&](PopIndex other) { return roundTrip(pop, other); });
            return places;
        };
        m_neighbours.push_back(byDistance(all));
        std::erase(m_neighbours.back(), pop);
        m_shieldsByDistance.push_back(byDistance(m_shields));
        double nearest = std::numeric_limits<double>::max();
        for (const auto& origin : catalogue.origins())
            nearest = std::min(nearest, overFibre(catalogue[pop], origin));
        m_toOrigin.push_back(nearest);
        m_fromIssuer.push_back(roundTrip(pop, issuer) / 2 + kIssueSeconds);
    }
}

} // namespace surgescope::feeds::sim
