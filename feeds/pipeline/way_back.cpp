// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/way_back.h"

#include <utility>

namespace surgescope::feeds {
namespace {

template <class T> bool isDone(const std::future<T>& future) {
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

} // namespace

WayBack::~WayBack() {
    m_unwanted = true;
}

void WayBack::setKept(std::optional<WallTime> since, std::chrono::milliseconds behind) {
    m_kept = m_stream ? since : std::nullopt;
    m_behind = behind;
}

std::optional<RecordedTime> WayBack::since() const {
    const auto ring = m_flight.since();
    if (!ring || !m_kept) return ring;
    const auto kept = std::chrono::ceil<std::chrono::milliseconds>(*m_kept) - m_behind;
    return std::min<RecordedTime>(*ring, kept);
}

bool WayBack::isOfRing(RecordedTime at) const {
    const auto ring = m_flight.since();
    return !m_kept || !ring || at >= *ring;
}

void WayBack::open(const Wish& wish) {
    m_wish = wish;
    if (!m_opening.valid()) return begin();
    m_isOld = true;
    m_unwanted = true;
}

void WayBack::cancel() {
    m_wish.reset();
    m_unwanted = true;
}

bool WayBack::willHold(RecordedTime at) const {
    if (!m_wish) return false;
    if (isOfRing(m_wish->at) || isOfRing(at)) return isOfRing(m_wish->at) == isOfRing(at);
    return at >= m_wish->at - StreamPast::kBefore && at < m_wish->at + StreamPast::kBehind;
}

std::optional<double> WayBack::share() const {
    const double share = m_share;
    return m_wish && share >= 0 ? std::optional(share) : std::nullopt;
}

void WayBack::begin() {
    m_isOld = false;
    m_unwanted = false;
    m_share = -1;
    const auto wish = *m_wish;
    const ReplaySource::Options how{.speed = wish.speed, .paused = wish.paused, .at = wish.at};
    if (isOfRing(wish.at)) {
        m_opening = std::async(std::launch::async, [this, how, until = m_clock.steady()]() -> Result<Opened> {
            const auto segments = m_flight.endSegment();
            if (!segments) return Error{segments.error()};
            auto source = ReplaySource::open(*segments, m_clock, how);
            if (!source) return Error{source.error()};
            return Opened{std::move(source.value()), until, {}};
        });
        return;
    }
    const WallTime at(wish.at + m_behind);
    const WallTime until(RecordedTime(*m_flight.since()) + m_behind);
    m_opening =
        std::async(std::launch::async,
                   [this, how, at, until, behind = m_behind, now = m_clock.steady()]() -> Result<Opened> {
                       const auto part = m_stream->around(at, until, [this](double share) {
                           m_share = share;
                           return !m_unwanted;
                       });
                       if (!part) return Error{part.error()};
                       auto source = ReplaySource::open(part->recordings, m_clock, how);
                       if (!source) return Error{source.error()};
                       return Opened{std::move(source.value()), now,
                                     std::chrono::ceil<std::chrono::milliseconds>(part->to) - behind};
                   });
}

std::optional<Result<WayBack::Opened>> WayBack::take() {
    std::erase_if(m_closing, [](const auto& closing) { return isDone(closing); });
    if (!m_opening.valid() || !isDone(m_opening)) return std::nullopt;
    auto opened = m_opening.get();
    if (m_wish && !m_isOld) {
        m_wish.reset();
        return opened;
    }
    if (opened)
        m_closing.push_back(std::async(
            std::launch::async, [gone = std::move(opened.value().source)]() mutable { gone.reset(); }));
    if (m_wish) begin();
    return std::nullopt;
}

} // namespace surgescope::feeds
