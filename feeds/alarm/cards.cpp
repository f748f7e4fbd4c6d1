// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/cards.h"

#include "feeds/alarm/card_text.h"
#include "feeds/alarm/quantity.h"
#include "feeds/alarm/value_text.h"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace surgescope::feeds {
namespace {

using std::chrono::minutes;

constexpr std::size_t kMostTransitions = 10'000;
constexpr std::size_t kMostNamed = 500; // members by name; {n} tells of all
constexpr std::size_t kMostByBytes = 64;
constexpr std::size_t kMostNoteBytes = 500;
constexpr int kLongestShelf = 60; // minutes
constexpr minutes kRemembered = kFloodTime;
constexpr std::size_t kChattering = 3;  // times fired in `kRemembered`
constexpr std::size_t kLeastGrowth = 3; // members nobody has seen, and a quarter of those seen
constexpr std::size_t kGrowthQuarter = 4;

FeedSecond timeOf(FeedSecond second) {
    return second;
}
FeedSecond timeOf(const Cards::Shown& shown) {
    return shown.second;
}
template <class Happened> void forgetBefore(std::deque<Happened>& all, FeedSecond second) {
    while (!all.empty() && timeOf(all.front()) <= second - kRemembered)
        all.pop_front();
}

std::optional<Error> whyNotSaid(std::string_view by, std::string_view note) {
    const auto isLine = [](std::string_view text) {
        return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 127; });
    };
    if (by.empty() || by.size() > kMostByBytes || !isLine(by))
        return Error{"who says so? Expected a name of 1 to " + std::to_string(kMostByBytes) + " bytes"};
    if (note.size() > kMostNoteBytes || !isLine(note))
        return Error{"expected a note of one line, at most " + std::to_string(kMostNoteBytes) + " bytes"};
    return std::nullopt;
}

Error noCard(std::uint64_t card) {
    return {"there is no card " + std::to_string(card) + " any more"};
}

Severity worstOf(const std::vector<Member>& members) {
    auto worst = Severity::warning;
    for (const auto& member : members)
        worst = std::max(worst, member.alarm->severity().value_or(Severity::warning));
    return worst;
}

/// The higher, the worse; without a value it is of no importance.
std::pair<bool, double> badness(const Rule& rule, const std::optional<double>& value) {
    const auto& limit =
        rule.limit(Severity::critical) ? rule.limit(Severity::critical) : rule.limit(Severity::warning);
    return {value.has_value(), limit->isAbove ? value.value_or(0) : -value.value_or(0)};
}

/// Of whom the value is that a card tells of; folded ones tell of the worst region's, not of the world's.
std::string groupText(const Rule& rule, const Card& card, const Alarm& worst, std::size_t members) {
    if (!card.group.empty()) return card.group;
    if (rule.each != Each::region) return "the world";
    if (members == 1) return worst.name;
    return worst.name + " and " + std::to_string(members - 1) +
           (members == 2 ? " more region" : " more regions");
}

/// Of the world's requests, as far as it is known.
std::string shareText(const std::vector<Member>& members) {
    double sum = 0;
    std::size_t known = 0;
    for (const auto& member : members)
        if (const auto& share = member.alarm->evidence.share) sum += *share, ++known;
    if (known == 0) return "an unknown share";
    return (known < members.size() ? "at least " : "") + quantityText(sum, Quantity::ratio);
}

