// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/exponential_histogram.h"

#include "widgets/base/format.h"

#include "tests/support/catch.h"

#include <limits>

using namespace surgescope::widgets;
using surgescope::feeds::Quality;
using surgescope::feeds::Reading;

namespace {

std::string number(double value, Unit unit) {
    return formatNumber(value, unit).toStdString();
}

} // namespace

TEST_CASE("numbers have three digits, a prefix and a unit") {
    CHECK(number(41.8e6, Unit::perSecond) == "41.8 M/s");
    CHECK(number(312e3, Unit::perSecond) == "312 k/s");
    CHECK(number(12, Unit::perSecond) == "12 /s");
    CHECK(number(0, Unit::perSecond) == "0 /s");
    CHECK(number(0.25, Unit::perSecond) == "0.25 /s");
    CHECK(number(38.2e12, Unit::bitsPerSecond) == "38.2 Tb/s");
    CHECK(number(4.2e6, Unit::bytesPerSecond) == "4.20 MB/s");
    CHECK(number(2.1e6, Unit::count) == "2.10 M");
    CHECK(number(7, Unit::count) == "7");
    CHECK(number(0.914, Unit::ratio) == "91.4 %");
    CHECK(number(1.043, Unit::ratio) == "104 %");
    CHECK(number(0, Unit::ratio) == "0 %");
}

TEST_CASE("rounding carries into the next prefix") {
    CHECK(number(999.4, Unit::perSecond) == "999 /s");
    CHECK(number(999.7, Unit::perSecond) == "1.00 k/s");
    CHECK(number(999'600, Unit::count) == "1.00 M");
    CHECK(number(99'960, Unit::count) == "100 k");
}

TEST_CASE("durations read as people say them") {
    CHECK(number(400, Unit::microseconds) == "400 µs");
    CHECK(number(9'000, Unit::microseconds) == "9.0 ms");
    CHECK(number(262'000, Unit::microseconds) == "262 ms");
    CHECK(number(999'700, Unit::microseconds) == "1.0 s");
    CHECK(number(4.8e6, Unit::microseconds) == "4.8 s");
    CHECK(number(120e6, Unit::microseconds) == "120 s");
    CHECK(number(1800e6, Unit::microseconds) == "30 min");
    CHECK(number(3 * 3600e6, Unit::microseconds) == "3 h");
    CHECK(number(4 * 86'400e6, Unit::microseconds) == "4 d");
    // More than the histogram can tell apart.
    surgescope::feeds::ExponentialHistogram histogram;
    histogram.record(std::uint64_t{1} << 60U);
    CHECK(number(*histogram.quantile(0.99), Unit::microseconds) == "≥ 11 d");
}

TEST_CASE("each quality of a reading reads differently, and absence never as a number") {
    const auto text = [](Quality quality) {
        return formatReading({41.8e6, quality}, Unit::perSecond).toStdString();
    };
    CHECK(text(Quality::measured) == "41.8 M/s");
    CHECK(text(Quality::partial) == "≈ 41.8 M/s");
    CHECK(text(Quality::stale) == "41.8 M/s, stale");
    CHECK(text(Quality::notMeasured) == "not measured");
    CHECK(text(Quality::noData) == "no data");
    CHECK(formatReading(Reading{}, Unit::ratio).toStdString() == "no data");
    CHECK(formatReadingShort(Reading{}, Unit::ratio).toStdString() == "–");
    CHECK(formatReadingShort({0.5, Quality::notMeasured}, Unit::ratio).toStdString() == "n/m");
    CHECK(formatReadingShort({0.5, Quality::partial}, Unit::ratio).toStdString() == "≈50.0 %");
    CHECK(number(std::numeric_limits<double>::quiet_NaN(), Unit::ratio) == "no data");
}

TEST_CASE("counts, ages, clocks and ticks") {
    CHECK(formatCount(998112).toStdString() == "998,112");
    CHECK(formatAge(0.44).toStdString() == "0.4 s");
    CHECK(formatAge(75).toStdString() == "75 s");
    CHECK(formatAge(600).toStdString() == "10 min");
    CHECK(formatClock(754).toStdString() == "00:12:34");
    CHECK(formatClock(100 * 3600 + 61).toStdString() == "100:01:01");
    CHECK(tickText(20e6, Unit::perSecond).toStdString() == "20 M");
    CHECK(tickText(1.5e12, Unit::bitsPerSecond).toStdString() == "1.5 T");
    CHECK(tickText(250e3, Unit::microseconds).toStdString() == "250 ms");
}

TEST_CASE("spans, time since release and bytes") {
    CHECK(formatSpan(42) == QStringLiteral("42 s"));
    CHECK(formatSpan(119) == QStringLiteral("119 s"));
    CHECK(formatSpan(200) == QStringLiteral("3 min 20 s"));
    CHECK(formatSpan(3900) == QStringLiteral("1 h 05 min"));
    CHECK(formatSinceRelease(754) == QStringLiteral("T+00:12:34"));
    CHECK(formatSinceRelease(-300) == QStringLiteral("T−00:05:00"));
    CHECK(formatBytes(0) == QStringLiteral("0 B"));
    CHECK(formatBytes(999) == QStringLiteral("999 B"));
    CHECK(formatBytes(1000) == QStringLiteral("1.0 kB"));
    CHECK(formatBytes(300'000'000) == QStringLiteral("300 MB"));
    CHECK(formatBytes(999'600'000) == QStringLiteral("1.0 GB"));
    CHECK(formatBytes(1'213'000'000) == QStringLiteral("1.2 GB"));
    CHECK(formatBytes(std::numeric_limits<std::uint64_t>::max()) == QStringLiteral("18 EB"));
}
