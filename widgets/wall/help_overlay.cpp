// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/help_overlay.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/wall/shortcuts.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <array>
#include <vector>

namespace surgescope::widgets {

namespace {

constexpr double kLine = 33; // pixels at scale 1, as all that follow
constexpr double kHead = 46;
constexpr double kBetween = 22; // groups
constexpr double kKeys = 170;
constexpr double kColumn = 560;
constexpr double kEdge = 40;

struct Group {
    const char16_t* name;
    std::vector<const Shortcut*> lines;
    double height() const { return kHead + kLine * static_cast<double>(lines.size()) + kBetween; }
};

std::vector<Group> groups() {
    std::vector<Group> groups;
    for (const Shortcut& shortcut : shortcuts()) {
        if (groups.empty() || groups.back().name != shortcut.group) groups.push_back({shortcut.group, {}});
        groups.back().lines.push_back(&shortcut);
    }
    return groups;
}

/// In order, each into the column that is shortest.
std::array<std::vector<Group>, 2> inColumns() {
    std::array<std::vector<Group>, 2> columns;
    std::array<double, 2> heights{};
    for (const Group& group : groups()) {
        const std::size_t at = heights[0] <= heights[1] ? 0 : 1;
        columns[at].push_back(group);
        heights[at] += group.height();
    }
    return columns;
}

double heightOf(const std::vector<Group>& column) {
    double height = 0;
    for (const Group& group : column)
        height += group.height();
    return height;
}

} // namespace

void HelpOverlay::mousePressEvent(QMouseEvent*) {
    dismiss();
}

void HelpOverlay::paintEvent(QPaintEvent*) {
    const Palette& p = colours();
    QPainter painter(this);
    const auto columns = inColumns();
    const double high = std::max(heightOf(columns[0]), heightOf(columns[1])) - kBetween + 2 * kEdge;
    const double wide = 2 * kColumn + 3 * kEdge;
    beginPanel(painter, {wide, high});
    double x = kEdge;
    for (const std::vector<Group>& column : columns) {
        double y = kEdge;
        for (const Group& group : column) {
            painter.setFont(textFont(20, QFont::DemiBold));
            painter.setPen(p.text);
            painter.drawText(QRectF(x, y, kColumn, 30), Qt::AlignLeft | Qt::AlignVCenter,
                             QString::fromUtf16(group.name));
            painter.setPen(QPen(p.border, 1));
            painter.drawLine(QPointF(x, y + 37), QPointF(x + kColumn, y + 37));
            y += kHead;
            for (const Shortcut* line : group.lines) {
                painter.setFont(textFont(17, QFont::DemiBold));
                painter.setPen(p.accent);
                painter.drawText(QRectF(x, y, kKeys, kLine), Qt::AlignLeft | Qt::AlignVCenter,
                                 QString::fromUtf16(line->keys));
                painter.setFont(textFont(17));
                painter.setPen(p.text);
                painter.drawText(QRectF(x + kKeys, y, kColumn - kKeys, kLine),
                                 Qt::AlignLeft | Qt::AlignVCenter, QString::fromUtf16(line->says));
                y += kLine;
            }
            y += kBetween;
        }
        x += kColumn + kEdge;
    }
}

} // namespace surgescope::widgets
