// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/measure.h"

#include "feeds/util/saturating.h"

#include <algorithm>
#include <cmath>

namespace surgescope::feeds {
namespace {

constexpr std::array<MeasureInfo, kMeasureCount> kMeasures{{
#define X(name, words, unit, reduction, ...)                                                                 \
    {#name, words, Unit::unit, Reduction::reduction, Formula::__VA_ARGS__},
    SURGESCOPE_MEASURES(X)
#undef X
}};

} // namespace

std::string_view symbolOf(Unit unit) {
    switch (unit) {
    case Unit::perSecond: return "1/s";
    case Unit::bitsPerSecond: return "bit/s";
    case Unit::bytesPerSecond: return "bytes/s";
    case Unit::microseconds: return "us";
    case Unit::ratio: return "ratio";
    case Unit::nodes: return "nodes";
    case Unit::keys: return "keys x nodes";
    case Unit::count: break;
    }
    return "count";
}

const MeasureInfo& infoOf(Measure measure) {
    return kMeasures[static_cast<std::size_t>(measure)];
}

bool isQuantile(Measure measure) {
    return infoOf(measure).formula.kind == Formula::Kind::quantile;
}

bool isAnnounced(Measure measure) {
    return infoOf(measure).formula.kind == Formula::Kind::announced;
}

std::optional<Measure> measureNamed(std::string_view name) {
    const auto found = std::ranges::find(kMeasures, name, &MeasureInfo::name);
    if (found == kMeasures.end()) return std::nullopt;
    return static_cast<Measure>(found - kMeasures.begin());
}

std::optional<double> quotient(Measure measure, const MeasureParts& parts) {
    if (parts.whole == 0) return std::nullopt;
    return static_cast<double>(parts.part) * infoOf(measure).formula.factor /
           static_cast<double>(parts.whole);
}

Quality MeasureReader::quality(const Formula& f) const {
    switch (f.kind) {
    case Formula::Kind::coverage: return m_whole; // counting oneself is no measurement
    case Formula::Kind::quantile: return quality(f.distribution);
    case Formula::Kind::announced: return Quality::notMeasured;
    case Formula::Kind::ratio: {
        const auto worst = std::max(quality(f.part), quality(f.whole));
        return f.wholeToo ? std::max(worst, quality(*f.wholeToo)) : worst;
    }
    case Formula::Kind::rate:
    case Formula::Kind::perNode:
    case Formula::Kind::nodesAbove: break;
    }
    return quality(f.part);
}

std::optional<MeasureParts> MeasureReader::parts(Measure measure) const {
    const auto& f = infoOf(measure).formula;
    if (isQuantile(measure) || quality(f) == Quality::notMeasured) return std::nullopt;
    const auto rounded = [](double value) { return static_cast<std::uint64_t>(std::llround(value)); };
    switch (f.kind) {
    case Formula::Kind::perNode: return MeasureParts{m_totals[f.part], m_totals[Counter::node_seconds]};
    case Formula::Kind::ratio: {
        const auto too = f.wholeToo ? m_totals[*f.wholeToo] : 0;
        return MeasureParts{m_totals[f.part], saturatingSum(m_totals[f.whole], too)};
    }
    case Formula::Kind::nodesAbove:
        return MeasureParts{m_totals.saturation.atOrAbove(f.permille), rounded(m_of.seconds)};
    case Formula::Kind::coverage: {
        const auto heard = m_totals[Counter::node_seconds];
        const auto expected = rounded(m_of.expectedNodeSeconds);
        return expected > 0 ? MeasureParts{std::min(heard, expected), expected} : MeasureParts{heard, heard};
    }
    case Formula::Kind::rate:
    case Formula::Kind::quantile:
    case Formula::Kind::announced: break;
    }
    return MeasureParts{m_totals[f.part], rounded(m_of.seconds)};
}

Reading MeasureReader::read(Measure measure) const {
    const auto& f = infoOf(measure).formula;
    const auto known = quality(f);
    if (known == Quality::notMeasured) return {0, known};
    const auto value =
        isQuantile(measure) ? m_totals[f.distribution].quantile(f.q) : quotient(measure, *parts(measure));
    if (value) return {*value, known};
    // All of nobody was heard: no roster is known, and so far nothing is missing.
    return f.kind == Formula::Kind::coverage ? Reading{1.0, known} : Reading{0, Quality::noData};
}

double MeasureReader::samples(Measure measure) const {
    const auto& f = infoOf(measure).formula;
    switch (f.kind) {
    case Formula::Kind::quantile: return static_cast<double>(m_totals[f.distribution].count());
    case Formula::Kind::rate: return static_cast<double>(m_totals[f.part]);
    case Formula::Kind::ratio: return static_cast<double>(parts(measure).value_or(MeasureParts{}).whole);
    case Formula::Kind::announced: return 0;
    case Formula::Kind::perNode:
    case Formula::Kind::nodesAbove:
    case Formula::Kind::coverage: break;
    }
    return static_cast<double>(m_totals[Counter::node_seconds]);
}

} // namespace surgescope::feeds
