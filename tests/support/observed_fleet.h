// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/observed.h"
#include "feeds/model/pop_totals.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::tests {

/// A small fleet that does what a test says, second by second, as alarms see it.
class ObservedFleet {
  public:
    struct Pop {
        std::string code;
        std::string region;
        std::uint64_t nodes = 10;
        std::uint64_t requests = 10'000;
        double saturation = 0.5;
        bool isUp = true;
        std::optional<double> age;
        feeds::PopTotals more; // besides
    };

    /// Of as many regions R0, R1, …; PoPs are called R0-0, R0-1, …
    ObservedFleet(std::size_t regions, std::size_t popsOfEach) {
        for (std::size_t r = 0; r < regions; ++r)
            for (std::size_t p = 0; p < popsOfEach; ++p) {
                const std::string region = "R" + std::to_string(r);
                pops.push_back({.code = region + "-" + std::to_string(p), .region = region});
            }
    }

    /// The next second; valid until the one after it.
    feeds::ObservedSecond& next(int seconds = 1) {
        using feeds::Counter;
        m_regions.clear();
        m_totals.clear();
        m_regionPlaces.clear();
        m_popPlaces.clear();
        m_world = {};
        m_totals.resize(pops.size());
        double expected = 0;
        std::map<std::string, double> expectedOf;
        bool anyUp = false;
        for (std::size_t i = 0; i < pops.size(); ++i) {
            auto& pop = pops[i];
            expected += static_cast<double>(pop.nodes);
            expectedOf[pop.region] += static_cast<double>(pop.nodes);
            m_regions[pop.region];
            if (!pop.isUp) {
                if (pop.age) *pop.age += seconds;
                continue;
            }
            anyUp = true;
            pop.age = 0.5;
            auto& totals = m_totals[i];
            totals = pop.more;
            totals.setMeasured(feeds::FieldSet::all());
            totals[Counter::node_seconds] = pop.nodes;
            totals[Counter::requests] = pop.requests;
            totals[Counter::saturation_permille_seconds] =
                static_cast<std::uint64_t>(pop.saturation * 1e3 * static_cast<double>(pop.nodes));
            m_regions[pop.region].merge(totals);
            m_world.merge(totals);
        }
        for (const auto& [code, totals] : m_regions)
            m_regionPlaces.push_back({.code = code,
                                      .totals = totals.measuredByAny == feeds::FieldSet() ? nullptr : &totals,
                                      .nodesExpected = expectedOf[code]});
        for (std::size_t i = 0; i < pops.size(); ++i)
            m_popPlaces.push_back({.code = pops[i].code,
                                   .region = pops[i].region,
                                   .totals = pops[i].isUp ? &m_totals[i] : nullptr,
                                   .nodesExpected = static_cast<double>(pops[i].nodes),
                                   .ageSeconds = pops[i].age});
        m_second.second += std::chrono::seconds(seconds);
        m_second.world = {.totals = anyUp ? &m_world : nullptr, .nodesExpected = expected};
        m_second.regions = m_regionPlaces;
        m_second.pops = m_popPlaces;
        return m_second;
    }
    feeds::FeedSecond now() const { return m_second.second; }
    feeds::ObservedSecond& second() { return m_second; }

    std::vector<Pop> pops;

  private:
    std::map<std::string, feeds::PopTotals> m_regions;
    std::vector<feeds::PopTotals> m_totals;
    std::vector<feeds::ObservedPlace> m_regionPlaces;
    std::vector<feeds::ObservedPlace> m_popPlaces;
    feeds::PopTotals m_world;
    feeds::ObservedSecond m_second{.second = feeds::feedSecond(1'795'000'000)};
};

} // namespace surgescope::tests
