// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/pop_table_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/level_count.h"
#include "widgets/tables/pop_detail.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1.
constexpr double kRow = 25, kHead = 26;
constexpr double kGutter = 22; // before the codes, for a mark
constexpr double kBetween = 22;
constexpr double kSortMark = 16;
constexpr double kCity = 90, kMostName = 270; // beyond a code, and of a name
constexpr double kBar = 110, kMostBar = 230;  // beside a saturation
constexpr double kScroll = 6, kLeastHandle = 24;
constexpr double kDetailTitle = 34;
constexpr double kRowsBesideDetail = 6; // in a place lower than that there are details alone
constexpr int kRowsOfWheel = 3;

} // namespace

PopTableWidget::PopTableWidget(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : PanelWidget({}, parent), m_catalogue(catalogue) {
    setFocusPolicy(Qt::StrongFocus);
    arrange();
}

void PopTableWidget::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    m_frame = std::move(frame);
    m_silent = 0;
    if (m_frame) {
        const feeds::Selection& of = m_frame->selection;
        if (of.scope == feeds::Selection::Scope::region)
            m_region = of.code;
        else if (of.isWorld())
            m_region.clear();
        else if (const auto pop = std::ranges::find(m_frame->pops, of.code, &feeds::PopFrame::code);
                 pop == m_frame->pops.end() || pop->region != m_region)
            m_region.clear(); // a PoP of the region that is listed leaves it listed
        m_silent =
            countLevels(*m_frame, m_region.empty() ? feeds::Selection{} : feeds::Selection::region(m_region))
                .silent;
    }
    arrange();
}

void PopTableWidget::setSelection(const feeds::Selection& selection) {
    m_selected = selection.isPop() ? selection.code : std::string();
    if (!m_selected.empty()) m_cursor = m_selected;
    m_follows = true;
    arrange();
}

void PopTableWidget::sortBy(const PopSort& sort) {
    m_sort = sort;
    m_first = 0;
    m_follows = false; // what is worst by it is to be seen
    arrange();
}

void PopTableWidget::arrange() {
    m_rows = m_frame ? sortedPops(*m_frame, m_catalogue, m_sort, m_region) : std::vector<std::size_t>{};
    keepCursor();
    scrollTo(static_cast<double>(m_first));
    say();
    update();
}

