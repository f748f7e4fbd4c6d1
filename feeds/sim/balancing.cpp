// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/balancing.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr double kWorthMoving = 1e-3; // share of a PoP's clients
constexpr std::size_t kRefuge = 8;    // neighbours that take the clients of a PoP that is not open, at least
constexpr double kForcedRoom = 1e-6;  // what even a full neighbour counts for when clients must go somewhere
} // namespace

Balancing::Balancing(const Network& network, const Scenario& scenario)
    : m_network(network), m_above(scenario.spillAbove), m_lagSeconds(scenario.spillLagSeconds) {}

void Balancing::step(const std::vector<Site>& sites, double radius, double seconds) {
    const auto count = sites.size();
    const double follow = -std::expm1(-seconds / m_lagSeconds);
    m_wanted.resize(count);
    m_away.assign(count, 0);
    m_unplaced.assign(count, 0);
    m_room.assign(count, 0);
    m_comes.assign(count, 0);
    m_moves.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const auto& site = sites[i];
        if (site.saturationPerWork <= 0) continue;
        const double fits = m_above / site.saturationPerWork;
        const bool open = site.state == Site::State::open;
        const double target = !open ? 1 : site.work > fits ? 1 - fits / site.work : 0;
        m_wanted[i] += (target - m_wanted[i]) * follow;
        if (open) m_room[i] = std::max(0.0, fits - site.work);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto& site = sites[i];
        if (m_wanted[i] < kWorthMoving || site.work <= 0) continue;
        const bool open = site.state == Site::State::open;
        const auto& neighbours = m_network.neighbours(PopIndex(i));
        const auto asked = std::max(static_cast<std::size_t>(radius), open ? 0 : kRefuge);
        const auto roomAt = [&](PopIndex pop) {
            const auto& to = sites[pop.value];
            const bool takes = to.saturationPerWork > 0 && to.state == Site::State::open;
            return takes
                       ? std::max(m_room[pop.value], open ? 0 : kForcedRoom * m_above / to.saturationPerWork)
                       : 0.0;
        };
        double total = 0;
        for (std::size_t n = 0; n < std::min(asked, neighbours.size()); ++n)
            total += roomAt(neighbours[n]);
        const double wish = m_wanted[i] * site.work;
        const double goes = open ? std::min(wish, total) : wish;
        m_unplaced[i] = m_wanted[i];
        if (total <= 0 || goes <= 0) continue;
        for (std::size_t n = 0; n < std::min(asked, neighbours.size()); ++n) {
            const double room = roomAt(neighbours[n]);
            if (room <= 0) continue;
            m_moves.push_back({PopIndex(i), neighbours[n], goes / site.work * room / total});
            if (open) m_comes[neighbours[n].value] += goes * room / total;
        }
    }
    // Several may have chosen the same neighbour: it takes of each what it has room for.
    for (auto& move : m_moves) {
        const auto& comes = m_comes[move.to.value];
        const bool forced = sites[move.from.value].state != Site::State::open;
        if (!forced && comes > m_room[move.to.value]) move.share *= m_room[move.to.value] / comes;
        m_away[move.from.value] += move.share;
    }
    for (std::size_t i = 0; i < count; ++i)
        m_unplaced[i] = std::max(0.0, m_unplaced[i] - m_away[i]);
}

} // namespace surgescope::feeds::sim
