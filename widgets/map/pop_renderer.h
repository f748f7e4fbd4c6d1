// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/map/map_view.h"

#include <QHash>
#include <QPainter>
#include <QPixmap>

#include <cstdint>
#include <span>
#include <vector>

namespace surgescope::widgets {

/// How a PoP is drawn, beside its colour: shape tells what colour alone must not.
enum class PopLook : std::uint8_t {
    live,        // filled disc
    partial,     // hatched: fewer than kWholeCoverage of its nodes
    stale,       // hollow disc
    unknownLoad, // grey disc: it serves, but nobody measures its saturation
    noData,      // small hollow grey dot
};

/// From here on a PoP counts as fully covered: single nodes are always missing somewhere in a fleet.
inline constexpr double kWholeCoverage = 0.95;
inline constexpr double kLargestRadius = 16; // pixels at scale 1, of a PoP that serves the reference
inline constexpr double kLeastRadius = 2.2;

/// A PoP on the screen.
struct PopMarker {
    std::size_t pop = 0; // position in Frame::pops
    QPointF at;          // logical pixels
    double radius = 0;
    PopLook look = PopLook::noData;
    double saturation = 0; // 1 = at the knee; meaningless for unknownLoad and noData
    bool critical = false;
};

PopLook lookOf(const feeds::PopFrame& pop);

/// Radius of a disc whose AREA is proportional to requests; `reference` requests/s fill the largest disc.
double discRadius(double requestsPerSecond, double reference, double scale);

/// The placed PoPs in painting order: hottest last, so that nothing covers it.
std::vector<PopMarker> layOutPops(const std::vector<feeds::PopFrame>& pops,
                                  const feeds::PopCatalogue& catalogue, const MapView& view, double reference,
                                  double scale);

/// Draws one marker without any cache.
void paintMarker(QPainter& painter, QPointF at, double radius, PopLook look, double saturation, bool critical,
                 double scale);

/// Markers painted once and then only copied: antialiased circles and hatches cost ten times a copy. GUI
/// thread.
class PopSprites {
  public:
    const QPixmap& sprite(const PopMarker& marker, double scale, double devicePixelRatio);

  private:
    static constexpr qsizetype kMost = 6000;
    QHash<std::uint64_t, QPixmap> m_sprites;
    double m_scale = 0;
    double m_ratio = 0;
};

void paintPops(QPainter& painter, std::span<const PopMarker> markers, PopSprites& sprites, const QRectF& area,
               double scale);
/// The same without copies, for devices they do not fit.
void paintMarkers(QPainter& painter, std::span<const PopMarker> markers, const QRectF& area, double scale);

/// "LHR 93 %" beside the worst ones, at most `most`, none overlapping, none on an obstacle.
void paintPopLabels(QPainter& painter, std::span<const PopMarker> markers,
                    const std::vector<feeds::PopFrame>& pops, const QRectF& area,
                    std::span<const QRectF> obstacles, std::size_t most, double scale);

} // namespace surgescope::widgets
