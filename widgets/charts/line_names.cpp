// SPDX-License-Identifier: GPL-3.0-or-later
// The names at a chart's lines, and what clicks and keys on them do; the other half of line_chart.cpp.
#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/charts/line_chart.h"

#include <QFontMetricsF>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace surgescope::widgets {

namespace {

constexpr double kEndHigh = 18; // of a name, in pixels at scale 1

} // namespace

/// Where each one that is not of an earlier launch ends: the middle of an area's last height, a line's last
/// value.
std::vector<LineEnd> LineChart::lineEnds(const QRectF& plot) const {
    std::vector<LineEnd> ends;
    const QFontMetricsF metrics(textFont(px(kLeastType), QFont::Medium));
    const auto yOf = [&](double value) { return plot.bottom() - shareOf(value) * plot.height(); };
    double floor = 0;
    for (const ChartLine& line : m_shown) {
        const auto known = std::find_if(line.values.rbegin(), line.values.rend(),
                                        [](float value) { return std::isfinite(value); });
        if (line.ghost || known == line.values.rend()) continue;
        const auto value = static_cast<double>(*known);
        const bool stacked = m_kind == ChartKind::stackedAreas;
        QString text = stacked ? line.name : line.name + u' ' + formatNumber(value, m_unit);
        if (metrics.horizontalAdvance(text) > px(kEnds - 16)) text = line.name;
        const bool beyond = line.limit && value > *line.limit;
        ends.push_back({text, beyond ? colours().overload : line.colour,
                        yOf(stacked ? floor + value / 2 : value), stacked ? value : 1, line.name});
        floor += value;
    }
    if (m_limit > 0) ends.push_back({m_limitLabel, colours().overload, yOf(m_limit), 2, {}});
    for (const QString& name : hiddenNames()) // the last to make room: there they come back
        ends.push_back({name, colours().faint, plot.bottom(), std::numeric_limits<double>::max(), name});
    const double half = px(kEndHigh) / 2;
    // Above is the title.
    return spreadEnds(std::move(ends), plot.top(), plot.bottom() + half, 2 * half);
}

QRectF LineChart::endBox(const LineEnd& end) const {
    const double left = plotRect().right() + px(8), high = px(kEndHigh);
    return {left, end.y - high / 2, width() - px(8) - left, high};
}

void LineChart::paintEnds(QPainter& painter, const QRectF& plot) const {
    const QFont font = textFont(px(kLeastType), QFont::Medium);
    const QFontMetricsF metrics(font);
    for (const LineEnd& end : lineEnds(plot)) {
        const QRectF box = endBox(end);
        QFont itsOwn = font;
        itsOwn.setStrikeOut(!end.name.isEmpty() && isSeriesHidden(end.name));
        painter.setFont(itsOwn);
        painter.setPen(end.colour);
        painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(end.text, Qt::ElideRight, box.width()));
    }
}

/// In the plot, where it ends: beneath its line, or above where there is no room. Empty: it has no name
/// there.
QRectF LineChart::ghostBox(const ChartLine& line) const {
    const auto known = std::find_if(line.values.rbegin(), line.values.rend(),
                                    [](float value) { return std::isfinite(value); });
    if (!line.ghost || known == line.values.rend() || m_ghostAbove > 0 || !isTall()) return {};
    const QRectF plot = plotRect();
    const double y = plot.bottom() - shareOf(static_cast<double>(*known)) * plot.height();
    const QFontMetricsF metrics(textFont(px(kLeastType), QFont::Medium));
    const double wide = metrics.horizontalAdvance(line.name) + px(8);
    QRectF box(plot.right() - wide - px(4), y + px(3), wide, px(19));
    if (box.bottom() > plot.bottom()) box.moveBottom(y - px(3));
    return box;
}

void LineChart::paintGhostNames(QPainter& painter) const {
    painter.setFont(textFont(px(kLeastType), QFont::Medium));
    for (const ChartLine& line : m_shown) {
        const QRectF box = ghostBox(line);
        if (box.isEmpty()) continue;
        painter.fillRect(box, colours().shade);
        painter.setPen(line.colour);
        painter.drawText(box, Qt::AlignCenter, line.name);
    }
}

bool LineChart::isSeriesHidden(const QString& name) const {
    return m_hidden.contains(name);
}

QStringList LineChart::hiddenNames() const {
    QStringList names;
    for (const ChartLine& line : m_data.lines)
        if (isSeriesHidden(line.name)) names << line.name;
    return names;
}

void LineChart::setHidden(const QSet<QString>& names) {
    m_hidden = names;
    showLines();
}

