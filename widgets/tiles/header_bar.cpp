// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/header_bar.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/tiles/health_items.h"
#include "widgets/tiles/mode_text.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStringList>
#include <QTextLayout>

#include <algorithm>
#include <vector>

namespace surgescope::widgets {

HeaderBar::HeaderBar(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void HeaderBar::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    m_frame = std::move(frame);
    setToolTip(healthTooltip(m_frame->health));
    update();
}

void HeaderBar::setTimeline(const feeds::Timeline& timeline) {
    m_timeline = timeline;
    update();
}

void HeaderBar::setScale(double scale) {
    m_scale = scale;
    update();
}

void HeaderBar::setNow(feeds::FeedSecond now) {
    if (now == m_now) return;
    m_now = now;
    if (m_frame && !m_frame->settled) update();
}

void HeaderBar::setCovered(const QRect& covered) {
    if (covered == m_covered) return;
    m_covered = covered;
    update();
}

void HeaderBar::setNotice(const QString& text, bool isFailure) {
    if (text == m_notice && isFailure == m_noticeIsFailure) return;
    m_notice = text;
    m_noticeIsFailure = isFailure;
    update();
}

void HeaderBar::setSelection(const QString& selected) {
    if (selected == m_selected) return;
    m_selected = selected;
    update();
}

namespace {

constexpr double kNoticeType = 14, kNoticeLine = 18;
constexpr double kLeastNotice = 340, kLeastNodes = 150; // how wide at least
constexpr double kNodesType = 17;

QFont clockFont(double scale) {
    return textFont(32 * scale, QFont::DemiBold);
}
QFont utcFont(double scale) {
    return textFont(18 * scale);
}

/// A word of the left part.
struct Word {
    enum class Ground : std::uint8_t { none, full, outline };
    QString text;
    double size;
    QFont::Weight weight;
    QColor colour;
    Ground ground = Ground::none;
    QColor groundColour{};

