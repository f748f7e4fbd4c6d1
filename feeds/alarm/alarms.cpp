// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/alarms.h"

#include "feeds/alarm/alarm.h"
#include "feeds/alarm/flood.h"
#include "feeds/alarm/inhibition.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

constexpr std::size_t kFoldsFrom = 3; // regions: then it is the world
constexpr std::uint32_t kSlower = 4;  // times as long what chatters has to be clear
/// What is beyond a limit so soon was so before anybody looked.
constexpr seconds kFound{10};

bool isBeyond(const Rule& rule, double value) {
    return std::ranges::any_of(rule.limits, [&](const auto& limit) {
        return limit && (limit->isAbove ? value > limit->limit : value < limit->limit);
    });
}

} // namespace

Alarms::Alarms(Rules rules) : m_rules(std::move(rules)), m_windows(m_rules.all()) {}

// ---- a second

void Alarms::judge(const ObservedSecond& observed) {
    const auto second = observed.second;
    if (m_saved.judged && *m_saved.judged - second > kLongestWindow) { // of another time
        m_saved.begun.reset();
        m_saved.judged.reset();
        m_saved.now.reset();
        for (auto& [rule, alarms] : m_saved.alarms)
            for (auto& [subject, alarm] : alarms)
                alarm.judged.reset();
        if (!m_dropped.empty()) m_dropped = {{second - seconds(1), m_dropped.back().second}};
    }
    if (!m_windows.take(observed)) return;
    if (m_saved.judged && second <= *m_saved.judged) return m_windows.release(); // only looked back at
    if (!m_saved.begun) m_saved.begun = second;
    m_saved.judged = second;
    m_saved.now = std::max(m_saved.now.value_or(second), second);
    m_saved.releaseAt = observed.releaseAt;
    for (const auto& region : observed.regions)
        if (!region.name.empty())
            m_regionNames.insert_or_assign(std::string(region.code), std::string(region.name));
    judgeRules(second, [&](const Rule& rule) {
        if (rule.each <= Each::pop)
            judgePlaces(rule, second);
        else if (rule.each == Each::publisher)
            judgePublishers(rule, observed);
        else
            judgeInstruments(rule, second, {observed.feedAgeSeconds, observed.recorderDropped});
    });
    m_windows.release();
}

void Alarms::tick(FeedSecond second, double feedAgeSeconds, std::optional<std::uint64_t> recorderDropped) {
    if (m_saved.now && second <= *m_saved.now) return;
    m_saved.now = second;
    judgeRules(second, [&](const Rule& rule) {
        if (rule.each == Each::feed || rule.each == Each::recorder)
            return judgeInstruments(rule, second, {feedAgeSeconds, recorderDropped});
        for (auto& [subject, alarm] : m_saved.alarms[rule.id])
            alarm.miss(rule, second);
    });
}

/// Each rule in its order, all the way to its cards; then what follows from all of them.
template <class Judge> void Alarms::judgeRules(FeedSecond second, Judge judgeRule) {
    for (const auto& rule : m_rules.all()) {
        if (isOff(rule, second)) {
            switchOff(rule.id, second);
            continue;
        }
        judgeRule(rule);
        inhibit(rule, m_rules, m_saved.alarms, second,
                [&](const Alarm& alarm) { return m_cards.isShown(keyOf(rule, alarm.region)); });
        deal(rule, second);
    }
    conclude(second);
}

void Alarms::judgePlaces(const Rule& rule, FeedSecond second) {
    const auto& places = m_windows.places(rule.each);
    const auto& alarms = m_saved.alarms[rule.id];
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& place = places[i];
        if (!place.isListed) continue;
        const auto known = alarms.find(place.code);
        auto judged =
            m_windows.judge(rule, i, known == alarms.end() ? std::nullopt : known->second.reference);
        if (rule.value.kind == RuleValue::Kind::age && !place.age && known == alarms.end())
            continue; // never heard
        step(rule, place.code, place.name, place.region, judged, second);
    }
    missUnlisted(rule, second);
}