void LineChart::toggle(const QString& name) {
    QSet<QString> hidden = m_hidden;
    if (!hidden.remove(name)) hidden.insert(name);
    const bool any =
        std::ranges::any_of(m_data.lines, [&](const ChartLine& line) { return !hidden.contains(line.name); });
    setHidden(any ? hidden : QSet<QString>{}); // a chart of nothing tells nothing
    const QString what = title() + QStringLiteral(": ") + name;
    emit said(isSeriesHidden(name) ? what + QStringLiteral(" is hidden; a click on its name shows it again")
                                   : what + QStringLiteral(" is shown again"));
}

void LineChart::toggleAlone(const QString& name) {
    QSet<QString> others;
    for (const ChartLine& line : m_data.lines)
        if (line.name != name) others.insert(line.name);
    const bool again = !others.isEmpty() && hiddenNames().size() == others.size() && !isSeriesHidden(name);
    setHidden(again ? QSet<QString>{} : others);
    emit said(title() + QStringLiteral(": ") +
              (again ? QStringLiteral("all are shown again")
                     : name + QStringLiteral(" alone; Shift+click on its name shows all again")));
}

QString LineChart::nameAt(QPointF at) const {
    for (const ChartLine& line : m_shown)
        if (ghostBox(line).contains(at)) return line.name;
    if (at.x() < plotRect().right() + 1) return {};
    for (const LineEnd& end : lineEnds(plotRect()))
        if (endBox(end).contains(at)) return end.name;
    return {};
}

QRectF LineChart::nameBox(const QString& name) const {
    for (const ChartLine& line : m_shown)
        if (line.name == name && !ghostBox(line).isEmpty()) return ghostBox(line);
    for (const LineEnd& end : lineEnds(plotRect()))
        if (end.name == name) return endBox(end);
    return {};
}

void LineChart::clicked(QPointF at) {
    const QString name = nameAt(at);
    if (name.isEmpty()) return;
    if (QGuiApplication::keyboardModifiers() & Qt::ShiftModifier)
        toggleAlone(name);
    else
        toggle(name);
}

void LineChart::hovered(QPointF at, QPoint) {
    if (!nameAt(at).isEmpty())
        setCursor(Qt::PointingHandCursor);
    else if (cursor().shape() == Qt::PointingHandCursor)
        unsetCursor();
}

bool LineChart::handleKey(const QKeyEvent& event) {
    if (m_data.lines.empty()) return false;
    const auto named = std::ranges::find(m_data.lines, m_chosen, &ChartLine::name);
    const auto last = static_cast<std::ptrdiff_t>(m_data.lines.size()) - 1;
    const auto choose = [&](std::ptrdiff_t at) {
        m_chosen = m_data.lines[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at, 0, last))].name;
        describe();
        update();
    };
    const bool none = named == m_data.lines.end();
    switch (event.key()) { // a stack's first is at the bottom
    case Qt::Key_Up: choose(none ? 0 : named - m_data.lines.begin() + 1); return true;
    case Qt::Key_Down: choose(none ? last : named - m_data.lines.begin() - 1); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (none) return false;
        if (event.modifiers() & Qt::ShiftModifier)
            toggleAlone(m_chosen);
        else
            toggle(m_chosen);
        return true;
    default: return false;
    }
}

void LineChart::paintFocus(QPainter& painter) const {
    TimePanel::paintFocus(painter);
    const QRectF box = nameBox(m_chosen);
    if (!hasFocus() || m_chosen.isEmpty() || box.isEmpty()) return;
    painter.setPen(QPen(colours().accent, lineWidth()));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box.adjusted(-px(3), 0, 0, 0));
}

/// For those who hear it: the newest values.
void LineChart::describe() {
    QStringList words;
    if (!m_headline.isEmpty()) words << m_headline;
    if (!m_headlineWords.isEmpty()) words << m_headlineWords;
    for (const ChartLine& line : m_data.lines) {
        const auto known = std::find_if(line.values.rbegin(), line.values.rend(),
                                        [](float value) { return std::isfinite(value); });
        const QString value = known == line.values.rend() ? QStringLiteral("no data")
                                                          : formatNumber(static_cast<double>(*known), m_unit);
        words << line.name + u' ' + value +
                     (isSeriesHidden(line.name) ? QStringLiteral(" (hidden)") : QString()) +
                     (line.name == m_chosen ? QStringLiteral(" (chosen)") : QString());
    }
    setAccessibleDescription(words.isEmpty() ? QStringLiteral("no data yet")
                                             : words.join(QStringLiteral("; ")));
}

} // namespace surgescope::widgets
