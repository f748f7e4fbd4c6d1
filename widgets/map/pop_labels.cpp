// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/pop_labels.h"

#include "widgets/base/fonts.h"
#include "widgets/map/label_placer.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1 that the label of a PoP in trouble may move away, with a line that leads back.
constexpr double kAway = 90;

QFont labelFont(double scale) {
    return textFont(kLeastType * scale, QFont::DemiBold);
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
    std::vector<std::size_t> order; // the worst first, those with a mark before all others
    std::vector<const StatusMark*> markOf(markers.size());
    for (const StatusMark& mark : rules.marks) {
        markOf[mark.marker] = &mark;
        order.push_back(mark.marker);
    }
    for (std::size_t i = markers.size(); i-- > 0;)
        if (!markOf[i]) order.push_back(i);
    const bool crowded = !rules.marks.empty(); // lines would lead to what is less important, too
    std::vector<LabelWish> wishes;
    std::vector<PopLabel> labels;
    for (const std::size_t i : order) {
        if (wishes.size() >= rules.most) break;
        const PopMarker& m = markers[i];
        const PopCluster* cluster = clusterOf[i];
        if (m.dimmed || m.look == PopLook::noData || (cluster && !m.isCritical())) continue;
        const QPointF at = cluster ? cluster->at : m.at;
        if (!rules.area.contains(at)) continue;
        const StatusMark* mark = markOf[i];
        PopLabel label;
        label.marker = i;
        label.at = at;
        if (mark) label.colour = mark->colour;
        label.radius = cluster
                           ? cluster->radius + 3 * rules.scale
                           : m.radius + (mark ? kStatusRoom : std::max(2.0, markRoom(m.level))) * rules.scale;
        const std::string& code = pops[m.pop].code;
        label.text = QString::fromStdString(code);
        // An alarm says its number itself, of more seconds than one: this one's could contradict it.
        if (hasColour(m.look) && !(mark && mark->isNamed))
            label.text += u' ' + metricText(rules.metric, metricReading(pops[m.pop], rules.metric).value);
        LabelWish wish{at,
                       label.radius,
                       {metrics.horizontalAdvance(label.text) + 8 * rules.scale, 21 * rules.scale},
                       (mark && mark->isNamed) || (cluster && !crowded) ? kAway * rules.scale : 0,
                       {}};
        if (rules.before)
            if (const auto before = rules.before->find(code); before != rules.before->end())
                wish.before = before->second;
        wishes.push_back(wish);
        labels.push_back(std::move(label));
    }
    for (const PopMarker& m : markers)
        if (!m.cluster && !m.dimmed) taken.push_back(around(m.at, 0.8 * m.radius));
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
    for (const PopLabel& label : labels) { // all lines beneath all boxes
        if (!label.apart) continue;
        const QPointF end(std::clamp(label.at.x(), label.box.left(), label.box.right()),
                          std::clamp(label.at.y(), label.box.top(), label.box.bottom()));
        const QPointF way = end - label.at;
        painter.setPen(QPen(label.colour.isValid() ? label.colour : colours().text, 1.2 * scale));
        painter.drawLine(label.at + way * (label.radius / std::hypot(way.x(), way.y())), end);
    }
    for (const PopLabel& label : labels) {
        painter.setPen(label.colour.isValid() ? QPen(label.colour, 1.2 * scale) : QPen(Qt::NoPen));
        painter.setBrush(colours().shade);
        painter.drawRoundedRect(label.box, 3 * scale, 3 * scale);
        painter.setPen(colours().text);
        painter.drawText(label.box, Qt::AlignCenter, label.text);
    }
}

} // namespace surgescope::widgets
