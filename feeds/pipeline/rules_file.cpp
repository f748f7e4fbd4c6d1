// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/rules_file.h"

#include "feeds/util/toml_file.h"

#include <chrono>
#include <utility>

namespace surgescope::feeds {
namespace {

/// Rules that have changed are in use after so long.
constexpr std::chrono::seconds kLooksEvery{1};

} // namespace

std::optional<Result<Rules>> RulesFile::takeChange() {
    if (m_path.empty()) return std::nullopt;
    if (m_reading.valid()) {
        if (m_reading.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
        return m_reading.get();
    }
    const auto now = m_clock.steady();
    if (now - m_lookedAt < kLooksEvery) return std::nullopt;
    m_lookedAt = now;
    m_reading = std::async(std::launch::async, [this]() -> std::optional<Result<Rules>> {
        const auto text = readTextFile(m_path, Rules::kMostBytes);
        const auto seen = text ? text.value() : text.error();
        if (std::exchange(m_seen, seen) == seen) return std::nullopt;
        if (!text) return Result<Rules>(Error{text.error()});
        return m_base.with(text.value(), m_path);
    });
    return std::nullopt;
}

} // namespace surgescope::feeds
