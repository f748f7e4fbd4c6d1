// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/map/pop_clusters.h"
#include "widgets/map/pop_renderer.h"
#include "widgets/map/status_marks.h"

#include <QString>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// "LHR 93 %" beside a disc, or beside the cluster that a critical PoP is in.
struct PopLabel {
    std::size_t marker = 0;
    QRectF box;
    QString text;
    QPointF at;         // of what it points to
    double radius = 0;  // of that
    bool apart = false; // too far from it to be read as its own: a line leads there
    QColor colour;      // of what an alarm says of it; invalid: none
};

/// What decides which PoPs get a label.
struct LabelRules {
    MapMetric metric = MapMetric::saturation;
    QRectF area;
    std::vector<QRectF> obstacles;
    std::size_t most = 6;
    std::span<const StatusMark> marks;              // these first
    const std::map<std::string, QPointF>* before{}; // where labels stood, by code, as LabelWish has it
    double scale = 1;
};

/// Labels of those with a status mark, then of the worst; none overlapping, none on an obstacle or on another
/// disc. Dimmed PoPs get none, nor do PoPs within a cluster unless they are critical.
std::vector<PopLabel> layOutLabels(std::span<const PopMarker> markers, std::span<const PopCluster> clusters,
                                   const std::vector<feeds::PopFrame>& pops, const LabelRules& rules);

void paintLabels(QPainter& painter, std::span<const PopLabel> labels, double scale);

} // namespace surgescope::widgets
