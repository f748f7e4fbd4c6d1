// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/csv_export.h"

#include "feeds/capture/message_stream.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/recording_index.h"
#include "feeds/capture/remake.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <functional>
#include <map>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

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

/// Of ten seconds, or of those of them that there are.
struct Slot {
    FeedSecond end{};
    seconds width{};
    std::map<std::string, Sum> pops; // with those that are silent: of them there are no totals
};

void writeLine(std::ostream& to, const Slot& slot, const std::string& place, const Sum& sum) {
    to << isoText(slot.end) << ',' << slot.width.count() << ',' << place << ',' << sum.expectedNodes;
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

std::uint64_t writeSlot(std::ostream& to, const Slot& slot, CsvPlaces places, const PopCatalogue& catalogue) {
    std::map<std::string, Sum> sums;
    for (const auto& [code, pop] : slot.pops) {
        auto& sum = sums[placeOf(code, places, catalogue)];
        sum.expectedNodes += pop.expectedNodes;
        sum.totals.merge(pop.totals);
    }
    for (const auto& [place, sum] : sums)
        writeLine(to, slot, place, sum);
    return sums.size();
}

Slot slotOf(const FleetRollup& rollup) {
    Slot slot{rollup.end, rollup.width, {}};
    std::uint64_t observed = 0; // bit i: the second i before the end
    for (const auto& pop : rollup.pops) {
        slot.pops[pop.pop] = {pop.expectedNodes, pop.totals};
        observed |= pop.observed;
    }
    // A recording seldom begins with a full ten seconds.
    if (observed != 0) slot.width = std::min<seconds>(slot.width, seconds(std::bit_width(observed)));
    for (const auto& pop : rollup.silent)
        slot.pops.try_emplace(pop.pop, Sum{pop.expectedNodes, {}});
    return slot;
}

/// Of a slot that lacks its last seconds, or its first: those that there are.
Slot trimmed(const FleetRollup& rollup) {
    auto slot = slotOf(rollup);
    std::uint64_t observed = 0;
    for (const auto& pop : rollup.pops)
        observed |= pop.observed;
    const seconds missing{observed == 0 ? 0 : std::countr_zero(observed)};
    slot.end -= missing;
    slot.width -= missing;
    return slot;
}

/// Makes slots of the messages themselves, as the wall that heard them would have.
class Reports final : RollupMaker::Sink {
  public:
    Reports(McapReader& reader, const RecordingIndex& index, const PopCatalogue& catalogue)
        : m_index(index), m_catalogue(catalogue), m_messages(reader, [](const mcap::Channel& c) {
              return c.topic == "pop" || c.topic == "global" || c.topic == "roster" ||
                     c.topic == "known/roster";
          }) {}

    /// Hands over slots of what lies behind `from` and up to `to`. `before`: whose expected nodes are known.
    void between(FeedSecond from, FeedSecond to, const Slot& before, const std::function<void(Slot)>& take) {
        const auto logAt = [this](FeedSecond second) { return m_index.logTimeAt(RecordedTime(second)); };
        const auto reports = from > limits::kEarliest ? logAt(from - kAround) : 0;
        const auto end = to < kEver ? logAt(to + kAround) : UINT64_MAX;
        Remake remake(m_catalogue, *this);
        m_take = [&](Slot slot) { // as they come: there may be thousands of them
            if (slot.end <= from || slot.end > to) return;
            for (const auto& [code, place] : remake.state().places())
                slot.pops[code].expectedNodes = place->expectedNodes();
            for (const auto& [code, pop] : before.pops)
                slot.pops[code].expectedNodes = pop.expectedNodes;
            take(std::move(slot));
        };
        m_messages.seek(reports > kRosters ? reports - kRosters : 0, end);
        while (const auto* message = m_messages.next()) {
            if (message->logTime > end) break;
            if (message->logTime < reports && message->topic.starts_with("pop/")) continue;
            remake.hear(message->topic, message->payload, message->logTime, message->publishTime);
        }
        remake.finish();
    }

    static constexpr FeedSecond kEver = limits::kLatest;

  private:
    void take(const Points&) override {}
    void take(const FleetRollup& rollup) override { m_take(trimmed(rollup)); }

    /// When a second was shown is known to some seconds, and clocks are judged by the half minute before.
    static constexpr seconds kAround{60};
    static constexpr std::uint64_t kRosters =
        2 * static_cast<std::uint64_t>(recording::kRostersEvery.count()) * recording::kSecondNs;

    const RecordingIndex& m_index;
    const PopCatalogue& m_catalogue;
    MessageStream m_messages;
    std::function<void(Slot)> m_take;
};

/// Writes slots in their order, and fills what lies between them from the reports.
class Table {
  public:
    Table(McapReader& reader, CsvPlaces places, const PopCatalogue& catalogue, std::ostream& to)
        : m_index(indexOf(reader)), m_reports(reader, m_index, catalogue), m_places(places),
          m_catalogue(catalogue), m_to(to) {}

    void add(Slot slot) {
        m_goesOn = m_goesOn && slot.end > m_last.end; // or feed time jumped back
        if (m_goesOn && slot.end - m_last.end > slot.width) fill(m_last.end, slot.end - slot.width);
        write(std::move(slot));
    }
    /// What comes behind the last rollup, or all there is.
    void end() { fill(m_goesOn ? m_last.end : limits::kEarliest, Reports::kEver); }

    CsvWritten written;

  private:
    void fill(FeedSecond from, FeedSecond to) {
        auto known = from;
        m_reports.between(from, to, Slot(m_last), [&](Slot slot) {
            const auto begin = slot.end - slot.width;
            if (begin > known && known > limits::kEarliest) nothing(known, begin);
            known = slot.end;
            write(std::move(slot));
        });
        const auto last = std::min(to, std::chrono::floor<seconds>(m_index.end));
        if (known < last && known > limits::kEarliest) nothing(known, last);
    }
    void nothing(FeedSecond from, FeedSecond to) {
        written.missing.push_back(isoText(from) + " to " + isoText(to));
    }
    void write(Slot slot) {
        if (written.lines == 0) writeNames(m_to);
        written.lines += writeSlot(m_to, slot, m_places, m_catalogue);
        m_last = std::move(slot);
        m_goesOn = true;
    }

    RecordingIndex m_index;
    Reports m_reports;
    CsvPlaces m_places;
    const PopCatalogue& m_catalogue;
    std::ostream& m_to;
    Slot m_last;
    bool m_goesOn = false; // from m_last
};

} // namespace

Result<CsvWritten> writeCsv(const std::string& path, CsvPlaces places, const PopCatalogue& catalogue,
                            std::ostream& to) {
    auto reader = McapReader::open(path);
    if (!reader) return Error{reader.error()};
    Decoder decoder;
    MessageStream stream(*reader.value(),
                         [](const mcap::Channel& channel) { return channel.topic == "rollup"; });
    Table table(*reader.value(), places, catalogue, to);
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        if (const auto* made = std::get_if<const FleetRollup*>(&decoded)) table.add(slotOf(**made));
    }
    table.end();
    auto& written = table.written;
    for (const auto& damage : reader.value()->damage())
        written.damage.push_back("byte " + std::to_string(damage.offset) + ": " + damage.text);
    if (written.lines == 0)
        return Error{"'" + path + "' holds neither a rollup nor a report" +
                     (written.damage.empty() ? "" : " that can be read: at " + written.damage.front())};
    if (written.damage.empty()) written.missing.clear(); // nobody said anything then
    return std::move(written);
}

} // namespace surgescope::feeds
