// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/export_note.h"

#include "feeds/model/pop_catalogue.h"

#include "widgets/base/format.h"
#include "widgets/base/place_name.h"

#include <QDateTime>
#include <QFileInfo>
#include <QTimeZone>

#include <algorithm>
#include <string_view>

namespace surgescope::widgets {

namespace {

QString text(std::string_view from) {
    return QString::fromUtf8(from.data(), static_cast<qsizetype>(from.size()));
}

/// The axis a view is drawn over; null: it shows one second.
const feeds::TimeAxis* axisOf(ExportView view, const feeds::Frame& frame) {
    switch (view) {
    case ExportView::map:
    case ExportView::hottest:
    case ExportView::health: return nullptr;
    case ExportView::lagByPop: return &frame.heat.axis;
    case ExportView::lagDistribution: return &frame.lag.axis;
    default: return &frame.chartAxis;
    }
}

QString selectionText(ExportView view, const feeds::Frame& frame, const feeds::PopCatalogue& catalogue) {
    if (view == ExportView::map || view == ExportView::hottest) return QStringLiteral("all PoPs");
    if (view == ExportView::health) return {};
    return placeName(frame.selection, catalogue);
}

/// "2026-11-23 04:57:33 to 05:12:33 UTC": the day again only where it is another one.
QString spanText(const QDateTime& from, const QDateTime& to, const QString& zone) {
    const auto day = QStringLiteral("yyyy-MM-dd "), clock = QStringLiteral("HH:mm:ss");
    return from.toString(day + clock) + QStringLiteral(" to ") +
           to.toString(from.date() == to.date() ? clock : day + clock) + u' ' + zone;
}

QString rangeText(const feeds::TimeAxis& axis, const TimeWords& words) {
    const auto from = axis.end - axis.columns * axis.step;
    const auto utc = [](feeds::FeedSecond at) {
        return QDateTime::fromSecsSinceEpoch(feeds::unixSeconds(at), QTimeZone::utc());
    };
    QString range = spanText(utc(from), utc(axis.end), QStringLiteral("UTC"));
    if (words.localZone && words.used() == TimeText::clock) { // what the axis says
        const QDateTime begin = utc(from).toLocalTime(), end = utc(axis.end).toLocalTime();
        range = spanText(begin, end, end.timeZoneAbbreviation()) + QStringLiteral(" (") + range + u')';
    }
    if (words.release)
        range += QStringLiteral(", %1 to %2")
                     .arg(formatSinceRelease((from - *words.release).count()),
                          formatSinceRelease((axis.end - *words.release).count()));
    return range;
}

QString sourceText(const feeds::Frame& frame, feeds::Timeline::Mode mode) {
    QStringList where;
    for (const feeds::EndpointStatus& endpoint : frame.health.endpoints)
        if (!endpoint.name.starts_with("inproc:"))
            where << (mode == feeds::Timeline::Mode::live
                          ? text(endpoint.name)
                          : QFileInfo(QString::fromStdString(endpoint.name)).fileName());
    const bool simulated = frame.mode == feeds::FeedMode::rehearsal;
    QString source;
    switch (mode) {
    case feeds::Timeline::Mode::live:
        source = simulated ? QStringLiteral("rehearsal") : QStringLiteral("live");
        if (!where.isEmpty()) source += QStringLiteral(" on ") + where.join(QStringLiteral(", "));
        break;
    case feeds::Timeline::Mode::behindLive: source = QStringLiteral("behind live"); break;
    case feeds::Timeline::Mode::replay:
        source = QStringLiteral("replay");
        if (!where.isEmpty()) source += QStringLiteral(" of ") + where.join(QStringLiteral(", "));
        break;
    }
    if (simulated) source += QStringLiteral(", simulated data");
    if (!frame.scenario.empty()) source += QStringLiteral(": ") + text(frame.scenario);
    return source;
}

QString coverageText(const feeds::Frame& frame, ExportView view) {
    const bool world = view == ExportView::map || view == ExportView::hottest || view == ExportView::health;
    const feeds::Summary& of = world ? frame.world : frame.summary;
    if (of.nodesExpected == 0)
        return of.nodesHeard > 0 ? QStringLiteral("%1 nodes heard, no roster").arg(formatCount(of.nodesHeard))
                                 : QStringLiteral("no node heard");
    const double share = static_cast<double>(of.nodesHeard) / static_cast<double>(of.nodesExpected);
    return QStringLiteral("%1 of %2 nodes heard (%3)")
        .arg(formatCount(of.nodesHeard), formatCount(of.nodesExpected), formatNumber(share, Unit::ratio));
}

bool showsBaseline(ExportView view) {
    if (const ChartView* chart = chartOf(view)) return chart->beneath.has_value();
    return view == ExportView::tiles || view == ExportView::wall;
}

} // namespace

ExportNote noteOf(ExportView view, const QString& title, const feeds::Frame& frame, const TimeWords& words,
                  feeds::Timeline::Mode mode, const QString& program, const feeds::PopCatalogue& catalogue) {
    ExportNote note;
    note.title = title;
    note.program = program;
    note.unit = viewUnit(view);
    note.source = sourceText(frame, mode);
    if (!frame.settled) {
        note.range = QStringLiteral("nothing received yet");
        return note;
    }
    note.selection = selectionText(view, frame, catalogue);
    const feeds::TimeAxis* axis = axisOf(view, frame);
    if (axis && axis->columns > 0) note.range = rangeText(*axis, words);
    note.coverage = coverageText(frame, view);
    if (frame.baseline && showsBaseline(view))
        note.baseline = QStringLiteral("compared with ") + text(frame.baseline->name);
    note.settled =
        QStringLiteral("numbers of ") + text(feeds::utcText(*frame.settled)) + QStringLiteral(" UTC");
    if (words.release)
        note.settled += QStringLiteral(", ") + formatSinceRelease((*frame.settled - *words.release).count());
    return note;
}

QStringList phrasesOf(const ExportNote& note) {
    QStringList phrases{note.title,  note.selection, note.unit,     note.range,  note.settled,
                        note.source, note.coverage,  note.baseline, note.program};
    phrases.removeAll(QString());
    return phrases;
}

QString plainText(const ExportNote& note) {
    return phrasesOf(note).join(u'\n') + u'\n';
}

} // namespace surgescope::widgets
