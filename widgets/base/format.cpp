// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/format.h"

#include "feeds/model/exponential_histogram.h"

#include <QLocale>

#include <array>
#include <cmath>
#include <cstdlib>

namespace surgescope::widgets {

namespace {

using feeds::Quality;
using feeds::Reading;

QString fixed(double value, int decimals) {
    return QString::number(value, 'f', decimals);
}

/// Rounded first, so that 999.7 becomes 1000 and takes the next prefix instead of reading "1000".
double threeDigits(double value) {
    if (value == 0) return 0;
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
    return std::round(value / unit) * unit;
}

/// "41.8 M" (with the blank) or "312 ": ready for a unit.
QString withPrefix(double value, bool whole) {
    static constexpr std::array<const char16_t*, 7> kPrefixes{u"", u"k", u"M", u"G", u"T", u"P", u"E"};
    double rounded = threeDigits(value);
    std::size_t prefix = 0;
    while (std::abs(rounded) >= 1000 && prefix + 1 < kPrefixes.size()) {
        rounded /= 1000;
        ++prefix;
    }
    const double size = std::abs(rounded);
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
    if (prefix == 0 && (whole || rounded == std::floor(rounded))) decimals = 0;
    return fixed(rounded, decimals) + u' ' + QString::fromUtf16(kPrefixes[prefix]);
}

QString duration(double us) {
    const double size = std::abs(us);
    if (size < 999.5) return fixed(us, 0) + QStringLiteral(" µs");
    if (size < 9950) return fixed(us / 1e3, 1) + QStringLiteral(" ms");
    if (size < 999.5e3) return fixed(us / 1e3, 0) + QStringLiteral(" ms");
    if (size < 99.95e6) return fixed(us / 1e6, 1) + QStringLiteral(" s");
    if (size < 599.5e6) return fixed(us / 1e6, 0) + QStringLiteral(" s");
    if (size < 7170e6) return fixed(us / 60e6, 0) + QStringLiteral(" min");
    if (size < 172'800e6) return fixed(us / 3600e6, 0) + QStringLiteral(" h");
    // The last bucket of a histogram holds everything beyond where it begins.
    static const double last =
        feeds::ExponentialHistogram::lowerBound(feeds::ExponentialHistogram::kMaxIndex);
    if (us > last) return QStringLiteral("≥ ") + fixed(std::floor(last / 86'400e6), 0) + QStringLiteral(" d");
    return fixed(us / 86'400e6, 0) + QStringLiteral(" d");
}

QString noData() {
    return QStringLiteral("no data");
}

} // namespace

QString formatNumber(double value, Unit unit) {
    if (!std::isfinite(value)) return noData();
    switch (unit) {
    case Unit::perSecond: return withPrefix(value, false) + QStringLiteral("/s");
    case Unit::bitsPerSecond: return withPrefix(value, false) + QStringLiteral("b/s");
    case Unit::bytesPerSecond: return withPrefix(value, false) + QStringLiteral("B/s");
    case Unit::microseconds: return duration(value);
    case Unit::ratio: {
        const double percent = value * 100;
        return fixed(percent, std::abs(percent) < 99.95 && percent != 0 ? 1 : 0) + QStringLiteral(" %");
    }
    case Unit::nodes:
    case Unit::keys:
    case Unit::count: return withPrefix(value, true).trimmed();
    }
    return {};
}

QString tickText(double value, Unit unit) {
    if (unit == Unit::ratio) return QString::number(value * 100, 'g', 3) + QStringLiteral(" %");
    if (unit == Unit::microseconds) {
        if (value >= 1e6) return QString::number(value / 1e6, 'g', 3) + QStringLiteral(" s");
        if (value >= 1e3) return QString::number(value / 1e3, 'g', 3) + QStringLiteral(" ms");
        return QString::number(value, 'g', 3) + QStringLiteral(" µs");
    }
    static constexpr std::array<const char16_t*, 7> kPrefixes{u"", u" k", u" M", u" G", u" T", u" P", u" E"};
    double rest = threeDigits(value);
    std::size_t prefix = 0;
    for (; std::abs(rest) >= 1000 && prefix + 1 < kPrefixes.size(); ++prefix)
        rest /= 1000;
    return QString::number(rest, 'g', 3) + QString::fromUtf16(kPrefixes[prefix]);
}

QString formatCount(std::uint64_t count) {
    return QLocale(QLocale::English, QLocale::UnitedStates).toString(static_cast<qulonglong>(count));
}

QString formatAge(double seconds) {
    if (!std::isfinite(seconds)) return noData();
    if (seconds < 9.95) return fixed(seconds, 1) + QStringLiteral(" s");
    if (seconds < 119.5) return fixed(seconds, 0) + QStringLiteral(" s");
    if (seconds < 7170) return fixed(seconds / 60, 0) + QStringLiteral(" min");
    if (seconds < 172'800) return fixed(seconds / 3600, 0) + QStringLiteral(" h");
    return fixed(seconds / 86'400, 0) + QStringLiteral(" d");
}

QString formatSpan(std::int64_t seconds) {
    const auto two = [](std::int64_t n) { return QString::number(n).rightJustified(2, u'0'); };
    if (seconds < 120) return QStringLiteral("%1 s").arg(seconds);
    if (seconds < 3600) return QStringLiteral("%1 min %2 s").arg(seconds / 60).arg(two(seconds % 60));
    return QStringLiteral("%1 h %2 min").arg(seconds / 3600).arg(two(seconds / 60 % 60));
}

QString formatClock(std::int64_t seconds) {
    const auto two = [](std::int64_t n) { return QString::number(n).rightJustified(2, u'0'); };
    return two(seconds / 3600) + u':' + two(seconds / 60 % 60) + u':' + two(seconds % 60);
}

QString formatSinceRelease(std::int64_t seconds) {
    return (seconds < 0 ? QStringLiteral("T−") : QStringLiteral("T+")) + formatClock(std::abs(seconds));
}

QString formatBytes(std::uint64_t bytes) {
    static constexpr std::array<const char16_t*, 7> kUnits{u" B",  u" kB", u" MB", u" GB",
                                                           u" TB", u" PB", u" EB"};
    auto rest = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; rest >= 999.5; ++unit)
        rest /= 1000;
    return fixed(rest, unit > 0 && rest < 9.95 ? 1 : 0) + QString::fromUtf16(kUnits[unit]);
}

QString formatReading(const Reading& reading, Unit unit) {
    switch (reading.quality) {
    case Quality::measured: return formatNumber(reading.value, unit);
    case Quality::partial: return QStringLiteral("≈ ") + formatNumber(reading.value, unit);
    case Quality::stale: return formatNumber(reading.value, unit) + QStringLiteral(", stale");
    case Quality::notMeasured: return QStringLiteral("not measured");
    case Quality::noData: break;
    }
    return noData();
}

QString formatReadingShort(const Reading& reading, Unit unit) {
    switch (reading.quality) {
    case Quality::measured:
    case Quality::stale: return formatNumber(reading.value, unit);
    case Quality::partial: return u'≈' + formatNumber(reading.value, unit);
    case Quality::notMeasured: return QStringLiteral("n/m");
    case Quality::noData: break;
    }
    return QStringLiteral("–");
}

QString formatMeasure(const feeds::Summary& summary, Measure measure) {
    return formatReading(summary[measure], feeds::infoOf(measure).unit);
}

QString formatMeasureShort(const feeds::Summary& summary, Measure measure) {
    return formatReadingShort(summary[measure], feeds::infoOf(measure).unit);
}

} // namespace surgescope::widgets
