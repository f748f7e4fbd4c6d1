// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/sim/ingest.h"

#include "feeds/sim/random.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds::sim {
namespace {
constexpr double kEncodings = 4;
constexpr double kEncodeSeconds = 3;      // of a track in one of them
constexpr double kPackageSeconds = 1;     // each
constexpr double kBacklogTracks = 1e5;    // of other labels, before it
constexpr double kCheckSeconds = 20 * 60; // median
constexpr double kCheckSigma = 1;
constexpr double kSentBack = 0.03;
constexpr double kLeastBack = 2 * 3'600, kMostBack = 24 * 3'600;
enum IngestDraw : std::uint64_t { checkDraw, backDraw, backForDraw };
} // namespace

Ingest::Ingest(const Scenario& scenario, std::uint64_t seed) : m_begins(-scenario.deliveredSeconds) {
    const auto tracks = static_cast<std::uint64_t>(scenario.allAlbums() * scenario.tracksPerAlbum);
    m_encoding = (kBacklogTracks + static_cast<double>(tracks)) * kEncodings * kEncodeSeconds;
    for (std::uint64_t track = 0; track < tracks; ++track) {
        double check = kCheckSeconds * std::exp(kCheckSigma * normal(hash(seed, checkDraw, track)));
        if (uniform(hash(seed, backDraw, track)) < kSentBack)
            check += std::lerp(kLeastBack, kMostBack, uniform(hash(seed, backForDraw, track)));
        m_checks.push_back(check);
    }
    std::ranges::sort(m_checks);
}

void Ingest::step(double t, double encoders) {
    m_finished = false;
    if (!m_encoded && t > m_begins) {
        m_encoding -= encoders * (t - m_begins);
        m_begins = t;
        if (m_encoding > 0) return;
        m_encoded = true;
        m_packaged =
            t + m_encoding / encoders + kEncodings * kPackageSeconds; // m_encoding is what was too much
    }
    if (!m_encoded || m_ready >= 1) return;
    const auto done = std::ranges::upper_bound(m_checks, t - m_packaged) - m_checks.begin();
    m_ready = static_cast<double>(done) / static_cast<double>(m_checks.size());
    m_finished = m_ready >= 1;
}

} // namespace surgescope::feeds::sim
