// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/saved.h"

#include "feeds/wire/limits.h"

#include <bit>
#include <concepts>
#include <deque>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

namespace surgescope::feeds {
namespace {

constexpr std::string_view kMark = "surgescope alarms 2\n"; // a change of what is saved is a new number

/// Enumerators there are; of a bool, two.
template <class T> constexpr std::uint64_t kValues = 2;
template <> constexpr std::uint64_t kValues<AlarmState> = 5;
template <> constexpr std::uint64_t kValues<Verdict> = 4;
template <> constexpr std::uint64_t kValues<Alarm::Stage> = 3;

/// Numbers are eight bytes, the lowest first; of what has a length, that comes before it.
class Writer {
  public:
    static constexpr bool kReads = false;
    void number(std::uint64_t& value) {
        for (unsigned shift = 0; shift < 64; shift += 8)
            m_bytes += static_cast<char>(value >> shift & 0xFFU);
    }
    void text(std::string& value) {
        std::uint64_t size = value.size();
        number(size);
        m_bytes += value;
    }
    bool isGood() const { return true; }
    void fail() {}
    std::string take() { return std::move(m_bytes); }

  private:
    std::string m_bytes{kMark};
};

class Reader {
  public:
    static constexpr bool kReads = true;
    explicit Reader(std::string_view bytes) : m_rest(bytes) {
        if (m_rest.starts_with(kMark))
            m_rest.remove_prefix(kMark.size());
        else
            fail();
    }
    void number(std::uint64_t& value) {
        if (m_rest.size() < 8) return fail();
        value = 0;
        for (unsigned i = 0; i < 8; ++i)
            value |= std::uint64_t{static_cast<unsigned char>(m_rest[i])} << (8 * i);
        m_rest.remove_prefix(8);
    }
    void text(std::string& value) {
        std::uint64_t size = 0;
        number(size);
        if (!m_isGood || size > m_rest.size()) return fail();
        value = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
    }
    bool isGood() const { return m_isGood; }
    bool isDone() const { return m_isGood && m_rest.empty(); }
    void fail() {
        m_isGood = false;
        m_rest = {};
    }

