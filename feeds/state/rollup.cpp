// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/state/rollup.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace surgescope::feeds {
namespace {

/// How often the points of the coarser slots are written anew; divides them all.
constexpr std::chrono::seconds kCoarseEvery{5};

constexpr std::chrono::seconds kSecond{1};
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// The end of the slot of this width that a second's interval belongs to.
FeedSecond slotEnd(FeedSecond second, std::chrono::seconds width) {
    const auto s = unixSeconds(second);
    const auto w = width.count();
    return feedSecond((s + w - 1) / w * w);
}

} // namespace

RollupPoint RollupPoint::none() {
    RollupPoint point;
    point.all.fill(kNone);
    return point;
}

RollupPoint RollupPoint::of(const PopTotals& totals, std::chrono::seconds observed,
                            std::chrono::seconds width, std::uint64_t expectedNodes, bool wide) {
    RollupPoint point = none();
    if (totals[Counter::node_seconds] == 0) return point;
    const MeasureReader reader(
        totals,
        {.seconds = static_cast<double>(observed.count()),
         .expectedNodeSeconds = static_cast<double>(expectedNodes) * static_cast<double>(width.count())},
        Quality::measured);
    for (std::size_t i = 0; i < (wide ? kChartedCount : kChartedEverywhere); ++i)
        if (const auto reading = reader.read(kCharted[i]); reading.hasValue())
            point.all[i] = static_cast<float>(reading.value);
    return point;
}

RollupPoint KeptPoint::copy() const {
    auto point = RollupPoint::none();
    std::copy_n(m_values, m_count, point.all.begin());
    return point;
}

void RollupRing::put(FeedSecond end, const RollupPoint& point) {
    if (!m_points) {
        m_points = std::make_unique_for_overwrite<float[]>(m_slots * m_width);
        m_numbers.assign(m_slots, 0);
    }
    const auto number = numberOf(end);
    std::copy_n(point.all.begin(), m_width, &m_points[number % m_slots * m_width]);
    m_numbers[number % m_slots] = number;
    if (!m_lags.empty()) m_lags[number % m_slots] = {}; // told anew after its point
}

void RollupRing::putLag(FeedSecond end, const LagBins& bins) {
    if (m_lags.empty()) m_lags.assign(m_slots, {});
    m_lags[numberOf(end) % m_slots] = bins;
}

const LagBins* RollupRing::lagAt(FeedSecond end) const {
    return m_lags.empty() || !at(end) ? nullptr : &m_lags[numberOf(end) % m_slots];
}

KeptPoint RollupRing::at(FeedSecond end) const {
    if (!m_points) return {};
    const auto number = numberOf(end);
    if (m_numbers[number % m_slots] != number) return {};
    return {&m_points[number % m_slots * m_width], m_width};
}

bool RollupRing::holdsNewer(FeedSecond end) const {
    const auto number = numberOf(end);
    return m_points && m_numbers[number % m_slots] > number;
}

void RollupRing::clear() {
    std::ranges::fill(m_numbers, 0U);
}

Rollup::Rollup()
    : m_rings{RollupRing(std::chrono::seconds(1), kFineRange.count()),
              RollupRing(std::chrono::seconds(10), 1'080), RollupRing(std::chrono::seconds(60), 2'880)} {}

void Rollup::keepWide() {
    m_isWide = true;
    for (auto& ring : m_rings)
        ring.keepWide();
}

PopTotals* Rollup::open(FeedSecond second, std::uint64_t expectedNodes) {
    const bool first = totals(second) == nullptr;
    const bool isNewest = empty() || second > newest();
    PopTotals* to = OpenSeconds::open(second, [&](FeedSecond old, PopTotals& whole) {
        close(old, whole, expectedNodes); // oldest first, so that coarser slots fill in order
    });
    if (!to) return nullptr;
    if (isNewest) writeUntil(second - std::chrono::seconds(kOpenSeconds), expectedNodes);
    auto& told = m_told[indexOf(second)];
    if (first) told = {};
    told.changed = true;
    return to;
}

bool Rollup::mergeSlotInto(FeedSecond end, PopTotals& totals) const {
    const auto width = m_rings[1].step();
    bool any = false;
    const auto mergeIf = [&](bool isOfSlot, const PopTotals& part) {
        if (isOfSlot) totals.merge(part);
        any = any || isOfSlot;
    };
    for (const auto* sum : {&m_before, &m_sums[0]})
        mergeIf(sum->used && sum->end == end, sum->totals);
    mergeIf(m_recent.used && slotEnd(m_recent.end, width) == end, m_recent.totals);
    forEach([&](FeedSecond second, const PopTotals& part) {
        mergeIf(!m_told[indexOf(second)].restored && slotEnd(second, width) == end, part);
    });
    return any;
}

void Rollup::settle(FeedSecond second, std::uint64_t expectedNodes) {
    forEach([&](FeedSecond open, const PopTotals& its) {
        auto& told = m_told[indexOf(open)];
        if (!told.changed || open > second) return;
        put(m_rings[0], open, its, kSecond, kSecond, expectedNodes);
        told.changed = false;
    });
}

