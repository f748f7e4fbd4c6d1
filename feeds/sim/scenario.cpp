// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario.h"

namespace surgescope::feeds::sim {

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all = [] {
        Scenario standard;
        standard.name = "standard-rollout";
        standard.summary = "One album, announced; caches warmed, invalidations spread out.";

        Scenario triple;
        triple.name = "triple-drop";
        triple.summary = "Three albums at once, unannounced: cold caches, a purge burst, bots in the crowd.";
        triple.albums = 3;
        triple.opensAtPeakPerSecond = 47'000;
        triple.waitingPool = 8e6;
        triple.prewarmed = 0;
        triple.skipDwellSeconds = 40;
        triple.botShareInBurst = 0.34;
        triple.invalidationBurstPerSecond = 2'500;
        triple.multicastLoss = 0.015;
        return std::vector{triple, standard};
    }();
    return all;
}

std::optional<Scenario> findScenario(std::string_view name) {
    for (const auto& scenario : scenarios())
        if (scenario.name == name) return scenario;
    return std::nullopt;
}

} // namespace surgescope::feeds::sim
