// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds::sim {

/// What is released and how the crowd and the platform behave. Units stand in the names; sources in
/// SIMULATOR.md.
struct Scenario {
    std::string name;
    std::string summary; // one line for --list

    FeedSecond releaseAt =
        std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(5); // 00:00 ET
    std::chrono::seconds lead{60}; // how long before the release it begins

    double meanListeners = 20e6; // around the world, over a day
    int albums = 1;
    double opensAtPeakPerSecond = 900;      // of the app, because of the release
    double waitingPool = 2e5;               // people who refresh before the release
    double prewarmed = 0.98;                // share of the release's objects that edges hold before it
    double skipDwellSeconds = 190;          // how long a new track is listened to at first
    double botShareInBurst = 0;             // of legitimate API requests, on top of 4 %
    double invalidationBurstPerSecond = 20; // keys issued at the origin
    double invalidationBurstSeconds = 12;
    double multicastLoss = 0.002; // of purge messages to a node, repaired by anti-entropy

    FeedSecond start() const { return releaseAt - lead; }
};

/// The scenarios built in.
const std::vector<Scenario>& scenarios();
std::optional<Scenario> findScenario(std::string_view name);

} // namespace surgescope::feeds::sim