  private:
    std::string_view m_rest;
    bool m_isGood = true;
};

// What is written and what is read is listed once.
template <class Io, class... Values> void all(Io& io, Values&... values) {
    (transfer(io, values), ...);
}

template <class Io> void transfer(Io& io, std::string& value) {
    io.text(value);
}
template <class Io> void transfer(Io& io, double& value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    io.number(bits);
    value = std::bit_cast<double>(bits);
}
template <class Io> void transfer(Io& io, FeedSecond& value) {
    auto bits = std::bit_cast<std::uint64_t>(unixSeconds(value));
    io.number(bits);
    if (bits > std::bit_cast<std::uint64_t>(unixSeconds(limits::kLatest))) return io.fail();
    value = feedSecond(std::bit_cast<std::int64_t>(bits));
}
template <class Io, class T>
requires std::unsigned_integral<T> || std::is_enum_v<T>
void transfer(Io& io, T& value) {
    auto number = static_cast<std::uint64_t>(value);
    io.number(number);
    constexpr bool isOneOf = std::is_enum_v<T> || std::same_as<T, bool>;
    if (isOneOf && number >= kValues<T>) return io.fail();
    value = static_cast<T>(number);
}
template <class Io, class T> void transfer(Io& io, std::optional<T>& value) {
    bool has = value.has_value();
    transfer(io, has);
    if (Io::kReads && has) value.emplace();
    if (has && io.isGood()) transfer(io, *value);
}
template <class Io, class A, class B> void transfer(Io& io, std::pair<A, B>& value) {
    all(io, value.first, value.second);
}
template <class Io, class Container> void transferList(Io& io, Container& list) {
    std::uint64_t size = list.size();
    io.number(size);
    if constexpr (Io::kReads) {
        for (std::uint64_t i = 0; i < size && io.isGood(); ++i) // each takes bytes: it ends with them
            transfer(io, list.emplace_back());
    } else {
        for (auto& value : list)
            transfer(io, value);
    }
}
template <class Io, class T> void transfer(Io& io, std::vector<T>& list) {
    transferList(io, list);
}
template <class Io, class T> void transfer(Io& io, std::deque<T>& list) {
    transferList(io, list);
}
template <class Io> void transfer(Io& io, std::set<std::string>& set) {
    std::vector<std::string> list(set.begin(), set.end());
    transferList(io, list);
    set = {list.begin(), list.end()};
}

template <class Io> void transfer(Io& io, Alarm::Breach& breach) {
    all(io, breach.ticks, breach.clearRun, breach.isOn);
}
template <class Io> void transfer(Io& io, Alarm::Evidence& evidence) {
    all(io, evidence.value, evidence.level, evidence.share);
}
template <class Io> void transfer(Io& io, Alarm::Inhibitor& inhibitor) {
    all(io, inhibitor.rule, inhibitor.subject);
}
template <class Io> void transfer(Io& io, Alarm& alarm) {
    all(io, alarm.stage, alarm.breaches[0], alarm.breaches[1], alarm.ticks, alarm.since, alarm.judged,
        alarm.missingSince, alarm.isBlind, alarm.reference, alarm.evidence, alarm.region, alarm.name,
        alarm.inhibitor, alarm.uninhibitedSince);
}
template <class Io> void transfer(Io& io, Card& card) {
    all(io, card.id, card.rule, card.group, card.severity, card.state, card.since, card.until, card.text,
        card.todo, card.runbook, card.members, card.by, card.note, card.occurrence);
    std::uint64_t inhibited = card.inhibited;
    all(io, inhibited, card.isSilence, card.isBlind, card.isChattering, card.shelvedUntil);
    card.inhibited = inhibited;
}
template <class Io> void transfer(Io& io, CardAtWorst& worst) {
    std::uint64_t members = worst.members;
    all(io, members, worst.severity, worst.badness, worst.level, worst.text, worst.names);
    worst.members = members;
}
template <class Io> void transfer(Io& io, Cards::Shown& shown) {
    all(io, shown.second, shown.card);
}
template <class Io> void transfer(Io& io, CardEntry& entry) {
    all(io, entry.card, entry.value, entry.isHeldBack, entry.wasShown, entry.showAt, entry.ackedAt,
        entry.subjects, entry.regions, entry.seenSubjects, entry.seenRegions, entry.fired);
    transfer(io, entry.worst);
}
template <class Io, class Key, class Value, class Less>
void transfer(Io& io, std::map<Key, Value, Less>& map) {
    std::uint64_t size = map.size();
    io.number(size);
    if constexpr (Io::kReads) {
        for (std::uint64_t i = 0; i < size && io.isGood(); ++i) {
            Key key;
            transfer(io, key);
            transfer(io, map[std::move(key)]);
        }
    } else {
        for (auto& [key, value] : map) {
            Key name = key;
            all(io, name, value);
        }
    }
}
template <class Io> void transfer(Io& io, SavedAlarms& saved) {
    all(io, saved.alarms, saved.cards.entries, saved.cards.lastId, saved.cards.shown, saved.begun,
        saved.judged, saved.now, saved.releaseAt, saved.verdict, saved.verdictSince, saved.flood.isOn,
        saved.flood.first);
}

} // namespace

std::string bytesOf(const SavedAlarms& saved) {
    Writer writer;
    auto copy = saved; // the one list of fields serves both ways
    transfer(writer, copy);
    return writer.take();
}

Result<SavedAlarms> readSaved(std::string_view bytes) {
    Reader reader(bytes);
    SavedAlarms saved;
    transfer(reader, saved);
    if (!reader.isDone())
        return Error{"saved alarms: expected the bytes that this version of the program saves"};
    return saved;
}

} // namespace surgescope::feeds
