// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/pop_detail.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/tables/pop_columns.h"

#include <QFontMetricsF>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1: lines of readings, and of its nodes three lines and a bar behind the first.
constexpr double kLine = 22.5, kGap = 6, kNodeLine = 21, kLoadBar = 15;
constexpr double kLeastColumn = 270, kMostColumn = 420, kBetweenColumns = 28;
// Of NodeDetail::nodesByLevel, in words that need no legend.
constexpr std::array kNodeLevels{u"below 75 %", u"from 75 %", u"from 90 %", u"at 100 % or more"};
constexpr std::size_t kReadings = 19, kMostLines = 6;

std::size_t columnsIn(double width, double scale) {
    return static_cast<std::size_t>(std::clamp(width / (kLeastColumn * scale), 1.0, 4.0));
}

std::size_t linesIn(std::size_t columns) {
    return std::min(kMostLines, (kReadings + columns - 1) / columns);
}

/// Whom the edge file expects and no roster has; empty when there is nobody.
QString missingText(const feeds::NodeDetail& nodes) {
    if (nodes.nodesMissing == 0) return {};
    if (nodes.missing.empty())
        return QStringLiteral("; %1 on no roster").arg(formatCount(nodes.nodesMissing));
    QStringList names;
    for (const std::string& name : nodes.missing)
        names << QString::fromStdString(name);
    QString text = QStringLiteral("; never on a roster: ") + names.join(QStringLiteral(", "));
    if (nodes.nodesMissing > nodes.missing.size())
        text += QStringLiteral(" and %1 more").arg(formatCount(nodes.nodesMissing - nodes.missing.size()));
    return text;
}

struct DetailRow {
    const char16_t* label;
    QString value;
    QColor colour;
};

/// The most telling first: in a narrow place the last ones are left out.
std::vector<DetailRow> detailRows(const feeds::PopFrame& pop) {
    const Palette& p = colours();
    const feeds::Summary& s = pop.summary;
    const bool old = pop.freshness >= feeds::Freshness::stale;
    const QColor plain = old ? p.faint : p.text;
    const feeds::Reading& saturation = s[Measure::saturation];
    const QColor load = saturation.hasValue() && saturation.value >= kElevatedFrom && !old
                            ? levelColour(levelOf(saturation.value))
                            : plain;
    std::vector<DetailRow> rows{{u"Saturation", formatMeasure(s, Measure::saturation), load}};
    const auto add = [&](const char16_t* label, Measure measure) {
        rows.push_back({label, formatMeasure(s, measure), plain});
    };
    add(u"Requests", Measure::requests_per_second);
    add(u"Egress", Measure::egress_bits_per_second);
    add(u"Hit ratio", Measure::hit_ratio);
    add(u"Errors, 5xx", Measure::error_ratio);
    add(u"WAF blocked", Measure::waf_blocked_per_second);
    add(u"TTFB p95, hits", Measure::ttfb_hit_p95_us);
    add(u"TTFB p95, misses", Measure::ttfb_miss_p95_us);
    add(u"Metadata p95", Measure::metadata_p95_us);
    add(u"Balancer p50", Measure::lb_p50_us);
    rows.push_back({u"Lag p50 / p99",
                    formatMeasure(s, Measure::invalidation_lag_p50_us) + QStringLiteral(" / ") +
                        formatMeasure(s, Measure::invalidation_lag_p99_us),
                    plain});
    add(u"Keys pending", Measure::invalidations_pending);
    const FullText full = fullText(pop);
    rows.push_back({u"Full in", full.text, full.urgent && !old ? p.critical : plain});
    add(u"Spilled out", Measure::spilled_out_per_second);
    add(u"Retries", Measure::retry_ratio);
    add(u"Bots", Measure::bot_ratio);
    add(u"TCP sent again", Measure::tcp_retransmit_ratio);
    add(u"Waiting for cores", Measure::cpu_waiting);
    add(u"Waiting for disks", Measure::io_waiting);
    return rows;
}

