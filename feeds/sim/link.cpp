// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/link.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr double kQueues = 0.9;         // of the link, where packets begin to wait
constexpr double kQueueSeconds = 0.040; // when it is full
constexpr double kLossAtQueue = 0.001;
constexpr double kLossWhenFull = 0.01;
constexpr double kMostLoss = 0.15;
constexpr double kSendAgainSeconds = 0.3;
constexpr double kBufferSeconds = 30;        // a player's
constexpr double kLeastQuality = 96.0 / 256; // of what it would like to: the lowest rung of the ladder
constexpr double kKeeps = 0.95;              // of what it measures, that a player uses
constexpr double kClimbs = 0.7;
constexpr double kDownSeconds = 6;
constexpr double kUpSeconds = 30;
} // namespace

Link::Link() : m_buffered(kBufferSeconds) {}

Link::Step Link::step(double offered) {
    Step step;
    const double full = std::clamp((offered - kQueues) / (1 - kQueues), 0.0, 1.0);
    step.loss = full > 0 ? kLossAtQueue + full * (kLossWhenFull - kLossAtQueue) : 0;
    // Flows of audio have one or two packets in flight: they cannot go slower, so what does not fit is lost.
    if (offered > 1) step.loss = std::clamp(1 - 1 / offered, kLossWhenFull, kMostLoss);
    step.sent = std::min(1.0, 1 / std::max(offered, 1e-9));
    step.delaySeconds = kQueueSeconds * full * full + step.loss * kSendAgainSeconds;
    step.failed = step.loss * step.loss * step.loss; // the first packet, three times

    const double gets = 1 / std::max(offered, 0.5); // seconds of audio a second
    m_buffered = std::clamp(m_buffered + gets - 1, 0.0, kBufferSeconds);
    if (m_buffered <= 0) step.stalled = std::max(0.0, 1 - gets);

    const double wanted = offered / m_quality; // were nobody to go down
    if (offered > kKeeps)
        m_quality += (std::max(kLeastQuality, kKeeps / wanted) - m_quality) * -std::expm1(-1 / kDownSeconds);
    else if (offered < kClimbs)
        m_quality +=
            (std::min(1.0, kClimbs / std::max(wanted, 1e-9)) - m_quality) * -std::expm1(-1 / kUpSeconds);
    m_quality = std::min(1.0, m_quality);
    return step;
}

} // namespace surgescope::feeds::sim
