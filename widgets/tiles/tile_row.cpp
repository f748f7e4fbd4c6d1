// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/tile_row.h"

#include "widgets/base/format.h"
#include "widgets/base/palette.h"

#include <cmath>

namespace surgescope::widgets {

namespace {

using feeds::Quality;
using feeds::Reading;

constexpr std::size_t kTiles = 8;
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

std::vector<float> sumOfRegions(const feeds::Frame& frame) {
    std::vector<float> sum(static_cast<std::size_t>(std::max(0, frame.chartAxis.columns)), std::nanf(""));
    for (const feeds::RegionSeries& region : frame.regions) {
        for (std::size_t i = 0; i < sum.size() && i < region.egressBitsPerSecond.size(); ++i) {
            const float value = region.egressBitsPerSecond[i];
            if (!std::isfinite(value)) continue;
            sum[i] = std::isfinite(sum[i]) ? sum[i] + value : value;
        }
    }
    return sum;
}

void warn(TileContent& t, const Reading& reading, double limit, QColor colour) {
    if (reading.hasValue() && reading.quality != Quality::stale && reading.value >= limit)
        t.valueColour = t.secondaryColour = colour;
}

TileContent saturatedTile(const feeds::Frame& frame) {
    const LevelCount count = countLevels(frame.pops);
    TileContent t = tile(u"Saturated PoPs", frame.world.saturation, Unit::ratio);
    if (count.measured == 0) return t;
    t.badge.clear();
    t.valueColour = {};
    t.absent = false;
    t.value = QStringLiteral("%1 of %2").arg(count.critical + count.elevated).arg(count.measured);
    t.secondary = QStringLiteral("%1 critical, %2 elevated").arg(count.critical).arg(count.elevated);
    if (count.critical > 0)
        t.secondaryColour = t.valueColour = colours().critical;
    else if (count.elevated > 0)
        t.secondaryColour = t.valueColour = colours().elevated;
    t.series = frame.worldSeries.saturation;
    return t;
}

TileContent wafTile(const feeds::Summary& world) {
    TileContent t = tile(u"WAF blocked", world.wafBlockedPerSecond, Unit::perSecond);
    const Reading& all = world.requestsPerSecond;
    if (world.wafBlockedPerSecond.hasValue() && all.hasValue() && all.value > 0)
        t.secondary = QStringLiteral("%1 of requests")
                          .arg(formatNumber(world.wafBlockedPerSecond.value / all.value, Unit::ratio));
    return t;
}

} // namespace

LevelCount countLevels(const std::vector<feeds::PopFrame>& pops) {
    LevelCount count;
    for (const feeds::PopFrame& pop : pops) {
        const Reading& saturation = pop.summary.saturation;
        if (!saturation.hasValue()) continue;
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
    const feeds::Summary& w = frame.world;

    TileContent requests = tile(u"Requests", w.requestsPerSecond, Unit::perSecond);
    requests.series = frame.worldSeries.requestsPerSecond;
    if (frame.listeners)
        requests.secondary = formatNumber(*frame.listeners, Unit::count) + QStringLiteral(" listeners");
    else if (w.requestsPerSecond.hasValue())
        requests.secondary =
            formatNumber(static_cast<double>(frame.sinceStart[feeds::Counter::requests]), Unit::count) +
            QStringLiteral(" since start");

    TileContent egress = tile(u"Egress", w.egressBitsPerSecond, Unit::bitsPerSecond);
    egress.series = sumOfRegions(frame);
    if (w.egressBitsPerSecond.hasValue() && w.requestsPerSecond.hasValue() && w.requestsPerSecond.value > 0) {
        QString each =
            formatNumber(w.egressBitsPerSecond.value / w.requestsPerSecond.value, Unit::bitsPerSecond);
        each.chop(2); // "/s"
        egress.secondary = each + QStringLiteral(" per request");
    }

    TileContent hits = tile(u"Cache hit ratio", w.hitRatio, Unit::ratio);
    if (w.errorRatio.hasValue()) {
        hits.secondary = QStringLiteral("5xx ") + formatNumber(w.errorRatio.value, Unit::ratio);
        if (w.errorRatio.value >= kErrorsWorthColour) hits.secondaryColour = p.overload;
    }

    TileContent ttfb = tile(u"TTFB p95, hits", w.ttfbHitP95Us, Unit::microseconds);
    ttfb.secondary = QStringLiteral("misses ") + formatReading(w.ttfbMissP95Us, Unit::microseconds);

    TileContent metadata = tile(u"Metadata p95", w.metadataP95Us, Unit::microseconds);
    metadata.secondary = QStringLiteral("limit ") + formatNumber(kMetadataLimitUs, Unit::microseconds);
    metadata.series = frame.worldSeries.metadataP95Us;
    warn(metadata, w.metadataP95Us, kMetadataLimitUs, p.overload);

    TileContent lag = tile(u"Invalidation lag p99", w.lagP99Us, Unit::microseconds);
    lag.secondary = w.pendingKeys.hasValue()
                        ? formatNumber(w.pendingKeys.value, Unit::count) + QStringLiteral(" keys pending")
                        : QStringLiteral("pending keys ") + formatReading(w.pendingKeys, Unit::count);
    lag.series = frame.worldSeries.lagP99Us;

    std::vector<TileContent> tiles{requests, egress,    saturatedTile(frame), hits, ttfb, metadata,
                                   lag,      wafTile(w)};
    // A fleet always lacks some nodes, which "≈" says; a badge is worth its ink only when many are missing.
    const double covered =
        w.nodesExpected > 0 ? static_cast<double>(w.nodesHeard) / static_cast<double>(w.nodesExpected) : 1;
    for (TileContent& t : tiles) {
        if (!frame.settled)
            t.secondary.clear();
        else if (covered < kCoverageWorthBadge && !t.absent && t.badge.isEmpty())
            t.badge = QStringLiteral("%1 heard").arg(formatNumber(covered, Unit::ratio));
    }
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
