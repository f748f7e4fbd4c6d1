// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/map/pop_clusters.h"
#include "widgets/map/pop_renderer.h"

#include <QString>

#include <span>
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
};

/// What decides which PoPs get a label.
struct LabelRules {
    MapMetric metric = MapMetric::saturation;
    QRectF area;
    std::vector<QRectF> obstacles;
    std::size_t most = 6;
    double scale = 1;
};

/// Labels of the worst, none overlapping, none on an obstacle or on another trouble spot. Dimmed PoPs get
/// none, nor do PoPs within a cluster unless they are critical.
std::vector<PopLabel> layOutLabels(std::span<const PopMarker> markers, std::span<const PopCluster> clusters,
                                   const std::vector<feeds::PopFrame>& pops, const LabelRules& rules);

void paintLabels(QPainter& painter, std::span<const PopLabel> labels, double scale);

} // namespace surgescope::widgets
