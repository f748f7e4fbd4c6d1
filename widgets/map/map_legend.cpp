// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_legend.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/map/pop_clusters.h"
#include "widgets/map/pop_renderer.h"
#include "widgets/map/silent_marks.h"
#include "widgets/map/spill_arcs.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <QPainter>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace surgescope::widgets {

namespace {

constexpr double kBar = 230, kScaleBar = 110; // pixels at scale 1
constexpr double kLeft = 14;
constexpr double kBeside = 30; // of a mark's text, from the mark's left edge
constexpr double kText = 13;

QString metricTick(MapMetric metric, double position) {
    return metricText(metric, metricValue(metric, position));
}

void paintColourBar(QPainter& painter, MapMetric metric, double y, double scale) {
    const Palette& p = colours();
    QLinearGradient gradient(kLeft * scale, 0, (kLeft + kBar) * scale, 0);
    for (int i = 0; i <= 40; ++i)
        gradient.setColorAt(i / 40.0, QColor(saturationColour(i / 40.0)));
    painter.fillRect(QRectF(kLeft * scale, y, kBar * scale, 10 * scale), gradient);
    painter.setFont(textFont(12 * scale));
    for (const double position : {0.0, 0.5, 0.75, 0.9, 1.0}) {
        const double x = (kLeft + kBar * position) * scale;
        painter.setPen(QPen(p.text, 1));
        painter.drawLine(QPointF(x, y), QPointF(x, y + 13 * scale));
        QString text = metricTick(metric, position);
        if (position > 0 && metric != MapMetric::lag) text.remove(QStringLiteral(" %"));
        const QRectF box(x - 30 * scale, y + 12 * scale, 60 * scale, 16 * scale);
        painter.setPen(p.muted);
        if (position == 0)
            painter.drawText(box.translated(30 * scale, 0), Qt::AlignLeft, text);
        else if (position == 1.0 && text.size() > 3) // else it would touch the one before
            painter.drawText(box.translated(22 * scale, 0), Qt::AlignLeft, text);
        else
            painter.drawText(box, Qt::AlignHCenter, text);
    }
}

/// A mark and what it means.
struct Entry {
    std::function<void(QPainter&, QPointF middle, double scale)> paint;
    QString text;
};

std::function<void(QPainter&, QPointF, double)> disc(PopLook look, double radius, double position,
                                                     Level level) {
    return [=](QPainter& painter, QPointF middle, double scale) {
        paintMarker(painter, middle, radius * scale, look, position, level, scale);
    };
}

/// Columns of two.
std::vector<std::array<Entry, 2>> entries(const LegendContent& content) {
    const auto level = [&](const char16_t* name, double position) {
        return QStringLiteral("%1: %2").arg(QString::fromUtf16(name), metricTick(content.metric, position));
    };
    const bool saturation = content.metric == MapMetric::saturation;
    const auto cluster = [](QPainter& painter, QPointF middle, double scale) {
        paintCluster(painter, middle, 9.5 * scale, {0, 1, 2, 4, 0, 0}, scale * 0.85);
    };
    const auto silent = [](QPainter& painter, QPointF middle, double scale) {
        paintSilentMark(painter, middle, 0.7 * scale);
    };
    const auto arc = [](QPainter& painter, QPointF middle, double scale) {
        paintSpillArc(painter, middle + QPointF(-14 * scale, 4 * scale), 0,
                      middle + QPointF(14 * scale, 4 * scale), 0, 0.12, scale);
    };
    return {
        {Entry{disc(PopLook::live, 5, 0.93, Level::critical),
               level(levelName(Level::critical), kCriticalFrom)},
         Entry{disc(PopLook::partial, 6, 0.45, Level::managed), QStringLiteral("partial: < 95 % of nodes")}},
        {Entry{disc(PopLook::live, 4, 1, Level::overload),
               level(saturation ? levelName(Level::overload) : u"end of scale", kOverloadFrom)},
         Entry{disc(PopLook::stale, 6, 0.45, Level::managed), QStringLiteral("stale: last known")}},
        {Entry{silent, QStringLiteral("an alarm: silent")},
         Entry{disc(PopLook::unmeasured, 6, 0, Level::managed), QStringLiteral("not measured")}},
        {Entry{disc(PopLook::late, 6, 0.45, Level::managed), QStringLiteral("late")},
         Entry{disc(PopLook::skewed, 6, 0.45, Level::managed), QStringLiteral("clocks off")}},
        {Entry{cluster, QStringLiteral("PoPs by level")},
         Entry{disc(PopLook::noData, 2.6, 0, Level::managed), QStringLiteral("no data yet")}},
        {Entry{arc, QStringLiteral("dashed: spilled over,")},
         Entry{nullptr, QStringLiteral("to whom is estimated")}},
    };
}

} // namespace

