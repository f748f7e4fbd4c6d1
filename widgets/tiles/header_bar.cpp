// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/header_bar.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/tiles/health_items.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStringList>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace surgescope::widgets {

namespace {

QColor modeColour(feeds::FeedMode mode) {
    switch (mode) {
    case feeds::FeedMode::live: return {58, 178, 108};
    case feeds::FeedMode::replay: return {126, 160, 238};
    case feeds::FeedMode::rehearsal: return {186, 156, 240}; // no colour of status
    }
    return {};
}

} // namespace

QString modeName(feeds::FeedMode mode) {
    switch (mode) {
    case feeds::FeedMode::live: return QStringLiteral("LIVE");
    case feeds::FeedMode::replay: return QStringLiteral("REPLAY");
    case feeds::FeedMode::rehearsal: return QStringLiteral("REHEARSAL");
    }
    return {};
}

QString releaseClock(const feeds::Frame& frame) {
    if (!frame.releaseAt || !frame.settled) return {};
    return formatSinceRelease((*frame.settled - *frame.releaseAt).count());
}

namespace {

/// A feed that is not of now is never live. It differs from this machine's clock; which of them is right,
/// nobody can tell from here.
ModeText notOfNow(const feeds::FeedHealth& health) {
    const double behind = *health.behindSeconds;
    ModeText text;
    text.badge =
        formatAge(std::abs(behind)) + (behind > 0 ? QStringLiteral(" BEHIND") : QStringLiteral(" AHEAD"));
    text.badgeColour = text.wordsColour = colours().elevated;
    text.words = !health.clockSynchronised
                     ? QStringLiteral("feed and this machine's clock differ")
                     : QStringLiteral("feed and this machine's clock differ: %1")
                           .arg(*health.clockSynchronised ? QStringLiteral("the kernel calls it synchronised")
                                                          : QStringLiteral("it is not synchronised"));
    text.past = true;
    return text;
}

} // namespace

ModeText modeText(const feeds::Frame& frame, const feeds::Timeline& timeline) {
    using Mode = feeds::Timeline::Mode;
    const auto source = frame.mode;
    const bool behind = timeline.mode == Mode::behindLive;
    const bool replay =
        timeline.mode == Mode::replay || source == feeds::FeedMode::replay || frame.isSentAgain;
    if (timeline.mode == Mode::live && !replay && !feeds::isOfNow(frame)) return notOfNow(frame.health);
    ModeText text;
    const auto& health = frame.health;
    if (timeline.mode == Mode::live && !replay && !health.newestAgeSeconds) {
        text.badge = QStringLiteral("WAITING");
        text.badgeColour = colours().muted;
    } else if (timeline.mode == Mode::live && !replay &&
               *health.newestAgeSeconds > feeds::kStaleAfterSeconds) {
        text.badge = QStringLiteral("SILENT");
        text.badgeColour = colours().silent;
    } else if (behind) {
        const auto seconds = std::chrono::round<std::chrono::seconds>(timeline.end - timeline.position);
        text.badge = formatSpan(std::max<std::int64_t>(0, seconds.count())) + QStringLiteral(" BEHIND LIVE");
        text.badgeColour = colours().elevated;
    } else {
        const feeds::FeedMode shown = replay ? feeds::FeedMode::replay : source;
        text.badge = modeName(shown);
        text.badgeColour = modeColour(shown);
    }
    text.past = behind || replay;
    QStringList words;
    if (source == feeds::FeedMode::rehearsal)
        words << QStringLiteral("simulated data");
    else if (replay)
        words << QStringLiteral("recorded data");
    if (frame.isSentAgain) words << QStringLiteral("sent again");
    if (text.past && timeline.paused) words << QStringLiteral("paused");
    text.words = words.join(QStringLiteral(", "));
    text.wordsColour = source == feeds::FeedMode::rehearsal ? colours().text : text.badgeColour;
    return text;
}

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

