// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_texts.h"

#include "widgets/base/format.h"

#include <algorithm>

namespace surgescope::widgets {

namespace {

constexpr int kWorst = 5;

QString row(const QString& name, const QString& value) {
    return QStringLiteral("<tr><td style='padding-right:12px'>%1</td><td align='right'>%2</td></tr>")
        .arg(name, value.toHtmlEscaped());
}

} // namespace

QString popTooltip(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue) {
    const feeds::Summary& s = pop.summary;
    QString name = QStringLiteral("not in the catalogue"), region = QStringLiteral("unplaced");
    if (pop.place && pop.place->value < catalogue.size()) {
        const feeds::Pop& place = catalogue[*pop.place];
        const auto code = catalogue.regions()[place.region.value];
        const auto regionText = catalogue.regionName(code);
        name = QString::fromStdString(place.country.empty() ? place.city : place.city + ", " + place.country);
        region = QString::fromUtf8(regionText.data(), static_cast<qsizetype>(regionText.size()));
    }
    const QString age = pop.freshness == feeds::Freshness::noData
                            ? QStringLiteral("never heard")
                            : formatAge(pop.ageSeconds) + QStringLiteral(" ago");
    return QStringLiteral("<b>%1</b> %2<br>%3<table>")
               .arg(QString::fromStdString(pop.code).toHtmlEscaped(), name.toHtmlEscaped(),
                    region.toHtmlEscaped()) +
           row(QStringLiteral("Requests"), formatMeasure(s, Measure::requests_per_second)) +
           row(QStringLiteral("Egress"), formatMeasure(s, Measure::egress_bits_per_second)) +
           row(QStringLiteral("Saturation"), formatMeasure(s, Measure::saturation)) +
           row(QStringLiteral("Hit ratio"), formatMeasure(s, Measure::hit_ratio)) +
           row(QStringLiteral("Lag p99"), formatMeasure(s, Measure::invalidation_lag_p99_us)) +
           row(QStringLiteral("Clocks off p95"), formatMeasure(s, Measure::clock_offset_p95_us)) +
           row(QStringLiteral("Nodes"),
               QStringLiteral("%1 of %2").arg(formatCount(s.nodesHeard), formatCount(s.nodesExpected))) +
           row(QStringLiteral("Heard"), age) + QStringLiteral("</table>");
}

QString clusterTooltip(const PopCluster& cluster, std::span<const PopMarker> markers,
                       const feeds::Frame& frame, const MarkerRules& rules) {
    QString mix;
    for (std::size_t i = 0; i < kClusterParts; ++i) {
        if (cluster.parts[i] == 0) continue;
        if (!mix.isEmpty()) mix += QStringLiteral(", ");
        mix += QStringLiteral("%1 %2")
                   .arg(cluster.parts[i])
                   .arg(QString::fromUtf16(clusterPartName(static_cast<ClusterPart>(i))));
    }
    double sum = 0;
    for (const std::size_t member : cluster.members) {
        const feeds::Reading rate = sizeReading(frame.pops[markers[member].pop].summary, rules.size);
        if (rate.hasValue()) sum += rate.value;
    }
    QString text =
        QStringLiteral("<b>%1 PoPs</b>, %2<br>%3<table>")
            .arg(cluster.count())
            .arg(formatNumber(sum, rules.size == DiscSize::requests ? Unit::perSecond : Unit::bitsPerSecond),
                 mix);
    for (int i = 0; i < std::min(kWorst, cluster.count()); ++i) {
        const feeds::PopFrame& pop = frame.pops[markers[cluster.members[static_cast<std::size_t>(i)]].pop];
        const feeds::Reading shown = metricReading(pop, rules.metric);
        text +=
            row(QString::fromStdString(pop.code).toHtmlEscaped(),
                shown.hasValue() ? metricText(rules.metric, shown.value) : formatReading(shown, Unit::ratio));
    }
    text += QStringLiteral("</table>");
    if (cluster.count() > kWorst)
        text += QStringLiteral("the worst %1 by %2; ")
                    .arg(kWorst)
                    .arg(QString::fromUtf16(metricName(rules.metric)));
    return text + QStringLiteral("a click zooms in");
}

} // namespace surgescope::widgets
