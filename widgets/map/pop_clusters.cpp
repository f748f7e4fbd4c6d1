// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_clusters.h"

#include "widgets/base/fonts.h"
#include "widgets/map/equal_earth.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace surgescope::widgets {

namespace {

constexpr double kLeastClusterRadius = 14; // pixels at scale 1: room for the count
constexpr double kCount = 11;              // from the middle, what the count takes
constexpr double kRing = 4;
constexpr double kBeyond = 3; // how far the worst segments reach out of the ring

QColor partColour(ClusterPart part) {
    switch (part) {
    case ClusterPart::overload: return QColor(saturationColour(1));
    case ClusterPart::critical: return QColor(saturationColour(0.93));
    case ClusterPart::elevated: return QColor(saturationColour(0.8));
    case ClusterPart::managed: return QColor(saturationColour(0.3));
    case ClusterPart::stale: return colours().muted;
    case ClusterPart::unknown: break;
    }
    return colours().noData;
}

/// Inner and outer edge of a segment, as pixels inwards (below 0: outwards) from the cluster's radius.
struct Edges {
    double outer, inner;
};

Edges edgesOf(ClusterPart part) {
    switch (part) {
    case ClusterPart::overload:
    case ClusterPart::critical: return {-kBeyond, kRing};
    case ClusterPart::elevated: return {-0.5, kRing};
    case ClusterPart::managed: return {0, kRing};
    case ClusterPart::stale: return {2.6, kRing}; // thin: nothing that is known now
    case ClusterPart::unknown: return {3, kRing};
    }
    return {};
}

} // namespace

ClusterPart clusterPartOf(const PopMarker& marker) {
    if (marker.look == PopLook::stale) return ClusterPart::stale;
    if (!hasColour(marker.look)) return ClusterPart::unknown;
    switch (marker.level) {
    case Level::managed: return ClusterPart::managed;
    case Level::elevated: return ClusterPart::elevated;
    case Level::critical: return ClusterPart::critical;
    case Level::overload: return ClusterPart::overload;
    }
    return ClusterPart::unknown;
}

const char16_t* clusterPartName(ClusterPart part) {
    switch (part) {
    case ClusterPart::overload: return u"overload";
    case ClusterPart::critical: return u"critical";
    case ClusterPart::elevated: return u"elevated";
    case ClusterPart::managed: return u"normal";
    case ClusterPart::stale: return u"stale";
    case ClusterPart::unknown: return u"not known";
    }
    return u"";
}

std::vector<std::optional<int>> groupPlaces(const feeds::PopCatalogue& catalogue,
                                            std::span<const feeds::PopIndex> places, double pileUp,
                                            double reach) {
    std::vector<QPointF> at;
    for (const feeds::PopIndex place : places)
        at.push_back(equalEarth::forward(catalogue[place].longitude, catalogue[place].latitude));
    std::vector<std::size_t> order(places.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return catalogue[places[a]].catchment > catalogue[places[b]].catchment;
    });
    std::vector<std::optional<int>> groups(places.size());
    std::vector<bool> used(places.size());
    int next = 0;
    for (const std::size_t leader : order) {
        if (used[leader]) continue;
        std::vector<std::size_t> near;
        std::size_t piled = 0;
        for (const std::size_t other : order) {
            const QPointF d = at[other] - at[leader];
            const double distance = std::hypot(d.x(), d.y());
            if (used[other] || distance >= reach) continue;
            near.push_back(other);
            if (distance < pileUp) ++piled;
        }
        if (piled < kLeastCluster) continue; // they may still join another leader
        for (const std::size_t member : near) {
            used[member] = true;
            groups[member] = next;
        }
        ++next;
    }
    return groups;
}

