// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/pop_catalogue.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace surgescope::feeds::sim {

/// Something that goes up and down at all PoPs, in part together: standard normal at each PoP, and as much
/// alike at two of them as what they have in common. A pure function of seed, place and time: normals hashed
/// at knots two time constants apart, interpolated.
class Fluctuation {
  public:
    /// Shares of the variance that come from each, sum 1.
    struct Weights {
        double world = 0;
        double language = 0;
        double region = 0;
        double country = 0;
        double pop = 1;
    };
    /// `seed`: another one for each use. `seconds`: the time constant.
    Fluctuation(const PopCatalogue& catalogue, std::uint64_t seed, const Weights& weights,
                std::int64_t seconds);

    /// By PopIndex; valid until the next call.
    const std::vector<double>& at(FeedSecond second);

  private:
    std::vector<double> knot(std::int64_t number) const;

    struct Layer { // of the variance
        double share;
        std::vector<std::uint64_t> groups; // by PopIndex: PoPs with the same number have it in common
    };
    std::vector<Layer> m_layers;
    std::size_t m_pops;
    std::uint64_t m_seed;
    std::int64_t m_apart; // s from knot to knot
    std::int64_t m_number;
    std::vector<double> m_from, m_to; // knots before and after the second asked for last
    std::vector<double> m_values;
};

} // namespace surgescope::feeds::sim
