// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/alarm.h"
#include "feeds/alarm/observed.h"
#include "feeds/alarm/rule.h"
#include "feeds/model/exponential_histogram.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// The last minutes of every place, as far as rules look back: running sums, so that any window is the
/// difference of two. Of places only; publishers, feed and recorder are of the moment.
class Windows {
  public:
    /// What one place is judged by. `reference` is what its value was compared with, for to be frozen.
    struct Judged {
        Alarm::Evidence evidence;
        std::optional<double> reference;
    };
    struct Place {
        std::string code;
        std::string name;
        std::string region;
        bool isListed = false;             // in this second
        const PopTotals* totals = nullptr; // of this second, while it is judged
        double expected = 0;
        std::optional<double> age;
        double usual = 0;          // requests in a second, in the last minutes that it reported
        std::uint32_t usualOf = 0; // seconds
        std::vector<std::vector<MeasureParts>> sums; // by need, a ring
        std::vector<std::vector<ExponentialHistogram>> histograms;
        std::vector<std::vector<double>> values; // of rules that compare with earlier ones, a ring; NaN: none
    };

    explicit Windows(const std::vector<Rule>& rules);
    /// Keeps of each place what these rules need as well.
    void setRules(const std::vector<Rule>& rules);

    /// False: it is not newer than the last one, and was not taken in. Far older ones are of another time,
    /// and all before is forgotten.
    bool take(const ObservedSecond& observed);
    /// The second is judged: nothing of `observed` is used any more.
    void release();

    /// Of one kind (world, region or PoP), in the order of their first appearance.
    const std::vector<Place>& places(Each each) const {
        return m_scopes[static_cast<std::size_t>(each)].places;
    }
    /// By its position in places(). `frozen`: what the value is compared with instead of the time before.
    Judged judge(const Rule& rule, std::size_t place, std::optional<double> frozen) const;

  private:
    struct SumNeed {
        Measure measure{};
        std::size_t seconds = 0;
    };
    struct HistogramNeed {
        Distribution distribution{};
        std::size_t seconds = 0;
    };
    struct ValueNeed {
        Rule rule;
        std::size_t seconds = 0;
    };
    struct Scope {
        Each each{};
        std::vector<Place> places;
        std::map<std::string, std::size_t, std::less<>> byCode;
        std::vector<SumNeed> sums;
        std::vector<HistogramNeed> histograms;
        std::vector<ValueNeed> values;
        double usual = 0; // of all places together

        void needSum(Measure measure, std::chrono::seconds window);
        void need(const Rule& rule);
        void fit(Place& place, const Scope* before) const;
    };
    struct Window {
        std::optional<double> value;
        double samples = 0;
    };

    Scope& scope(Each each) { return m_scopes[static_cast<std::size_t>(each)]; }
    const Scope& scope(Each each) const { return m_scopes[static_cast<std::size_t>(each)]; }
    void advance();
    void clear();
    void take(Scope& scope, std::size_t at, const ObservedPlace& observed);
    void takeValues(Scope& scope);
    MeasureParts sumOf(const Scope& scope, const Place& place, Measure measure,
                       std::chrono::seconds window) const;
    std::optional<double> valueOf(const Scope& scope, const Place& place, Measure measure,
                                  std::chrono::seconds window) const;
    bool isFull(std::chrono::seconds window) const;
    bool isCovered(const Rule& rule, const Place& place) const;
    Window windowOf(const Rule& rule, const Place& place) const;
    Judged shareOf(const Rule& rule, const Place& place) const;
    Judged compared(const Rule& rule, const Place& place, std::optional<double> frozen) const;
    std::optional<double> medianBefore(const Rule& rule, const std::vector<double>& values) const;
    /// A ring's element of so many seconds ago.
    template <class Ring> auto& at(Ring& ring, std::size_t secondsAgo) const {
        return ring[(m_steps + ring.size() - secondsAgo) % ring.size()];
    }

    std::array<Scope, 3> m_scopes;        // by Each: world, region, PoP
    std::vector<std::uint32_t> m_settled; // running count, a ring
    std::size_t m_steps = 0;              // seconds since the beginning, those that never came too
    std::optional<FeedSecond> m_last;
    const ObservedSecond* m_observed = nullptr;
};

} // namespace surgescope::feeds