void Alarms::judgePublishers(const Rule& rule, const ObservedSecond& observed) {
    for (const auto& publisher : observed.publishers) {
        Windows::Judged judged;
        if (publisher.offsetSeconds) judged.evidence.value = std::abs(*publisher.offsetSeconds);
        step(rule, publisher.name, publisher.name, {}, judged, observed.second);
    }
    missUnlisted(rule, observed.second);
}

void Alarms::judgeInstruments(const Rule& rule, FeedSecond second, const Instruments& instruments) {
    Windows::Judged judged;
    if (rule.each == Each::feed)
        judged.evidence.value = instruments.feedAge;
    else if (instruments.recorderDropped)
        judged.evidence.value =
            static_cast<double>(droppedWithin(rule.window, second, *instruments.recorderDropped));
    step(rule, {}, rule.each == Each::feed ? "feed" : "recorder", {}, judged, second);
}

/// Dropped until then counts, too: nobody was told of it.
std::uint64_t Alarms::droppedWithin(seconds window, FeedSecond second, std::uint64_t now) {
    if (!m_dropped.empty() && now < m_dropped.back().second) m_dropped.clear(); // another recorder
    if (m_dropped.empty()) m_dropped.emplace_back(second - seconds(1), 0);
    if (second > m_dropped.back().first) m_dropped.emplace_back(second, now);
    while (second - m_dropped.front().first > kLongestWindow)
        m_dropped.pop_front();
    std::uint64_t before = m_dropped.front().second;
    for (const auto& [then, count] : m_dropped)
        if (then <= second - window) before = count;
    return now - before;
}

void Alarms::step(const Rule& rule, std::string_view subject, std::string_view name, std::string_view region,
                  const Windows::Judged& judged, FeedSecond second) {
    auto& alarms = m_saved.alarms[rule.id];
    const auto& value = judged.evidence.value;
    auto known = alarms.find(subject);
    if (known == alarms.end()) {
        const bool mayFire = value ? isBeyond(rule, *value) : rule.firesWithoutData;
        if (!mayFire) return; // only what is not normal is remembered
        known = alarms.emplace(subject, Alarm()).first;
    }
    auto& alarm = known->second;
    auto evidence = judged.evidence;
    // Silence is never missing: who is heard no more since before a restart is silent since then.
    if (rule.value.kind == RuleValue::Kind::age && !value)
        evidence.value =
            std::max(static_cast<double>((second - alarm.since).count()), alarm.evidence.value.value_or(0));
    alarm.name = name;
    alarm.region = region;
    const bool wasNormal = alarm.stage == Alarm::Stage::normal;
    alarm.step(rule, second, evidence, m_cards.isChattering(keyOf(rule, alarm.region)) ? kSlower : 1);
    if (wasNormal && alarm.stage != Alarm::Stage::normal) alarm.reference = judged.reference;
    if (alarm.stage == Alarm::Stage::normal && !alarm.missingSince) alarms.erase(known);
}

/// Alarms whose subjects are not among those observed.
void Alarms::missUnlisted(const Rule& rule, FeedSecond second) {
    auto& alarms = m_saved.alarms[rule.id];
    std::vector<std::string> unlisted;
    for (const auto& [subject, alarm] : alarms)
        if (alarm.judged != second) unlisted.push_back(subject);
    for (const auto& subject : unlisted) {
        const auto alarm = alarms.find(subject)->second;
        step(rule, subject, alarm.name, alarm.region, {}, second);
    }
}

// ---- cards

Cards::Key Alarms::keyOf(const Rule& rule, const std::string& region) const {
    const Cards::Key world{rule.id, ""};
    const Cards::Key own{rule.id, region};
    if (!rule.isGroupedByRegion) return world;
    return m_cards.isActive(world) && !m_cards.isShelved(own) ? world : own;
}

/// Deals the alarms that fire to cards: by region, or all to the world's.
/// Deals the alarms that fire to cards.
void Alarms::deal(const Rule& rule, FeedSecond second) {
    std::map<Cards::Key, Cards::Firing> firing;
    for (const auto& [subject, alarm] : m_saved.alarms[rule.id])
        if (alarm.stage == Alarm::Stage::firing) {
            auto& card = firing[keyOf(rule, alarm.region)];
            (alarm.inhibitor ? card.heldBack : card.members).push_back({subject, &alarm});
        }
    fold(rule, firing, second);
    const auto& all = m_cards.all();
    for (auto known = all.lower_bound({rule.id, ""}); known != all.end() && known->first.first == rule.id;
         ++known)
        firing.try_emplace(known->first); // of which nothing fires any more
    for (const auto& [key, card] : firing) {
        const auto name = m_regionNames.find(key.second);
        m_cards.update(rule, key, name == m_regionNames.end() ? key.second : name->second, card, second);
    }
}

