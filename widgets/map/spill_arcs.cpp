// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/spill_arcs.h"

#include "widgets/base/palette.h"

#include <QPainterPath>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace surgescope::widgets {

namespace {

using Vector = std::array<double, 3>;

Vector onSphere(const SpillSite& site) {
    const double a = site.longitude * M_PI / 180, b = site.latitude * M_PI / 180;
    return {std::cos(b) * std::cos(a), std::cos(b) * std::sin(a), std::sin(b)};
}

double shareOf(const SpillSite& site, double perSecond) {
    const double asked = site.served + site.spilledOut; // a PoP that is down serves nothing
    return asked > 0 ? perSecond / asked : 0;
}

} // namespace

std::vector<SpillArc> estimateSpill(std::span<const SpillSite> sites, std::size_t most) {
    std::vector<std::size_t> takers;
    std::vector<Vector> at(sites.size());
    std::vector<double> out, in;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        at[i] = onSphere(sites[i]);
        out.push_back(sites[i].spilledOut);
        in.push_back(sites[i].spilledIn);
        if (sites[i].spilledIn > 0) takers.push_back(i);
    }
    struct Pair {
        double nearness; // cosine of the angle between them
        std::size_t from, to;
    };
    std::vector<Pair> pairs;
    for (std::size_t from = 0; from < sites.size(); ++from) {
        if (!(sites[from].spilledOut > 0) || !(shareOf(sites[from], sites[from].spilledOut) > kLeastSpill))
            continue;
        for (const std::size_t to : takers)
            if (to != from)
                pairs.push_back(
                    {at[from][0] * at[to][0] + at[from][1] * at[to][1] + at[from][2] * at[to][2], from, to});
    }
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
        return std::tuple(-a.nearness, a.from, a.to) < std::tuple(-b.nearness, b.from, b.to);
    });
    std::vector<SpillArc> arcs;
    for (const Pair& pair : pairs) {
        const double flow = std::min(out[pair.from], in[pair.to]);
        if (!(flow > 0)) continue;
        out[pair.from] -= flow;
        in[pair.to] -= flow;
        const double share = shareOf(sites[pair.from], flow);
        if (share > kLeastSpill) arcs.push_back({pair.from, pair.to, flow, share});
    }
    std::stable_sort(arcs.begin(), arcs.end(),
                     [](const SpillArc& a, const SpillArc& b) { return a.perSecond > b.perSecond; });
    if (arcs.size() > most) arcs.resize(most);
    return arcs;
}

void paintSpillArc(QPainter& painter, QPointF from, double fromRadius, QPointF to, double toRadius,
                   double share, double scale) {
    const QPointF across = to - from;
    const double length = std::hypot(across.x(), across.y());
    const double head = 5 * scale, gap = 2 * scale;
    if (length < fromRadius + toRadius + 2 * gap + 2 * head) return; // they touch: nothing to be seen
    // Bent upwards, so that an arc is not taken for a border.
    QPointF normal = QPointF(across.y(), -across.x()) / length;
    if (normal.y() > 0) normal = -normal;
    const QPointF control = (from + to) / 2 + normal * std::min(0.22 * length, 60 * scale);
    const auto towards = [](QPointF a, QPointF b) {
        const QPointF d = b - a;
        return d / std::max(1e-9, std::hypot(d.x(), d.y()));
    };
    const QPointF start = from + towards(from, control) * (fromRadius + gap);
    const QPointF back = towards(to, control), tip = to + back * (toRadius + gap);
    QPainterPath path(start);
    path.quadTo(control, tip + back * head * 0.8);
    QColor colour = colours().text;
    colour.setAlpha(190);
    QPen pen(colour, (1.1 + 3 * std::min(share, 1.0)) * scale, Qt::CustomDashLine, Qt::FlatCap);
    pen.setDashPattern({5 * scale / pen.widthF(), 4 * scale / pen.widthF()});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    const QPointF side(-back.y(), back.x());
    const std::array<QPointF, 3> triangle{tip, tip + back * head * 1.4 + side * head * 0.6,
                                          tip + back * head * 1.4 - side * head * 0.6};
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawPolygon(triangle.data(), 3);
}

} // namespace surgescope::widgets
