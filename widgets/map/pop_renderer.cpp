// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_renderer.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/map/equal_earth.h"
#include "widgets/map/label_placer.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

using feeds::Freshness;
using feeds::PopFrame;

constexpr int kColourSteps = 50; // of the saturation scale; finer steps cannot be told apart
constexpr double kRingRoom = 8;  // pixels around a disc for the rings of critical

double rounded(double radius) {
    return std::round(radius * 4) / 4;
}

bool hasSaturation(PopLook look) {
    return look < PopLook::unknownLoad;
}

int rank(const PopMarker& m) {
    return m.look == PopLook::noData ? 0 : m.look == PopLook::unknownLoad ? 1 : 2;
}

} // namespace

PopLook lookOf(const PopFrame& pop) {
    const feeds::Summary& s = pop.summary;
    if (pop.freshness == Freshness::noData) return PopLook::noData;
    if (!s.requestsPerSecond.hasValue() && !s.saturation.hasValue()) return PopLook::noData;
    if (pop.freshness >= Freshness::stale) return PopLook::stale;
    if (!s.saturation.hasValue()) return PopLook::unknownLoad;
    const bool thin =
        static_cast<double>(s.nodesHeard) < kWholeCoverage * static_cast<double>(s.nodesExpected);
    return thin ? PopLook::partial : PopLook::live;
}

double discRadius(double requestsPerSecond, double reference, double scale) {
    if (!(requestsPerSecond > 0) || !(reference > 0)) return kLeastRadius * scale;
    return std::max(kLeastRadius, kLargestRadius * std::sqrt(requestsPerSecond / reference)) * scale;
}

std::vector<PopMarker> layOutPops(const std::vector<PopFrame>& pops, const feeds::PopCatalogue& catalogue,
                                  const MapView& view, double reference, double scale) {
    std::vector<PopMarker> markers;
    markers.reserve(pops.size());
    for (std::size_t i = 0; i < pops.size(); ++i) {
        const PopFrame& pop = pops[i];
        if (!pop.place || pop.place->value >= catalogue.size()) continue;
        const feeds::Pop& place = catalogue[*pop.place];
        PopMarker m;
        m.pop = i;
        m.at = view.toScreen(equalEarth::forward(place.longitude, place.latitude));
        m.look = lookOf(pop);
        m.saturation =
            hasSaturation(m.look) && pop.summary.saturation.hasValue() ? pop.summary.saturation.value : 0;
        if (m.look == PopLook::stale && !pop.summary.saturation.hasValue()) m.look = PopLook::noData;
        m.critical = m.look != PopLook::stale && hasSaturation(m.look) && m.saturation >= kCriticalFrom;
        const feeds::Reading& requests = pop.summary.requestsPerSecond;
        m.radius = m.look == PopLook::noData
                       ? 2.6 * scale
                       : discRadius(requests.hasValue() ? requests.value : 0, reference, scale);
        markers.push_back(m);
    }
    std::stable_sort(markers.begin(), markers.end(), [](const PopMarker& a, const PopMarker& b) {
        if (rank(a) != rank(b)) return rank(a) < rank(b);
        return a.saturation < b.saturation;
    });
    return markers;
}

void paintMarker(QPainter& painter, QPointF at, double radius, PopLook look, double saturation, bool critical,
                 double scale) {
    const Palette& p = colours();
    const QColor colour = hasSaturation(look) ? QColor(saturationColour(saturation)) : p.noData;
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
    case PopLook::live:
    case PopLook::unknownLoad:
        painter.setPen(QPen(p.discEdge, 1));
        painter.setBrush(colour);
        painter.drawEllipse(at, radius, radius);
        break;
    }
    if (!critical) return;
    painter.setBrush(Qt::NoBrush);
    QColor ring(saturationColour(saturation));
    painter.setPen(QPen(ring, 1.5 * scale));
    painter.drawEllipse(at, radius + 3.2 * scale, radius + 3.2 * scale);
    ring.setAlpha(150);
    painter.setPen(QPen(ring, 1.2 * scale));
    painter.drawEllipse(at, radius + 6.8 * scale, radius + 6.8 * scale);
}