/// What the card says of these alarms.
void describe(const Rule& rule, CardEntry& entry, std::vector<Member> members) {
    std::ranges::sort(members, {}, [](const Member& m) {
        return std::pair(-m.alarm->evidence.share.value_or(0), std::string_view(m.subject));
    });
    auto& card = entry.card;
    entry.subjects.clear();
    entry.regions.clear();
    card.members.clear();
    std::vector<std::string> names;
    for (const auto& member : members) {
        entry.subjects.insert(member.subject);
        entry.regions.insert(member.alarm->region);
        if (names.size() < kMostNamed) names.push_back(member.alarm->name);
        if (card.members.size() < kMostNamed && !member.subject.empty())
            card.members.push_back(member.subject);
    }
    const auto badnessOf = [&](const Member& member) { return badness(rule, member.alarm->evidence.value); };
    const auto& worst = *std::ranges::max_element(members, {}, badnessOf);
    const auto& evidence = worst.alarm->evidence;
    entry.value = evidence.value.value_or(0);
    const auto& limit = rule.limit(card.severity) ? rule.limit(card.severity) : rule.limit(Severity::warning);
    const std::array<std::string, kPlaceholderNames.size()> values{
        std::to_string(members.size()),
        listed(names, members.size()),
        groupText(rule, card, *worst.alarm, members.size()),
        evidence.value ? textOf(rule.value, *evidence.value) : "no data",
        limit ? quantityText(limit->limit, rule.value.quantity()) : "",
        worst.alarm->name,
        quantityText(evidence.level, Quantity::number),
        shareText(members)};
    card.text = filled(rule.text, values);
    card.todo = filled(rule.todo, values);
    card.runbook = rule.runbook;
    card.isSilence = rule.value.kind == RuleValue::Kind::age ||
                     (rule.value.kind == RuleValue::Kind::share && !rule.value.condition.measure);
    CardAtWorst now{members.size(), card.severity, badnessOf(worst).second,
                    evidence.level, card.text,     card.members};
    const auto size = [](const CardAtWorst& one) {
        return std::tuple(one.members, one.severity, one.badness, one.level);
    };
    if (!entry.worst || size(now) >= size(*entry.worst)) entry.worst = std::move(now);
}

void see(CardEntry& entry, FeedSecond second) {
    entry.ackedAt = second;
    entry.seenSubjects = entry.subjects;
    entry.seenRegions = entry.regions;
}

/// Far more than was seen, or elsewhere too.
bool hasGrown(const CardEntry& entry) {
    const auto unseen = static_cast<std::size_t>(std::ranges::count_if(
        entry.subjects, [&](const auto& subject) { return !entry.seenSubjects.contains(subject); }));
    if (unseen >= kLeastGrowth && unseen * kGrowthQuarter >= entry.seenSubjects.size()) return true;
    return !std::ranges::includes(entry.seenRegions, entry.regions);
}

} // namespace

// ---- one second

void Cards::update(const Rule& rule, const Key& key, const std::string& groupName, const Firing& firing,
                   FeedSecond second) {
    const bool isQuiet = firing.members.empty() && firing.heldBack.empty();
    const auto known = m_memory.entries.find(key);
    if (known == m_memory.entries.end() && isQuiet) return;
    auto& entry = known == m_memory.entries.end() ? m_memory.entries[key] : known->second;
    entry.card.rule = rule.id;
    entry.card.group = groupName;
    if (isQuiet) return finish(rule, entry, second);
    if (firing.members.empty()) return holdBack(rule, entry, firing.heldBack, second);
    const auto severity = worstOf(firing.members);
    auto& card = entry.card;
    if (card.state == AlarmState::normal || card.state == AlarmState::returned) {
        card.severity = severity;
        fire(rule, entry, firing.members, rule.gathers() && !firing.wasShown, second);
    }
    const auto before = card.severity;
    // Of what nobody has seen the highest is shown.
    card.severity = card.state == AlarmState::unacked ? std::max(severity, before) : severity;
    describe(rule, entry, firing.members);
    if (card.state == AlarmState::pending) {
        if (entry.isHeldBack)
            show(entry, Change::uninhibited, second);
        else if (second >= entry.showAt.value_or(second))
            show(entry, Change::shown, second);
        return;
    }
    watch(rule, entry, before, second);
    const bool isBlind = std::ranges::all_of(firing.members, [](const auto& m) { return m.alarm->isBlind; });
    if (isBlind != card.isBlind) {
        card.isBlind = isBlind;
        move(entry, card.state, isBlind ? Change::blinded : Change::sighted, second);
    }
}

void Cards::fire(const Rule& rule, CardEntry& entry, const std::vector<Member>& members, bool waits,
                 FeedSecond second) {
    auto& card = entry.card;
    if (card.state == AlarmState::returned || card.shelvedUntil) {
        ++card.occurrence;
    } else {
        card.id = ++m_memory.lastId;
        card.occurrence = 1;
        card.by.clear();
        card.note.clear();
    }
    card.until.reset();
    card.isBlind = false;
    card.since = std::ranges::min(members, {}, [](const auto& m) { return m.alarm->since; }).alarm->since;
    entry.isHeldBack = entry.wasShown = false;
    entry.worst.reset();
    entry.showAt = waits ? second + rule.groupWait : second;
    entry.fired.push_back(second);
    describe(rule, entry, members);
    move(entry, AlarmState::pending, Change::fired, second);
    if (card.isChattering || entry.fired.size() < kChattering) return;
    card.isChattering = true;
    move(entry, card.state, Change::chattering, second);
}

