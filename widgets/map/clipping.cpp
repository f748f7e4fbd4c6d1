// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/clipping.h"

#include <algorithm>
#include <array>

namespace surgescope::widgets {

namespace {

/// One edge of the rectangle: inside is where distance() is not negative.
struct Edge {
    bool horizontal;
    double at;
    double sign;
    double distance(QPointF p) const { return ((horizontal ? p.y() : p.x()) - at) * sign; }
};

std::array<Edge, 4> edgesOf(const QRectF& to) {
    return {Edge{false, to.left(), 1}, {false, to.right(), -1}, {true, to.top(), 1}, {true, to.bottom(), -1}};
}

} // namespace

QPolygonF clippedPolygon(const QPolygonF& polygon, const QRectF& to) {
    if (to.contains(polygon.boundingRect())) return polygon;
    QPolygonF kept = polygon;
    for (const Edge& edge : edgesOf(to)) {
        QPolygonF next;
        for (qsizetype i = 0; i < kept.size(); ++i) {
            const QPointF a = kept[i], b = kept[(i + 1) % kept.size()];
            const double da = edge.distance(a), db = edge.distance(b);
            if (da >= 0) next << a;
            if ((da >= 0) != (db >= 0)) next << a + (b - a) * (da / (da - db));
        }
        kept = next;
    }
    return kept;
}

std::vector<QPolygonF> clippedLine(const QPolygonF& line, const QRectF& to) {
    if (to.contains(line.boundingRect())) return {line};
    std::vector<QPolygonF> pieces;
    for (qsizetype i = 0; i + 1 < line.size(); ++i) {
        const QPointF a = line[i], b = line[i + 1];
        double from = 0, until = 1;
        for (const Edge& edge : edgesOf(to)) {
            const double da = edge.distance(a), db = edge.distance(b);
            if (da < 0 && db < 0) until = -1;
            if ((da < 0) == (db < 0)) continue;
            const double share = da / (da - db);
            if (da < 0)
                from = std::max(from, share);
            else
                until = std::min(until, share);
        }
        if (from >= until) continue;
        const QPointF begin = a + (b - a) * from, end = a + (b - a) * until;
        if (pieces.empty() || from > 0 || pieces.back().back() != begin) pieces.push_back({begin});
        pieces.back() << end;
    }
    return pieces;
}

} // namespace surgescope::widgets
