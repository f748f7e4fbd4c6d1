// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/palette.h"
#include "widgets/map/map_metric.h"
#include "widgets/map/map_view.h"

#include <QHash>
#include <QPainter>
#include <QPixmap>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace surgescope::widgets {

/// How a PoP is drawn, beside its colour: shape tells what colour alone must not.
enum class PopLook : std::uint8_t {
    live,       // filled disc
    late,       // filled, with a hole: its last report is missing
    skewed,     // three quarters of a disc: clocks of its nodes are off, so its lags are not to be trusted
    partial,    // hatched: fewer than kWholeCoverage of its nodes
    stale,      // hollow disc
    unmeasured, // grey disc: it serves, but nobody measures what the colour tells
    noData,     // small hollow grey dot
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
    double position = 0;          // in the metric's domain; meaningless for unmeasured and noData
    double severity = 0;          // the same, but not clamped: who is worst
    Level level = Level::managed; // that is marked; never of stale PoPs
    bool dimmed = false;          // outside of the selected region
    std::optional<int> cluster;   // the group it is in, nothing: it stands alone

    bool isCritical() const { return level >= Level::critical; }
};

PopLook lookOf(const feeds::PopFrame& pop, MapMetric metric = MapMetric::saturation);
/// Whether a look has the colour of its position.
inline bool hasColour(PopLook look) {
    return look < PopLook::unmeasured;
}

/// Radius of a disc whose AREA is proportional to a rate; `reference` fills the largest disc.
double discRadius(double rate, double reference, double scale);

/// What decides how markers come out, beside the frame and the view.
struct MarkerRules {
    MapMetric metric = MapMetric::saturation;
    DiscSize size = DiscSize::requests;
    double reference = 0; // of discRadius()
    double scale = 1;
    std::optional<feeds::RegionIndex> region; // others are dimmed
};

/// The placed PoPs in painting order: dimmed ones first, hottest last, so that nothing covers it.
std::vector<PopMarker> layOutPops(const std::vector<feeds::PopFrame>& pops,
                                  const feeds::PopCatalogue& catalogue, const MapView& view,
                                  const MarkerRules& rules);

/// Draws one marker without any cache: critical has a ring, overload two. No colour of status is in it.
void paintMarker(QPainter& painter, QPointF at, double radius, PopLook look, double position, Level level,
                 double scale);

/// Pixels around a disc, at scale 1, that the rings of a level take.
double markRoom(Level level);

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

/// Copies a sprite, its middle at `at`, to whole device pixels: resampling costs more.
void drawSprite(QPainter& painter, QPointF at, const QPixmap& sprite);

/// Those that stand alone.
void paintPops(QPainter& painter, std::span<const PopMarker> markers, PopSprites& sprites, const QRectF& area,
               double scale);
/// The same without copies, for devices they do not fit.
void paintMarkers(QPainter& painter, std::span<const PopMarker> markers, const QRectF& area, double scale);

} // namespace surgescope::widgets
