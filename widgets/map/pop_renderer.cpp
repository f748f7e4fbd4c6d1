// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_renderer.h"

#include "widgets/base/format.h"
#include "widgets/map/equal_earth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace surgescope::widgets {

namespace {

using feeds::Freshness;
using feeds::PopFrame;

constexpr int kColourSteps = 50; // of the colour scale; finer steps cannot be told apart
constexpr double kDimmed = 0.22; // opacity of what is outside of the selected region

double rounded(double radius) {
    return std::round(radius * 4) / 4;
}

int rank(const PopMarker& m) {
    return m.look == PopLook::noData ? 0 : m.look == PopLook::unmeasured ? 1 : 2;
}

/// Neutral: how full a PoP is says its fill; the rings say that it is beyond a limit, whatever the eye makes
/// of that.
void paintRings(QPainter& painter, QPointF at, double radius, Level level, double scale) {
    if (level < Level::critical) return;
    QColor ring = colours().text;
    ring.setAlpha(200);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(ring, 1.3 * scale));
    painter.drawEllipse(at, radius + 2.6 * scale, radius + 2.6 * scale);
    if (level == Level::overload) painter.drawEllipse(at, radius + 5.6 * scale, radius + 5.6 * scale);
}

/// Some of it, its marks included.
bool isWithin(const PopMarker& marker, const QRectF& area, double scale) {
    const double room = marker.radius + markRoom(marker.level) * scale;
    return area.adjusted(-room, -room, room, room).contains(marker.at);
}

} // namespace

PopLook lookOf(const PopFrame& pop, MapMetric metric) {
    const feeds::Summary& s = pop.summary;
    const feeds::Reading shown = metricReading(pop, metric);
    if (pop.freshness == Freshness::noData) return PopLook::noData;
    if (!s[Measure::requests_per_second].hasValue() && !shown.hasValue()) return PopLook::noData;
    if (pop.freshness >= Freshness::stale) return shown.hasValue() ? PopLook::stale : PopLook::noData;
    if (!shown.hasValue()) return PopLook::unmeasured;
    const bool thin =
        static_cast<double>(s.nodesHeard) < kWholeCoverage * static_cast<double>(s.nodesExpected);
    if (thin) return PopLook::partial;
    if (pop.freshness == Freshness::late) return PopLook::late;
    return clocksAreOff(s) ? PopLook::skewed : PopLook::live;
}

double discRadius(double rate, double reference, double scale) {
    if (!(rate > 0) || !(reference > 0)) return kLeastRadius * scale;
    return std::max(kLeastRadius, kLargestRadius * std::sqrt(rate / reference)) * scale;
}

std::vector<PopMarker> layOutPops(const std::vector<PopFrame>& pops, const feeds::PopCatalogue& catalogue,
                                  const MapView& view, const MarkerRules& rules) {
    std::vector<PopMarker> markers;
    markers.reserve(pops.size());
    for (std::size_t i = 0; i < pops.size(); ++i) {
        const PopFrame& pop = pops[i];
        if (!pop.place || pop.place->value >= catalogue.size()) continue;
        const feeds::Pop& place = catalogue[*pop.place];
        PopMarker m;
        m.pop = i;
        m.at = view.toScreen(equalEarth::forward(place.longitude, place.latitude));
        m.look = lookOf(pop, rules.metric);
        m.dimmed = rules.region && place.region != *rules.region;
        if (hasColour(m.look)) {
            const double value = metricReading(pop, rules.metric).value;
            m.position = metricPosition(rules.metric, value);
            m.severity = metricSeverity(rules.metric, value);
        }
        if (hasColour(m.look) && m.look != PopLook::stale) m.level = levelOf(m.position);
        const feeds::Reading rate = sizeReading(pop.summary, rules.size);
        m.radius = m.look == PopLook::noData
                       ? 2.6 * rules.scale
                       : discRadius(rate.hasValue() ? rate.value : 0, rules.reference, rules.scale);
        markers.push_back(m);
    }
    std::stable_sort(markers.begin(), markers.end(), [](const PopMarker& a, const PopMarker& b) {
        return std::tuple(!a.dimmed, rank(a), a.severity) < std::tuple(!b.dimmed, rank(b), b.severity);
    });
    return markers;
}

