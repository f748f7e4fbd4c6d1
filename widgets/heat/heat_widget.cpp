// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat/heat_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/heat/heat_renderer.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QLinearGradient>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1.
constexpr double kLeastRow = 16; // what a code needs to be read
constexpr double kHighestRow = 26;
constexpr double kLeastCell = 3;
constexpr double kCodeWide = 42, kCodeFont = kLeastType;
constexpr double kBar = 150, kBelowHeat = 25;
constexpr double kLegendWide = 290; // the bar with its ends; more comes only where there is room
constexpr auto kTitle = u"Invalidation lag p99, worst PoPs first";

} // namespace

HeatWidget::HeatWidget(const feeds::PopCatalogue& catalogue, Focus& focus, QWidget* parent)
    : TimePanel(focus, QString::fromUtf16(kTitle), parent), m_catalogue(catalogue), m_codeWide(kCodeWide) {
    // Of the catalogue and not of the rows: the time axis stands still while rows change.
    const QFontMetricsF metrics(textFont(kCodeFont, QFont::Medium));
    for (const feeds::Pop& pop : catalogue.pops())
        if (pop.code.size() > 3)
            m_codeWide = std::max(m_codeWide, metrics.horizontalAdvance(QString::fromStdString(pop.code)));

    connect(&focus, &Focus::selectionChanged, this, &HeatWidget::refresh);
}

void HeatWidget::setFrame(std::shared_ptr<const feeds::Frame> frame, const TimeWords& words) {
    m_frame = std::move(frame);
    m_image = m_frame ? renderHeat(m_frame->heat) : QImage();
    QString title = QString::fromUtf16(kTitle);
    if (m_frame && m_frame->selection.scope == feeds::Selection::Scope::region)
        title = QStringLiteral("Invalidation lag p99, ") +
                QString::fromUtf8(m_catalogue.regionName(m_frame->selection.code));
    setTitle(title);
    setSubtitle(m_frame && !m_frame->heat.rows.empty() ? rowsText() : QString());
    setTime(m_frame ? m_frame->heat.axis : feeds::TimeAxis{}, words);
    describe();
    refresh();
}

/// For those who hear it: the rows' newest lags, the worst first.
void HeatWidget::describe() {
    if (m_image.isNull()) return setAccessibleDescription(QStringLiteral("no data yet"));
    const feeds::HeatGrid& grid = m_frame->heat;
    QStringList words{rowsText()};
    for (std::size_t row = 0; row < grid.rows.size(); ++row) {
        const int last = grid.axis.columns - 1;
        words << QString::fromStdString(grid.rows[row]) + u' ' + lagText(static_cast<int>(row), last) +
                     (grid.rows[row] == m_chosen ? QStringLiteral(" (chosen)") : QString());
    }
    setAccessibleDescription(words.join(QStringLiteral("; ")));
}

QString HeatWidget::lagText(int row, int column) const {
    const feeds::HeatGrid& grid = m_frame->heat;
    const bool whole = grid.lagUs.size() >= grid.rows.size() * static_cast<std::size_t>(grid.axis.columns);
    const double lag = whole ? static_cast<double>(grid.at(row, column)) : std::nan("");
    if (!std::isfinite(lag)) return QStringLiteral("no data");
    return lag < 0 ? QStringLiteral("heard, nothing purged") : formatNumber(lag, Unit::microseconds);
}

bool HeatWidget::handleKey(const QKeyEvent& event) {
    if (m_image.isNull()) return false;
    const auto& rows = m_frame->heat.rows;
    const auto at = std::ranges::find(rows, m_chosen);
    const bool none = at == rows.end();
    const auto last = static_cast<std::ptrdiff_t>(rows.size()) - 1;
    const auto choose = [&](std::ptrdiff_t row) {
        m_chosen = rows[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(row, 0, last))];
        describe();
        update();
    };
    switch (event.key()) {
    case Qt::Key_Up: choose(none ? last : at - rows.begin() - 1); return true;
    case Qt::Key_Down: choose(none ? 0 : at - rows.begin() + 1); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (none) return false;
        focus().select(feeds::Selection::pop(m_chosen));
        return true;
    default: return false;
    }
}

