// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/map/pop_clusters.h"

#include <QString>
#include <QStringList>

#include <span>

namespace surgescope::widgets {

/// What hovering over a PoP tells, as rich text.
QString popTooltip(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue);

/// What hovering over a cluster tells: how many, their sum, their states, and the worst five.
QString clusterTooltip(const PopCluster& cluster, std::span<const PopMarker> markers,
                       const feeds::Frame& frame, const MarkerRules& rules);

} // namespace surgescope::widgets
