// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/canary_collector.h"

#include "feeds/wire/limits.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::chrono::milliseconds kCanaryTimeout{1000};
/// Clocks differ. But a time that is still to come would make all that are right look old.
constexpr std::chrono::seconds kAhead{10};

FieldSet canaryFields() {
    return FieldSet::of(
        {Counter::inv_received, Counter::inv_applied, Counter::lags_by_canary, Counter::lag_error_us},
        {Distribution::invalidation_lag});
}

/// "1795449208800123", with a line end if it likes.
std::optional<WallTime> writtenAt(std::string_view text) {
    text = text.substr(0, text.find_first_of("\r\n"));
    std::int64_t us = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), us);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    const WallTime time{std::chrono::microseconds(us)};
    return time >= limits::kEarliest && time < limits::kLatest ? std::optional(time) : std::nullopt;
}

} // namespace

Result<std::unique_ptr<Collector>> CanaryCollector::make(const CollectorSettings& settings,
                                                         const Surroundings& around) {
    const auto url = settings.url("url");
    if (!url) return Error{url.error()};
    return std::unique_ptr<Collector>(new CanaryCollector(*url, around));
}

CanaryCollector::CanaryCollector(std::string url, const Surroundings& around)
    : m_url(std::move(url)), m_loop(around.loop), m_clock(around.clock),
      m_timer(around.loop.every(kPeriod, [this] { look(); })) {}

Capability CanaryCollector::capability() const {
    return {.measures = canaryFields(),
            .gaps = {{FieldSet::of({Counter::inv_pending_seconds}), "a canary knows of its own changes alone",
                      "stamp purges with numbers: surgescope-agent purge"}}};
}

void CanaryCollector::look() {
    if (m_asking) return;
    m_asking = true;
    m_asked = m_clock.steady();
    m_ask = m_loop.ask({.url = m_url, .timeout = kCanaryTimeout}, [this](const Result<HttpResponse>& answer) {
        m_asking = false;
        takeAnswer(answer);
    });
}

void CanaryCollector::takeAnswer(const Result<HttpResponse>& answer) {
    if (!answer) {
        m_trouble = answer.error();
        return;
    }
    const auto written = answer->status == 200 ? writtenAt(answer->body) : std::nullopt;
    if (!written) {
        m_trouble = answer->status == 200 ? m_url + " is no time, expected Unix time in microseconds"
                                          : m_url + " answers with status " + std::to_string(answer->status);
        return;
    }
    if (*written - m_clock.wall() > kAhead) {
        m_trouble =
            m_url + " was written " +
            std::to_string(std::chrono::ceil<std::chrono::seconds>(*written - m_clock.wall()).count()) +
            " s ahead of this clock";
        return;
    }
    m_trouble.clear();
    m_answered = true;
    const auto before = std::exchange(m_written, written);
    // A node behind the listener that is not purged yet gives the older one again: that is no change.
    if (!before || *written <= *before) {
        m_written = before ? std::max(before, written) : written;
        return;
    }
    ++m_totals[Counter::inv_received];
    ++m_totals[Counter::inv_applied];
    ++m_totals[Counter::lags_by_canary];
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(m_clock.steady() - m_asked);
    m_totals[Counter::lag_error_us] += static_cast<std::uint64_t>((kPeriod + took).count());
    const auto lag = m_clock.wall() - *written;
    m_totals[Distribution::invalidation_lag].record(
        static_cast<std::uint64_t>(std::max<std::int64_t>(lag.count(), 0)));
}

void CanaryCollector::cut() {
    m_second = {};
    m_second.totals = std::exchange(m_totals, {});
    m_second.heard = std::exchange(m_answered, false);
    m_second.totals.setMeasured(m_second.heard ? canaryFields() : FieldSet());
}

CollectedSecond CanaryCollector::take() {
    return std::exchange(m_second, {});
}

} // namespace surgescope::feeds
