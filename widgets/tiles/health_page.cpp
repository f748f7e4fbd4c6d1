// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/health_page.h"

#include "feeds/state/freshness.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/palette.h"
#include "widgets/tiles/health_items.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kLine = 25;
constexpr double kLeastColumn = 460; // pixels at scale 1
constexpr double kQueueWorthColour = 0.5;
constexpr double kSlowFrameMs = 33; // of a picture that moves

QColor ifTrouble(bool trouble, const QColor& colour) {
    return trouble ? colour : QColor();
}

QString milliseconds(double value) {
    return formatNumber(value * 1000, Unit::microseconds);
}

void addEndpoint(std::vector<HealthLine>& lines, const feeds::EndpointStatus& endpoint) {
    const Palette& p = colours();
    const QString group = QStringLiteral("Feed");
    QString peers =
        endpoint.peers == 1 ? QStringLiteral("1 peer") : QStringLiteral("%1 peers").arg(endpoint.peers);
    if (endpoint.full) peers += QStringLiteral(", full");
    lines.push_back({group,
                     (endpoint.binds ? QStringLiteral("bound to ") : QStringLiteral("connected to ")) +
                         QString::fromStdString(endpoint.name),
                     peers, endpoint.full ? p.overload : ifTrouble(endpoint.peers == 0, p.elevated)});
    if (endpoint.plain)
        lines.push_back({group, QStringLiteral("not encrypted: anybody may read it, and speak for anybody"),
                         QStringLiteral("yes"), p.overload});
    if (endpoint.keptSince) {
        const auto since = std::chrono::floor<std::chrono::seconds>(*endpoint.keptSince);
        lines.push_back({group, QStringLiteral("a stream keeps it since"),
                         QString::fromStdString(feeds::utcText(since)) + QStringLiteral(" UTC"),
                         {}});
    }
    for (const feeds::Counted& trouble : endpoint.troubles)
        lines.push_back({group, QString::fromStdString(trouble.what), formatCount(trouble.count),
                         endpoint.full ? p.overload : p.elevated});
    if (endpoint.lost > 0)
        lines.push_back({group, QStringLiteral("connections that ended"), formatCount(endpoint.lost), {}});
    if (endpoint.silent > 0)
        lines.push_back({group,
                         QStringLiteral("connections that ended before they said who they are"),
                         formatCount(endpoint.silent),
                         {}});
    if (endpoint.failed > 0)
        lines.push_back(
            {group, QStringLiteral("attempts to connect, unanswered"), formatCount(endpoint.failed), {}});
}

} // namespace

std::vector<HealthLine> healthLines(const feeds::FeedHealth& feed,
                                    const feeds::Timeline::Recording& recording, const WindowHealth& window) {
    const Palette& p = colours();
    std::vector<HealthLine> lines;
    const auto add = [&](const char16_t* group, const QString& name, const QString& value,
                         const QColor& colour = {}) {
        lines.push_back({QString::fromUtf16(group), name, value, colour});
    };
    const auto counted = [&](const char16_t* name, std::uint64_t count) {
        add(u"Feed", QString::fromUtf16(name), formatCount(count), ifTrouble(count > 0, p.elevated));
    };
    const double age = feed.newestAgeSeconds.value_or(0);
    add(u"Feed", QStringLiteral("newest report"),
        feed.newestAgeSeconds ? formatAge(age) + QStringLiteral(" ago") : QStringLiteral("none yet"),
        ifTrouble(age > feeds::kStaleAfterSeconds, p.overload));
    add(u"Feed", QStringLiteral("nodes heard"),
        QStringLiteral("%1 of %2").arg(formatCount(feed.nodesHeard), formatCount(feed.nodesExpected)),
        ifTrouble(static_cast<double>(feed.nodesHeard) < 0.95 * static_cast<double>(feed.nodesExpected),
                  p.elevated));
    add(u"Feed", QStringLiteral("messages"), formatNumber(feed.reportsPerSecond, Unit::perSecond));
    add(u"Feed", QStringLiteral("bytes"), formatNumber(feed.bytesPerSecond, Unit::bytesPerSecond));
    add(u"Feed", QStringLiteral("feed thread"),
        formatNumber(feed.feedThreadLoad, Unit::ratio) + QStringLiteral(" of a core"),
        ifTrouble(feed.feedThreadLoad > kLoadWorthColour, p.elevated));
    counted(u"lost, by sequence", feed.lost);
    counted(u"received twice", feed.duplicates);
    if (feed.lostBelow > 0) counted(u"lost below relays", feed.lostBelow);
    counted(u"out of order", feed.reordered);
    add(u"Feed", QStringLiteral("publishers restarted"), formatCount(feed.restarts));
    if (feed.publishers > 0) add(u"Feed", QStringLiteral("publishers"), formatCount(feed.publishers));
    for (const feeds::EndpointStatus& endpoint : feed.endpoints)
        addEndpoint(lines, endpoint);

    if (feed.behindSeconds) {
        const double behind = *feed.behindSeconds;
        add(u"Clocks",
            behind < 0 ? QStringLiteral("feed ahead of this clock")
                       : QStringLiteral("feed behind this clock"),
            formatAge(std::abs(behind)), ifTrouble(std::abs(behind) > feeds::kOfNowSeconds, p.overload));
        add(u"Clocks", QStringLiteral("this machine's clock"),
            !feed.clockSynchronised   ? QStringLiteral("not told")
            : *feed.clockSynchronised ? QStringLiteral("synchronised")
                                      : QStringLiteral("not synchronised"),
            ifTrouble(feed.clockSynchronised == false, p.elevated));
        add(u"Clocks", QStringLiteral("reports put into another second"), formatCount(feed.corrected),
            ifTrouble(feed.corrected > 0, p.elevated));
    }
    for (const std::string& complaint : namedComplaints(feed))
        add(u"Wrong", QString::fromStdString(complaint), {}, p.elevated);

    if (feed.refused.empty()) add(u"Refused", QStringLiteral("nothing"), {});
    for (const feeds::RefusalCount& refused : feed.refused)
        add(u"Refused", QString::fromStdString(refused.reason), formatCount(refused.count), p.elevated);

    using State = feeds::Timeline::Recording::State;
    if (recording.state == State::off) {
        add(u"Recorder", QStringLiteral("nothing is recorded"), {});
    } else {
        const bool failed = recording.state == State::failed;
        add(u"Recorder", recording.flight ? QStringLiteral("flight recorder") : QStringLiteral("recording"),
            failed ? QString::fromStdString(recording.reason) : formatBytes(recording.bytes),
            ifTrouble(failed, p.overload));
        add(u"Recorder", QStringLiteral("queue"),
            formatNumber(recording.queueFill, Unit::ratio) + QStringLiteral(" full"),
            ifTrouble(recording.queueFill > kQueueWorthColour, p.elevated));
        add(u"Recorder", QStringLiteral("dropped"), formatCount(recording.dropped),
            ifTrouble(recording.dropped > 0, p.overload));
    }

    if (window.seconds > 0 && window.paints.count > 0) {
        add(u"Window", QStringLiteral("repaints"),
            QStringLiteral("%1 /s").arg(static_cast<double>(window.paints.count) / window.seconds, 0, 'f',
                                        1));
        add(u"Window", QStringLiteral("each, median"), milliseconds(window.paints.median));
        add(u"Window", QStringLiteral("each, p95"), milliseconds(window.paints.p95),
            ifTrouble(window.paints.p95 > kSlowFrameMs, p.elevated));
        add(u"Window", QStringLiteral("longest"), milliseconds(window.paints.max),
            ifTrouble(window.paints.max > 2 * kSlowFrameMs, p.elevated));
    }
    if (!window.notCounted.isEmpty()) {
        add(u"Window", QStringLiteral("report to picture"), window.notCounted);
    } else if (window.reportToPicture.count > 0) {
        add(u"Window", QStringLiteral("report to picture, median"), milliseconds(window.reportToPicture.p50));
        add(u"Window", QStringLiteral("report to picture, p99"), milliseconds(window.reportToPicture.p99));
    }
    if (window.residentMebibytes > 0)
        add(u"Window", QStringLiteral("memory of the program"),
            QStringLiteral("%1 MiB").arg(qRound(window.residentMebibytes)));
    return lines;
}

