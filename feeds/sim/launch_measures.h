// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/sim/simulator.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds::sim {

/// Whose figures they are.
enum class Grouping : std::uint8_t { world, region, pop };
std::optional<Grouping> groupingOf(std::string_view name);
/// The region's or the PoP's codes, in the catalogue's order; of the world one without a name.
std::vector<std::string> groupNames(const PopCatalogue& catalogue, Grouping grouping);

/// What a launch did, read from its telemetry alone: the same would be said of a real one.
class LaunchMeasures {
  public:
    /// T-0 of the launch. `grouping`: of what a part is measured.
    explicit LaunchMeasures(FeedSecond releaseAt, Grouping grouping = Grouping::world)
        : m_releaseAt(releaseAt), m_grouping(grouping) {}

    /// One second of all its PoPs. Seconds must come in order.
    void add(std::span<const PopReport* const> reports, const Global& global);
    void add(std::span<const PopReport> reports, const Global& global);

    struct Second {
        double t = 0; // s after T-0
        double apiPerSecond = 0;
        double requestsPerSecond = 0;
        double hitRatio = 0;
        double egressBitsPerSecond = 0;
        double fillsPerSecond = 0; // edge from shield
        double originPerSecond = 0;
        double errorShare = 0; // 5xx of requests
        double issuedPerSecond = 0;
        double pendingPerNode = 0; // keys
        double stalePerSecond = 0;
        double lagP50 = 0, lagP99 = 0;                                  // s
        double metadataP50 = 0, metadataP95 = 0;                        // s
        double ttfbMean = 0, hitP95 = 0, missP95 = 0;                   // s
        double balancerP50 = 0, balancerWorstP99 = 0;                   // s; of all, and of the worst PoP
        double saturationMean = 0, saturationP99 = 0;                   // of nodes; of PoPs
        double popsCritical = 0, popsOverloaded = 0;                    // at 0.9 and 1 or more
        double spilledShare = 0, spilledInShare = 0, unplacedShare = 0; // of requests
        double botShare = 0, retryShare = 0;                            // of API requests
        double blockedPerSecond = 0, challengedPerSecond = 0, malformedPerSecond = 0;
        double passedShare = 0;    // of challenges
        double newPrefixShare = 0; // of API requests
        double listeners = 0;
        double trendWeight = 0;
        double churnPerHour = 0;
    };
    const std::vector<Second>& seconds() const { return m_seconds; }
    Grouping grouping() const { return m_grouping; }

  private:
    FeedSecond m_releaseAt;
    Grouping m_grouping;
    std::vector<Second> m_seconds;
    std::optional<std::uint64_t> m_purgeHead;
};

/// One line of a comparison.
struct LaunchFigure {
    std::string key;  // for machines: api_change_peak
    std::string name; // for people
    std::string unit;
    std::optional<double> value; // nothing: it did not happen
};

/// A figure of each second.
struct SecondFigure {
    std::string_view key; // for machines: api_per_s
    std::string_view unit;
    double LaunchMeasures::Second::*value;
    double scale = 1;
    bool ofWorld = false; // no part of it has one of its own
};
std::span<const SecondFigure> secondFigures();

/// The launch in figures; of a part those that it has of its own. `quiet`: the same seconds of a night
/// without a release.
std::vector<LaunchFigure> measuresOf(const LaunchMeasures& launch, const LaunchMeasures& quiet);

/// Simulates from the scenario's start to `untilSeconds` after T-0, faster than real time. `progress` is told
/// the share that is done. Stops early, incomplete, when asked to. One for each of groupNames().
std::vector<LaunchMeasures> measureGroups(const PopCatalogue& catalogue, const Scenario& scenario,
                                          Grouping grouping, std::uint64_t nodes, std::uint64_t seed,
                                          double untilSeconds, const std::function<void(double)>& progress,
                                          const std::stop_token& stop);
/// The same of the world.
LaunchMeasures measureLaunch(const PopCatalogue& catalogue, const Scenario& scenario, std::uint64_t nodes,
                             std::uint64_t seed, double untilSeconds,
                             const std::function<void(double)>& progress, const std::stop_token& stop);

} // namespace surgescope::feeds::sim
