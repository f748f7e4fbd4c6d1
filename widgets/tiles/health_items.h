// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QColor>
#include <QString>

#include <string>
#include <vector>

namespace surgescope::widgets {

/// Share of a core beyond which the feed thread's load is coloured.
constexpr double kLoadWorthColour = 0.8;
/// Share of nodes heard below which that is coloured.
constexpr double kCoverageWorthColour = 0.95;

/// One thing that is known of the feed; an invalid colour means that nothing is wrong.
struct HealthItem {
    QString label;
    QString value;
    QColor colour;
};

/// Whether the data can be trusted. Before the first report only the endpoints speak.
std::vector<HealthItem> healthItems(const feeds::FeedHealth& health);
/// Who is wrong, and in what: the worst, and how many more there are.
std::vector<std::string> namedComplaints(const feeds::FeedHealth& health);
/// Every reason of refusal with its count, most frequent first, and the last refusal; rich text.
QString healthTooltip(const feeds::FeedHealth& health);

/// What is wrong of it, in one line; empty when nothing is. How many nodes are heard and how old the newest
/// report is stand beside it.
QString troubleText(const feeds::FeedHealth& health);

} // namespace surgescope::widgets