const QPixmap& PopSprites::sprite(const PopMarker& marker, double scale, double devicePixelRatio) {
    if (scale != m_scale || devicePixelRatio != m_ratio || m_sprites.size() > kMost) m_sprites.clear();
    m_scale = scale;
    m_ratio = devicePixelRatio;
    const double radius = rounded(marker.radius);
    const auto colour = static_cast<std::uint64_t>(std::clamp(marker.saturation, 0.0, 1.0) * kColourSteps);
    const std::uint64_t key = static_cast<std::uint64_t>(radius * 4) << 16 | colour << 8 |
                              static_cast<std::uint64_t>(marker.look) << 1 | (marker.critical ? 1U : 0U);
    QPixmap& pixmap = m_sprites[key];
    if (pixmap.isNull()) {
        const int half = static_cast<int>(std::ceil(radius + kRingRoom * scale)) + 1;
        pixmap = QPixmap(QSize(2 * half, 2 * half) * devicePixelRatio);
        pixmap.setDevicePixelRatio(devicePixelRatio);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        paintMarker(painter, QPointF(half, half), radius, marker.look,
                    (static_cast<double>(colour) + 0.5) / kColourSteps, marker.critical, scale);
    }
    return pixmap;
}

void paintPops(QPainter& painter, std::span<const PopMarker> markers, PopSprites& sprites, const QRectF& area,
               double scale) {
    const double ratio = painter.device()->devicePixelRatioF();
    for (const PopMarker& marker : markers) {
        const double room = marker.radius + kRingRoom * scale;
        if (!area.adjusted(-room, -room, room, room).contains(marker.at)) continue;
        const QPixmap& sprite = sprites.sprite(marker, scale, ratio);
        const double half = sprite.width() / ratio / 2;
        // Whole device pixels: a plain copy instead of a resampling.
        painter.drawPixmap(QPointF(std::round((marker.at.x() - half) * ratio) / ratio,
                                   std::round((marker.at.y() - half) * ratio) / ratio),
                           sprite);
    }
}

void paintMarkers(QPainter& painter, std::span<const PopMarker> markers, const QRectF& area, double scale) {
    for (const PopMarker& marker : markers) {
        const double room = marker.radius + kRingRoom * scale;
        if (!area.adjusted(-room, -room, room, room).contains(marker.at)) continue;
        paintMarker(painter, marker.at, marker.radius, marker.look, marker.saturation, marker.critical,
                    scale);
    }
}

void paintPopLabels(QPainter& painter, std::span<const PopMarker> markers, const std::vector<PopFrame>& pops,
                    const QRectF& area, std::span<const QRectF> obstacles, std::size_t most, double scale) {
    const QFont font = textFont(14 * scale, QFont::DemiBold);
    const QFontMetricsF metrics(font);
    std::vector<LabelWish> wishes;
    std::vector<QString> texts;
    std::vector<QRectF> taken(obstacles.begin(), obstacles.end());
    for (auto m = markers.rbegin(); m != markers.rend() && wishes.size() < most; ++m) { // hottest first
        if (!area.contains(m->at) || m->look == PopLook::noData) continue;
        QString text = QString::fromStdString(pops[m->pop].code);
        if (hasSaturation(m->look)) text += QStringLiteral(" %1 %").arg(qRound(m->saturation * 100));
        const double room = m->radius + (m->critical ? kRingRoom : 2) * scale;
        wishes.push_back({m->at, room, {metrics.horizontalAdvance(text) + 8 * scale, 19 * scale}});
        texts.push_back(text);
        if (m->critical) // a label must not hide another trouble spot
            taken.emplace_back(m->at.x() - m->radius, m->at.y() - m->radius, 2 * m->radius, 2 * m->radius);
    }
    const auto places = placeLabels(wishes, area, taken);
    painter.setFont(font);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i]) continue;
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours().shade);
        painter.drawRoundedRect(*places[i], 3 * scale, 3 * scale);
        painter.setPen(colours().text);
        painter.drawText(*places[i], Qt::AlignCenter, texts[i]);
    }
}

} // namespace surgescope::widgets
