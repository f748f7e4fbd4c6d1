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

/// What each PoP wants to send away, with the lag, and the room of the others.
void Balancing::follow(const std::vector<Site>& sites, double seconds) {
    const double follow = -std::expm1(-seconds / m_lagSeconds);
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const auto& site = sites[i];
        if (site.saturationPerWork <= 0) continue;
        const double fits = std::max(0.0, m_above / site.saturationPerWork - m_forced[i]);
        const bool open = site.state == Site::State::open;
        const double target = !open ? 1 : site.work > fits ? 1 - fits / site.work : 0;
        m_wanted[i] += (target - m_wanted[i]) * follow;
        if (open) m_room[i] = std::max(0.0, fits - site.work);
    }
}

/// Where clients of the PoPs that are open, or of those that are not, would like to go.
void Balancing::place(const std::vector<Site>& sites, double radius, bool open) {
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const auto& site = sites[i];
        if ((site.state == Site::State::open) != open || m_wanted[i] < kWorthMoving || site.work <= 0)
            continue;
        const auto& neighbours = m_network.neighbours(PopIndex(i));
        const auto asked =
            std::min(neighbours.size(), std::max(static_cast<std::size_t>(radius), open ? 0 : kRefuge));
        const auto roomAt = [&](PopIndex pop) {
            const auto& to = sites[pop.value];
            const bool takes = to.saturationPerWork > 0 && to.state == Site::State::open;
            return takes
                       ? std::max(m_room[pop.value], open ? 0 : kForcedRoom * m_above / to.saturationPerWork)
                       : 0.0;
        };
        double total = 0;
        for (std::size_t n = 0; n < asked; ++n)
            total += roomAt(neighbours[n]);
        const double wish = m_wanted[i] * site.work;
        const double goes = open ? std::min(wish, total) : wish;
        m_unplaced[i] = m_wanted[i];
        if (total <= 0 || goes <= 0) continue;
        for (std::size_t n = 0; n < asked; ++n) {
            const double room = roomAt(neighbours[n]);
            if (room <= 0) continue;
            m_moves.push_back({PopIndex(i), neighbours[n], goes / site.work * room / total});
            m_comes[neighbours[n].value] += goes * room / total;
        }
    }
}

void Balancing::step(const std::vector<Site>& sites, double radius, double seconds) {
    const auto count = sites.size();
    m_wanted.resize(count);
    m_forced.resize(count);
    m_away.assign(count, 0);
    m_unplaced.assign(count, 0);
    m_room.assign(count, 0);
    m_comes.assign(count, 0);
    m_moves.clear();
    follow(sites, seconds);
    place(sites, radius, false);
    const auto forcedMoves = m_moves.size();
    m_forced = m_comes;
    for (std::size_t i = 0; i < count; ++i)
        m_room[i] = std::max(0.0, m_room[i] - m_forced[i]);
    m_comes.assign(count, 0);
    place(sites, radius, true);
    // Several may have chosen the same neighbour: it takes of each what it has room for.
    for (std::size_t m = 0; m < m_moves.size(); ++m) {
        auto& move = m_moves[m];
        const auto& comes = m_comes[move.to.value];
        if (m >= forcedMoves && comes > m_room[move.to.value]) move.share *= m_room[move.to.value] / comes;
        m_away[move.from.value] += move.share;
    }
    for (std::size_t i = 0; i < count; ++i)
        m_unplaced[i] = std::max(0.0, m_unplaced[i] - m_away[i]);
}

} // namespace surgescope::feeds::sim