void Rollup::put(RollupRing& ring, FeedSecond end, const PopTotals& totals, std::chrono::seconds observed,
                 std::chrono::seconds width, std::uint64_t expectedNodes) {
    auto point = RollupPoint::of(totals, observed, width, expectedNodes, m_isWide);
    if (m_announced && m_announced->holds(end, ring.step()))
        for (const auto& [measure, value] : m_announced->values)
            if (value && point.hasData()) point[measure] = static_cast<float>(*value);
    ring.put(end, point);
    if (m_isWide) ring.putLag(end, LagBins::of(totals[Distribution::invalidation_lag]));
}

void Rollup::close(FeedSecond second, PopTotals& whole, std::uint64_t expectedNodes) {
    const auto& told = m_told[indexOf(second)];
    if (told.restored) return;
    if (told.changed) put(m_rings[0], second, whole, kSecond, kSecond, expectedNodes);
    // Seconds are summed up once, and their sum is added to both coarser slots when these are written.
    const auto end = slotEnd(second, kCoarseEvery);
    if (m_recent.used && m_recent.end != end) addRecent();
    for (std::size_t coarse = 0; coarse < m_sums.size(); ++coarse)
        turn(coarse, second, expectedNodes);
    if (!m_recent.used) m_recent.observed = {};
    if (whole[Counter::node_seconds] > 0) m_recent.observed += kSecond;
    if (m_recent.used)
        m_recent.totals.merge(whole);
    else
        std::swap(m_recent.totals, whole);
    m_recent.end = end;
    m_recent.used = true;
}

void Rollup::writeUntil(FeedSecond second, std::uint64_t expectedNodes) {
    const auto until = slotEnd(second - kCoarseEvery + kSecond, kCoarseEvery);
    if (until <= m_written) return;
    if (m_recent.used && m_recent.end <= until) addRecent();
    for (std::size_t coarse = 0; coarse < m_sums.size(); ++coarse)
        if (const auto& sum = m_sums[coarse];
            sum.used && sum.end > m_written && sum.end - m_rings[coarse + 1].step() < until)
            write(coarse, std::min(until, sum.end), expectedNodes);
    m_written = until;
}

void Rollup::addRecent() {
    for (auto& sum : m_sums) {
        sum.totals.merge(m_recent.totals);
        sum.observed += m_recent.observed;
    }
    m_recent.used = false;
}

void Rollup::turn(std::size_t coarse, FeedSecond second, std::uint64_t expectedNodes) {
    auto& sum = m_sums[coarse];
    const auto end = slotEnd(second, m_rings[coarse + 1].step());
    if (sum.used && sum.end == end) return;
    if (sum.used) write(coarse, sum.end, expectedNodes);
    if (coarse == 0 && sum.used) std::swap(m_before, sum);
    sum.totals.clear();
    sum.observed = {};
    sum.end = end;
    sum.used = true;
}

void Rollup::write(std::size_t coarse, FeedSecond until, std::uint64_t expectedNodes) {
    // Covered is what there is of the part of the slot that has passed: the newest point is none that lacks
    // something.
    const auto& sum = m_sums[coarse];
    auto& ring = m_rings[coarse + 1];
    put(ring, sum.end, sum.totals, sum.observed, ring.step() - (sum.end - until), expectedNodes);
}

const RollupRing& Rollup::ringFor(std::chrono::seconds range) const {
    for (const auto& ring : m_rings)
        if (ring.length() >= range) return ring;
    return m_rings.back();
}

KeptPoint Rollup::pointAt(FeedSecond second) const {
    for (const auto& ring : m_rings) {
        const auto point = ring.at(slotEnd(second, ring.step()));
        if (point && point.hasData()) return point;
    }
    return {};
}

void Rollup::restoreLag(std::chrono::seconds step, FeedSecond end, const LagBins& bins) {
    const auto ring = std::ranges::find(m_rings, step, &RollupRing::step);
    if (m_isWide && ring != m_rings.end() && ring->at(end)) ring->putLag(end, bins);
}

bool Rollup::restore(std::chrono::seconds step, FeedSecond end, const RollupPoint& point) {
    for (auto& ring : m_rings) {
        if (ring.step() != step || unixSeconds(end) % step.count() != 0) continue;
        if (point.hasData() && !ring.holdsNewer(end)) ring.put(end, point);
        return true;
    }
    return false;
}

void Rollup::restore(std::chrono::seconds width, FeedSecond end, const PopTotals& totals,
                     std::chrono::seconds observed, std::uint64_t expectedNodes) {
    for (std::size_t coarse = 0; coarse < m_sums.size(); ++coarse) {
        if (m_rings[coarse + 1].step() <= width) continue;
        turn(coarse, end, expectedNodes);
        m_sums[coarse].totals.merge(totals);
        m_sums[coarse].observed += observed;
    }
    writeUntil(end, expectedNodes);
}

void Rollup::restoreNewest(FeedSecond second, const PopTotals& totals, std::uint64_t expectedNodes) {
    PopTotals* to = open(second, expectedNodes);
    if (!to) return;
    *to = totals;
    m_told[indexOf(second)] = {.changed = false, .restored = true};
}

void Rollup::clear() {
    OpenSeconds::clear();
    for (auto& sum : m_sums)
        sum.used = false;
    m_before.used = m_recent.used = false;
    for (auto& ring : m_rings)
        ring.clear();
    m_written = {};
    m_announced.reset();
}

} // namespace surgescope::feeds
