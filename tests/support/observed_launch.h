// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/observed.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/sim/simulator.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace surgescope::tests {

/// A simulated launch as alarms see it, without a feed in between: every report counts in its second.
class ObservedLaunch {
  public:
    ObservedLaunch(const std::string& scenario, std::uint64_t nodes)
        : m_scenario(*feeds::sim::findScenario(scenario)), m_simulator(m_catalogue, m_scenario, nodes, 1),
          m_regions(m_catalogue.regions().size()) {
        for (const auto& roster : m_simulator.rosters())
            if (!roster.nodes.empty()) {
                m_popOf[roster.pop] = m_pops.size();
                const auto pop = m_catalogue.find(roster.pop);
                m_regionOf.push_back(m_catalogue[*pop].region.value);
                m_pops.push_back({.code = m_catalogue[*pop].code,
                                  .region = m_catalogue.regions()[m_regionOf.back()],
                                  .nodesExpected = static_cast<double>(roster.nodes.size())});
            }
        for (std::size_t i = 0; i < m_regions.size(); ++i) {
            const auto& code = m_catalogue.regions()[i];
            m_regionPlaces.push_back({.code = code, .name = m_catalogue.regionName(code)});
        }
        for (std::size_t i = 0; i < m_pops.size(); ++i) {
            m_regionPlaces[m_regionOf[i]].nodesExpected += m_pops[i].nodesExpected;
            m_second.world.nodesExpected += m_pops[i].nodesExpected;
        }
        m_second.releaseAt = m_scenario.releaseAt;
    }

    /// The next second, of which so many PoPs at most are heard; valid until the one after it.
    feeds::ObservedSecond& next(std::size_t heard = SIZE_MAX) {
        m_simulator.step();
        m_world = {};
        for (auto& region : m_regions)
            region = {};
        for (auto& pop : m_pops) {
            pop.totals = nullptr;
            if (pop.ageSeconds) *pop.ageSeconds += 1;
        }
        for (const auto& report : m_simulator.reports()) {
            if (heard-- == 0) break;
            const auto at = m_popOf.at(report.pop);
            m_pops[at].totals = &report.totals;
            m_pops[at].ageSeconds = 0.5;
            m_regions[m_regionOf[at]].merge(report.totals);
            m_world.merge(report.totals);
        }
        for (std::size_t i = 0; i < m_regions.size(); ++i)
            m_regionPlaces[i].totals = m_regions[i] == feeds::PopTotals() ? nullptr : &m_regions[i];
        m_second.second = m_simulator.now();
        m_second.world.totals = &m_world;
        m_second.regions = m_regionPlaces;
        m_second.pops = m_pops;
        return m_second;
    }
    const feeds::ObservedSecond& second() const { return m_second; }
    /// Of the newest second, from T-0.
    int sinceRelease() const { return static_cast<int>((m_simulator.now() - m_scenario.releaseAt).count()); }

  private:
    const feeds::PopCatalogue& m_catalogue = feeds::PopCatalogue::builtIn();
    feeds::sim::Scenario m_scenario;
    feeds::sim::Simulator m_simulator;
    std::unordered_map<std::string, std::size_t> m_popOf;
    std::vector<std::size_t> m_regionOf;
    std::vector<feeds::ObservedPlace> m_pops;
    std::vector<feeds::PopTotals> m_regions;
    std::vector<feeds::ObservedPlace> m_regionPlaces;
    feeds::PopTotals m_world;
    feeds::ObservedSecond m_second;
};

/// What a launch measured, to be laid beneath another one.
class ObservedBaseline {
  public:
    ObservedBaseline(const std::string& scenario, std::uint64_t nodes, feeds::Measure measure, int until)
        : m_measure(measure) {
        ObservedLaunch launch(scenario, nodes);
        do {
            const auto& second = launch.next();
            for (const auto& region : second.regions)
                if (region.totals)
                    m_values[launch.sinceRelease()][std::string(region.code)] =
                        feeds::MeasureReader(*region.totals, {}, feeds::Quality::measured)
                            .read(measure)
                            .value;
        } while (launch.sinceRelease() < until);
    }

    std::optional<double> of(feeds::Measure measure, std::string_view region, int sinceRelease) const {
        const auto second = m_values.find(sinceRelease);
        if (measure != m_measure || second == m_values.end()) return std::nullopt;
        const auto value = second->second.find(region);
        return value == second->second.end() ? std::nullopt : std::optional(value->second);
    }

  private:
    feeds::Measure m_measure;
    std::map<int, std::map<std::string, double, std::less<>>> m_values;
};

} // namespace surgescope::tests
