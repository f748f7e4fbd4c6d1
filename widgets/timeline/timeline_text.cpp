// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_text.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/timeline/event_rows.h"

#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

using Mode = feeds::Timeline::Mode;
using State = feeds::Timeline::Recording::State;
using std::chrono::seconds;

constexpr int kEventsInTooltip = 6;
constexpr double kQueueWorthColour = 0.5;

bool isGap(const feeds::Timeline& timeline, TimelineTime at) {
    return std::ranges::any_of(timeline.gaps, [at](const TimelineRange& gap) { return contains(gap, at); });
}

} // namespace

QString speedText(double speed) {
    if (std::isinf(speed)) return QStringLiteral("max");
    return QString::number(speed, 'g', 3) + u'×';
}

QString openingText(const feeds::Timeline& timeline) {
    if (!timeline.openingShare) return QStringLiteral("opening");
    return QStringLiteral("reading what is kept, %1 %").arg(std::floor(100 * *timeline.openingShare));
}

RecordingText recordingText(const feeds::Timeline& timeline) {
    const Palette& p = colours();
    const feeds::Timeline::Recording& r = timeline.recording;
    if (r.state == State::failed)
        return {r.flight ? QStringLiteral("Flight recorder failed") : QStringLiteral("Recording failed"),
                QString::fromStdString(r.reason), p.background, p.background, true};
    const bool lost = r.dropped > 0;
    const QString dropped = lost ? formatCount(r.dropped) + QStringLiteral(" dropped") : QString();
    if (timeline.mode == Mode::replay && timeline.empty) return {{}, {}, p.muted, p.muted};
    if (timeline.mode == Mode::replay) { // how much there is, for nothing new is recorded
        const auto length = std::chrono::round<seconds>(timeline.end - timeline.begin).count();
        const QString last = sinceReleaseAt(timeline, timeline.end);
        return {formatSpan(length) + QStringLiteral(" recorded"),
                lost             ? dropped
                : last.isEmpty() ? QString()
                                 : QStringLiteral("until ") + last,
                p.muted, lost ? p.elevated : p.muted};
    }
    if (r.state == State::off)
        return {QStringLiteral("not recording"), lost ? dropped : QStringLiteral("R records"), p.muted,
                lost ? p.elevated : p.faint};
    if (r.flight)
        return {QStringLiteral("flight recorder ") + formatBytes(r.bytes), dropped, p.text, p.elevated};
    const QString file = QFileInfo(QString::fromStdString(r.path)).fileName();
    return {QStringLiteral("Recording ") + formatBytes(r.bytes), lost ? dropped : file, p.text,
            lost ? p.elevated : p.muted};
}

QString recordingTooltip(const feeds::Timeline& timeline) {
    const feeds::Timeline::Recording& r = timeline.recording;
    const auto text = [](const std::string& s) { return QString::fromStdString(s).toHtmlEscaped(); };
    QString tip;
    switch (r.state) {
    case State::off: tip = QStringLiteral("<b>Not recording</b>"); break;
    case State::failed: tip = QStringLiteral("<b>Recording failed</b><br>%1").arg(text(r.reason)); break;
    case State::recording:
        tip = r.flight ? QStringLiteral("<b>Flight recorder</b>: the oldest is forgotten unless it is kept")
                       : QStringLiteral("<b>Recording</b>");
        tip += QStringLiteral("<br>%1, queue %2")
                   .arg(formatBytes(r.bytes), formatNumber(r.queueFill, Unit::ratio));
        if (r.queueFill > kQueueWorthColour) tip += QStringLiteral(" (the disk is slow)");
    }
    if (r.dropped > 0) tip += QStringLiteral("<br>%1 messages dropped").arg(formatCount(r.dropped));
    if (!r.path.empty()) tip += QStringLiteral("<br>%1").arg(text(r.path));
    if (timeline.mode != Mode::replay) {
        tip += QStringLiteral("<br>R: record on or off");
        if (r.flight) tip += QStringLiteral(", K: keep what the flight recorder holds");
    }
    return tip;
}

QString sinceReleaseAt(const feeds::Timeline& timeline, TimelineTime at) {
    if (!timeline.releaseAt) return {};
    return formatSinceRelease((std::chrono::floor<seconds>(at) - *timeline.releaseAt).count());
}

QString utcAt(TimelineTime at) {
    return QString::fromStdString(feeds::utcText(std::chrono::floor<seconds>(at))) + QStringLiteral(" UTC");
}

QString timelineTooltip(const feeds::Timeline& timeline, TimelineTime at, std::chrono::milliseconds reach) {
    const QString since = sinceReleaseAt(timeline, at);
    QString tip = since.isEmpty() ? QStringLiteral("<b>%1</b>").arg(utcAt(at))
                                  : QStringLiteral("<b>%1</b> &nbsp;%2").arg(since, utcAt(at));
    const double requests = overviewAt(timeline, at);
    tip += isGap(timeline, at) || std::isnan(requests)
               ? QStringLiteral("<br>nothing received")
               : QStringLiteral("<br>requests: %1").arg(formatNumber(requests, Unit::perSecond));
    if (const auto range = seekableRange(timeline); !range || !contains(*range, at))
        tip += QStringLiteral("<br>cannot be gone back to");
    int events = 0;
    for (const EventRow& row : eventRows(timeline)) {
        if (row.at < at - reach || row.at > at + reach) continue;
        if (++events <= kEventsInTooltip)
            tip += QStringLiteral("<br><span style='color:%1'>%2</span> %3")
                       .arg(row.colour.name(), row.kind.toHtmlEscaped(), row.text.toHtmlEscaped());
    }
    if (events > kEventsInTooltip) tip += QStringLiteral("<br>and %1 more").arg(events - kEventsInTooltip);
    return tip;
}

} // namespace surgescope::widgets
