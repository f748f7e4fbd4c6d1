// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/kept_alarms.h"

#include "feeds/util/file.h"
#include "feeds/util/toml_file.h"

#include <chrono>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::size_t kMostAlarmBytes = 16U << 20U; // what the alarms of a night take is far below it
constexpr std::chrono::seconds kKeepsEvery{5};

} // namespace

std::string KeptAlarms::read() const {
    auto kept = m_path.empty() ? Result<std::string>(std::string()) : readTextFile(m_path, kMostAlarmBytes);
    return kept ? std::move(kept.value()) : std::string();
}

void KeptAlarms::keep(const std::function<std::shared_ptr<const std::string>()>& newest) {
    const auto now = m_clock.steady();
    const bool writes =
        m_keeping.valid() && m_keeping.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
    if (m_path.empty() || writes || now - m_keptAt < kKeepsEvery) return;
    m_keptAt = now;
    if (auto alarms = newest())
        m_keeping = std::async(std::launch::async, [path = m_path, alarms = std::move(alarms)] {
            (void)replaceFile(path, *alarms);
        });
}

void KeptAlarms::keepNow(std::shared_ptr<const std::string> newest) {
    if (m_keeping.valid()) m_keeping.wait();
    if (!m_path.empty() && newest) (void)replaceFile(m_path, *newest);
}

} // namespace surgescope::feeds
