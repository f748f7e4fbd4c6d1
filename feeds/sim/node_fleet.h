// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <string>
#include <vector>

namespace surgescope::feeds::sim {

/// The nodes of each PoP and how unequal they are: a factor drawn once per node, log-normal with sigma 0.25,
/// mean 1.
class NodeFleet {
  public:
    /// Shares `nodes` out by audience to the power 0.9; with fewer nodes than PoPs the largest PoPs get one
    /// each.
    NodeFleet(const PopCatalogue& catalogue, const std::vector<double>& audience, std::uint64_t nodes,
              std::uint64_t seed);

    std::size_t count(PopIndex pop) const { return m_pops[pop.value].factors.size(); }
    Roster roster(PopIndex pop) const;

    /// Nodes of the PoP by saturation when its mean node is at `saturation` (1 = at the knee).
    SaturationHistogram saturation(PopIndex pop, double saturation) const;

    /// Breaks a PoP's totals of one second down to its nodes: counts add up to the totals exactly, each
    /// node's part with the noise of counting.
    void fill(PopIndex pop, const PopTotals& totals, double saturation, double cpu, double nic,
              NodeColumns& columns) const;

  private:
    struct Nodes {
        std::string code;
        std::vector<float> factors; // by node, mean 1
        std::vector<float> sorted;
    };
    std::vector<Nodes> m_pops;
    std::uint64_t m_seed;
};

} // namespace surgescope::feeds::sim
