// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace surgescope::feeds::sim {

/// Round trip between two places over fibre: 200 km/ms, paths 1.4 times the great circle, 0.5 ms besides.
double roundTripSeconds(const Pop& a, const Pop& b);

/// Who is near whom. Immutable.
class Network {
  public:
    explicit Network(const PopCatalogue& catalogue);

    /// All other PoPs, the nearest first.
    const std::vector<PopIndex>& neighbours(PopIndex pop) const { return m_neighbours[pop.value]; }
    /// PoPs that are a shield of some PoP.
    const std::vector<PopIndex>& shields() const { return m_shields; }
    /// Where in shields() this one stands.
    std::size_t shieldNumber(PopIndex shield) const {
        return static_cast<std::size_t>(std::ranges::lower_bound(m_shields, shield) - m_shields.begin());
    }
    /// The PoP's own shield or, where `isDown` says that of it, the nearest one that is not; the own one when
    /// all are.
    template <class IsDown> PopIndex shieldOf(PopIndex pop, IsDown isDown) const {
        if (!isDown(m_shieldOf[pop.value])) return m_shieldOf[pop.value];
        for (const auto shield : m_shieldsByDistance[pop.value])
            if (!isDown(shield)) return shield;
        return m_shieldOf[pop.value];
    }
    double roundTrip(PopIndex a, PopIndex b) const { return m_roundTrips[a.value * m_count + b.value]; }
    /// Round trip to the nearest of the catalogue's origins.
    double toOrigin(PopIndex pop) const { return m_toOrigin[pop.value]; }
    /// One way from where purges are issued: IAD or, without one, the first PoP.
    double fromIssuer(PopIndex pop) const { return m_fromIssuer[pop.value]; }

  private:
    std::size_t m_count;
    std::vector<double> m_roundTrips; // PoPs × PoPs
    std::vector<std::vector<PopIndex>> m_neighbours;
    std::vector<std::vector<PopIndex>> m_shieldsByDistance;
    std::vector<PopIndex> m_shields; // rising
    std::vector<PopIndex> m_shieldOf;
    std::vector<double> m_toOrigin;
    std::vector<double> m_fromIssuer;
};

} // namespace surgescope::feeds::sim
