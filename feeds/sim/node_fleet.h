// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/load.h"
#include "feeds/wire/messages.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace surgescope::feeds::sim {

/// What simulated nodes measure: all there is, but what goes on inside of their kernels.
inline constexpr FieldSet kSimulated =
    FieldSet::all() - FieldSet::of({Counter::tcp_segments, Counter::tcp_retransmits, Counter::cpu_waiting_us,
                                    Counter::memory_waiting_us, Counter::io_waiting_us});

/// Nodes of a PoP by how much of its load they get: quarters, the least loaded first. What a node does with
/// purges depends on its load, so it is followed by group.
inline constexpr std::size_t kNodeGroups = 4;

/// How the nodes of a PoP are in one second; whole numbers are sums over a group.
struct NodeState {
    double saturation = 0; // of the mean node
    double cpu = 0;
    double nic = 0;
    struct Group {
        std::uint64_t applied = 0; // keys
        std::uint64_t pending = 0;
        double lagUs = 0; // the worst of the keys applied
    };
    std::array<Group, kNodeGroups> groups;
};

/// The nodes of each PoP and how unequal they are: machines of three generations, each of which gets requests
/// by what it can do; how much more or less than its share the hash ring gives it; what goes up and down in
/// each; and a clock that is off by something. Some limp, some are down. One thread.
class NodeFleet {
  public:
    /// Shares `nodes` out by audience to the power 0.9; with fewer nodes than PoPs the largest PoPs get one
    /// each. If they are as many as the catalogue expects, each PoP has those that it expects there. Nodes
    /// have the names that it knows first. `failuresPerYear`: of each node, for five minutes.
    NodeFleet(const PopCatalogue& catalogue, const std::vector<double>& audience, std::uint64_t nodes,
              std::uint64_t seed, double failuresPerYear);

    std::size_t count(PopIndex pop) const { return m_pops[pop.value].factors.size(); }
    /// Each node has an equal part of what the PoP can do, however many there are.
    Roster roster(PopIndex pop, const Capacity& capacity) const;

    /// Decides who is down in `second`, and how loaded each node is: a function of seed and time alone.
    /// `nodesDown`: the share of a PoP's nodes that a failure has taken, by PopIndex.
    void step(FeedSecond second, const std::vector<double>& nodesDown);

    /// Who is, by position in the roster.
    const std::vector<bool>& down(PopIndex pop) const { return m_pops[pop.value].down; }

    // Of the nodes that are up:
    std::size_t up(PopIndex pop) const { return m_pops[pop.value].busy.size(); }
    std::uint64_t groupNodes(PopIndex pop, std::size_t group) const {
        return m_pops[pop.value].groupNodes[group];
    }
    double groupFactor(PopIndex pop, std::size_t group) const { return m_pops[pop.value].groupFactor[group]; }
    const ExponentialHistogram& clockOffsets(PopIndex pop) const { return m_pops[pop.value].clockOffsets; }
    double memoryPermille(PopIndex pop) const { return m_pops[pop.value].memoryPermille; } // mean
    /// By saturation, when the PoP's mean node is at `saturation` (1 = at the knee).
    SaturationHistogram saturation(PopIndex pop, double saturation) const;

    /// Breaks a PoP's totals of one second down to its nodes: counts add up to the totals exactly, each
    /// node's part with the noise of counting. Down nodes are not heard.
    void fill(PopIndex pop, const PopTotals& totals, const NodeState& state, NodeColumns& columns) const;

  private:
    struct Nodes {
        std::string code;
        std::vector<std::string> names; // of the first nodes; the others are numbered
        // By node:
        std::vector<float> power;   // what it can do over the mean node
        std::vector<float> ring;    // how busy its share of the hash ring keeps it, mean 1
        std::vector<float> factors; // the same in these ten seconds
        std::vector<std::int32_t> clockOffsetUs;
        std::vector<std::int8_t> slower;  // than the PoP's median, in buckets of a histogram
        std::vector<std::uint8_t> memory; // half percent
        std::vector<std::int8_t> misses;  // thousandths of its requests more than others
        std::vector<std::uint8_t> group;
        std::vector<bool> down;
        // Of those that are up:
        std::vector<float> busy; // factors
        std::array<std::uint64_t, kNodeGroups> groupNodes{};
        std::array<double, kNodeGroups> groupFactor{};
        ExponentialHistogram clockOffsets;
        double memoryPermille = 0;
        std::int64_t drift = -1; // for which the factors are
        // For what `down` was decided:
        std::int64_t window = -1;
        double share = -1;
    };
    void makeNodes(Nodes& pop, std::uint64_t number, std::uint64_t count, bool alike);
    void decide(std::size_t pop, std::int64_t window, double share);
    void drift(std::size_t pop, std::int64_t number);
    void settle(Nodes& pop);

    std::vector<Nodes> m_pops;
    std::uint64_t m_seed;
    double m_downInWindow; // probability that a node is, in one window
};

} // namespace surgescope::feeds::sim
