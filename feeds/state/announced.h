// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/measure.h"
#include "feeds/wire/messages.h"

#include <array>
#include <chrono>
#include <optional>

namespace surgescope::feeds {

/// What somebody told of the whole service, the measures that are announced: true from then on, for a while.
struct Announced {
    struct Value {
        Measure measure;
        std::optional<double> value; // nothing: not told
    };
    /// Whoever tells it does so each second.
    static constexpr std::chrono::seconds kHolds{10};

    FeedSecond at{};
    std::array<Value, 4> values;

    /// On the wire 0 means that it was not told.
    static Announced of(const Global& global, FeedSecond at) {
        const auto told = [](std::uint64_t value, double factor) {
            return value > 0 ? std::optional(static_cast<double>(value) * factor) : std::nullopt;
        };
        return {at,
                {{{Measure::listeners, told(global.listeners, 1)},
                  {Measure::recommender_signal, told(global.recommenderSnrPermille, 1e-3)},
                  {Measure::recommender_trend, told(global.recommenderTrendPermille, 1e-3)},
                  {Measure::churn_ppm_per_hour, told(global.churnPpmPerHour, 1)}}}};
    }
    /// Whether it is true of an interval of that width which ends at `end`.
    bool holds(FeedSecond end, std::chrono::seconds width) const {
        return std::chrono::abs(end - at) < kHolds + width;
    }
};

} // namespace surgescope::feeds
