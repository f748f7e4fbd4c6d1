// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/way_back.h"

#include <algorithm>
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

void WayBack::setKept(std::optional<RecordedTime> since, std::chrono::milliseconds behind) {
    m_kept = m_far ? since : std::nullopt;
    m_behind = behind;
}

std::optional<RecordedTime> WayBack::ringSince() const {
    const auto since = m_ring ? m_ring->since() : std::nullopt;
    return since ? std::optional<RecordedTime>(*since) : std::nullopt;
}

std::optional<RecordedTime> WayBack::since() const {
    const auto ring = ringSince();
    if (!m_kept) return ring;
    const auto kept = *m_kept - m_behind;
    return ring ? std::min(*ring, kept) : kept;
}

bool WayBack::isOfRing(RecordedTime at) const {
    if (!m_kept) return true;
    const auto ring = ringSince();
    return ring && at >= *ring;
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
    return at >= m_wish->at - m_far->before() && at < m_wish->at + m_far->behind();
}

std::optional<double> WayBack::share() const {
    const double share = m_share;
    return m_wish && share >= 0 ? std::optional(share) : std::nullopt;
}

void WayBack::begin() {
    m_isOld = false;
    m_unwanted = false;
    m_share = -1;
    const ReplaySource::Options how{.speed = m_wish->speed, .paused = m_wish->paused, .at = m_wish->at};
    isOfRing(m_wish->at) ? beginRing(how) : beginFar(how);
}

void WayBack::beginRing(const ReplaySource::Options& how) {
    m_opening = std::async(std::launch::async, [this, how, until = m_clock.steady()]() -> Result<Opened> {
        const auto segments = m_ring->endSegment();
        if (!segments) return Error{segments.error()};
        auto source = ReplaySource::open(*segments, m_clock, how);
        if (!source) return Error{source.error()};
        return Opened{.source = std::move(source.value()), .until = until};
    });
}

void WayBack::beginFar(ReplaySource::Options how) {
    const auto until = ringSince().value_or(RecordedTime::max() - m_behind) + m_behind;
    m_opening =
        std::async(std::launch::async, [this, how, until, behind = m_behind]() mutable -> Result<Opened> {
            auto part = m_far->around(*how.at + behind, until, [this](double share) {
                m_share = share;
                return !m_unwanted;
            });
            if (!part) return Error{part.error()};
            how.at = part->at - behind;
            how.name = m_far->name();
            auto source = ReplaySource::open(part->recordings, m_clock, how);
            if (!source) return Error{source.error()};
            part.value().at -= behind;
            part.value().from -= behind;
            part.value().to -= behind;
            return Opened{.source = std::move(source.value()), .part = std::move(part.value())};
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