    double wide(double scale) const {
        return QFontMetricsF(textFont(size * scale, weight)).horizontalAdvance(text) +
               (ground == Ground::none ? 2 : 28) * scale;
    }
};

void paintWord(QPainter& painter, const Word& word, const QRectF& box, double scale) {
    painter.setFont(textFont(word.size * scale, word.weight));
    if (word.ground != Word::Ground::none) {
        const QRectF round(box.left(), box.center().y() - 15 * scale, box.width(), 30 * scale);
        const bool full = word.ground == Word::Ground::full;
        painter.setPen(full ? QPen(Qt::NoPen) : QPen(word.groundColour, 2 * scale));
        painter.setBrush(full ? QBrush(word.groundColour) : QBrush(Qt::NoBrush));
        painter.drawRoundedRect(round, round.height() / 2, round.height() / 2);
    }
    painter.setPen(word.colour);
    const double inner = box.width() - (word.ground == Word::Ground::none ? 0 : 24 * scale);
    painter.drawText(
        box, (word.ground == Word::Ground::none ? Qt::AlignLeft : Qt::AlignHCenter) | Qt::AlignVCenter,
        QFontMetricsF(painter.font()).elidedText(word.text, Qt::ElideRight, inner + 1));
}

/// On two lines at most, broken where it must be: a path has no blanks. What is too long ends in an ellipsis.
QStringList onTwoLines(const QString& text, const QFont& font, double width) {
    QTextLayout layout(text, font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    QTextLine first = layout.createLine();
    first.setLineWidth(width);
    const int rest = first.textStart() + first.textLength();
    layout.endLayout();
    if (rest >= text.size()) return {text};
    return {text.left(rest).trimmed(),
            QFontMetricsF(font).elidedText(text.mid(rest).trimmed(), Qt::ElideRight, width)};
}

} // namespace

/// What has no room on the clocks' left is left out, the least needed first: it never pushes them aside.
void HeaderBar::paintName(QPainter& painter, double room) const {
    const Palette& p = colours();
    std::vector<Word> words{{QStringLiteral("surgescope"), 22, QFont::DemiBold, p.text}};
    if (m_frame) {
        const ModeText mode = modeText(*m_frame, m_timeline);
        words.push_back({mode.badge, 17, QFont::DemiBold,
                         QColor(11, 15, 20), // in every theme: badges are as bright in all of them
                         Word::Ground::full, mode.badgeColour});
        if (!m_selected.isEmpty())
            words.push_back({m_selected + QStringLiteral(" · Esc: world"), 16, QFont::DemiBold, p.text,
                             Word::Ground::outline, p.accent});
        if (!mode.words.isEmpty()) words.push_back({mode.words, 15, QFont::Medium, mode.wordsColour});
        if (!m_frame->scenario.empty())
            words.push_back({QString::fromStdString(m_frame->scenario), 17, QFont::Normal, p.muted});
    }
    const double gap = 16 * m_scale;
    const auto needed = [&] {
        double wide = 20 * m_scale;
        for (const Word& word : words)
            wide += word.wide(m_scale) + gap;
        return wide;
    };
    if (needed() > room && m_frame && !m_frame->scenario.empty()) words.pop_back();
    if (needed() > room && words.size() > 1) words.erase(words.begin());
    double x = 20 * m_scale;
    for (const Word& word : words) {
        const double wide = std::min(word.wide(m_scale), room - x);
        if (wide < 40 * m_scale) break;
        paintWord(painter, word, QRectF(x, 0, wide, height()), m_scale);
        x += wide + gap;
    }
}

HeaderBar::NodesText HeaderBar::nodesText() const {
    const Palette& p = colours();
    const feeds::FeedHealth& h = m_frame->health;
    QString trouble = troubleText(h);
    if (m_timeline.recording.state == feeds::Timeline::Recording::State::failed)
        trouble = QStringLiteral("NOT RECORDING") + (trouble.isEmpty() ? QString() : QStringLiteral(" · ")) +
                  trouble;
    if (!h.newestAgeSeconds)
        return {QStringLiteral("no node has reported yet"), p.muted, trouble, p.elevated};
    const bool many = h.nodesExpected > 0;
    const bool few = many && static_cast<double>(h.nodesHeard) <
                                 kCoverageWorthColour * static_cast<double>(h.nodesExpected);
    return {many ? QStringLiteral("%1 of %2 nodes heard")
                       .arg(formatCount(h.nodesHeard), formatCount(h.nodesExpected))
                 : QStringLiteral("%1 nodes heard").arg(formatCount(h.nodesHeard)),
            few ? p.elevated : p.text,
            QStringLiteral("newest ") + formatAge(*h.newestAgeSeconds) + QStringLiteral(" · ") +
                (trouble.isEmpty() ? QStringLiteral("nothing lost") : trouble),
            trouble.isEmpty() ? p.muted : p.elevated};
}

double HeaderBar::nodesWide(const NodesText& text) const {
    const auto wide = [this](double size, const QString& words) {
        return QFontMetricsF(textFont(size * m_scale, QFont::Medium)).horizontalAdvance(words);
    };
    return std::min(std::max(wide(kNodesType, text.first), wide(kLeastType, text.second)), width() * 0.34);
}

void HeaderBar::paintNodes(QPainter& painter, const NodesText& text, double left) const {
    const QRectF box(left, 7 * m_scale, width() - left - 16 * m_scale, height() - 8 * m_scale);
    const auto line = [&](Qt::Alignment where, double size, const QColor& colour, const QString& words) {
        painter.setFont(textFont(size * m_scale, QFont::Medium));
        painter.setPen(colour);
        painter.drawText(box, Qt::AlignRight | where,
                         QFontMetricsF(painter.font()).elidedText(words, Qt::ElideRight, box.width() + 1));
    };
    line(Qt::AlignTop, kNodesType, text.firstColour, text.first);
    line(Qt::AlignBottom, kLeastType, text.secondColour, text.second);
}

void HeaderBar::paintNotice(QPainter& painter, const QRectF& room) const {
    const Palette& p = colours();
    const QFont font = textFont(kNoticeType * m_scale, QFont::Medium);
    const double beside = 12 * m_scale, most = room.width() - 2 * beside;
    if (most < 30 * m_scale) return;
    const QStringList lines = onTwoLines(m_notice, font, most);
    double wide = 0;
    for (const QString& line : lines)
        wide = std::max(wide, QFontMetricsF(font).horizontalAdvance(line));
    const double high = (kNoticeLine * static_cast<double>(lines.size()) + 6) * m_scale;
    const QRectF box(room.left(), room.center().y() - high / 2, wide + 2 * beside, high);
    painter.setPen(QPen(m_noticeIsFailure ? p.elevated : p.muted, 1));
    painter.setBrush(m_noticeIsFailure ? p.elevated : p.panel);
    painter.drawRoundedRect(box, 4 * m_scale, 4 * m_scale);
    painter.setFont(font);
    painter.setPen(m_noticeIsFailure ? p.background : p.text);
    double y = box.top() + 3 * m_scale;
    for (const QString& line : lines) {
        painter.drawText(QRectF(box.left() + beside, y, wide + 2, kNoticeLine * m_scale),
                         Qt::AlignLeft | Qt::AlignVCenter, line);
        y += kNoticeLine * m_scale;
    }
}

/// Across the whole wall: nobody takes a rehearsal for the real thing, or the past for the present.
void HeaderBar::paintBand(QPainter& painter) const {
    const ModeText text = modeText(*m_frame, m_timeline);
    const bool plain = m_frame->mode == feeds::FeedMode::live && !text.past;
    const QRectF band(0, 0, width(), (plain ? 2 : 5) * m_scale);
    if (!text.past) return painter.fillRect(band, text.badgeColour);
    const double length = 36 * m_scale;
    for (double x = 0; x < width(); x += 1.5 * length)
        painter.fillRect(QRectF(x, 0, length, band.height()), text.badgeColour);
}

void HeaderBar::paintEvent(QPaintEvent*) {
    const Palette& p = colours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), p.panel);
    const double margin = 16 * m_scale;
    if (!m_frame) { // what keeps it from coming is said
        const double half = width() / 2.0;
        paintName(painter, half);
        if (!m_notice.isEmpty()) paintNotice(painter, QRectF(half, 0, half - margin, height()));
        return;
    }
    paintBand(painter);
    const Times times = this->times();
    paintName(painter, times.left - margin);
    paintTimes(painter, times);
    const NodesText nodes = nodesText();
    const double from = times.right + margin, right = width() - margin;
    double left = right - nodesWide(nodes), to = m_covered.isEmpty() ? right : m_covered.left() - margin;
    // A notice has its room; in a narrow window it is in the nodes' place as long as it is there.
    if (!m_notice.isEmpty()) left = std::max(left, from + kLeastNotice * m_scale + margin);
    if (m_covered.isEmpty() && (m_notice.isEmpty() || right - left >= kLeastNodes * m_scale)) {
        paintNodes(painter, nodes, left);
        to = left - margin;
    }
    if (!m_notice.isEmpty())
        paintNotice(painter, QRectF(from, 5 * m_scale, to - from, height() - 5 * m_scale));
}