/// The same in many regions is of the world.
void Alarms::fold(const Rule& rule, std::map<Cards::Key, Cards::Firing>& firing, FeedSecond second) {
    std::vector<Cards::Key> regions;
    for (const auto& [key, card] : firing)
        if (!key.second.empty() && !card.members.empty() && !m_cards.isShelved(key)) regions.push_back(key);
    if (regions.size() < kFoldsFrom) return;
    auto& world = firing[{rule.id, ""}];
    for (const auto& key : regions) {
        const auto part = firing.extract(key).mapped();
        world.members.insert(world.members.end(), part.members.begin(), part.members.end());
        world.heldBack.insert(world.heldBack.end(), part.heldBack.begin(), part.heldBack.end());
        if (m_cards.isActive(key) && m_cards.close(key, Change::folded, second)) world.wasShown = true;
    }
}

bool Alarms::isOff(const Rule& rule, FeedSecond second) const {
    return rule.from && m_saved.releaseAt && second < *m_saved.releaseAt + *rule.from;
}

void Alarms::switchOff(const std::string& rule, FeedSecond second) {
    m_saved.alarms.erase(rule);
    std::vector<Cards::Key> keys;
    for (const auto& [key, entry] : m_cards.all())
        if (key.first == rule) keys.push_back(key);
    for (const auto& key : keys)
        m_cards.close(key, Change::ruleOff, second);
}

// ---- what follows from all

void Alarms::conclude(FeedSecond second) {
    m_cards.passTime(second);
    countInhibited();
    m_saved.flood = floodNow(m_saved.flood, m_cards, second);
    judgeVerdict(second);
    refresh();
}

void Alarms::countInhibited() {
    std::map<Cards::Key, std::size_t> counts;
    m_status.inhibited = 0;
    for (const auto& [rule, alarms] : m_saved.alarms)
        for (const auto& [subject, alarm] : alarms) {
            if (alarm.stage != Alarm::Stage::firing || !alarm.inhibitor) continue;
            ++m_status.inhibited;
            const auto by = std::ranges::find(m_rules.all(), alarm.inhibitor->rule, &Rule::id);
            const auto others = m_saved.alarms.find(alarm.inhibitor->rule);
            if (by == m_rules.all().end() || others == m_saved.alarms.end()) continue;
            const auto inhibitor = others->second.find(alarm.inhibitor->subject);
            if (inhibitor != others->second.end()) ++counts[keyOf(*by, inhibitor->second.region)];
        }
    m_cards.setInhibited(counts);
}

void Alarms::judgeVerdict(FeedSecond second) {
    auto verdict = Verdict::fine;
    for (const auto& [key, entry] : m_cards.all()) {
        const auto& card = entry.card;
        if (card.shelvedUntil || (card.state != AlarmState::unacked && card.state != AlarmState::acked))
            continue;
        const bool isOurs = card.state == AlarmState::unacked && card.severity == Severity::critical;
        verdict = std::max(verdict, isOurs ? Verdict::act : Verdict::watch);
    }
    for (const auto& rule : m_rules.all())
        if (rule.blinds)
            for (const auto& [subject, alarm] : m_saved.alarms[rule.id])
                if (alarm.stage == Alarm::Stage::firing && alarm.severity() == Severity::critical)
                    verdict = Verdict::blind;
    if (m_saved.verdictSince ? verdict == m_saved.verdict : verdict == Verdict::fine && cannotTell(second))
        return;
    m_saved.verdict = verdict;
    m_saved.verdictSince = second;
}

/// Whoever begins in the midst of it has no windows full yet, and then finds limits passed and does not know
/// for how long.
bool Alarms::cannotTell(FeedSecond second) const {
    if (!m_saved.begun) return true;
    const auto found = *m_saved.begun + kFound;
    return second < found || std::ranges::any_of(m_saved.alarms, [&](const auto& ofRule) {
               return std::ranges::any_of(ofRule.second, [&](const auto& subject) {
                   const auto& alarm = subject.second;
                   return alarm.stage != Alarm::Stage::normal && alarm.since <= found;
               });
           });
}

