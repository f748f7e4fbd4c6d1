// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/pop_table_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace surgescope::widgets {

namespace {

constexpr double kRow = 25;
// Right edges of the columns, as shares of the width.
constexpr double kName = 0.25, kBar = 0.375, kSaturation = 0.465, kFull = 0.555, kHit = 0.675, kTtfb = 0.80,
                 kLag = 0.91;

} // namespace

FullText fullText(const feeds::PopFrame& pop) {
    if (!pop.secondsToFull) return {QStringLiteral("–"), false};
    const double seconds = *pop.secondsToFull;
    if (seconds < 1) return {QStringLiteral("now"), true};
    if (seconds < 100) return {QStringLiteral("%1 s").arg(qRound(seconds)), true};
    return {QStringLiteral("%1 min").arg(qRound(seconds / 60)), seconds < 300};
}

std::vector<std::size_t> hottest(const feeds::Frame& frame, std::size_t most) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < frame.pops.size(); ++i)
        if (frame.selection.scope != feeds::Selection::Scope::region ||
            frame.pops[i].region == frame.selection.code)
            order.push_back(i);
    const auto hotter = [&](std::size_t a, std::size_t b) {
        const feeds::Summary &x = frame.pops[a].summary, &y = frame.pops[b].summary;
        if (x[Measure::saturation].hasValue() != y[Measure::saturation].hasValue())
            return x[Measure::saturation].hasValue();
        if (x[Measure::saturation].hasValue() && x[Measure::saturation].value != y[Measure::saturation].value)
            return x[Measure::saturation].value > y[Measure::saturation].value;
        const double rx =
            x[Measure::requests_per_second].hasValue() ? x[Measure::requests_per_second].value : -1;
        const double ry =
            y[Measure::requests_per_second].hasValue() ? y[Measure::requests_per_second].value : -1;
        return rx != ry ? rx > ry : a < b;
    };
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
    std::partial_sort(order.begin(), end, order.end(), hotter);
    order.erase(end, order.end());
    return order;
}

PopTableWidget::PopTableWidget(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : PanelWidget(QStringLiteral("Hottest PoPs"), parent), m_catalogue(catalogue) {}

void PopTableWidget::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    m_frame = std::move(frame);
    m_rows = m_frame ? hottest(*m_frame, rowCount()) : std::vector<std::size_t>{};
    QString title = QStringLiteral("Hottest PoPs");
    if (m_frame && m_frame->selection.scope == feeds::Selection::Scope::region)
        title += QStringLiteral(", ") + QString::fromUtf8(m_catalogue.regionName(m_frame->selection.code));
    setTitle(title);
    update();
}

std::size_t PopTableWidget::rowCount() const {
    return static_cast<std::size_t>(std::max(0.0, (bodyRect().height() - px(4)) / px(kRow)));
}

void PopTableWidget::paintBody(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    painter.setFont(textFont(px(13)));
    painter.setPen(p.muted);
    const QRectF head(body.left(), px(10), body.width(), px(26));
    const auto title = [&](double right, const char16_t* text) {
        painter.drawText(QRectF(head.left(), head.top(), head.width() * right, head.height()),
                         Qt::AlignRight | Qt::AlignVCenter, QString::fromUtf16(text));
    };
    title(kSaturation, u"Saturation");
    title(kFull, u"Full in");
    title(kHit, u"Hit");
    title(kTtfb, u"TTFB miss");
    title(kLag, u"Lag p99");
    title(1.0, u"Age");
    if (m_rows.empty()) {
        painter.setFont(textFont(px(16)));
        painter.setPen(p.faint);
        painter.drawText(body, Qt::AlignCenter, QStringLiteral("no data yet"));
        return;
    }
    for (std::size_t i = 0; i < std::min(m_rows.size(), rowCount()); ++i)
        paintRow(painter,
                 {body.left(), body.top() + static_cast<double>(i) * px(kRow), body.width(), px(kRow)},
                 m_frame->pops[m_rows[i]]);
}

