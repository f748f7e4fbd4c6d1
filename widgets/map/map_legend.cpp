// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_legend.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/map/pop_renderer.h"

#include <QLinearGradient>
#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

namespace {

constexpr double kWidth = 1110; // of everything, at scale 1
constexpr double kBar = 230;
constexpr double kLeft = 14;

void paintColourBar(QPainter& painter, double y, double scale) {
    const Palette& p = colours();
    QLinearGradient gradient(kLeft * scale, 0, (kLeft + kBar) * scale, 0);
    for (int i = 0; i <= 40; ++i)
        gradient.setColorAt(i / 40.0, QColor(saturationColour(i / 40.0)));
    painter.fillRect(QRectF(kLeft * scale, y, kBar * scale, 10 * scale), gradient);
    painter.setFont(textFont(12 * scale));
    for (const int percent : {0, 50, 75, 90, 100}) {
        const double x = (kLeft + kBar * percent / 100) * scale;
        painter.setPen(QPen(p.text, 1));
        painter.drawLine(QPointF(x, y), QPointF(x, y + 13 * scale));
        const QRectF box(x - 30 * scale, y + 12 * scale, 60 * scale, 16 * scale);
        painter.setPen(p.muted);
        const QString text = QString::number(percent);
        if (percent == 0)
            painter.drawText(box.translated(30 * scale, 0), Qt::AlignLeft, text + QStringLiteral(" %"));
        else
            painter.drawText(box, Qt::AlignHCenter, text);
    }
}

QString row(const QString& name, const QString& value) {
    return QStringLiteral("<tr><td style='padding-right:12px'>%1</td><td align='right'>%2</td></tr>")
        .arg(name, value.toHtmlEscaped());
}

} // namespace

QPixmap mapLegend(double reference, double width, double windowScale, double devicePixelRatio) {
    QPixmap pixmap((QSizeF(width, kLegendHeight * windowScale) * devicePixelRatio).toSize());
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(colours().panel);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    paintMapLegend(painter, reference, width, windowScale);
    return pixmap;
}

void paintMapLegend(QPainter& painter, double reference, double width, double windowScale) {
    const Palette& p = colours();
    const double scale = windowScale * std::min(1.0, width / (kWidth * windowScale));
    const double height = kLegendHeight * windowScale;
    painter.fillRect(QRectF(0, 0, width, 1), p.border);
    const double top = (height - 48 * scale) / 2;
    const auto line = [&](const QString& text, double x, double y) {
        painter.setFont(textFont(13 * scale));
        painter.setPen(p.muted);
        painter.drawText(QRectF(x, y, width - x, 18 * scale), Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    line(QStringLiteral("saturation: 75 elevated, 90 critical"), kLeft * scale, top);
    paintColourBar(painter, top + 20 * scale, scale);

    double x = (kLeft + kBar + 34) * scale;
    if (reference > 0) {
        for (const double share : {1.0, 0.2}) {
            const double radius = discRadius(reference * share, reference, windowScale);
            painter.setPen(QPen(p.muted, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(QPointF(x + radius, height / 2), radius, radius);
            x += 2 * radius + 7 * scale;
            line(formatNumber(reference * share, Unit::perSecond), x, height / 2 - 9 * scale);
            x += 76 * scale;
        }
        x += 12 * scale;
    }

    struct Mark {
        PopLook look;
        bool critical;
        double saturation;
        const char16_t* text;
        int column, row;
    };
    static constexpr Mark kMarks[] = {
        {PopLook::live, true, 0.95, u"critical: 90 % or more", 0, 0},
        {PopLook::partial, false, 0.6, u"partial: under 95 % of nodes", 0, 1},
        {PopLook::stale, false, 0.5, u"stale or silent: last known", 1, 0},
        {PopLook::unknownLoad, false, 0, u"saturation not measured", 1, 1},
        {PopLook::noData, false, 0, u"no data yet", 2, 0},
    };
    static constexpr double kColumns[] = {0, 222, 432};
    for (const Mark& mark : kMarks) {
        const double left = x + kColumns[mark.column] * scale, y = top + (2 + 25 * mark.row) * scale;
        const double radius = (mark.critical ? 3.5 : mark.look == PopLook::noData ? 2.6 : 6) * scale;
        paintMarker(painter, {left + 12 * scale, y + 9 * scale}, radius, mark.look, mark.saturation,
                    mark.critical, scale);
        line(QString::fromUtf16(mark.text), left + 27 * scale, y);
    }
}

QString popTooltip(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue) {
    const feeds::Summary& s = pop.summary;
    QString name = QStringLiteral("not in the catalogue"), region = QStringLiteral("unplaced");
    if (pop.place && pop.place->value < catalogue.size()) {
        const feeds::Pop& place = catalogue[*pop.place];
        const auto code = catalogue.regions()[place.region.value];
        const auto regionText = feeds::regionName(code);
        name = QString::fromStdString(place.city + ", " + place.country);
        region = QString::fromUtf8(regionText.data(), static_cast<qsizetype>(regionText.size()));
    }
    const QString age = pop.freshness == feeds::Freshness::noData
                            ? QStringLiteral("never heard")
                            : formatAge(pop.ageSeconds) + QStringLiteral(" ago");
    return QStringLiteral("<b>%1</b> %2<br>%3<table>")
               .arg(QString::fromStdString(pop.code).toHtmlEscaped(), name.toHtmlEscaped(),
                    region.toHtmlEscaped()) +
           row(QStringLiteral("Requests"), formatReading(s.requestsPerSecond, Unit::perSecond)) +
           row(QStringLiteral("Egress"), formatReading(s.egressBitsPerSecond, Unit::bitsPerSecond)) +
           row(QStringLiteral("Saturation"), formatReading(s.saturation, Unit::ratio)) +
           row(QStringLiteral("Hit ratio"), formatReading(s.hitRatio, Unit::ratio)) +
           row(QStringLiteral("Lag p99"), formatReading(s.lagP99Us, Unit::microseconds)) +
           row(QStringLiteral("Nodes"),
               QStringLiteral("%1 of %2").arg(formatCount(s.nodesHeard), formatCount(s.nodesExpected))) +
           row(QStringLiteral("Heard"), age) + QStringLiteral("</table>");
}

QStringList waitingText(const feeds::FeedHealth& health) {
    if (health.endpoints.empty())
        return {QStringLiteral("No telemetry source is open"), QStringLiteral("nothing to wait for")};
    QStringList lines{QStringLiteral("Waiting for telemetry")};
    for (const feeds::EndpointState& e : health.endpoints) {
        QString state = e.binds ? QStringLiteral("bound, ") : QString();
        if (e.peers == 0)
            state += e.binds ? QStringLiteral("no publisher connected")
                             : QStringLiteral("connecting, no answer yet");
        else
            state += e.peers == 1
                         ? QStringLiteral("1 publisher connected, nothing received yet")
                         : QStringLiteral("%1 publishers connected, nothing received yet").arg(e.peers);
        lines << QStringLiteral("on %1 (%2)").arg(QString::fromStdString(e.endpoint), state);
    }
    return lines;
}

} // namespace surgescope::widgets