HeaderBar::Times HeaderBar::times() const {
    Times times;
    const auto shown = m_frame->settled ? m_frame->settled : m_now; // before the first report: this machine's
    if (!shown) return {.left = width() / 2.0, .right = width() / 2.0};
    times.sinceRelease = releaseClock(*m_frame);
    times.utc = QString::fromStdString(feeds::utcText(*shown)).mid(11) + QStringLiteral(" UTC");
    if (!times.sinceRelease.isEmpty())
        times.clockWide =
            QFontMetricsF(clockFont(m_scale)).horizontalAdvance(times.sinceRelease) + 20 * m_scale;
    const double wide = times.clockWide + QFontMetricsF(utcFont(m_scale)).horizontalAdvance(times.utc);
    times.left = (width() - wide) / 2;
    times.right = times.left + wide;
    return times;
}

void HeaderBar::paintTimes(QPainter& painter, const Times& times) const {
    const Palette& p = colours();
    painter.setFont(clockFont(m_scale));
    painter.setPen(p.text);
    painter.drawText(QRectF(times.left, 0, times.clockWide + 2, height()), Qt::AlignLeft | Qt::AlignVCenter,
                     times.sinceRelease);
    painter.setFont(utcFont(m_scale));
    painter.setPen(p.muted);
    const double utc = times.left + times.clockWide;
    painter.drawText(QRectF(utc, 0, times.right - utc + 2, height()), Qt::AlignLeft | Qt::AlignVCenter,
                     times.utc);
}

} // namespace surgescope::widgets
