// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_scale.h"

#include "widgets/base/time_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace surgescope::widgets {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array kSpeeds{
    0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, std::numeric_limits<double>::infinity()};

constexpr std::int64_t kDay = 86'400;

/// Of the same steps both clocks make round numbers.
std::int64_t tickStep(double leastSeconds) {
    for (const std::int64_t step :
         {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1'800, 3'600, 7'200, 10'800, 21'600, 43'200})
        if (static_cast<double>(step) >= leastSeconds) return step;
    return kDay * static_cast<std::int64_t>(std::max(1.0, std::ceil(leastSeconds / kDay)));
}

QString sinceReleaseText(std::int64_t since, std::int64_t step) {
    if (since == 0) return QStringLiteral("T−0");
    return (since > 0 ? QStringLiteral("T+") : QStringLiteral("T−")) + spanText(std::abs(since), step);
}

QString utcTickText(std::int64_t unixTime) {
    const QString text = QString::fromStdString(feeds::utcText(feeds::feedSecond(unixTime)));
    if (unixTime % kDay == 0) return text.left(10);
    return unixTime % 60 == 0 ? text.mid(11, 5) : text.mid(11);
}

} // namespace

TimelineScale::TimelineScale(TimelineRange shown, double left, double right)
    : m_shown{shown.from, std::max(shown.from, shown.to)}, m_left(left), m_right(std::max(left, right)) {}

double TimelineScale::xOf(TimelineTime at) const {
    return std::clamp(unboundedXOf(at), m_left, m_right);
}

double TimelineScale::unboundedXOf(TimelineTime at) const {
    const double whole = static_cast<double>((m_shown.to - m_shown.from).count());
    if (whole <= 0) return m_right;
    return m_left + static_cast<double>((at - m_shown.from).count()) / whole * (m_right - m_left);
}

TimelineTime TimelineScale::timeAt(double x) const {
    if (m_right <= m_left) return m_shown.to;
    const double share = std::clamp((x - m_left) / (m_right - m_left), 0.0, 1.0);
    const double whole = static_cast<double>((m_shown.to - m_shown.from).count());
    return m_shown.from + milliseconds(std::llround(share * whole));
}

double TimelineScale::pixelsPerSecond() const {
    const double whole = static_cast<double>((m_shown.to - m_shown.from).count()) / 1000;
    return whole > 0 ? (m_right - m_left) / whole : 0;
}

std::vector<TimelineTick> timelineTicks(const TimelineScale& scale, std::optional<feeds::FeedSecond> release,
                                        double room) {
    const double pixels = scale.pixelsPerSecond();
    if (!(pixels > 0) || !(room > 0)) return {};
    const std::int64_t step = tickStep(room / pixels);
    const feeds::FeedSecond origin = release.value_or(feeds::FeedSecond{});
    const std::int64_t from = std::chrono::ceil<seconds>(scale.shown().from - TimelineTime(origin)).count();
    const std::int64_t to = std::chrono::floor<seconds>(scale.shown().to - TimelineTime(origin)).count();
    std::vector<TimelineTick> ticks;
    // Division rounds to zero, which is up for what is negative.
    for (std::int64_t at = (from > 0 ? (from + step - 1) / step : from / step) * step; at <= to; at += step)
        ticks.push_back({origin + seconds(at), release ? sinceReleaseText(at, step) : utcTickText(at)});
    return ticks;
}

std::optional<TimelineRange> seekableRange(const feeds::Timeline& timeline) {
    if (timeline.empty) return std::nullopt;
    if (timeline.mode != feeds::Timeline::Mode::replay) return timeline.buffered;
    return TimelineRange{timeline.begin, timeline.end};
}

bool contains(const TimelineRange& range, TimelineTime at) {
    return range.from <= at && at <= range.to;
}

bool overlap(const TimelineRange& a, const TimelineRange& b) {
    return a.from < b.to && b.from < a.to;
}

std::span<const double> timelineSpeeds() {
    return kSpeeds;
}

double nextSpeed(double speed, bool faster) {
    if (faster) {
        const auto next = std::ranges::upper_bound(kSpeeds, speed);
        return next == kSpeeds.end() ? kSpeeds.back() : *next;
    }
    const auto next = std::ranges::lower_bound(kSpeeds, speed);
    return next == kSpeeds.begin() ? kSpeeds.front() : *(next - 1);
}

double overviewAt(const feeds::Timeline& timeline, TimelineTime at) {
    const milliseconds step = timeline.overviewStep;
    if (step.count() <= 0 || at < timeline.begin) return std::numeric_limits<double>::quiet_NaN();
    // A point tells of the time up to its end, so its end belongs to it.
    const std::int64_t before = (at - timeline.begin).count();
    const auto point = static_cast<std::size_t>(before == 0 ? 0 : (before - 1) / step.count());
    if (point >= timeline.overview.size()) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(timeline.overview[point]);
}

ReducedOverview reduceOverview(const feeds::Timeline& timeline, int most, const TimelineRange& shown) {
    const std::vector<float>& all = timeline.overview;
    const milliseconds step = timeline.overviewStep;
    if (step.count() <= 0) return {};
    const auto pointAt = [&](milliseconds since) {
        return static_cast<std::size_t>(
            std::clamp<std::int64_t>(since / step, 0, static_cast<std::int64_t>(all.size())));
    };
    const std::size_t end = pointAt(shown.to - timeline.begin + step - milliseconds(1));
    std::size_t begin = std::min(end, pointAt(shown.from - timeline.begin));
    const auto room = static_cast<std::size_t>(std::max(1, most));
    const std::size_t each = std::max<std::size_t>(1, (end - begin + room - 1) / room);
    begin -= begin % each; // the same seconds stay together while the view moves over them
    ReducedOverview reduced{timeline.begin + timeline.overviewStep * static_cast<std::int64_t>(begin),
                            timeline.overviewStep * static_cast<std::int64_t>(each),
                            {}};
    reduced.values.reserve((end - begin) / each + 1);
    for (std::size_t first = begin; first < end; first += each) {
        float largest = all[first];
        for (std::size_t i = first; i < std::min(first + each, all.size()); ++i)
            largest = std::isnan(all[i]) || std::isnan(largest) ? std::numeric_limits<float>::quiet_NaN()
                                                                : std::max(largest, all[i]);
        reduced.values.push_back(largest);
    }
    return reduced;
}

} // namespace surgescope::widgets
