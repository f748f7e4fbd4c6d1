// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>
#include <span>

namespace surgescope::widgets {

/// A white cross in a magenta square: seen whatever the PoP's traffic was, and without its colour.
void paintSilentMark(QPainter& painter, QPointF at, double scale);
inline constexpr double kSilentMark = 20; // its width, in pixels at scale 1

/// More than these of one alarm are an outline around all of them: crosses would be a carpet.
inline constexpr std::size_t kMostSilentMarks = 12;

/// Where the words of one alarm stand: within `area`, near the marks, where they cover least of the
/// obstacles. `before`, where they stood, is kept unless it has become much worse. Empty without marks.
QRectF placeSilentWords(const QString& text, std::span<const QPointF> at, const QRectF& area,
                        std::span<const QRectF> obstacles, const std::optional<QRectF>& before, double scale);

/// The marks of one alarm or their outline, and its words in a box that a line leads to.
void paintSilentPops(QPainter& painter, const QString& text, std::span<const QPointF> at, const QRectF& box,
                     double scale);

} // namespace surgescope::widgets