bool Alarms::isClearing(const CardEntry& entry) const {
    const auto ofRule = m_saved.alarms.find(entry.card.rule);
    if (ofRule == m_saved.alarms.end() || entry.subjects.empty()) return false;
    return std::ranges::all_of(entry.subjects, [&](const auto& subject) {
        const auto found = ofRule->second.find(subject);
        if (found == ofRule->second.end()) return true;
        return !found->second.isBeyond(entry.card.severity);
    });
}

void Alarms::refresh() {
    m_status.verdict = m_saved.verdict;
    m_status.since = m_saved.verdictSince;
    m_status.rulesProblem = m_rulesProblem;
    m_status.unacked = m_status.acked = 0;
    m_status.cards.clear();
    m_status.shelved.clear();
    for (const auto& [key, entry] : m_cards.all()) {
        const auto& card = entry.card;
        if (card.shelvedUntil) {
            m_status.shelved.push_back(card);
        } else if (card.state != AlarmState::normal && card.state != AlarmState::pending) {
            m_status.cards.push_back(card);
            m_status.cards.back().isClearing = card.state != AlarmState::returned && isClearing(entry);
            ++(card.state == AlarmState::acked ? m_status.acked : m_status.unacked);
        }
    }
    const auto order = [](const Card& card) {
        return std::tuple(card.state == AlarmState::returned, card.severity != Severity::critical, card.since,
                          card.id);
    };
    std::ranges::sort(m_status.cards, {}, order);
    std::ranges::sort(m_status.shelved, {}, order);
    tellFlood(m_saved.flood, m_status);
}

// ---- other rules, other times

void Alarms::setRules(Rules rules) {
    for (const auto& rule : m_rules.all()) {
        const auto kept = std::ranges::find(rules.all(), rule.id, &Rule::id);
        if (kept == rules.all().end() || kept->each != rule.each ||
            kept->isGroupedByRegion != rule.isGroupedByRegion)
            switchOff(rule.id, now());
    }
    m_rules = std::move(rules);
    m_windows.setRules(m_rules.all());
    setRulesProblem({});
    if (m_saved.now) conclude(now());
}

void Alarms::setRulesProblem(std::string why) {
    m_rulesProblem = std::move(why);
    refresh();
}

std::string Alarms::save() const {
    auto saved = m_saved;
    saved.cards = m_cards.memory();
    return bytesOf(saved);
}

std::optional<Error> Alarms::restore(std::string_view bytes) {
    auto saved = readSaved(bytes);
    if (!saved) return Error{saved.error()};
    m_saved = std::move(saved.value());
    m_cards.remember(std::exchange(m_saved.cards, {}));
    m_windows = Windows(m_rules.all());
    if (!m_saved.verdictSince) m_saved.begun.reset(); // windows fill anew
    m_dropped.clear();
    std::set<std::string> gone;
    for (const auto& [key, entry] : m_cards.all())
        gone.insert(key.first);
    for (const auto& [rule, alarms] : m_saved.alarms)
        gone.insert(rule);
    for (const auto& rule : m_rules.all())
        gone.erase(rule.id);
    for (const auto& rule : gone)
        switchOff(rule, now());
    if (m_saved.now) conclude(now());
    return std::nullopt;
}

// ---- commands

std::optional<Error> Alarms::acknowledge(std::uint64_t card, std::string_view by, std::string_view note) {
    return concluded(m_cards.acknowledge(card, by, note, now()));
}

std::optional<Error> Alarms::shelve(std::uint64_t card, int minutes, std::string_view by,
                                    std::string_view note) {
    return concluded(m_cards.shelve(card, minutes, by, note, now()));
}

std::optional<Error> Alarms::unshelve(std::uint64_t card, std::string_view by) {
    return concluded(m_cards.unshelve(card, by, now()));
}

std::optional<Error> Alarms::concluded(std::optional<Error> error) {
    if (!error) conclude(now());
    return error;
}

} // namespace surgescope::feeds
