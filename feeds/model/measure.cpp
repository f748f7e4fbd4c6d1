// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/model/measure.h"

#include <algorithm>

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
    case Unit::bytesPerSecond: return "By/s";
    case Unit::microseconds: return "us";
    case Unit::ratio: return "ratio";
    case Unit::count: break;
    }
    return "count";
}

const MeasureInfo& infoOf(Measure measure) {
    return kMeasures[static_cast<std::size_t>(measure)];
}

std::optional<Measure> measureNamed(std::string_view name) {
    const auto found = std::ranges::find(kMeasures, name, &MeasureInfo::name);
    if (found == kMeasures.end()) return std::nullopt;
    return static_cast<Measure>(found - kMeasures.begin());
}

Reading MeasureReader::over(double part, double whole, Quality worst) const {
    if (worst == Quality::notMeasured) return {0, worst};
    if (whole <= 0) return {0, Quality::noData};
    return {part / whole, worst};
}

Reading MeasureReader::read(Measure measure) const {
    const auto& f = infoOf(measure).formula;
    const auto count = [this](Counter counter) { return static_cast<double>(m_totals[counter]); };
    switch (f.kind) {
    case Formula::Kind::rate: return over(count(f.part) * f.factor, m_of.seconds, quality(f.part));
    case Formula::Kind::perNode:
        return over(count(f.part) * f.factor, count(Counter::node_seconds), quality(f.part));
    case Formula::Kind::ratio: {
        const double whole = count(f.whole) + (f.wholeToo ? count(*f.wholeToo) : 0);
        auto worst = std::max(quality(f.part), quality(f.whole));
        if (f.wholeToo) worst = std::max(worst, quality(*f.wholeToo));
        return over(count(f.part), whole, worst);
    }
    case Formula::Kind::nodesAbove:
        return over(static_cast<double>(m_totals.saturation.atOrAbove(f.permille)), m_of.seconds,
                    quality(f.part));
    case Formula::Kind::quantile: {
        const auto known = quality(f.distribution);
        if (known == Quality::notMeasured) return {0, known};
        const auto value = m_totals[f.distribution].quantile(f.q);
        return value ? Reading{*value, known} : Reading{0, Quality::noData};
    }
    case Formula::Kind::coverage: break;
    }
    const double heard = count(Counter::node_seconds);
    return {m_of.expectedNodeSeconds > 0 ? std::min(1.0, heard / m_of.expectedNodeSeconds) : 1.0, m_whole};
}

double MeasureReader::samples(Measure measure) const {
    const auto& f = infoOf(measure).formula;
    const auto count = [this](Counter counter) { return static_cast<double>(m_totals[counter]); };
    switch (f.kind) {
    case Formula::Kind::rate: return count(f.part);
    case Formula::Kind::ratio: return count(f.whole) + (f.wholeToo ? count(*f.wholeToo) : 0);
    case Formula::Kind::quantile: return static_cast<double>(m_totals[f.distribution].count());
    case Formula::Kind::perNode:
    case Formula::Kind::nodesAbove:
    case Formula::Kind::coverage: break;
    }
    return count(Counter::node_seconds);
}

} // namespace surgescope::feeds