double HeaderBar::paintName(QPainter& painter) const {
    const Palette& p = colours();
    double x = 20 * m_scale;
    const auto word = [&](const QString& text, double size, QFont::Weight weight, const QColor& colour) {
        painter.setFont(textFont(size * m_scale, weight));
        painter.setPen(colour);
        const double wide = QFontMetricsF(painter.font()).horizontalAdvance(text);
        painter.drawText(QRectF(x, 0, wide + 2, height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += wide + 18 * m_scale;
    };
    word(QStringLiteral("surgescope"), 22, QFont::DemiBold, p.text);
    if (!m_frame) return x;

    const ModeText mode = modeText(*m_frame, m_timeline);
    painter.setFont(textFont(17 * m_scale, QFont::DemiBold));
    const double wide = QFontMetricsF(painter.font()).horizontalAdvance(mode.badge) + 28 * m_scale;
    const QRectF badge(x, height() / 2.0 - 15 * m_scale, wide, 30 * m_scale);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mode.badgeColour);
    painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2);
    painter.setPen(QColor(11, 15, 20)); // in every theme: badges are as bright in all of them
    painter.drawText(badge, Qt::AlignCenter, mode.badge);
    x += wide + 16 * m_scale;
    if (!mode.words.isEmpty()) word(mode.words, 15, QFont::Medium, mode.wordsColour);
    if (!m_frame->scenario.empty())
        word(QString::fromStdString(m_frame->scenario), 17, QFont::Normal, p.muted);
    return x;
}

void HeaderBar::paintNodes(QPainter& painter) const {
    const Palette& p = colours();
    const feeds::FeedHealth& h = m_frame->health;
    const double left = width() * 0.66;
    const QRectF box(left, 7 * m_scale, width() - left - 16 * m_scale, height() - 8 * m_scale);
    const auto line = [&](Qt::Alignment where, double size, const QColor& colour, const QString& text) {
        painter.setFont(textFont(size * m_scale, QFont::Medium));
        painter.setPen(colour);
        painter.drawText(box, Qt::AlignRight | where,
                         QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, box.width()));
    };
    const QString trouble = troubleText(h);
    if (!h.newestAgeSeconds) {
        line(Qt::AlignTop, 17, p.muted, QStringLiteral("no node has reported yet"));
        return line(Qt::AlignBottom, kLeastType, p.elevated, trouble);
    }
    const bool many = h.nodesExpected > 0;
    const bool few = many && static_cast<double>(h.nodesHeard) <
                                 kCoverageWorthColour * static_cast<double>(h.nodesExpected);
    line(Qt::AlignTop, 17, few ? p.elevated : p.text,
         many ? QStringLiteral("%1 of %2 nodes heard")
                    .arg(formatCount(h.nodesHeard), formatCount(h.nodesExpected))
              : QStringLiteral("%1 nodes heard").arg(formatCount(h.nodesHeard)));
    const QString newest = QStringLiteral("newest ") + formatAge(*h.newestAgeSeconds);
    line(Qt::AlignBottom, kLeastType, trouble.isEmpty() ? p.muted : p.elevated,
         newest + QStringLiteral(" · ") + (trouble.isEmpty() ? QStringLiteral("nothing lost") : trouble));
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
    if (m_frame) paintBand(painter);
    const double used = paintName(painter);
    if (!m_frame) return;
    if (m_covered.isEmpty()) paintNodes(painter);
    paintTimes(painter, used);
}

void HeaderBar::paintTimes(QPainter& painter, double used) const {
    const Palette& p = colours();
    const auto shown =
        m_frame->settled ? m_frame->settled : m_now; // before the first report: of this machine
    if (!shown) return;
    const QString clock = releaseClock(*m_frame);
    const QString utc = QString::fromStdString(feeds::utcText(*shown)).mid(11) + QStringLiteral(" UTC");
    const QFont clockFont = textFont(32 * m_scale, QFont::DemiBold), utcFont = textFont(18 * m_scale);
    const double clockWide =
        clock.isEmpty() ? 0 : QFontMetricsF(clockFont).horizontalAdvance(clock) + 20 * m_scale;
    const double utcWide = QFontMetricsF(utcFont).horizontalAdvance(utc);
    double x = std::max(used + 10 * m_scale, (width() - clockWide - utcWide) / 2);
    painter.setFont(clockFont);
    painter.setPen(p.text);
    painter.drawText(QRectF(x, 0, clockWide + 2, height()), Qt::AlignLeft | Qt::AlignVCenter, clock);
    x += clockWide;
    if (x + utcWide > width() * 0.68) return; // there the nodes begin
    painter.setFont(utcFont);
    painter.setPen(p.muted);
    painter.drawText(QRectF(x, 0, utcWide + 2, height()), Qt::AlignLeft | Qt::AlignVCenter, utc);
}

} // namespace surgescope::widgets
