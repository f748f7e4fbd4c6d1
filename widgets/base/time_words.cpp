// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/time_words.h"

#include "widgets/base/format.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <array>

namespace surgescope::widgets {

namespace {

constexpr std::array<std::int64_t, 17> kSteps{
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1'800, 3'600, 7'200, 10'800, 21'600, 43'200, 86'400, 172'800};

QDateTime dateTime(feeds::FeedSecond at, bool localZone) {
    const auto utc = QDateTime::fromSecsSinceEpoch(feeds::unixSeconds(at), QTimeZone::utc());
    return localZone ? utc.toLocalTime() : utc;
}

QString tickText(feeds::FeedSecond at, std::int64_t step, const TimeWords& words) {
    switch (words.used()) {
    case TimeText::ago: {
        const auto back = (*words.now - at).count();
        if (back == 0) return words.live ? QStringLiteral("now") : QStringLiteral("0");
        return (back > 0 ? u'−' : u'+') + spanText(std::abs(back), step);
    }
    case TimeText::sinceRelease: {
        const auto since = (at - *words.release).count();
        if (since == 0) return QStringLiteral("T−0");
        return (since > 0 ? QStringLiteral("T+") : QStringLiteral("T−")) + spanText(std::abs(since), step);
    }
    case TimeText::clock: break;
    }
    const auto time = dateTime(at, words.localZone);
    if (time.time() == QTime(0, 0)) return time.toString(QStringLiteral("d MMM"));
    return time.toString(step < 60 ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
}

} // namespace

QString spanText(std::int64_t seconds, std::int64_t step) {
    const std::int64_t hours = seconds / 3'600, minutes = seconds / 60 % 60;
    if (step % 60 != 0) { // all of one kind: no 90 s beside 2 m
        const QString rest = QStringLiteral(":%1").arg(seconds % 60, 2, 10, QChar(u'0'));
        return hours > 0 ? QStringLiteral("%1:%2").arg(hours).arg(minutes, 2, 10, QChar(u'0')) + rest
                         : QString::number(minutes) + rest;
    }
    if (hours == 0) return QStringLiteral("%1 m").arg(minutes);
    return minutes == 0 ? QStringLiteral("%1 h").arg(hours)
                        : QStringLiteral("%1 h %2 m").arg(hours).arg(minutes);
}

std::vector<TimeTick> timeTicks(feeds::FeedSecond from, feeds::FeedSecond to, const TimeWords& words,
                                int most) {
    if (to <= from || most < 1 || (words.used() == TimeText::ago && !words.now)) return {};
    const auto range = (to - from).count();
    std::int64_t step = kSteps.back();
    for (const auto candidate : kSteps)
        if (range / candidate <= most) {
            step = candidate;
            break;
        }
    // Where steps are counted from.
    std::int64_t origin = words.used() == TimeText::ago            ? feeds::unixSeconds(*words.now)
                          : words.used() == TimeText::sinceRelease ? feeds::unixSeconds(*words.release)
                                                                   : 0;
    if (words.used() == TimeText::clock && words.localZone) origin = -dateTime(to, true).offsetFromUtc();
    const auto first = feeds::unixSeconds(from) - origin;
    const auto begin = first >= 0 ? (first + step - 1) / step * step : -(-first / step * step);
    std::vector<TimeTick> ticks;
    for (auto at = begin; at + origin <= feeds::unixSeconds(to); at += step) {
        const auto second = feeds::feedSecond(at + origin);
        ticks.push_back({second, tickText(second, step, words)});
    }
    return ticks;
}

QString momentText(feeds::FeedSecond at, const TimeWords& words) {
    QString text;
    if (words.release) text = formatSinceRelease((at - *words.release).count()) + QStringLiteral("   ");
    text += QString::fromStdString(feeds::utcText(at)) + QStringLiteral(" UTC");
    if (words.localZone)
        text += dateTime(at, true).toString(QStringLiteral("   HH:mm:ss ")) +
                dateTime(at, true).timeZoneAbbreviation();
    return text;
}

} // namespace surgescope::widgets
