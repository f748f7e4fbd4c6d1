// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario.h"

namespace surgescope::feeds::sim {

double Scenario::allAlbums() const {
    double all = albums;
    for (const auto& release : furtherReleases)
        all += release.albums;
    return all;
}

double Scenario::albumsLive(double t) const {
    double live = t == 0 && opensAtPeakPerSecond > 0 ? albums : 0;
    for (const auto& release : furtherReleases)
        if (t >= release.at && t - 1 < release.at) live += release.albums;
    return live;
}

void Scenario::scalePeople(double times) {
    for (auto* people : {&meanListeners, &recordListeners, &opensAtPeakPerSecond, &waitingPool})
        *people *= times;
    for (auto& release : furtherReleases) {
        release.opensAtPeakPerSecond *= times;
        release.waitingPool *= times;
    }
}

std::vector<std::string> Scenario::contradictions() const {
    std::vector<std::string> all;
    if (purgeEverySeconds > 0 && purgeBurstSeconds > purgeEverySeconds)
        all.emplace_back(
            "purges.burst_s is longer than purges.every_s, expected a burst that ends before the next");
    if (!furtherReleases.empty() && releaseMode == ReleaseMode::localMidnight)
        all.emplace_back(
            "another_release does not go with release.mode local-midnight, expected simultaneous");
    return all;
}

Scenario Scenario::quietTwin() const {
    Scenario quiet = *this;
    quiet.name = "quiet";
    quiet.summary = "The same night without a release.";
    quiet.opensAtPeakPerSecond = 0;
    quiet.waitingPool = 0;
    quiet.purgeBurstPerSecond = 0;
    quiet.botsInBurst = 0;
    quiet.furtherReleases.clear();
    quiet.purgeBursts.clear();
    quiet.affinityOfRegion.clear();
    quiet.affinityOfCountry.clear();
    quiet.failures.clear();
    quiet.levers.clear();
    // What has no effect without a release is made alike, so that launches of one night share one twin.
    const Scenario usual;
    quiet.albums = usual.albums;
    quiet.tracksPerAlbum = usual.tracksPerAlbum;
    quiet.staggerSeconds = usual.staggerSeconds;
    quiet.releaseBitrateKbit = usual.releaseBitrateKbit;
    quiet.releaseMode = usual.releaseMode;
    quiet.riseSeconds = usual.riseSeconds;
    quiet.relaxationSeconds = usual.relaxationSeconds;
    quiet.relaxationExponent = usual.relaxationExponent;
    quiet.skipDwellSeconds = usual.skipDwellSeconds;
    quiet.purgeBurstSeconds = usual.purgeBurstSeconds;
    quiet.purgeEverySeconds = usual.purgeEverySeconds;
    quiet.purgeLossInBurst = usual.purgeLossInBurst;
    quiet.botsAt = usual.botsAt;
    return quiet;
}

} // namespace surgescope::feeds::sim