HealthPage::HealthPage(QWidget* parent) : PanelWidget(QStringLiteral("Health of this wall"), parent) {}

void HealthPage::setFrame(const feeds::Frame& frame) {
    m_lastRefusal = QString::fromStdString(frame.health.lastRefusal);
    m_lines = healthLines(frame.health, m_recording, m_window);
    QStringList words;
    for (const HealthLine& line : m_lines)
        words << line.name + u' ' + line.value;
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    update();
}

void HealthPage::paintBody(QPainter& painter, const QRectF& body) {
    const Palette& p = colours();
    const double gap = px(36);
    const auto columns = std::max(1.0, std::floor((body.width() + gap) / (px(kLeastColumn) + gap)));
    const double wide = (body.width() - gap * (columns - 1)) / columns;
    const double footer = m_lastRefusal.isEmpty() ? 0 : px(30);
    double x = body.left(), y = body.top();
    QString group;
    for (const HealthLine& line : m_lines) {
        const bool opens = line.group != group;
        if (opens && !group.isEmpty()) y += px(10);
        if (y + px(opens ? 2 * kLine : kLine) > body.bottom() - footer) {
            x += wide + gap;
            y = body.top();
        }
        if (opens) {
            group = line.group;
            painter.setFont(textFont(px(14), QFont::DemiBold));
            painter.setPen(p.accent);
            painter.drawText(QRectF(x, y, wide, px(kLine)), Qt::AlignLeft | Qt::AlignVCenter, group);
            y += px(kLine);
        }
        painter.setFont(textFont(px(16), QFont::Medium));
        const double value =
            std::min(QFontMetricsF(painter.font()).horizontalAdvance(line.value), wide * 0.7);
        painter.setPen(line.colour.isValid() ? line.colour : p.text);
        painter.drawText(QRectF(x + wide - value - 1, y, value + 1, px(kLine)),
                         Qt::AlignRight | Qt::AlignVCenter,
                         QFontMetricsF(painter.font()).elidedText(line.value, Qt::ElideRight, value + 1));
        painter.setFont(textFont(px(16)));
        painter.setPen(line.value.isEmpty() && line.colour.isValid() ? line.colour : p.muted);
        const double room = wide - value - px(14);
        painter.drawText(QRectF(x, y, room, px(kLine)), Qt::AlignLeft | Qt::AlignVCenter,
                         QFontMetricsF(painter.font()).elidedText(line.name, Qt::ElideMiddle, room));
        y += px(kLine);
    }
    if (m_lastRefusal.isEmpty()) return;
    painter.setFont(textFont(px(14)));
    painter.setPen(p.muted);
    const QRectF last(body.left(), body.bottom() - px(24), body.width(), px(24));
    painter.drawText(
        last, Qt::AlignLeft | Qt::AlignVCenter,
        QFontMetricsF(painter.font())
            .elidedText(QStringLiteral("last refused: ") + m_lastRefusal, Qt::ElideRight, last.width()));
}

} // namespace surgescope::widgets
