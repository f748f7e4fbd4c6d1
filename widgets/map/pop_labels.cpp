// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_labels.h"

#include "widgets/base/fonts.h"
#include "widgets/map/label_placer.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1 that a critical PoP's label may move away, with a line that leads back.
constexpr double kFromCluster = 90, kFromDisc = 32;

QFont labelFont(double scale) {
    return textFont(14 * scale, QFont::DemiBold);
}

QRectF around(QPointF at, double radius) {
    return {at.x() - radius, at.y() - radius, 2 * radius, 2 * radius};
}

} // namespace

std::vector<PopLabel> layOutLabels(std::span<const PopMarker> markers, std::span<const PopCluster> clusters,
                                   const std::vector<feeds::PopFrame>& pops, const LabelRules& rules) {
    const QFontMetricsF metrics(labelFont(rules.scale));
    std::vector<const PopCluster*> clusterOf(markers.size());
    std::vector<QRectF> taken = rules.obstacles;
    for (const PopCluster& cluster : clusters) {
        for (const std::size_t member : cluster.members)
            clusterOf[member] = &cluster;
        taken.push_back(around(cluster.at, cluster.radius - rules.scale));
    }
    // Where everything is critical, lines would cross: better the labels that find room by themselves.
    const bool crowded =
        static_cast<std::size_t>(std::count_if(markers.begin(), markers.end(), [](const PopMarker& m) {
            return m.isCritical() && !m.dimmed;
        })) >= rules.most;
    std::vector<LabelWish> wishes;
    std::vector<PopLabel> labels;
    for (std::size_t i = markers.size(); i-- > 0 && wishes.size() < rules.most;) { // the worst first
        const PopMarker& m = markers[i];
        const PopCluster* cluster = clusterOf[i];
        if (m.dimmed || m.look == PopLook::noData || (cluster && !m.isCritical())) continue;
        const QPointF at = cluster ? cluster->at : m.at;
        if (!rules.area.contains(at)) continue;
        PopLabel label;
        label.marker = i;
        label.at = at;
        label.radius = cluster ? cluster->radius + 3 * rules.scale
                               : m.radius + std::clamp(markRoom(m.level), 2.0, 8.0) * rules.scale;
        label.text = QString::fromStdString(pops[m.pop].code);
        if (hasColour(m.look))
            label.text += u' ' + metricText(rules.metric, metricReading(pops[m.pop], rules.metric).value);
        wishes.push_back({at,
                          label.radius,
                          {metrics.horizontalAdvance(label.text) + 8 * rules.scale, 19 * rules.scale},
                          m.isCritical() ? (cluster   ? kFromCluster
                                            : crowded ? 0
                                                      : kFromDisc) *
                                               rules.scale
                                         : 0});
        labels.push_back(std::move(label));
    }
    for (const PopMarker& m : markers) // a label must not hide another trouble spot
        if (m.level >= Level::elevated && !m.cluster && !m.dimmed) taken.push_back(around(m.at, m.radius));
    const auto places = placeLabels(wishes, rules.area, taken);
    std::vector<PopLabel> placed;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i]) continue;
        PopLabel& label = labels[i];
        label.box = *places[i];
        const QPointF nearest(std::clamp(label.at.x(), label.box.left(), label.box.right()),
                              std::clamp(label.at.y(), label.box.top(), label.box.bottom()));
        const QPointF away = nearest - label.at;
        label.apart = std::hypot(away.x(), away.y()) > label.radius + 6 * rules.scale;
        placed.push_back(std::move(label));
    }
    return placed;
}

void paintLabels(QPainter& painter, std::span<const PopLabel> labels, double scale) {
    painter.setFont(labelFont(scale));
    for (const PopLabel& label : labels) {
        if (label.apart) {
            const QPointF end(std::clamp(label.at.x(), label.box.left(), label.box.right()),
                              std::clamp(label.at.y(), label.box.top(), label.box.bottom()));
            const QPointF way = end - label.at;
            painter.setPen(QPen(colours().text, 1.2 * scale));
            painter.drawLine(label.at + way * (label.radius / std::hypot(way.x(), way.y())), end);
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours().shade);
        painter.drawRoundedRect(label.box, 3 * scale, 3 * scale);
        painter.setPen(colours().text);
        painter.drawText(label.box, Qt::AlignCenter, label.text);
    }
}

} // namespace surgescope::widgets
