// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QPointF>

#include <cstddef>
#include <span>
#include <vector>

namespace surgescope::widgets {

/// A PoP as far as spilling over goes; all in requests/s.
struct SpillSite {
    double longitude = 0; // degrees
    double latitude = 0;
    double served = 0;
    double spilledOut = 0;
    double spilledIn = 0;
};

/// Requests that one PoP's clients got answered by another.
struct SpillArc {
    std::size_t from = 0; // positions of sites
    std::size_t to = 0;
    double perSecond = 0;
    double share = 0; // of what the clients of `from` asked for
};

/// Of a PoP's requests; less spilled over is not worth a line.
inline constexpr double kLeastSpill = 0.01;
inline constexpr std::size_t kMostArcs = 40;

/// Nobody reports to whom a PoP spilled. This estimates it: the nearest pair of one that gave and one that
/// took comes first, until everything is placed or nobody takes any more. Only PoPs that spilled more than
/// kLeastSpill of their requests, only arcs that carry so much, at most `most`, the largest first.
std::vector<SpillArc> estimateSpill(std::span<const SpillSite> sites, std::size_t most = kMostArcs);

/// One arc between two discs: dashed, wider with its share, with a head where it ends.
void paintSpillArc(QPainter& painter, QPointF from, double fromRadius, QPointF to, double toRadius,
                   double share, double scale);

} // namespace surgescope::widgets
