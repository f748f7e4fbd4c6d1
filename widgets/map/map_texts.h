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

/// What the screen waits for while nothing has been received, one line per endpoint below a heading.
QStringList waitingText(const feeds::FeedHealth& health);

/// What makes a node speak to this machine; empty where nothing is bound that others reach.
QString joinCommand(const feeds::FeedHealth& health, const QString& host);

} // namespace surgescope::widgets