void Cards::show(CardEntry& entry, Change change, FeedSecond second) {
    if (!entry.wasShown && !entry.card.shelvedUntil) m_memory.shown.push_back({second, entry.card.id});
    entry.isHeldBack = false;
    entry.wasShown = true;
    if (entry.card.shelvedUntil) see(entry, second); // whoever shelved it has
    move(entry, entry.card.shelvedUntil ? AlarmState::acked : AlarmState::unacked, change, second);
}

void Cards::watch(const Rule& rule, CardEntry& entry, Severity before, FeedSecond second) {
    auto& card = entry.card;
    const auto loud = card.shelvedUntil ? card.state : AlarmState::unacked;
    if (card.severity > before) return move(entry, loud, Change::rose, second);
    if (card.severity < before) move(entry, card.state, Change::fell, second);
    if (card.state != AlarmState::acked || card.shelvedUntil) return;
    if (hasGrown(entry)) return move(entry, loud, Change::grew, second);
    if (card.severity == Severity::critical && second - entry.ackedAt >= rule.remind)
        move(entry, loud, Change::reminded, second);
}

void Cards::holdBack(const Rule& rule, CardEntry& entry, const std::vector<Member>& members,
                     FeedSecond second) {
    auto& card = entry.card;
    if (card.state == AlarmState::returned || entry.isHeldBack) return;
    if (card.state == AlarmState::normal) {
        card.severity = worstOf(members);
        fire(rule, entry, members, false, second);
    }
    entry.isHeldBack = true;
    const auto& by = members.front().alarm->inhibitor;
    move(entry, AlarmState::pending, Change::inhibited, second, {}, by ? "explained by " + by->rule : "");
}

void Cards::finish(const Rule& rule, CardEntry& entry, FeedSecond second) {
    auto& card = entry.card;
    if (card.state == AlarmState::normal || card.state == AlarmState::returned) return;
    if (entry.worst) { // how bad it was: what it is by now is no alarm
        card.text = entry.worst->text;
        card.members = entry.worst->names;
    }
    if (card.state != AlarmState::unacked || !rule.latches) return end(entry, Change::ended, second);
    card.until = second;
    card.isBlind = false;
    move(entry, AlarmState::returned, Change::returned, second);
}

void Cards::end(CardEntry& entry, Change why, FeedSecond second) {
    entry.isHeldBack = false;
    entry.card.until = second;
    entry.card.isBlind = false;
    entry.card.inhibited = 0;
    move(entry, AlarmState::normal, why, second);
}

bool Cards::close(const Key& key, Change why, FeedSecond second) {
    const auto known = m_memory.entries.find(key);
    if (known == m_memory.entries.end()) return false;
    const bool wasShown = known->second.wasShown;
    if (known->second.card.state != AlarmState::normal || known->second.card.shelvedUntil) {
        known->second.card.shelvedUntil.reset();
        end(known->second, why, second);
    }
    m_memory.entries.erase(known);
    return wasShown;
}

void Cards::passTime(FeedSecond second) {
    forgetBefore(m_memory.shown, second);
    for (auto at = m_memory.entries.begin(); at != m_memory.entries.end();) {
        auto& entry = at->second;
        auto& card = entry.card;
        if (card.shelvedUntil && second >= *card.shelvedUntil) {
            card.shelvedUntil.reset();
            const bool isSeen = card.state == AlarmState::acked;
            move(entry, isSeen ? AlarmState::unacked : card.state, Change::unshelved, second, {},
                 "the time is over");
        }
        forgetBefore(entry.fired, second);
        if (entry.fired.size() < kChattering) card.isChattering = false;
        const bool isOver = card.state == AlarmState::normal && !card.shelvedUntil && entry.fired.empty();
        at = isOver ? m_memory.entries.erase(at) : std::next(at);
    }
}

void Cards::setInhibited(const std::map<Key, std::size_t>& counts) {
    for (auto& [key, entry] : m_memory.entries) {
        const auto count = counts.find(key);
        entry.card.inhibited = count == counts.end() ? 0 : count->second;
    }
}

// ---- what people say

