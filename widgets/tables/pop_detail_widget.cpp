// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/pop_detail_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1: six lines of readings, and of its nodes three lines and a bar behind the first.
constexpr double kLine = 22.5, kGap = 6, kNodeLine = 21, kLoadBar = 15;
constexpr double kHeight = 6 * kLine + kGap + 3 * kNodeLine + kLoadBar;

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

} // namespace

PopDetailWidget::PopDetailWidget(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : PanelWidget({}, parent), m_catalogue(catalogue) {
    setSubtitle(QStringLiteral("Esc: back to the hottest PoPs"));
}

void PopDetailWidget::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    m_frame = std::move(frame);
    update();
}

void PopDetailWidget::setPop(const std::string& code) {
    m_code = code;
    QString title = QString::fromStdString(code);
    if (const auto place = m_catalogue.find(code)) {
        const feeds::Pop& known = m_catalogue[*place];
        const auto region = m_catalogue.regionName(m_catalogue.regions()[known.region.value]);
        title += QStringLiteral("  %1, %2")
                     .arg(QString::fromStdString(known.city),
                          QString::fromUtf8(region.data(), static_cast<qsizetype>(region.size())));
    } else
        title += QStringLiteral("  unplaced");
    setTitle(title);
    update();
}

const feeds::PopFrame* PopDetailWidget::pop() const {
    if (!m_frame) return nullptr;
    const auto found = std::find_if(m_frame->pops.begin(), m_frame->pops.end(),
                                    [this](const feeds::PopFrame& p) { return p.code == m_code; });
    return found == m_frame->pops.end() ? nullptr : &*found;
}

void PopDetailWidget::paintBody(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    const feeds::PopFrame* known = pop();
    if (!known) {
        painter.setFont(textFont(px(16)));
        painter.setPen(p.faint);
        painter.drawText(body, Qt::AlignCenter,
                         QStringLiteral("nothing heard of %1").arg(QString::fromStdString(m_code)));
        return;
    }
    const feeds::Summary& s = known->summary;
    struct Row {
        const char16_t* label;
        QString value;
        QColor colour;
    };
    const bool old = known->freshness >= feeds::Freshness::stale;
    const QColor plain = old ? p.faint : p.text;
    const QColor load =
        s[Measure::saturation].hasValue() && s[Measure::saturation].value >= kElevatedFrom && !old
            ? levelColour(levelOf(s[Measure::saturation].value))
            : plain;
    const Row rows[] = {
        {u"Saturation", formatMeasure(s, Measure::saturation), load},
        {u"Requests", formatMeasure(s, Measure::requests_per_second), plain},
        {u"Egress", formatMeasure(s, Measure::egress_bits_per_second), plain},
        {u"Hit ratio", formatMeasure(s, Measure::hit_ratio), plain},
        {u"Errors, 5xx", formatMeasure(s, Measure::error_ratio), plain},
        {u"WAF blocked", formatMeasure(s, Measure::waf_blocked_per_second), plain},
        {u"TTFB p95, hits", formatMeasure(s, Measure::ttfb_hit_p95_us), plain},
        {u"TTFB p95, misses", formatMeasure(s, Measure::ttfb_miss_p95_us), plain},
        {u"Metadata p95", formatMeasure(s, Measure::metadata_p95_us), plain},
        {u"Balancer p50", formatMeasure(s, Measure::lb_p50_us), plain},
        {u"Lag p50 / p99",
         formatMeasure(s, Measure::invalidation_lag_p50_us) + QStringLiteral(" / ") +
             formatMeasure(s, Measure::invalidation_lag_p99_us),
         plain},
        {u"Keys pending", formatMeasure(s, Measure::invalidations_pending), plain},
    };
    // Lines move closer before the last one is cut off.
    const double squeeze = std::min(1.0, body.height() / px(kHeight));
    const double half = (body.width() - px(28)) / 2, line = px(kLine) * squeeze;
    painter.setFont(textFont(px(15)));
    int i = 0;
    for (const Row& row : rows) {
        const QRectF box(body.left() + (i >= 6 ? half + px(28) : 0), body.top() + (i % 6) * line, half, line);
        painter.setPen(p.muted);
        painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, QString::fromUtf16(row.label));
        painter.setPen(row.colour);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, row.value);
        ++i;
    }
    const double nodes = 6 * line + px(kGap) * squeeze;
    paintNodes(painter, {body.left(), body.top() + nodes, body.width(), body.height() - nodes});
}

void PopDetailWidget::paintNodes(QPainter& painter, const QRectF& box) const {
    const Palette& p = colours();
    const feeds::PopFrame* known = pop();
    const double line = std::min(px(kNodeLine), (box.height() - px(kLoadBar)) / 3);
    QString heard =
        QStringLiteral("%1 of %2 nodes heard")
            .arg(formatCount(known->summary.nodesHeard), formatCount(known->summary.nodesExpected));
    if (known->freshness != feeds::Freshness::noData)
        heard += QStringLiteral(", %1 ago").arg(formatAge(known->ageSeconds));
    painter.setPen(p.muted);
    const bool have = m_frame->nodes && m_frame->nodes->pop == m_code && !m_frame->nodes->hottestNode.empty();
    if (m_frame->nodes && m_frame->nodes->pop == m_code) heard += missingText(*m_frame->nodes);
    if (!have) heard += QStringLiteral("; waiting for the columns of single nodes");
    painter.drawText(QRectF(box.left(), box.top(), box.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(heard, Qt::ElideRight, static_cast<int>(box.width())));
    if (!have) return;
    const feeds::NodeDetail& d = *m_frame->nodes;
    std::uint64_t total = 0;
    for (const std::uint64_t n : d.nodesByLevel)
        total += n;
    const double top = box.top() + line + px(2);
    double x = box.left();
    for (std::size_t i = 0; i < d.nodesByLevel.size() && total > 0; ++i) {
        const double wide = box.width() * static_cast<double>(d.nodesByLevel[i]) / static_cast<double>(total);
        painter.fillRect(QRectF(x, top, wide, px(12)), levelColour(static_cast<Level>(i)));
        x += wide;
    }
    QStringList counts;
    for (std::size_t i = 0; i < d.nodesByLevel.size(); ++i)
        counts << QStringLiteral("%1 %2").arg(formatCount(d.nodesByLevel[i]),
                                              QString::fromUtf16(levelName(static_cast<Level>(i))));
    painter.drawText(QRectF(box.left(), top + px(kLoadBar - 2), box.width(), line),
                     Qt::AlignLeft | Qt::AlignVCenter, counts.join(QStringLiteral(", ")));
    painter.setPen(p.text);
    painter.drawText(QRectF(box.left(), top + px(kLoadBar - 2) + line, box.width(), line),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("hottest: %1, %2; worst lag %3")
                         .arg(QString::fromStdString(d.hottestNode),
                              formatReading(d.hottestSaturation, Unit::ratio),
                              formatReading(d.worstLagUs, Unit::microseconds)));
}

} // namespace surgescope::widgets
