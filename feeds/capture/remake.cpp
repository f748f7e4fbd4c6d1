// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/remake.h"

#include "feeds/capture/recording.h"

#include <chrono>
#include <type_traits>
#include <variant>

namespace surgescope::feeds {
namespace {

using recording::kSecondNs;
constexpr std::uint64_t kSettleEvery = kSecondNs / 5;

} // namespace

void Remake::hear(std::string_view topic, std::string_view payload, std::uint64_t logTime,
                  std::uint64_t publishTime) {
    m_logTime = logTime;
    if (topic.starts_with("node/")) return; // no rollup is made of them
    // A new second of feed time closes others, and in fast motion many go by between two looks at the clock.
    const bool isNewSecond = topic.starts_with("pop/") && publishTime >= m_newest + kSecondNs;
    if (isNewSecond || logTime >= m_nextSettle) {
        if (isNewSecond) m_newest = publishTime;
        m_nextSettle = logTime + kSettleEvery;
        settle();
    }
    const Arrival arrival{SteadyTime(std::chrono::nanoseconds(logTime)),
                          WallTime(std::chrono::microseconds(logTime / 1'000))};
    std::visit(
        [&](const auto& decoded) {
            // What the state refuses, it will refuse again when this is replayed.
            if constexpr (!std::is_same_v<std::decay_t<decltype(decoded)>, Refused>)
                static_cast<void>(m_state.apply(*decoded, arrival));
        },
        m_decoder.decode(topic, payload));
}

void Remake::settle() {
    m_state.settle(SteadyTime(std::chrono::nanoseconds(m_logTime)));
    if (m_state.settled() == m_settled) return;
    m_settled = m_state.settled();
    m_rollups.settled(m_state, m_sink);
}

void Remake::finish() {
    settle();
    m_rollups.finish(m_state, m_sink);
}

} // namespace surgescope::feeds