std::optional<Error> Cards::acknowledge(std::uint64_t id, std::string_view by, std::string_view note,
                                        FeedSecond second) {
    if (auto why = whyNotSaid(by, note)) return why;
    auto* entry = find(id);
    if (!entry) return noCard(id);
    auto& card = entry->card;
    const bool isGone = card.state == AlarmState::returned;
    if (card.state == AlarmState::acked)
        return Error{"card " + std::to_string(id) + " is acknowledged already, by " + card.by};
    if (card.state != AlarmState::unacked && !isGone)
        return Error{"card " + std::to_string(id) + " is not shown, so nobody can have seen it"};
    card.by = by;
    card.note = note;
    see(*entry, second);
    move(*entry, isGone ? AlarmState::normal : AlarmState::acked, Change::acknowledged, second, by, note);
    return std::nullopt;
}

std::optional<Error> Cards::shelve(std::uint64_t id, int time, std::string_view by, std::string_view note,
                                   FeedSecond second) {
    if (auto why = whyNotSaid(by, note)) return why;
    if (time < 1 || time > kLongestShelf)
        return Error{"shelved for " + std::to_string(time) + " minutes, expected 1 to " +
                     std::to_string(kLongestShelf)};
    auto* entry = find(id);
    if (!entry) return noCard(id);
    auto& card = entry->card;
    if (card.state == AlarmState::returned)
        return Error{"card " + std::to_string(id) + " is gone by itself, expected one that fires"};
    card.shelvedUntil = second + minutes(time);
    card.by = by;
    card.note = note;
    see(*entry, second);
    const bool isNew = card.state == AlarmState::unacked;
    move(*entry, isNew ? AlarmState::acked : card.state, Change::shelved, second, by, note);
    return std::nullopt;
}

std::optional<Error> Cards::unshelve(std::uint64_t id, std::string_view by, FeedSecond second) {
    if (auto why = whyNotSaid(by, {})) return why;
    auto* entry = find(id);
    if (!entry) return noCard(id);
    if (!entry->card.shelvedUntil) return Error{"card " + std::to_string(id) + " is not shelved"};
    entry->card.shelvedUntil.reset();
    entry->card.by = by;
    see(*entry, second);
    move(*entry, entry->card.state, Change::unshelved, second, by);
    return std::nullopt;
}

CardEntry* Cards::find(std::uint64_t id) {
    for (auto& [key, entry] : m_memory.entries)
        if (entry.card.id == id && (entry.card.state != AlarmState::normal || entry.card.shelvedUntil))
            return &entry;
    return nullptr;
}

// ---- the log

bool Cards::isActive(const Key& key) const {
    const auto known = m_memory.entries.find(key);
    if (known == m_memory.entries.end()) return false;
    const auto state = known->second.card.state;
    return state != AlarmState::normal && state != AlarmState::returned;
}

bool Cards::isShown(const Key& key) const {
    const auto known = m_memory.entries.find(key);
    if (known == m_memory.entries.end()) return false;
    const auto state = known->second.card.state;
    return state == AlarmState::unacked || state == AlarmState::acked;
}

bool Cards::isListed(std::uint64_t card) const {
    return std::ranges::any_of(m_memory.entries, [&](const auto& known) {
        const auto& one = known.second.card;
        return one.id == card && !one.shelvedUntil && one.state >= AlarmState::unacked;
    });
}

bool Cards::isShelved(const Key& key) const {
    const auto known = m_memory.entries.find(key);
    return known != m_memory.entries.end() && known->second.card.shelvedUntil;
}

bool Cards::isChattering(const Key& key) const {
    const auto known = m_memory.entries.find(key);
    return known != m_memory.entries.end() && known->second.card.isChattering;
}

void Cards::move(CardEntry& entry, AlarmState to, Change change, FeedSecond second, std::string_view by,
                 std::string_view note) {
    auto& card = entry.card;
    const auto from = std::exchange(card.state, to);
    if (m_log.size() == kMostTransitions) {
        m_log.pop_front();
        ++m_lost;
    }
    m_log.push_back({.second = second,
                     .card = card.id,
                     .occurrence = card.occurrence,
                     .rule = card.rule,
                     .group = card.group,
                     .change = change,
                     .from = from,
                     .to = to,
                     .severity = card.severity,
                     .isShelved = card.shelvedUntil.has_value(),
                     .isSilence = card.isSilence,
                     .members = card.members,
                     .value = entry.value,
                     .by = std::string(by),
                     .note = std::string(note),
                     .text = card.text});
}

std::vector<Transition> Cards::takeTransitions() {
    const auto log = std::exchange(m_log, {});
    return {log.begin(), log.end()};
}

} // namespace surgescope::feeds
