// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <span>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// PoPs that one alarm says are silent.
struct SilentPops {
    QString text;                   // "8 silent in Europe: FRA MUC STR +5"
    std::vector<std::string> codes; // of PoPs
    bool operator==(const SilentPops&) const = default;
};

/// A white cross in a magenta square: seen whatever the PoP's traffic was, and without its colour.
void paintSilentMark(QPainter& painter, QPointF at, double scale);

/// The marks of one alarm, and its words in a box that a line leads to, within `area` and beside the
/// obstacles where there is room. Returns the box.
QRectF paintSilentPops(QPainter& painter, const QString& text, std::span<const QPointF> at,
                       const QRectF& area, std::span<const QRectF> obstacles, double scale);

} // namespace surgescope::widgets
