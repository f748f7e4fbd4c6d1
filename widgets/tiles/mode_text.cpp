// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/mode_text.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/timeline/timeline_text.h"

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
    if (timeline.opening)
        words << openingText(timeline) + QStringLiteral(", still showing the moment before");
    if (text.past && timeline.paused) words << QStringLiteral("paused");
    text.words = words.join(QStringLiteral(", "));
    text.wordsColour = source == feeds::FeedMode::rehearsal ? colours().text : text.badgeColour;
    return text;
}

} // namespace surgescope::widgets
