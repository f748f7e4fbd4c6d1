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

TileContent tile(const char16_t* title, const feeds::Frame& frame, Measure measure) {
    TileContent t = tile(title, frame.summary[measure], feeds::infoOf(measure).unit);
    t.series = frame.series[measure];
    return t;
}

/// What is different from the baseline at the same time since release. Empty where either is unknown.
QString changeText(const feeds::Frame& frame, Measure measure) {
    const Reading& now = frame.summary[measure];
    const Unit unit = feeds::infoOf(measure).unit;
    if (!frame.baseline || !now.hasValue()) return {};
    const auto before = static_cast<double>(frame.baseline->now[measure]);
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
    TileContent t = tile(u"Saturated PoPs", frame, Measure::saturation);
    if (count.measured == 0) return t;
    const bool stale = frame.summary[Measure::saturation].quality == Quality::stale; // then so are the PoPs'
    if (!stale) t.badge.clear(), t.valueColour = QColor();
    t.absent = false;
    t.value = QStringLiteral("%1 of %2").arg(count.critical + count.elevated).arg(count.measured);
    t.secondary = QStringLiteral("%1 critical").arg(count.critical);
    t.detail = QStringLiteral("%1 elevated").arg(count.elevated);
    const QString change = changeText(frame, Measure::saturation);
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
    TileContent t = tile(u"WAF blocked", frame, Measure::waf_blocked_per_second);
    QString share;
    const Reading& all = s[Measure::requests_per_second];
    if (s[Measure::waf_blocked_per_second].hasValue() && all.hasValue() && all.value > 0)
        share = QStringLiteral("%1 of requests")
                    .arg(formatNumber(s[Measure::waf_blocked_per_second].value / all.value, Unit::ratio));
    t.secondary = changeText(frame, Measure::waf_blocked_per_second);
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
    else if (frame.summary[Measure::requests_per_second].hasValue())
        t.secondary =
            formatNumber(static_cast<double>(frame.sinceStart[feeds::Counter::requests]), Unit::count) +
            QStringLiteral(" requests so far");
    return t;
}

} // namespace

LevelCount countLevels(const feeds::Frame& frame) {
    LevelCount count;
    for (const feeds::PopFrame& pop : frame.pops) {
        const Reading& saturation = pop.summary[Measure::saturation];
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
    const Palette& p = colours();
    const feeds::Summary& s = frame.summary;

    TileContent requests = tile(u"Requests", frame, Measure::requests_per_second);
    requests.secondary = changeText(frame, Measure::requests_per_second);
    if (!requests.secondary.isEmpty())
        requests.detail = QStringLiteral("vs ") + QString::fromStdString(frame.baseline->name);
    else if (s[Measure::requests_per_second].hasValue())
        requests.secondary =
            formatNumber(static_cast<double>(frame.sinceStart[feeds::Counter::requests]), Unit::count) +
            QStringLiteral(" since start");

    TileContent egress = tile(u"Egress", frame, Measure::egress_bits_per_second);
    QString each;
    if (s[Measure::egress_bits_per_second].hasValue() && s[Measure::requests_per_second].hasValue() &&
        s[Measure::requests_per_second].value > 0) {
        each = formatNumber(s[Measure::egress_bits_per_second].value / s[Measure::requests_per_second].value,
                            Unit::bitsPerSecond);
        each.chop(2); // "/s"
        each += QStringLiteral(" a request");
    }
    egress.secondary = changeText(frame, Measure::egress_bits_per_second);
    egress.detail = each;

    TileContent hits = tile(u"Cache hit ratio", frame, Measure::hit_ratio);
    const QString errors =
        s[Measure::error_ratio].hasValue()
            ? QStringLiteral("5xx ") + formatNumber(s[Measure::error_ratio].value, Unit::ratio)
            : QString();
    hits.secondary = changeText(frame, Measure::hit_ratio);
    hits.detail = errors;
    if (s[Measure::error_ratio].hasValue() && s[Measure::error_ratio].value >= kErrorsWorthColour)
        hits.secondaryColour = p.overload;

    TileContent ttfb = tile(u"TTFB p95, hits", frame, Measure::ttfb_hit_p95_us);
    ttfb.secondary = changeText(frame, Measure::ttfb_hit_p95_us);
    ttfb.detail = QStringLiteral("misses ") + formatMeasure(s, Measure::ttfb_miss_p95_us);

    TileContent metadata = tile(u"Metadata p95", frame, Measure::metadata_p95_us);
    metadata.secondary = changeText(frame, Measure::metadata_p95_us);
    metadata.detail = QStringLiteral("limit ") + formatNumber(feeds::kMetadataLimitUs, Unit::microseconds);
    warn(metadata, s[Measure::metadata_p95_us], feeds::kMetadataLimitUs, p.overload);

    TileContent lag = tile(u"Invalidation lag p99", frame, Measure::invalidation_lag_p99_us);
    lag.secondary = changeText(frame, Measure::invalidation_lag_p99_us);
    lag.detail =
        s[Measure::invalidations_pending].hasValue()
            ? formatNumber(s[Measure::invalidations_pending].value, Unit::count) + QStringLiteral(" pending")
            : QStringLiteral("pending ") + formatMeasure(s, Measure::invalidations_pending);
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
