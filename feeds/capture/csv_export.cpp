// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/csv_export.h"

#include "feeds/capture/followed.h"
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/recording_index.h"
#include "feeds/capture/rollup_maker.h"
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

/// Makes slots of the reports themselves.
class Reports {
  public:
    Reports(McapReader& reader, const RecordingIndex& index)
        : m_index(index), m_reports(reader, [](const mcap::Channel& c) { return c.topic == "pop"; }),
          m_rosters(reader,
                    [](const mcap::Channel& c) { return c.topic == "roster" || c.topic == "known/roster"; }) {
    }

    /// Hands over slots of reports after `from` and up to `to`. `before`: whose expected nodes are known.
    void between(FeedSecond from, FeedSecond to, const Slot& before, const std::function<void(Slot)>& take) {
        const auto logAt = [this](FeedSecond second) { return m_index.logTimeAt(RecordedTime(second)); };
        const auto begin = from > limits::kEarliest ? logAt(from - kAround) : 0;
        const auto end = to < kEver ? logAt(to + kAround) : UINT64_MAX;
        m_expected.clear();
        for (const auto& [code, pop] : before.pops)
            m_expected[code] = pop.expectedNodes;
        if (m_expected.empty()) learnExpected(begin > kRosters ? begin - kRosters : 0, end);
        m_reports.seek(begin, end);
        m_given = from;
        Followed followed;
        while (const auto* message = m_reports.next()) {
            if (message->logTime > end) break;
            const auto decoded = m_decoder.decode(message->topic, message->payload);
            const auto* report = std::get_if<const PopReport*>(&decoded);
            if (!report) continue;
            const auto second = followed.take((*report)->header, message->topic, message->logTime);
            if (!second || *second <= m_given || *second > to) continue;
            add(**report, *second);
            while (m_slots.size() > kOpen)
                give(take);
        }
        while (!m_slots.empty())
            give(take);
    }

    static constexpr FeedSecond kEver = limits::kLatest;
    static constexpr seconds kWidth = RollupMaker::kWidth;

  private:
    /// When a second was shown is known to some seconds.
    static constexpr seconds kAround{60};
    static constexpr std::size_t kOpen = 2; // slots that reports may still come for
    static constexpr std::uint64_t kRosters =
        2 * static_cast<std::uint64_t>(recording::kRostersEvery.count()) * recording::kSecondNs;

    void add(const PopReport& report, FeedSecond second) {
        const auto width = kWidth.count();
        auto [at, isNew] = m_slots.try_emplace(feedSecond((unixSeconds(second) + width - 1) / width * width));
        auto& slot = at->second;
        const auto begin = isNew ? second - seconds(1) : std::min(slot.end - slot.width, second - seconds(1));
        slot.end = isNew ? second : std::max(slot.end, second);
        slot.width = slot.end - begin;
        slot.pops[report.pop].totals.merge(report.totals);
    }

    void give(const std::function<void(Slot)>& take) {
        auto slot = std::move(m_slots.begin()->second);
        m_given = m_slots.begin()->first;
        m_slots.erase(m_slots.begin());
        for (const auto& [code, nodes] : m_expected)
            slot.pops[code].expectedNodes = nodes;
        take(std::move(slot));
    }

    void learnExpected(std::uint64_t begin, std::uint64_t end) {
        std::map<std::pair<std::string, std::string>, std::uint64_t> byRoster; // by PoP and publisher
        m_rosters.seek(begin, end);
        while (const auto* message = m_rosters.next()) {
            if (message->logTime > end) break;
            const auto decoded = m_decoder.decode(message->topic, message->payload);
            if (const auto* roster = std::get_if<const Roster*>(&decoded))
                byRoster[{(*roster)->pop, (*roster)->header.publisher}] = (*roster)->nodes.size();
        }
        for (const auto& [key, nodes] : byRoster)
            m_expected[key.first] += nodes;
    }

    const RecordingIndex& m_index;
    MessageStream m_reports;
    MessageStream m_rosters;
    Decoder m_decoder;
    std::map<std::string, std::uint64_t> m_expected;
    std::map<FeedSecond, Slot> m_slots; // not yet given, by the end they would have
    FeedSecond m_given{};               // up to here they have been
};

/// Writes slots in their order, and fills what lies between them from the reports.
class Table {
  public:
    Table(McapReader& reader, CsvPlaces places, const PopCatalogue& catalogue, std::ostream& to)
        : m_index(indexOf(reader)), m_reports(reader, m_index), m_places(places), m_catalogue(catalogue),
          m_to(to) {}

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