double paintColourScale(QPainter& painter, MapMetric metric, const QRectF& line, double scale) {
    const Palette& p = colours();
    painter.setFont(textFont(kLeastType * scale));
    const QFontMetricsF metrics(painter.font());
    double x = line.right();
    const double y = line.center().y();
    const auto text = [&](const QString& what) {
        const double wide = metrics.horizontalAdvance(what);
        x -= wide;
        painter.setPen(p.muted);
        painter.drawText(QRectF(x, line.top(), wide + 1, line.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         what);
        x -= 7 * scale;
    };
    text(metricTick(metric, 1));
    const QRectF bar(x - kScaleBar * scale, y - 5 * scale, kScaleBar * scale, 10 * scale);
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    for (int i = 0; i <= 20; ++i)
        gradient.setColorAt(i / 20.0, QColor(saturationColour(i / 20.0)));
    painter.fillRect(bar, gradient);
    painter.setPen(QPen(p.border, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar);
    x = bar.left() - 7 * scale;
    text(metricTick(metric, 0));
    for (const auto& [level, from] :
         {std::pair(Level::overload, kOverloadFrom), std::pair(Level::critical, kCriticalFrom)}) {
        x -= 12 * scale;
        text(metricTick(metric, from));
        x -= 6 * scale;
        paintMarker(painter, {x, y}, 3 * scale, PopLook::live, from, level, scale);
        x -= 10 * scale;
    }
    return x;
}

QPixmap mapLegend(const LegendContent& content, double width, double windowScale, double devicePixelRatio) {
    QPixmap pixmap((QSizeF(width, kLegendHeight * windowScale) * devicePixelRatio).toSize());
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(colours().panel);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    paintMapLegend(painter, content, width, windowScale);
    return pixmap;
}

void paintMapLegend(QPainter& painter, const LegendContent& content, double width, double windowScale) {
    const Palette& p = colours();
    const double height = kLegendHeight * windowScale;
    painter.fillRect(QRectF(0, 0, width, height), p.panel);
    painter.fillRect(QRectF(0, 0, width, 1), p.border);

    const auto columns = entries(content);
    const Unit unit = content.size == DiscSize::requests ? Unit::perSecond : Unit::bitsPerSecond;
    constexpr std::array<double, 2> kShares{1.0, 0.2};
    const auto textWidth = [](const QString& text, double scale) {
        return QFontMetricsF(textFont(kText * scale)).horizontalAdvance(text);
    };
    const auto neededAt = [&](double scale) {
        double needed = (kLeft + kBar + 40) * scale;
        if (content.reference > 0)
            for (const double share : kShares)
                needed += 2 * discRadius(share, 1, windowScale) + 21 * scale +
                          textWidth(formatNumber(content.reference * share, unit), scale);
        for (const auto& [upper, lower] : columns)
            needed +=
                std::max(textWidth(upper.text, scale), textWidth(lower.text, scale)) + (kBeside + 14) * scale;
        return needed;
    };
    // What does not fit gets smaller as a whole; fonts come in whole pixels, so the first guess may not do.
    double scale = windowScale * std::min(1.0, width / neededAt(windowScale));
    while (neededAt(scale) > width && scale > 0.3 * windowScale)
        scale *= 0.98;

    const double top = (height - 48 * scale) / 2;
    const auto line = [&](const QString& text, double x, double y) {
        painter.setFont(textFont(kText * scale));
        painter.setPen(p.muted);
        painter.drawText(QRectF(x, y, width - x, 18 * scale), Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    line(QString::fromUtf16(metricDomain(content.metric)), kLeft * scale, top);
    paintColourBar(painter, content.metric, top + 20 * scale, scale);

    double x = (kLeft + kBar + 40) * scale;
    if (content.reference > 0) {
        for (const double share : kShares) {
            const double radius = discRadius(share, 1, windowScale);
            painter.setPen(QPen(p.muted, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(QPointF(x + radius, height / 2), radius, radius);
            x += 2 * radius + 7 * scale;
            const QString text = formatNumber(content.reference * share, unit);
            line(text, x, height / 2 - 9 * scale);
            x += textWidth(text, scale) + 14 * scale;
        }
    }
    for (const auto& column : columns) {
        double widest = 0;
        for (std::size_t row = 0; row < column.size(); ++row) {
            const double y = top + (2 + 25 * static_cast<double>(row)) * scale;
            if (column[row].paint) column[row].paint(painter, {x + 13 * scale, y + 9 * scale}, scale);
            line(column[row].text, x + kBeside * scale, y);
            widest = std::max(widest, textWidth(column[row].text, scale));
        }
        x += widest + (kBeside + 14) * scale;
    }
}

} // namespace surgescope::widgets
