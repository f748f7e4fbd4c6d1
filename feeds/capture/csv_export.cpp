// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/csv_export.h"

#include "feeds/capture/message_stream.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/wire/decode.h"

#include <array>
#include <map>
#include <utility>

namespace surgescope::feeds {
namespace {

constexpr std::array<std::pair<const char*, double>, 3> kQuantiles{
    {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}}};

struct Sum {
    std::uint64_t expectedNodes = 0;
    PopTotals totals;
};

std::string placeOf(const std::string& pop, CsvPlaces places, const PopCatalogue& catalogue) {
    if (places == CsvPlaces::pops) return pop;
    if (places == CsvPlaces::world) return "world";
    const auto known = catalogue.find(pop);
    return known ? catalogue.regions()[catalogue[*known].region.value] : "unplaced";
}

void writeNames(std::ostream& to) {
    to << "time [UTC],interval [s],place,expected nodes";
    for (std::size_t i = 0; i < kCounterCount; ++i)
        to << ',' << nameOf(static_cast<Counter>(i)) << " [" << unitOf(static_cast<Counter>(i)) << ']';
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        for (const auto& [name, q] : kQuantiles)
            to << ',' << nameOf(static_cast<Distribution>(i)) << ' ' << name << " [us]";
    to << '\n';
}

void writeLine(std::ostream& to, const FleetRollup& rollup, const std::string& place, const Sum& sum) {
    to << isoText(rollup.end) << ',' << rollup.width.count() << ',' << place << ',' << sum.expectedNodes;
    for (std::size_t i = 0; i < kCounterCount; ++i) {
        to << ',';
        if (sum.totals.measuredByAny.has(static_cast<Counter>(i))) to << sum.totals.counters[i];
    }
    for (std::size_t i = 0; i < kDistributionCount; ++i)
        for (const auto& [name, q] : kQuantiles) {
            to << ',';
            if (const auto value = sum.totals.distributions[i].quantile(q)) to << *value;
        }
    to << '\n';
}

} // namespace

Result<std::uint64_t> writeCsv(const std::string& path, CsvPlaces places, const PopCatalogue& catalogue,
                               std::ostream& to) {
    auto reader = McapReader::open(path);
    if (!reader) return Error{reader.error()};
    Decoder decoder;
    MessageStream stream(*reader.value(),
                         [](const mcap::Channel& channel) { return channel.topic == "rollup"; });
    std::uint64_t lines = 0;
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* made = std::get_if<const FleetRollup*>(&decoded);
        if (!made) continue;
        if (lines == 0) writeNames(to);
        std::map<std::string, Sum> sums;
        for (const auto& pop : (*made)->pops) {
            auto& sum = sums[placeOf(pop.pop, places, catalogue)];
            sum.expectedNodes += pop.expectedNodes;
            sum.totals.merge(pop.totals);
        }
        for (const auto& [place, sum] : sums) {
            writeLine(to, **made, place, sum);
            ++lines;
        }
    }
    if (lines == 0) return Error{"'" + path + "' holds no rollup; 'recover' makes them from its reports"};
    return lines;
}

} // namespace surgescope::feeds
