// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/header_bar.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"

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
    case feeds::FeedMode::rehearsal: return {232, 178, 58};
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
    if (behind) {
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
    text.wordsColour = source == feeds::FeedMode::rehearsal ? colours().elevated : text.badgeColour;
    return text;
}

HeaderBar::HeaderBar(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void HeaderBar::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    m_frame = std::move(frame);
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
    const QRectF box(width() * 0.64, 10 * m_scale, width() * 0.36 - 20 * m_scale, height() - 17 * m_scale);
    const double age = h.newestAgeSeconds.value_or(0);
    const bool old = age > feeds::kStaleAfterSeconds;
    painter.setFont(textFont(17 * m_scale, QFont::Medium));
    painter.setPen(old ? p.overload : p.text);
    if (!h.newestAgeSeconds) {
        painter.setPen(p.muted);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("no node has reported yet"));
        return;
    }
    const QString nodes = h.nodesExpected > 0
                              ? QStringLiteral("%1 of %2 nodes reporting")
                                    .arg(formatCount(h.nodesHeard), formatCount(h.nodesExpected))
                              : QStringLiteral("%1 nodes reporting").arg(formatCount(h.nodesHeard));
    painter.drawText(box, Qt::AlignRight | Qt::AlignTop, nodes);
    painter.setFont(textFont(14 * m_scale));
    painter.setPen(old ? p.overload : p.muted);
    painter.drawText(
        box, Qt::AlignRight | Qt::AlignBottom,
        old ? QStringLiteral("nothing heard for %1: what is shown is the past").arg(formatAge(age))
            : QStringLiteral("newest report %1 ago, %2 lost").arg(formatAge(age), formatCount(h.lost)));
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
    paintNodes(painter);
    if (m_frame->settled) paintTimes(painter, used);
}

void HeaderBar::paintTimes(QPainter& painter, double used) const {
    const Palette& p = colours();
    const QString clock = releaseClock(*m_frame);
    const QString utc = QString::fromStdString(feeds::utcText(*m_frame->settled)) + QStringLiteral(" UTC");
    const QFont clockFont = textFont(30 * m_scale, QFont::DemiBold), utcFont = textFont(18 * m_scale);
    const double clockWide =
        clock.isEmpty() ? 0 : QFontMetricsF(clockFont).horizontalAdvance(clock) + 26 * m_scale;
    const double utcWide = QFontMetricsF(utcFont).horizontalAdvance(utc);
    double x = std::max(used + 10 * m_scale, (width() - clockWide - utcWide) / 2);
    if (!m_covered.isEmpty()) x = std::max(x, m_covered.right() + 24 * m_scale);
    painter.setFont(clockFont);
    painter.setPen(p.text);
    painter.drawText(QRectF(x, 0, clockWide + 2, height()), Qt::AlignLeft | Qt::AlignVCenter, clock);
    x += clockWide;
    if (!m_covered.isEmpty() && x + utcWide > width() * 0.79) return; // there the nodes begin
    painter.setFont(utcFont);
    painter.setPen(p.muted);
    painter.drawText(QRectF(x, 0, utcWide + 2, height()), Qt::AlignLeft | Qt::AlignVCenter, utc);
}

} // namespace surgescope::widgets