void PopTableWidget::paintRow(QPainter& painter, const QRectF& row, const feeds::PopFrame& pop) const {
    const Palette& p = colours();
    const feeds::Summary& s = pop.summary;
    const bool old = pop.freshness >= feeds::Freshness::stale;
    const auto right = [&](double edge, const QString& text, const QColor& colour) {
        painter.setPen(colour);
        painter.drawText(QRectF(row.left(), row.top(), row.width() * edge, row.height()),
                         Qt::AlignRight | Qt::AlignVCenter, text);
    };
    painter.setFont(textFont(px(15), QFont::DemiBold));
    painter.setPen(old ? p.faint : p.text);
    const QString code = QString::fromStdString(pop.code);
    painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, code);
    const double codeWide = code.size() <= 3 ? px(38) : QFontMetricsF(painter.font()).horizontalAdvance(code);
    painter.setFont(textFont(px(14)));
    painter.setPen(p.muted);
    const QString city = pop.place && pop.place->value < m_catalogue.size()
                             ? QString::fromStdString(m_catalogue[*pop.place].city)
                             : QStringLiteral("unplaced");
    const double cityLeft = row.left() + codeWide + px(8),
                 cityWide = row.left() + row.width() * kName - cityLeft - px(8);
    painter.drawText(QRectF(cityLeft, row.top(), cityWide, row.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font()).elidedText(city, Qt::ElideRight, cityWide));

    painter.setFont(textFont(px(15)));
    const QColor plain = old ? p.faint : p.text;
    if (s[Measure::saturation].hasValue()) {
        const QRectF box(row.left() + row.width() * kName, row.center().y() - px(6),
                         row.width() * (kBar - kName), px(12));
        const QColor colour(saturationColour(s[Measure::saturation].value));
        painter.fillRect(box, p.grid);
        const QRectF full(box.left(), box.top(),
                          box.width() * std::clamp(s[Measure::saturation].value, 0.0, 1.0), box.height());
        if (old) {
            painter.setPen(QPen(colour, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(full.adjusted(0.5, 0.5, -0.5, -0.5));
        } else
            painter.fillRect(full, colour);
    }
    right(kSaturation,
          s[Measure::saturation].hasValue()
              ? QStringLiteral("%1 %").arg(qRound(s[Measure::saturation].value * 100))
              : formatMeasureShort(s, Measure::saturation),
          plain);
    const FullText full = fullText(pop);
    right(kFull, full.text, full.urgent && !old ? p.critical : full.text.size() > 1 ? plain : p.faint);
    right(kHit, formatMeasureShort(s, Measure::hit_ratio), plain);
    right(kTtfb, formatMeasureShort(s, Measure::ttfb_miss_p95_us), plain);
    const bool doubtful = s[Measure::invalidation_lag_p99_us].hasValue() && feeds::clocksAreOff(s);
    right(kLag,
          (doubtful ? QStringLiteral("? ") : QString()) +
              formatMeasureShort(s, Measure::invalidation_lag_p99_us),
          doubtful ? p.faint : plain);
    const bool never = pop.freshness == feeds::Freshness::noData;
    right(1.0, never ? QStringLiteral("–") : formatAge(pop.ageSeconds),
          old                                       ? p.overload
          : pop.freshness == feeds::Freshness::late ? p.elevated
                                                    : p.muted);
}

void PopTableWidget::mouseReleaseEvent(QMouseEvent* event) {
    const double row = (event->position().y() - bodyRect().top()) / px(kRow);
    if (event->button() != Qt::LeftButton || row < 0 || row >= static_cast<double>(m_rows.size())) return;
    emit popSelected(QString::fromStdString(m_frame->pops[m_rows[static_cast<std::size_t>(row)]].code));
}

} // namespace surgescope::widgets