/// Titles, and the same for those who hear them.
void PopTableWidget::say() {
    const QString by = QString::fromUtf16(infoOf(m_sort.column).words);
    QString title = m_sort == PopSort{} ? QStringLiteral("Hottest PoPs") : QStringLiteral("PoPs by ") + by;
    if (!m_region.empty()) {
        const auto name = m_catalogue.regionName(m_region);
        title += QStringLiteral(", ") + QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    QString shown;
    const std::size_t last = std::min(m_first + shownRows(), m_rows.size());
    if (last > m_first)
        shown = QStringLiteral("%1 to %2 of %3")
                    .arg(formatCount(m_first + 1), formatCount(last), formatCount(m_rows.size()));
    setAccessibleDescription(
        QStringLiteral("%1 PoPs, %2 silent, by %3, %4 first; %5")
            .arg(formatCount(m_rows.size()))
            .arg(m_silent)
            .arg(by, m_sort.highestFirst ? QStringLiteral("highest") : QStringLiteral("lowest"))
            .arg([&]() -> QString {
                const auto row = rowOf(m_cursor);
                if (!row) return QStringLiteral("none chosen");
                return QStringLiteral("row %1: ").arg(formatCount(*row + 1)) +
                       popInWords(m_frame->pops[m_rows[*row]], m_catalogue);
            }()));
    if (isDetailAlone()) {
        title = popTitle(m_selected, m_catalogue);
        shown = QStringLiteral("Esc: back to the list");
    }
    setTitle(title);
    setSubtitle(shown);
}

bool PopTableWidget::isDetailAlone() const {
    return !m_selected.empty() && detailRect() == bodyRect();
}

QRectF PopTableWidget::detailRect() const {
    if (m_selected.empty()) return {};
    const QRectF body = bodyRect();
    const double high = px(kDetailTitle) + popDetailHeight(body.width(), scale());
    if (body.height() < high + px(kHead + kRowsBesideDetail * kRow)) return body;
    return {body.left(), body.bottom() - high, body.width(), high};
}

/// Heads and rows.
QRectF PopTableWidget::tableRect() const {
    QRectF table = bodyRect();
    if (!m_selected.empty()) table.setBottom(isDetailAlone() ? table.top() : detailRect().top() - px(8));
    return table;
}

std::size_t PopTableWidget::shownRows() const {
    return static_cast<std::size_t>(std::max(0.0, (tableRect().height() - px(kHead)) / px(kRow)));
}

QRectF PopTableWidget::rowRect(std::size_t row) const {
    const QRectF table = tableRect();
    return {table.left(),
            table.top() + px(kHead) + (static_cast<double>(row) - static_cast<double>(m_first)) * px(kRow),
            table.width(), px(kRow)};
}

std::optional<std::size_t> PopTableWidget::rowOf(const std::string& code) const {
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        if (m_frame->pops[m_rows[row]].code == code) return row;
    return std::nullopt;
}

/// What ranks first gets its room first; what is left goes to bars and names, and then between the columns.
void PopTableWidget::layOutColumns() {
    m_cells.clear();
    const QFontMetricsF heads(textFont(px(kLeastType))), texts(textFont(px(kLeastType), QFont::DemiBold));
    const auto least = [&](const PopColumnInfo& info) {
        double text = texts.horizontalAdvance(QString::fromUtf16(info.widest));
        if (info.column == PopColumn::name) text += px(kCity);
        if (info.column == PopColumn::saturation) text += px(kBar);
        return std::max(heads.horizontalAdvance(QString::fromUtf16(info.head)) + px(kSortMark), text);
    };
    std::vector<PopColumnInfo> ranked(popColumns().begin(), popColumns().end());
    std::ranges::sort(ranked, {}, &PopColumnInfo::rank);
    double left = bodyRect().width() - px(kGutter);
    std::vector<bool> has(ranked.size());
    std::size_t count = 0;
    for (const PopColumnInfo& info : ranked) {
        const double wide = least(info) + (count > 0 ? px(kBetween) : 0);
        if (wide > left && count > 1) break; // a name and its saturation there always are
        left -= wide;
        has[static_cast<std::size_t>(info.column)] = true;
        ++count;
    }
    // Where there is too little room for the two, it is the bar that is shorter.
    const double toBar = left < 0 ? std::max(left, -px(kBar)) : std::min(left / 2, px(kMostBar - kBar));
    left = std::max(0.0, left - toBar);
    const double toName = std::min(left, px(kMostName - kCity));
    const double between =
        px(kBetween) + (left - toName) / static_cast<double>(std::max<std::size_t>(1, count - 1));
    double x = bodyRect().left() + px(kGutter);
    for (const PopColumnInfo& info : popColumns()) {
        if (!has[static_cast<std::size_t>(info.column)]) continue;
        double wide = least(info);
        if (info.column == PopColumn::name) wide += toName;
        if (info.column == PopColumn::saturation) wide += toBar;
        m_cells.push_back({info.column, {x, bodyRect().top(), wide, px(kHead)}});
        x += wide + between;
    }
}

void PopTableWidget::scrollTo(double first) {
    const std::size_t shown = shownRows();
    const std::size_t last = m_rows.size() > shown ? m_rows.size() - shown : 0;
    m_first = static_cast<std::size_t>(std::clamp(first, 0.0, static_cast<double>(last)));
}

void PopTableWidget::keepCursor() {
    const auto row = rowOf(m_cursor);
    if (!m_follows || !row || shownRows() == 0) return;
    if (*row < m_first) m_first = *row;
    if (*row >= m_first + shownRows()) m_first = *row + 1 - shownRows();
}

void PopTableWidget::moveCursor(int rows) {
    if (m_rows.empty()) return;
    const auto row = rowOf(m_cursor);
    const auto from = row ? static_cast<int>(*row) : static_cast<int>(m_first) + (rows > 0 ? -1 : 1);
    const int to = std::clamp(from + rows, 0, static_cast<int>(m_rows.size()) - 1);
    m_cursor = m_frame->pops[m_rows[static_cast<std::size_t>(to)]].code;
    m_follows = true;
    arrange();
}

bool PopTableWidget::handleKey(const QKeyEvent& event) {
    const int page = std::max(1, static_cast<int>(shownRows()) - 1);
    switch (event.key()) {
    case Qt::Key_Up: moveCursor(-1); return true;
    case Qt::Key_Down: moveCursor(1); return true;
    case Qt::Key_PageUp: moveCursor(-page); return true;
    case Qt::Key_PageDown: moveCursor(page); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (rowOf(m_cursor)) emit popSelected(QString::fromStdString(m_cursor));
        return true;
    case Qt::Key_S: {
        if (event.modifiers() & Qt::ShiftModifier) {
            sortBy({m_sort.column, !m_sort.highestFirst});
            return true;
        }
        const auto at = std::ranges::find(m_cells, m_sort.column, &Cell::column);
        const Cell& next = at == m_cells.end() || at + 1 == m_cells.end() ? m_cells.front() : *(at + 1);
        sortBy({next.column, infoOf(next.column).highestFirst});
        return true;
    }
    default: return false;
    }
}

void PopTableWidget::scaleChanged() {
    layOutColumns();
    arrange();
}

void PopTableWidget::resizeEvent(QResizeEvent*) {
    layOutColumns();
    arrange();
}

void PopTableWidget::changeEvent(QEvent* event) {
    if (event->type() == QEvent::StyleChange) update();
    PanelWidget::changeEvent(event);
}

/// The handle of the scroll bar; empty: all rows are to be seen.
QRectF PopTableWidget::barRect() const {
    const std::size_t shown = shownRows();
    if (shown == 0 || m_rows.size() <= shown) return {};
    const QRectF table = tableRect();
    const QRectF track(table.right() + px(5), table.top() + px(kHead), px(kScroll),
                       table.height() - px(kHead));
    const auto of = [&](std::size_t rows) {
        return static_cast<double>(rows) / static_cast<double>(m_rows.size());
    };
    const double high = std::max(px(kLeastHandle), track.height() * of(shown));
    const double way = static_cast<double>(m_first) / static_cast<double>(m_rows.size() - shown);
    return {track.left(), track.top() + way * (track.height() - high), track.width(), high};
}

void PopTableWidget::wheelEvent(QWheelEvent* event) {
    m_turned -= event->pixelDelta().isNull() ? event->angleDelta().y() / 120.0 * kRowsOfWheel
                                             : event->pixelDelta().y() / px(kRow);
    const double rows = std::trunc(m_turned);
    m_turned -= rows;
    m_follows = false;
    scrollTo(static_cast<double>(m_first) + rows);
    say();
    update();
    event->accept();
}

void PopTableWidget::mousePressEvent(QMouseEvent* event) {
    const QRectF bar = barRect();
    if (event->button() == Qt::LeftButton && bar.adjusted(-px(4), 0, px(8), 0).contains(event->position()))
        m_dragged = event->position().y() - bar.top();
}

void PopTableWidget::mouseMoveEvent(QMouseEvent* event) {
    if (!m_dragged) return;
    const QRectF table = tableRect();
    const double top = table.top() + px(kHead), room = table.bottom() - top - barRect().height();
    const double way = room > 0 ? (event->position().y() - *m_dragged - top) / room : 0;
    m_follows = false;
    scrollTo(std::round(way * static_cast<double>(m_rows.size() - std::min(m_rows.size(), shownRows()))));
    say();
    update();
}

void PopTableWidget::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (m_dragged) return m_dragged.reset();
    const QPointF at = event->position();
    if (silentRect().contains(at)) return sortBy({PopColumn::age, true});
    if (!tableRect().contains(at)) return;
    for (const Cell& cell : m_cells)
        if (cell.head.adjusted(-px(kBetween / 2), 0, px(kBetween / 2), 0).contains(at)) {
            const bool again = cell.column == m_sort.column;
            return sortBy({cell.column, again ? !m_sort.highestFirst : infoOf(cell.column).highestFirst});
        }
    const double row = (at.y() - tableRect().top() - px(kHead)) / px(kRow);
    if (row < 0) return;
    const std::size_t chosen = m_first + static_cast<std::size_t>(row);
    if (chosen < std::min(m_rows.size(), m_first + shownRows()))
        emit popSelected(QString::fromStdString(m_frame->pops[m_rows[chosen]].code));
}

} // namespace surgescope::widgets
