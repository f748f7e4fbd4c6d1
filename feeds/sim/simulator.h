// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/levers.h"
#include "feeds/sim/scenario.h"
#include "feeds/util/result.h"
#include "feeds/wire/messages.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::feeds::sim {

/// A launch, second by second, as the telemetry its nodes would send. A pure function of catalogue, scenario,
/// node count, seed and levers pulled: every draw is a hash of seed, place and time. It makes messages and
/// sends none; headers hold the interval only. One thread; several simulators may run in several threads.
class Simulator {
  public:
    /// `catalogue` must outlive the simulator. `nodes`: at least 1.
    Simulator(const PopCatalogue& catalogue, const Scenario& scenario, std::uint64_t nodes,
              std::uint64_t seed);
    ~Simulator();

    /// Simulates the next second; the first one ends at the scenario's start.
    void step();
    /// The end of the second simulated last.
    FeedSecond now() const;

    /// Of the second simulated last, one for each PoP that has nodes and is not down. They may be stamped in
    /// place.
    std::vector<PopReport>& reports();
    /// Node by node, for the PoP of reports()[index]; valid until the next call.
    NodeColumns& columns(std::size_t index);
    /// Which nodes of the PoP of reports()[index] are down, by position in its roster.
    const std::vector<bool>& down(std::size_t index) const;
    Global& global();
    std::vector<Event>& events();

    std::vector<Roster> rosters() const;

    /// Takes effect, and is told as an event, in the next second. Refused as Levers::pull() does.
    Result<std::string> pull(const LeverSetting& setting);

  private:
    struct Model;
    std::unique_ptr<Model> m_model;
};

} // namespace surgescope::feeds::sim