void paintMarker(QPainter& painter, QPointF at, double radius, PopLook look, double position, Level level,
                 double scale) {
    const Palette& p = colours();
    const QColor colour = hasColour(look) ? QColor(saturationColour(position)) : p.noData;
    const double line = 1.3 * scale;
    painter.setBrush(Qt::NoBrush);
    switch (look) {
    case PopLook::noData:
        painter.setPen(QPen(p.noData, line));
        painter.drawEllipse(at, radius - line / 2, radius - line / 2);
        return;
    case PopLook::stale: {
        painter.setPen(QPen(colour, 1.6 * scale));
        painter.setBrush(QColor(p.ocean.red(), p.ocean.green(), p.ocean.blue(), 170));
        const double inner = std::max(radius, 3.2 * scale) - 0.8 * scale;
        painter.drawEllipse(at, inner, inner);
        return;
    }
    case PopLook::partial: {
        painter.setPen(QPen(colour, line));
        QColor dim = colour;
        dim.setAlpha(70);
        painter.setBrush(dim);
        painter.drawEllipse(at, radius - line / 2, radius - line / 2);
        // Lines across the disc, their ends on its edge.
        painter.setPen(QPen(colour, 1.1 * scale));
        const double inner = radius - line / 2;
        const double first = -inner + 1.2 * scale, apart = 3.2 * scale;
        for (int i = 0; first + i * apart < inner; ++i) {
            const double d = first + i * apart;
            const double half = std::sqrt(std::max(0.0, inner * inner - d * d));
            const QPointF middle = at + QPointF(d, d) * M_SQRT1_2, along = QPointF(half, -half) * M_SQRT1_2;
            painter.drawLine(middle - along, middle + along);
        }
        break;
    }
    case PopLook::late: {
        const double wide = std::max(1.6 * scale, radius * 0.45);
        painter.setPen(QPen(colour, wide));
        painter.drawEllipse(at, radius - wide / 2, radius - wide / 2);
        break;
    }
    case PopLook::skewed:
        painter.setPen(QPen(p.discEdge, 1));
        painter.setBrush(colour);
        painter.drawPie(QRectF(at - QPointF(radius, radius), QSizeF(2 * radius, 2 * radius)), 90 * 16,
                        270 * 16);
        break;
    case PopLook::live:
    case PopLook::unmeasured:
        painter.setPen(QPen(p.discEdge, 1));
        painter.setBrush(colour);
        painter.drawEllipse(at, radius, radius);
        break;
    }
    paintRings(painter, at, radius, level, scale);
}

double markRoom(Level level) {
    switch (level) {
    case Level::managed:
    case Level::elevated: return 1;
    case Level::critical: return 4;
    case Level::overload: return 7;
    }
    return 0;
}

const QPixmap& PopSprites::sprite(const PopMarker& marker, double scale, double devicePixelRatio) {
    if (scale != m_scale || devicePixelRatio != m_ratio || m_sprites.size() > kMost) m_sprites.clear();
    m_scale = scale;
    m_ratio = devicePixelRatio;
    const double radius = rounded(marker.radius);
    const auto colour = static_cast<std::uint64_t>(std::clamp(marker.position, 0.0, 1.0) * kColourSteps);
    const std::uint64_t key = static_cast<std::uint64_t>(radius * 4) << 16 | colour << 8 |
                              static_cast<std::uint64_t>(marker.look) << 2 |
                              static_cast<std::uint64_t>(marker.level);
    QPixmap& pixmap = m_sprites[key];
    if (pixmap.isNull()) {
        const int half = static_cast<int>(std::ceil(radius + markRoom(marker.level) * scale)) + 1;
        pixmap = QPixmap(QSize(2 * half, 2 * half) * devicePixelRatio);
        pixmap.setDevicePixelRatio(devicePixelRatio);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        paintMarker(painter, QPointF(half, half), radius, marker.look,
                    (static_cast<double>(colour) + 0.5) / kColourSteps, marker.level, scale);
    }
    return pixmap;
}

void drawSprite(QPainter& painter, QPointF at, const QPixmap& sprite) {
    const double ratio = painter.device()->devicePixelRatioF();
    const double half = sprite.width() / ratio / 2;
    painter.drawPixmap(
        QPointF(std::round((at.x() - half) * ratio) / ratio, std::round((at.y() - half) * ratio) / ratio),
        sprite);
}

void paintPops(QPainter& painter, std::span<const PopMarker> markers, PopSprites& sprites, const QRectF& area,
               double scale) {
    const double ratio = painter.device()->devicePixelRatioF();
    for (const PopMarker& marker : markers) {
        if (marker.cluster || !isWithin(marker, area, scale)) continue;
        painter.setOpacity(marker.dimmed ? kDimmed : 1);
        drawSprite(painter, marker.at, sprites.sprite(marker, scale, ratio));
    }
    painter.setOpacity(1);
}

void paintMarkers(QPainter& painter, std::span<const PopMarker> markers, const QRectF& area, double scale) {
    for (const PopMarker& marker : markers) {
        if (marker.cluster || !isWithin(marker, area, scale)) continue;
        painter.setOpacity(marker.dimmed ? kDimmed : 1);
        paintMarker(painter, marker.at, marker.radius, marker.look, marker.position, marker.level, scale);
    }
    painter.setOpacity(1);
}

} // namespace surgescope::widgets
