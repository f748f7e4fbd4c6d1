// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_legend.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/map/pop_renderer.h"

#include <QLinearGradient>
#include <QPainter>

namespace surgescope::widgets {

namespace {

constexpr double kWidth = 268;
constexpr double kBar = 244;

void paintColourBar(QPainter& painter, double y, double scale) {
    const Palette& p = darkPalette();
    QLinearGradient gradient(12 * scale, 0, (12 + kBar) * scale, 0);
    for (int i = 0; i <= 40; ++i)
        gradient.setColorAt(i / 40.0, QColor(saturationColour(i / 40.0)));
    painter.fillRect(QRectF(12 * scale, y, kBar * scale, 10 * scale), gradient);
    painter.setFont(textFont(12 * scale));
    for (const int percent : {0, 50, 75, 90, 100}) {
        const double x = (12 + kBar * percent / 100) * scale;
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

QPixmap mapLegend(double reference, double scale, double devicePixelRatio) {
    const Palette& p = darkPalette();
    const double height = reference > 0 ? 232 : 188;
    QPixmap pixmap((QSizeF(kWidth, height) * scale * devicePixelRatio).toSize());
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(p.border, 1));
    painter.setBrush(QColor(p.background.red(), p.background.green(), p.background.blue(), 205));
    painter.drawRoundedRect(QRectF(0.5, 0.5, kWidth * scale - 1, height * scale - 1), 4 * scale, 4 * scale);

    double y = 8 * scale;
    const auto line = [&](const QString& text, double x) {
        painter.setFont(textFont(12.5 * scale));
        painter.setPen(p.muted);
        painter.drawText(QRectF(x, y, kWidth * scale - x, 18 * scale), Qt::AlignLeft | Qt::AlignVCenter,
                         text);
    };
    line(QStringLiteral("saturation: 75 elevated, 90 critical"), 12 * scale);
    y += 22 * scale;
    paintColourBar(painter, y, scale);
    y += 36 * scale;

    if (reference > 0) {
        line(QStringLiteral("area:"), 12 * scale);
        double x = 54 * scale;
        for (const double share : {1.0, 0.25, 0.04}) {
            const double radius = discRadius(reference * share, reference, scale);
            painter.setPen(QPen(p.muted, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(QPointF(x + radius, y + 9 * scale), radius, radius);
            line(formatNumber(reference * share, Unit::perSecond), x + 2 * radius + 4 * scale);
            x += 2 * radius + 52 * scale;
        }
        y += 38 * scale;
    }

    struct Mark {
        PopLook look;
        bool critical;
        double saturation;
        const char16_t* text;
    };
    static constexpr Mark kMarks[] = {
        {PopLook::live, true, 0.95, u"critical: 90 % or more"},
        {PopLook::partial, false, 0.6, u"partial: under 95 % of nodes"},
        {PopLook::stale, false, 0.5, u"stale or silent: last known"},
        {PopLook::unknownLoad, false, 0, u"saturation not measured"},
        {PopLook::noData, false, 0, u"no data yet"},
    };
    for (const Mark& mark : kMarks) {
        const double radius = (mark.critical ? 3.5 : mark.look == PopLook::noData ? 2.6 : 6) * scale;
        paintMarker(painter, QPointF(24 * scale, y + 9 * scale), radius, mark.look, mark.saturation,
                    mark.critical, scale);
        line(QString::fromUtf16(mark.text), 44 * scale);
        y += 22.5 * scale;
    }
    return pixmap;
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
