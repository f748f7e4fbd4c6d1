// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/live_history.h"

#include <limits>

namespace surgescope::feeds {
namespace {
/// The settled second moves each second; when it then moves by many after so long, nothing came between.
constexpr double kSilenceSeconds = 2.5;
} // namespace

void LiveHistory::add(const Frame& frame, SteadyTime now) {
    m_events = frame.events;
    m_releaseAt = frame.releaseAt;
    if (!frame.settled) return;
    if (frame.epoch != m_epoch) { // another time: what was before is not before this
        m_points.clear();
        m_step = std::chrono::seconds(1);
        m_epoch = frame.epoch;
    }
    const auto settled = *frame.settled;
    const double requests = frame.world[Measure::requests_per_second].hasValue()
                                ? frame.world[Measure::requests_per_second].value
                                : std::numeric_limits<double>::quiet_NaN();
    if (m_points.empty()) {
        m_begin = settled - std::chrono::seconds(1);
        addSecond(settled, requests);
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
    auto index = static_cast<std::size_t>((second - m_begin - std::chrono::seconds(1)) / m_step);
    while (index >= kMostPoints) {
        for (std::size_t i = 0; i < m_points.size(); ++i) {
            const auto point = m_points[i];
            if (i % 2 == 0)
                m_points[i / 2] = point;
            else
                m_points[i / 2] = {m_points[i / 2].sum + point.sum, m_points[i / 2].seconds + point.seconds};
        }
        m_points.resize((m_points.size() + 1) / 2);
        m_step *= 2;
        index /= 2;
    }
    if (index >= m_points.size()) m_points.resize(index + 1);
    if (requestsPerSecond == requestsPerSecond) {
        m_points[index].sum += requestsPerSecond;
        ++m_points[index].seconds;
    }
}

void LiveHistory::writeTo(Timeline& timeline) const {
    timeline.empty = m_points.empty();
    timeline.begin = m_begin;
    timeline.end = m_end;
    timeline.releaseAt = m_releaseAt;
    timeline.events = m_events;
    timeline.overviewStep = m_step;
    for (const auto& point : m_points)
        timeline.overview.push_back(point.seconds > 0 ? static_cast<float>(point.sum / point.seconds)
                                                      : std::numeric_limits<float>::quiet_NaN());
}

} // namespace surgescope::feeds
