// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/live_history.h"

#include <algorithm>
#include <limits>

namespace surgescope::feeds {
namespace {
/// The settled second moves each second; when it then moves by many after so long, nothing came between.
constexpr double kSilenceSeconds = 2.5;
constexpr std::chrono::seconds kReach{3'600};
constexpr std::chrono::seconds kBeforeRelease{900};
} // namespace

void LiveHistory::add(const Frame& frame, SteadyTime now) {
    m_events = frame.events;
    m_releaseAt = frame.releaseAt;
    if (!frame.settled) return;
    if (frame.epoch != m_epoch) { // another time: what was before is not before this
        m_points.clear();
        m_earlier.clear();
        m_step = std::chrono::seconds(1);
        m_epoch = frame.epoch;
    }
    const auto settled = *frame.settled;
    const double requests = frame.world[Measure::requests_per_second].hasValue()
                                ? frame.world[Measure::requests_per_second].value
                                : std::numeric_limits<double>::quiet_NaN();
    if (m_points.empty()) {
        m_begin = m_heardFrom = settled - std::chrono::seconds(1);
        addSecond(settled, requests);
        if (frame.selection.isWorld() && frame.chartAxis.columns > 0) // a past was brought back
            fillFrom(frame.chartAxis.endOf(0) - frame.chartAxis.step, frame.chartAxis.step,
                     frame.series[Measure::requests_per_second]);
    } else if (settled > m_end) {
        // In fast motion a frame stands for several seconds; after a silence it does not.
        const bool silence = secondsBetween(m_movedAt, now) > kSilenceSeconds;
        for (auto second = silence ? settled : m_end + std::chrono::seconds(1); second <= settled;
             second += std::chrono::seconds(1))
            addSecond(second, requests);
    } else {
        return;
    }
    m_end = settled;
    m_movedAt = now;
}

void LiveHistory::addSecond(FeedSecond second, double requestsPerSecond) {
    const auto placeOf = [&] {
        return static_cast<std::size_t>((second - m_begin - std::chrono::seconds(1)) / m_step);
    };
    while (placeOf() >= kMostPoints)
        coarsen();
    if (placeOf() >= m_points.size()) m_points.resize(placeOf() + 1);
    if (requestsPerSecond == requestsPerSecond) {
        auto& point = m_points[placeOf()];
        point.sum += requestsPerSecond;
        ++point.seconds;
    }
}

/// Two points become one.
void LiveHistory::coarsen() {
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const auto point = m_points[i];
        if (i % 2 == 0)
            m_points[i / 2] = point;
        else
            m_points[i / 2] = {m_points[i / 2].sum + point.sum, m_points[i / 2].seconds + point.seconds};
    }
    m_points.resize((m_points.size() + 1) / 2);
    m_step *= 2;
}

// ---- what was before

void LiveHistory::setKept(std::optional<RecordedTime> since) {
    m_kept.reset();
    if (!since) return;
    m_kept = std::chrono::floor<std::chrono::seconds>(*since);
    if (m_points.empty()) return;
    auto from = m_heardFrom - kReach;
    if (m_releaseAt) from = std::min(from, *m_releaseAt - kBeforeRelease);
    beginAt(from);
}

void LiveHistory::reachBack(RecordedTime at) {
    const auto second = std::chrono::floor<std::chrono::seconds>(at);
    if (!m_points.empty() && second < m_heardFrom) beginAt(second - (m_end - second));
}

void LiveHistory::beginAt(FeedSecond second) {
    if (m_kept) second = std::max(second, *m_kept);
    if (!m_kept || second >= m_begin) return;
    const auto more = [&] {
        return static_cast<std::size_t>((m_begin - second + m_step - std::chrono::seconds(1)) / m_step);
    };
    while (m_points.size() + more() > kMostPoints)
        coarsen();
    const auto points = more();
    m_points.insert(m_points.begin(), points, Point{});
    m_begin -= m_step * static_cast<std::int64_t>(points);
}

void LiveHistory::fill(const RecordingIndex& recording) {
    if (m_points.empty()) return;
    fillFrom(std::chrono::floor<std::chrono::seconds>(recording.begin), recording.overviewStep,
             recording.overview);
    if (!m_releaseAt) m_releaseAt = recording.releaseAt;
    for (const auto& event : recording.events) {
        const EventMark mark{event.header.intervalEnd, std::string(nameOf(event.kind)), event.text};
        if (mark.at < m_heardFrom && std::ranges::count(m_earlier, mark) == 0) m_earlier.push_back(mark);
    }
    std::ranges::sort(m_earlier, {}, &EventMark::at);
}

/// Of the time before its own points, what is not known yet.
void LiveHistory::fillFrom(FeedSecond begin, std::chrono::seconds step, const std::vector<float>& values) {
    beginAt(begin);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto end = begin + step * static_cast<std::int64_t>(i + 1);
        if (!(values[i] == values[i]) || end <= m_begin || end > m_heardFrom) continue;
        auto& point = m_points[static_cast<std::size_t>((end - m_begin - std::chrono::seconds(1)) / m_step)];
        if (point.seconds >= m_step.count()) continue;
        const auto seconds = static_cast<int>(std::min(step, m_step).count());
        point.sum += values[i] * static_cast<double>(seconds);
        point.seconds += seconds;
    }
}

void LiveHistory::writeTo(Timeline& timeline) const {
    timeline.empty = m_points.empty();
    timeline.begin = m_begin;
    timeline.end = m_end;
    timeline.releaseAt = m_releaseAt;
    for (const auto& event : m_earlier)
        if (std::ranges::count(m_events, event) == 0) timeline.events.push_back(event);
    timeline.events.insert(timeline.events.end(), m_events.begin(), m_events.end());
    timeline.overviewStep = m_step;
    for (const auto& point : m_points)
        timeline.overview.push_back(point.seconds > 0 ? static_cast<float>(point.sum / point.seconds)
                                                      : std::numeric_limits<float>::quiet_NaN());
}

} // namespace surgescope::feeds
