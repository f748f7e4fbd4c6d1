// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tiles/tile_row.h"

#include "widgets/base/format.h"
#include "widgets/base/level_count.h"
#include "widgets/base/palette.h"

#include <cmath>

namespace surgescope::widgets {

namespace {

using feeds::Quality;
using feeds::Reading;

constexpr std::size_t kTiles = 6;
constexpr double kGap = 12;
constexpr double kErrorsWorthColour = 0.01;
constexpr double kErrorsWorthTelling = 200; // requests/s: of fewer a share means little
// A histogram's buckets are 9 % wide: two of them apart is no difference.
constexpr double kSameQuantile = 0.19;

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

TileContent saturatedTile(const feeds::Frame& frame) {
    const LevelCount count = countLevels(frame, frame.selection);
    TileContent t = tile(u"PoPs at 90 % and more", frame, Measure::nodes_above_critical);
    t.series = frame.series[Measure::nodes_above_critical];
    if (count.measured == 0) return t;
    t.absent = false;
    t.value = QStringLiteral("%1 of %2").arg(count.critical).arg(count.measured);
    t.valueColour = isOld(frame) ? colours().faint : QColor();
    t.secondary = QStringLiteral("%1 over 100 %").arg(count.overload);
    if (count.silent > 0) t.secondary += QStringLiteral(" · %1 more not heard").arg(count.silent);
    if (count.critical > 0 && !isOld(frame))
        t.valueColour = levelColour(count.overload > 0 ? Level::overload : Level::critical);
    return t;
}

TileContent hitsTile(const feeds::Frame& frame) {
    const feeds::Summary& s = frame.summary;
    TileContent t = tile(u"Hit ratio · 5xx", frame, Measure::hit_ratio);
    const Reading &errors = s[Measure::error_ratio], &requests = s[Measure::requests_per_second];
    if (errors.hasValue()) t.secondary = QStringLiteral("5xx ") + formatNumber(errors.value, Unit::ratio);
    const bool many = requests.hasValue() && requests.value >= kErrorsWorthTelling;
    if (errors.hasValue() && many && errors.value >= kErrorsWorthColour && !isOld(frame))
        t.secondaryColour = colours().overload;
    t.detail = changeText(frame, Measure::hit_ratio);
    return t;
}

TileContent lagTile(const feeds::Frame& frame) {
    const feeds::Summary& s = frame.summary;
    TileContent t = tile(u"Invalidation lag p99", frame, Measure::invalidation_lag_p99_us);
    const Reading& pending = s[Measure::invalidations_pending];
    t.secondary = pending.hasValue()
                      ? formatNumber(pending.value, Unit::count) + QStringLiteral(" pending")
                      : QStringLiteral("pending ") + formatMeasure(s, Measure::invalidations_pending);
    t.detail = changeText(frame, Measure::invalidation_lag_p99_us);
    if (!t.absent && t.badge.isEmpty() && feeds::clocksAreOff(s)) t.badge = QStringLiteral("clocks off");
    return t;
}

TileContent listenersTile(const feeds::Frame& frame) {
    Reading reading = frame.world[Measure::listeners];
    if (reading.hasValue() && isOld(frame)) reading.quality = Quality::stale;
    TileContent t = tile(u"Listeners", reading, Unit::count);
    if (reading.hasValue() && frame.listenersRecord)
        t.secondary = (reading.value > *frame.listenersRecord ? QStringLiteral("record, before ")
                                                                 : QStringLiteral("record ")) +
                      formatNumber(*frame.listenersRecord, Unit::count);
    return t;
}

} // namespace

QString changeText(const feeds::Frame& frame, Measure measure) {
    const Reading& now = frame.summary[measure];
    const Unit unit = feeds::infoOf(measure).unit;
    if (!frame.baseline || !now.hasValue()) return {};
    const QString of = QString::fromStdString(frame.baseline->name);
    if (frame.baseline->isOfAnotherEdge && unit != Unit::ratio && unit != Unit::microseconds)
        return of + QStringLiteral(" is of another edge");
    const auto before = static_cast<double>(frame.baseline->now[measure]);
    if (!std::isfinite(before)) return {};
    const double change = now.value - before;
    const auto by = [&](const QString& size) {
        return (change < 0 ? QChar(u'−') : QChar(u'+')) + size + QStringLiteral(" vs ") + of;
    };
    if (unit == Unit::ratio) {
        const QString points = QString::number(std::abs(change) * 100, 'f', 1);
        return points == QStringLiteral("0.0") ? QStringLiteral("as ") + of
                                               : by(points + QStringLiteral(" points"));
    }
    if (unit == Unit::microseconds)
        return std::abs(change) <= kSameQuantile * before ? QStringLiteral("as ") + of
                                                          : by(formatNumber(std::abs(change), unit));
    if (before <= 0) return {};
    const double share = std::abs(change) / before;
    if (qRound(share * 100) == 0) return QStringLiteral("as ") + of;
    return share >= 10 ? QStringLiteral("%1 times %2").arg(formatNumber(now.value / before, Unit::count), of)
                       : by(QStringLiteral("%1 %").arg(qRound(share * 100)));
}

std::vector<TileContent> tileContents(const feeds::Frame& frame, const QString& place) {
    const feeds::Summary& s = frame.summary;
    TileContent requests = tile(u"API requests", frame, Measure::api_requests_per_second);
    requests.secondary = changeText(frame, Measure::api_requests_per_second);
    if (requests.secondary.isEmpty() && s[Measure::requests_per_second].hasValue())
        requests.secondary =
            QStringLiteral("of %1 requests").arg(formatMeasure(s, Measure::requests_per_second));
    TileContent egress = tile(u"Egress", frame, Measure::egress_bits_per_second);
    egress.secondary = changeText(frame, Measure::egress_bits_per_second);

    std::vector<TileContent> tiles{requests,        egress,         saturatedTile(frame),
                                   hitsTile(frame), lagTile(frame), listenersTile(frame)};
    if (!place.isEmpty()) {
        for (TileContent& t : tiles)
            t.title += QStringLiteral(", ") + (&t == &tiles.back() ? QStringLiteral("world") : place);
    }
    for (TileContent& t : tiles) {
        if (!frame.settled) {
            t.secondary.clear();
            t.detail.clear();
        } else if (isOld(frame) && !t.absent)
            t.badge = formatAge(frame.health.newestAgeSeconds.value_or(0)) + QStringLiteral(" old");
    }
    return tiles;
}

TileRow::TileRow(QWidget* parent) : QWidget(parent) {
    setAccessibleName(QStringLiteral("Headline numbers"));
    for (std::size_t i = 0; i < kTiles; ++i)
        m_tiles.push_back(new TileWidget(this));
}

void TileRow::setFrame(const feeds::Frame& frame, const QString& place) {
    const auto contents = tileContents(frame, place);
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