void HeatWidget::paintFocus(QPainter& painter) const {
    TimePanel::paintFocus(painter);
    if (!hasFocus() || m_image.isNull()) return;
    const auto& rows = m_frame->heat.rows;
    const auto at = std::ranges::find(rows, m_chosen);
    if (at == rows.end()) return;
    painter.setPen(QPen(colours().accent, lineWidth()));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(bodyRect().left(),
                            plotRect().top() + static_cast<double>(at - rows.begin()) * rowHeight(),
                            bodyRect().width(), rowHeight()));
}

QRectF HeatWidget::plotRect() const {
    const QRectF body = bodyRect();
    return {QPointF(body.left() + px(m_codeWide + 6), body.top()),
            QPointF(body.right(), height() - px(kBelowHeat))};
}

int HeatWidget::plotColumns() const {
    return std::clamp(static_cast<int>(plotRect().width() / px(kLeastCell)), 1, 600);
}

int HeatWidget::plotRows() const {
    return std::clamp(static_cast<int>(plotRect().height() / px(kLeastRow)), 1, 64);
}

/// That could stand here: of a region its own, as of a PoP.
std::size_t HeatWidget::popCount() const {
    const feeds::Selection& selection = m_frame->selection;
    std::string region = selection.code;
    if (selection.isWorld()) return m_frame->pops.size();
    if (selection.isPop())
        for (const feeds::PopFrame& pop : m_frame->pops)
            if (pop.code == selection.code) region = pop.region;
    return static_cast<std::size_t>(std::ranges::count(m_frame->pops, region, &feeds::PopFrame::region));
}

/// How many PoPs are shown of how many and, where there is room, what shows the others.
QString HeatWidget::rowsText() const {
    const std::size_t shown = m_frame->heat.rows.size(), all = popCount();
    if (all == 1) return QStringLiteral("the only PoP");
    if (shown >= all) return QStringLiteral("all %1 PoPs").arg(all);
    const QString text = QStringLiteral("worst %1 of %2 PoPs").arg(shown).arg(all);
    const QString others = m_frame->selection.isWorld()
                               ? QStringLiteral("; a region selected: its own")
                               : QStringLiteral("; the others are in the table of PoPs");
    const QFontMetricsF words(textFont(px(kLeastType))), heads(textFont(px(kTitleType), QFont::DemiBold));
    const double room = width() - px(2 * 16 + 12) - heads.horizontalAdvance(title());
    return words.horizontalAdvance(text + others) <= room - px(kLegendWide) ? text + others : text;
}

double HeatWidget::rowHeight() const {
    return std::min(px(kHighestRow), plotRect().height() / std::max(1, m_image.height()));
}

std::optional<int> HeatWidget::rowAt(QPointF at) const {
    if (m_image.isNull() || at.x() > plotRect().right()) return std::nullopt;
    const int row = static_cast<int>(std::floor((at.y() - plotRect().top()) / rowHeight()));
    if (row < 0 || row >= m_image.height()) return std::nullopt;
    return row;
}

