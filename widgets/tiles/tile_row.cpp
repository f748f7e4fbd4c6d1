// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/tile_row.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <cmath>

namespace surgescope::widgets {

namespace {

using feeds::Quality;
using feeds::Reading;

constexpr std::size_t kTiles = 9;
constexpr double kGap = 10;
constexpr double kErrorsWorthColour = 0.01;
constexpr double kCoverageWorthBadge = 0.95;

TileContent tile(const char16_t* title, const Reading& reading, Unit unit) {
    const Palette& p = colours();
    TileContent t;
    t.title = QString::fromUtf16(title);
    t.absent = !reading.hasValue();
    t.value = t.absent ? formatReading(reading, unit) : formatNumber(reading.value, unit);
    if (reading.quality == Quality::partial) t.value.prepend(u'≈');
    if (reading.quality == Quality::stale) t.badge = QStringLiteral("stale");
    if (t.absent || reading.quality == Quality::stale) t.valueColour = p.faint;
    return t;
}

/// What is different from the baseline at the same time since release. Empty where either is unknown.
QString changeText(const Reading& now, const feeds::Frame& frame, float feeds::RollupPoint::*then,
                   Unit unit) {
    if (!frame.baseline || !now.hasValue()) return {};
    const auto before = static_cast<double>(frame.baseline->now.*then);
    if (!std::isfinite(before)) return {};
    const double change = now.value - before;
    const QChar sign = change < 0 ? u'−' : u'+';
    if (unit == Unit::ratio)
        return QStringLiteral("%1%2 points").arg(sign).arg(std::abs(change) * 100, 0, 'f', 1);
    if (unit == Unit::microseconds) return sign + formatNumber(std::abs(change), unit);
    if (before <= 0) return {};
    const double share = std::abs(change) / before;
    if (qRound(share * 100) == 0) return QStringLiteral("±0 %");
    return share >= 10 ? QStringLiteral("%1 times").arg(now.value / before, 0, 'g', 3)
                       : QStringLiteral("%1%2 %").arg(sign).arg(qRound(share * 100));
}

bool isSelected(const feeds::PopFrame& pop, const feeds::Selection& selection) {
    switch (selection.scope) {
    case feeds::Selection::Scope::world: break;
    case feeds::Selection::Scope::region: return pop.region == selection.code;
    case feeds::Selection::Scope::pop: return pop.code == selection.code;
    }
    return true;
}

void warn(TileContent& t, const Reading& reading, double limit, QColor colour) {
    if (reading.hasValue() && reading.quality != Quality::stale && reading.value >= limit)
        t.valueColour = t.secondaryColour = colour;
}

TileContent saturatedTile(const feeds::Frame& frame) {
    const LevelCount count = countLevels(frame);
    TileContent t = tile(u"Saturated PoPs", frame.summary.saturation, Unit::ratio);
    t.series = frame.series.saturation;
    if (count.measured == 0) return t;
    const bool stale = frame.summary.saturation.quality == Quality::stale; // then so are the PoPs'
    if (!stale) t.badge.clear(), t.valueColour = QColor();
    t.absent = false;
    t.value = QStringLiteral("%1 of %2").arg(count.critical + count.elevated).arg(count.measured);
    t.secondary = QStringLiteral("%1 critical").arg(count.critical);
    t.detail = QStringLiteral("%1 elevated").arg(count.elevated);
    const QString change =
        changeText(frame.summary.saturation, frame, &feeds::RollupPoint::saturation, Unit::ratio);
    if (!change.isEmpty()) t.detail = QStringLiteral("load ") + change;
    if (stale) return t;
    if (count.critical > 0)
        t.secondaryColour = t.valueColour = colours().critical;
    else if (count.elevated > 0)
        t.secondaryColour = t.valueColour = colours().elevated;
    return t;
}

TileContent wafTile(const feeds::Frame& frame) {
    const feeds::Summary& s = frame.summary;
    TileContent t = tile(u"WAF blocked", s.wafBlockedPerSecond, Unit::perSecond);
    t.series = frame.series.wafBlockedPerSecond;
    QString share;
    const Reading& all = s.requestsPerSecond;
    if (s.wafBlockedPerSecond.hasValue() && all.hasValue() && all.value > 0)
        share = QStringLiteral("%1 of requests")
                    .arg(formatNumber(s.wafBlockedPerSecond.value / all.value, Unit::ratio));
    t.secondary =
        changeText(s.wafBlockedPerSecond, frame, &feeds::RollupPoint::wafBlockedPerSecond, Unit::perSecond);
    t.detail = share;
    return t;
}

TileContent listenersTile(const feeds::Frame& frame) {
    const Reading reading = frame.listeners ? Reading{*frame.listeners, Quality::measured} : Reading{};
    TileContent t = tile(u"Listeners", reading, Unit::count);
    if (frame.listeners && frame.listenersRecord)
        t.secondary = (*frame.listeners > *frame.listenersRecord ? QStringLiteral("record, before ")
                                                                 : QStringLiteral("record ")) +
                      formatNumber(*frame.listenersRecord, Unit::count);
    else if (frame.summary.requestsPerSecond.hasValue())
        t.secondary =
            formatNumber(static_cast<double>(frame.sinceStart[feeds::Counter::requests]), Unit::count) +
            QStringLiteral(" requests so far");
    return t;
}

} // namespace

LevelCount countLevels(const feeds::Frame& frame) {
    LevelCount count;
    for (const feeds::PopFrame& pop : frame.pops) {
        const Reading& saturation = pop.summary.saturation;
        if (!saturation.hasValue() || !isSelected(pop, frame.selection)) continue;
        ++count.measured;
        if (saturation.value >= kCriticalFrom)
            ++count.critical;
        else if (saturation.value >= kElevatedFrom)
            ++count.elevated;
    }
    return count;
}

std::vector<TileContent> tileContents(const feeds::Frame& frame) {
    using Point = feeds::RollupPoint;
    const Palette& p = colours();
    const feeds::Summary& s = frame.summary;

    TileContent requests = tile(u"Requests", s.requestsPerSecond, Unit::perSecond);
    requests.series = frame.series.requestsPerSecond;
    requests.secondary = changeText(s.requestsPerSecond, frame, &Point::requestsPerSecond, Unit::perSecond);
    if (!requests.secondary.isEmpty())
        requests.detail = QStringLiteral("vs ") + QString::fromStdString(frame.baseline->name);
    else if (s.requestsPerSecond.hasValue())
        requests.secondary =
            formatNumber(static_cast<double>(frame.sinceStart[feeds::Counter::requests]), Unit::count) +
            QStringLiteral(" since start");

    TileContent egress = tile(u"Egress", s.egressBitsPerSecond, Unit::bitsPerSecond);
    egress.series = frame.series.egressBitsPerSecond;
    QString each;
    if (s.egressBitsPerSecond.hasValue() && s.requestsPerSecond.hasValue() && s.requestsPerSecond.value > 0) {
        each = formatNumber(s.egressBitsPerSecond.value / s.requestsPerSecond.value, Unit::bitsPerSecond);
        each.chop(2); // "/s"
        each += QStringLiteral(" a request");
    }
    egress.secondary =
        changeText(s.egressBitsPerSecond, frame, &Point::egressBitsPerSecond, Unit::bitsPerSecond);
    egress.detail = each;

    TileContent hits = tile(u"Cache hit ratio", s.hitRatio, Unit::ratio);
    hits.series = frame.series.hitRatio;
    const QString errors = s.errorRatio.hasValue()
                               ? QStringLiteral("5xx ") + formatNumber(s.errorRatio.value, Unit::ratio)
                               : QString();
    hits.secondary = changeText(s.hitRatio, frame, &Point::hitRatio, Unit::ratio);
    hits.detail = errors;
    if (s.errorRatio.hasValue() && s.errorRatio.value >= kErrorsWorthColour)
        hits.secondaryColour = p.overload;

    TileContent ttfb = tile(u"TTFB p95, hits", s.ttfbHitP95Us, Unit::microseconds);
    ttfb.series = frame.series.ttfbHitP95Us;
    ttfb.secondary = changeText(s.ttfbHitP95Us, frame, &Point::ttfbHitP95Us, Unit::microseconds);
    ttfb.detail = QStringLiteral("misses ") + formatReading(s.ttfbMissP95Us, Unit::microseconds);

    TileContent metadata = tile(u"Metadata p95", s.metadataP95Us, Unit::microseconds);
    metadata.secondary = changeText(s.metadataP95Us, frame, &Point::metadataP95Us, Unit::microseconds);
    metadata.detail = QStringLiteral("limit ") + formatNumber(kMetadataLimitUs, Unit::microseconds);
    metadata.series = frame.series.metadataP95Us;
    warn(metadata, s.metadataP95Us, kMetadataLimitUs, p.overload);

    TileContent lag = tile(u"Invalidation lag p99", s.lagP99Us, Unit::microseconds);
    lag.secondary = changeText(s.lagP99Us, frame, &Point::lagP99Us, Unit::microseconds);
    lag.detail = s.pendingKeys.hasValue()
                     ? formatNumber(s.pendingKeys.value, Unit::count) + QStringLiteral(" pending")
                     : QStringLiteral("pending ") + formatReading(s.pendingKeys, Unit::count);
    lag.series = frame.series.lagP99Us;
    if (!lag.absent && lag.badge.isEmpty() && feeds::clocksAreOff(s))
        lag.badge = QStringLiteral("clocks off");

    std::vector<TileContent> tiles{requests, egress, saturatedTile(frame), hits, ttfb,
                                   metadata, lag,    wafTile(frame)};
    // A fleet always lacks some nodes, which "≈" says; a badge is worth its ink only when many are missing.
    const double covered =
        s.nodesExpected > 0 ? static_cast<double>(s.nodesHeard) / static_cast<double>(s.nodesExpected) : 1;
    for (TileContent& t : tiles) {
        if (!frame.settled) {
            t.secondary.clear();
            t.detail.clear();
        }
        if (frame.settled && covered < kCoverageWorthBadge && !t.absent && t.badge.isEmpty())
            t.badge = QStringLiteral("%1 heard").arg(formatNumber(covered, Unit::ratio));
    }
    tiles.push_back(listenersTile(frame)); // no node counts them
    if (!frame.settled) tiles.back().secondary.clear();
    return tiles;
}

TileRow::TileRow(QWidget* parent) : QWidget(parent) {
    for (std::size_t i = 0; i < kTiles; ++i)
        m_tiles.push_back(new TileWidget(this));
}

void TileRow::setFrame(const feeds::Frame& frame) {
    const auto contents = tileContents(frame);
    for (std::size_t i = 0; i < m_tiles.size() && i < contents.size(); ++i)
        m_tiles[i]->setContent(contents[i]);
}

void TileRow::setScale(double scale) {
    m_scale = scale;
    for (TileWidget* tile : m_tiles)
        tile->setScale(scale);
}

void TileRow::resizeEvent(QResizeEvent*) {
    const double gap = kGap * m_scale, count = static_cast<double>(m_tiles.size());
    const double wide = (width() - gap * (count - 1)) / count;
    for (std::size_t i = 0; i < m_tiles.size(); ++i) {
        const int left = qRound(static_cast<double>(i) * (wide + gap));
        m_tiles[i]->setGeometry(left, 0, qRound(wide), height());
    }
}

} // namespace surgescope::widgets
