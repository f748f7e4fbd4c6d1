// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/scenario.h"

namespace surgescope::feeds::sim {

Scenario Scenario::quietTwin() const {
    Scenario quiet = *this;
    quiet.name = "quiet";
    quiet.summary = "The same night without a release.";
    quiet.opensAtPeakPerSecond = 0;
    quiet.waitingPool = 0;
    quiet.purgeBurstPerSecond = 0;
    quiet.botsInBurst = 0;
    quiet.failures.clear();
    quiet.levers.clear();
    // What has no effect without a release is made alike, so that launches of one night share one twin.
    const Scenario usual;
    quiet.albums = usual.albums;
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
