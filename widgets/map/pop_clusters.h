// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/map/pop_renderer.h"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace surgescope::widgets {

/// Where so many PoPs are so near to one of them that their discs pile up, they become a cluster: pixels at
/// scale 1. A few discs that overlap can be told apart better than a glyph in their place can be read.
inline constexpr double kPileUp = 9;
inline constexpr std::size_t kLeastCluster = 4;
/// A cluster then takes in what is nearer to it than its glyph is wide.
inline constexpr double kClusterReach = 25;

/// What the PoPs of a cluster are like, the worst first: the order of its segments, clockwise from the top.
enum class ClusterPart : std::uint8_t { overload, critical, elevated, managed, stale, unknown };
inline constexpr std::size_t kClusterParts = 6;
ClusterPart clusterPartOf(const PopMarker& marker);
const char16_t* clusterPartName(ClusterPart part);

/// Groups of places, around the one with the largest catchment of each crowd: it has kLeastCluster places
/// (itself is one) within `pileUp`, and takes in those within `reach`, in units of equal_earth.h. Position i
/// of the answer is the group of place i. Knows nothing of any frame's numbers, so groups do not flicker, and
/// nothing of where the view is, so they do not change while it is moved.
std::vector<std::optional<int>> groupPlaces(const feeds::PopCatalogue& catalogue,
                                            std::span<const feeds::PopIndex> places, double pileUp,
                                            double reach);

struct PopCluster {
    QPointF at; // the middle of its PoPs
    double radius = 0;
    std::array<int, kClusterParts> parts{};
    std::vector<std::size_t> members; // positions of markers, the worst first
    int count() const { return static_cast<int>(members.size()); }
};

/// Makes clusters of the markers that have one. Its area tells the summed rate, as a disc's does, but it is
/// never too small to be read nor larger than what it stands for.
std::vector<PopCluster> clusterMarkers(std::span<const PopMarker> markers,
                                       const std::vector<feeds::PopFrame>& pops, const MarkerRules& rules);

/// A ring of segments by part, each as long as its share, wider the worse; in the middle how many there are.
void paintCluster(QPainter& painter, QPointF at, double radius, const std::array<int, kClusterParts>& parts,
                  double scale);

/// Clusters painted once and then only copied. GUI thread.
class ClusterSprites {
  public:
    const QPixmap& sprite(const PopCluster& cluster, double scale, double devicePixelRatio);

  private:
    static constexpr qsizetype kMost = 400;
    QHash<QByteArray, QPixmap> m_sprites;
};

} // namespace surgescope::widgets