void HeatWidget::paintBody(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    const QRectF plot = plotRect();
    paintLegend(painter);
    if (m_image.isNull()) {
        painter.setFont(textFont(px(16)));
        painter.setPen(p.faint);
        painter.drawText(body, Qt::AlignCenter, QStringLiteral("no data yet"));
        return;
    }
    const double high = rowHeight();
    painter.setRenderHint(QPainter::Antialiasing, false);
    const QRectF target(plot.left(), plot.top(), plot.width(), high * m_image.height());
    paintCells(painter, target.toAlignedRect(), m_image);
    painter.setFont(textFont(std::min(px(kCodeFont), high * 0.82), QFont::Medium));
    for (int row = 0; row < m_image.height(); ++row) {
        const std::string& code = m_frame->heat.rows[static_cast<std::size_t>(row)];
        const bool selected = focus().selection() == feeds::Selection::pop(code);
        painter.setPen(selected ? p.accent : p.muted);
        const QRectF box(body.left(), plot.top() + row * high, px(m_codeWide), high);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, QString::fromStdString(code));
        if (!selected) continue;
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(plot.left(), box.top(), plot.width() - 1, high - 1));
    }
    paintTimeTicks(painter, target);
    paintRelease(painter, target, false);
}

/// From right to left between title and subtitle, as much of it as there is room for.
void HeatWidget::paintLegend(QPainter& painter) {
    const Palette& p = colours();
    painter.setFont(textFont(px(kLeastType)));
    const QFontMetricsF metrics(painter.font());
    const QRectF line(px(16), px(8), width() - px(32), px(26));
    const double least = line.left() + px(20) +
                         QFontMetricsF(textFont(px(kTitleType), QFont::DemiBold)).horizontalAdvance(title());
    double x = line.right() - metrics.horizontalAdvance(subtitle()) - px(24);
    const auto text = [&](const QString& what) {
        const double wide = metrics.horizontalAdvance(what);
        x -= wide;
        painter.setPen(p.muted);
        painter.drawText(QRectF(x, line.top(), wide + 1, line.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         what);
        x -= px(6);
    };
    const QString lowest = tickText(kHeatLowestUs, Unit::microseconds);
    const QString highest = tickText(kHeatHighestUs, Unit::microseconds);
    if (x - metrics.horizontalAdvance(lowest + highest) - px(kBar + 12) < least) return;
    text(highest);
    x -= px(kBar);
    const QRectF bar(x, line.center().y() - px(5), px(kBar), px(10));
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    for (int i = 0; i <= 20; ++i)
        gradient.setColorAt(i / 20.0, QColor(heatColourAt(i / 20.0)));
    painter.fillRect(bar, gradient);
    painter.setPen(QPen(p.border, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar);
    x -= px(6);
    text(lowest);
    x -= px(18);
    const auto swatch = [&](const QString& what, bool chequered) {
        if (x - metrics.horizontalAdvance(what) - px(30) < least) return;
        text(what);
        const QRectF box(x - px(16), line.center().y() - px(6), px(16), px(12));
        if (chequered) {
            for (int row = 0; row < 3; ++row)
                for (int column = 0; column < 4; ++column)
                    painter.fillRect(
                        QRectF(box.left() + column * px(4), box.top() + row * px(4), px(4), px(4)),
                        QColor(heatNoData(row, column)));
        } else
            painter.fillRect(box, QColor(heatNothingPurged()));
        painter.setPen(QPen(p.border, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(box);
        x = box.left() - px(16);
    };
    swatch(QStringLiteral("nothing purged"), false);
    swatch(QStringLiteral("no data"), true);
}

void HeatWidget::hovered(QPointF at, QPoint global) {
    const auto row = rowAt(at);
    const auto column = columnAt(at.x());
    if (!row || !column) {
        QToolTip::hideText();
        return;
    }
    const feeds::HeatGrid& grid = m_frame->heat;
    QToolTip::showText(
        global,
        QStringLiteral("<b>%1</b> %2<br>lag p99: %3")
            .arg(QString::fromStdString(grid.rows[static_cast<std::size_t>(*row)]).toHtmlEscaped(),
                 momentText(grid.axis.endOf(*column), timeWords()), lagText(*row, *column)),
        this);
}

void HeatWidget::clicked(QPointF at) {
    if (const auto row = rowAt(at))
        focus().select(feeds::Selection::pop(m_frame->heat.rows[static_cast<std::size_t>(*row)]));
}

} // namespace surgescope::widgets