void paintNodes(QPainter& painter, const QRectF& box, const feeds::Frame& frame, const feeds::PopFrame& pop,
                double scale) {
    const Palette& p = colours();
    const double line = std::min(kNodeLine * scale, (box.height() - kLoadBar * scale) / 3);
    QString heard = QStringLiteral("%1 of %2 nodes heard")
                        .arg(formatCount(pop.summary.nodesHeard), formatCount(pop.summary.nodesExpected));
    if (pop.freshness != feeds::Freshness::noData)
        heard += QStringLiteral(", %1 ago").arg(formatAge(pop.ageSeconds));
    painter.setPen(p.muted);
    const bool known = frame.nodes && frame.nodes->pop == pop.code;
    const bool have = known && !frame.nodes->hottestNode.empty();
    if (known) heard += missingText(*frame.nodes);
    if (!have) heard += QStringLiteral("; waiting for the columns of single nodes");
    const QFontMetricsF metrics(painter.font());
    const auto say = [&](double top, const QString& text) {
        painter.drawText(QRectF(box.left(), top, box.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(text, Qt::ElideRight, box.width()));
    };
    say(box.top(), heard);
    if (!have) return;
    const feeds::NodeDetail& d = *frame.nodes;
    std::uint64_t total = 0;
    for (const std::uint64_t n : d.nodesByLevel)
        total += n;
    const double top = box.top() + line + 2 * scale;
    double x = box.left();
    for (std::size_t i = 0; i < d.nodesByLevel.size() && total > 0; ++i) {
        const double wide = box.width() * static_cast<double>(d.nodesByLevel[i]) / static_cast<double>(total);
        painter.fillRect(QRectF(x, top, wide, 12 * scale), levelColour(static_cast<Level>(i)));
        x += wide;
    }
    QStringList counts;
    for (std::size_t i = 0; i < d.nodesByLevel.size(); ++i)
        counts << QStringLiteral("%1 %2").arg(formatCount(d.nodesByLevel[i]),
                                              QString::fromUtf16(kNodeLevels.at(i)));
    say(top + (kLoadBar - 2) * scale, QStringLiteral("nodes: ") + counts.join(QStringLiteral(", ")));
    painter.setPen(p.text);
    say(top + (kLoadBar - 2) * scale + line,
        QStringLiteral("hottest: %1, %2; worst lag %3")
            .arg(QString::fromStdString(d.hottestNode), formatReading(d.hottestSaturation, Unit::ratio),
                 formatReading(d.worstLagUs, Unit::microseconds)));
}

} // namespace

QString popTitle(const std::string& code, const feeds::PopCatalogue& catalogue) {
    const auto place = catalogue.find(code);
    if (!place) return QString::fromStdString(code) + QStringLiteral("  unplaced");
    const feeds::Pop& known = catalogue[*place];
    const auto region = catalogue.regionName(catalogue.regions()[known.region.value]);
    return QString::fromStdString(code) +
           QStringLiteral("  %1, %2")
               .arg(QString::fromStdString(known.city),
                    QString::fromUtf8(region.data(), static_cast<qsizetype>(region.size())));
}

double popDetailHeight(double width, double scale) {
    return (static_cast<double>(linesIn(columnsIn(width, scale))) * kLine + kGap + 3 * kNodeLine + kLoadBar) *
           scale;
}

void paintPopDetail(QPainter& painter, const QRectF& box, const feeds::Frame& frame, const std::string& code,
                    double scale) {
    const Palette& p = colours();
    painter.setFont(textFont(kLeastType * scale));
    const auto pop = std::ranges::find(frame.pops, code, &feeds::PopFrame::code);
    if (pop == frame.pops.end()) {
        painter.setPen(p.faint);
        painter.drawText(box, Qt::AlignCenter,
                         QStringLiteral("nothing heard of %1").arg(QString::fromStdString(code)));
        return;
    }
    const double squeeze = std::min(1.0, box.height() / popDetailHeight(box.width(), scale));
    const std::size_t columns = columnsIn(box.width(), scale), lines = linesIn(columns);
    const double between = kBetweenColumns * scale, line = kLine * scale * squeeze;
    const double wide =
        std::min((box.width() + between) / static_cast<double>(columns) - between, kMostColumn * scale);
    const auto rows = detailRows(*pop);
    for (std::size_t i = 0; i < std::min(rows.size(), columns * lines); ++i) {
        const QRectF cell(box.left() + static_cast<double>(i / lines) * (wide + between),
                          box.top() + static_cast<double>(i % lines) * line, wide, line);
        painter.setPen(p.muted);
        painter.drawText(cell, Qt::AlignLeft | Qt::AlignVCenter, QString::fromUtf16(rows[i].label));
        painter.setPen(rows[i].colour);
        painter.drawText(cell, Qt::AlignRight | Qt::AlignVCenter, rows[i].value);
    }
    const double nodes = static_cast<double>(lines) * line + kGap * scale * squeeze;
    paintNodes(painter, {box.left(), box.top() + nodes, box.width(), box.height() - nodes}, frame, *pop,
               scale);
}

QString popInWords(const feeds::PopFrame& pop, const feeds::PopCatalogue& catalogue) {
    QString words = popTitle(pop.code, catalogue);
    if (pop.freshness >= feeds::Freshness::stale)
        words += pop.freshness == feeds::Freshness::noData
                     ? QStringLiteral(", never heard")
                     : QStringLiteral(", silent for %1").arg(formatAge(pop.ageSeconds));
    for (const PopColumn column : {PopColumn::saturation, PopColumn::requests, PopColumn::hitRatio,
                                   PopColumn::errors, PopColumn::lag}) {
        const PopColumnInfo& info = infoOf(column);
        words += QStringLiteral(", %1 %2").arg(QString::fromUtf16(info.words),
                                               formatMeasure(pop.summary, *info.measure));
    }
    return words;
}

} // namespace surgescope::widgets
