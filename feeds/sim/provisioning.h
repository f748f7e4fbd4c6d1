// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/load.h"

#include <cstddef>
#include <vector>

namespace surgescope::feeds::sim {

/// What an edge can do: what its operator says and, where nobody says, what was planned for the audience it
/// was built for. A pure function of the catalogue: neither scenario nor seed nor the number of nodes that
/// are simulated changes it. Immutable.
///
/// Planned as operators upgrade: capacity is doubled when its use at the daily peak reaches 40, 60 or 80 %,
/// so that this use is anywhere between half of that and that; CPU and network apart (r = 0.5). SIMULATOR.md
/// says where that comes from.
class Provisioning {
  public:
    explicit Provisioning(const PopCatalogue& catalogue);

    /// What these people ask of a PoP on a usual evening, with the machines and the fetches that go with it.
    static Work usualWork(const PopDemand& people);

    /// Of all nodes of the PoP that there are; however many are simulated share it.
    const Capacity& capacity(PopIndex pop) const { return m_capacities[pop.value]; }
    /// What a shield's metadata service answers: requests per second.
    double metadataPerSecond(PopIndex shield) const { return m_metadata[shield.value]; }
    /// Fetches per second, by its position in the catalogue.
    double originPerSecond(std::size_t origin) const { return m_origins[origin]; }

  private:
    std::vector<Capacity> m_capacities;
    std::vector<double> m_metadata;
    std::vector<double> m_origins;
};

} // namespace surgescope::feeds::sim