std::vector<PopCluster> clusterMarkers(std::span<const PopMarker> markers,
                                       const std::vector<feeds::PopFrame>& pops, const MarkerRules& rules) {
    std::map<int, PopCluster> byGroup;
    std::map<int, double> rates;
    for (std::size_t i = markers.size(); i-- > 0;) { // the worst is last
        const PopMarker& m = markers[i];
        if (!m.cluster) continue;
        PopCluster& cluster = byGroup[*m.cluster];
        cluster.at += m.at;
        cluster.members.push_back(i);
        ++cluster.parts[static_cast<std::size_t>(clusterPartOf(m))];
        const feeds::Reading rate = sizeReading(pops[m.pop].summary, rules.size);
        if (rate.hasValue()) rates[*m.cluster] += rate.value;
    }
    std::vector<PopCluster> clusters;
    for (auto& [group, cluster] : byGroup) {
        cluster.at /= cluster.count();
        cluster.radius = std::clamp(discRadius(rates[group], rules.reference, rules.scale),
                                    kLeastClusterRadius * rules.scale, kClusterReach * rules.scale);
        clusters.push_back(std::move(cluster));
    }
    // None covers another's count, however much they serve.
    for (auto& cluster : clusters)
        for (const auto& other : clusters) {
            const QPointF d = other.at - cluster.at;
            const double room = std::hypot(d.x(), d.y()) - kCount * rules.scale;
            if (&other != &cluster)
                cluster.radius = std::max(kLeastClusterRadius * rules.scale, std::min(cluster.radius, room));
        }
    // The worst last: nothing covers it.
    std::stable_sort(clusters.begin(), clusters.end(),
                     [](const PopCluster& a, const PopCluster& b) { return a.parts < b.parts; });
    return clusters;
}

void paintCluster(QPainter& painter, QPointF at, double radius, const std::array<int, kClusterParts>& parts,
                  double scale) {
    const Palette& p = colours();
    const int all = std::accumulate(parts.begin(), parts.end(), 0);
    if (all == 0) return;
    QColor hole = p.ocean;
    hole.setAlpha(225);
    painter.setPen(Qt::NoPen);
    painter.setBrush(hole);
    painter.drawEllipse(at, radius + 1 * scale, radius + 1 * scale);
    double from = 90; // degrees, counter-clockwise from three o'clock, as Qt has it
    painter.setBrush(Qt::NoBrush);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] == 0) continue;
        const auto part = static_cast<ClusterPart>(i);
        const double span = 360.0 * parts[i] / all;
        const auto [outer, inner] = edgesOf(part);
        const double middle = radius - (outer + inner) / 2 * scale;
        painter.setPen(QPen(partColour(part), (inner - outer) * scale, Qt::SolidLine, Qt::FlatCap));
        const double gap = span < 360 ? std::min(span / 4, 1.4 * scale / middle * 180 / M_PI) : 0;
        painter.drawArc(QRectF(at.x() - middle, at.y() - middle, 2 * middle, 2 * middle),
                        qRound((from - gap / 2) * 16), -qRound((span - gap) * 16));
        from -= span;
    }
    const bool quiet = parts[static_cast<std::size_t>(ClusterPart::overload)] +
                           parts[static_cast<std::size_t>(ClusterPart::critical)] ==
                       0;
    painter.setPen(quiet ? p.muted : p.text);
    painter.setFont(textFont(kLeastType * scale, QFont::DemiBold));
    painter.drawText(QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius), Qt::AlignCenter,
                     QString::number(all));
}

const QPixmap& ClusterSprites::sprite(const PopCluster& cluster, double scale, double devicePixelRatio) {
    const double radius = std::round(cluster.radius * 2) / 2;
    QByteArray key;
    for (const double part : {radius, scale, devicePixelRatio})
        key += QByteArray::number(part) + ' ';
    for (const int part : cluster.parts)
        key += QByteArray::number(part) + ' ';
    if (m_sprites.size() > kMost) m_sprites.clear();
    QPixmap& pixmap = m_sprites[key];
    if (pixmap.isNull()) {
        const int half = static_cast<int>(std::ceil(radius + markRoom(Level::overload) * scale)) + 1 +
                         static_cast<int>(std::ceil(kBeyond * scale));
        pixmap = QPixmap(QSize(2 * half, 2 * half) * devicePixelRatio);
        pixmap.setDevicePixelRatio(devicePixelRatio);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        paintCluster(painter, QPointF(half, half), radius, cluster.parts, scale);
    }
    return pixmap;
}

} // namespace surgescope::widgets
