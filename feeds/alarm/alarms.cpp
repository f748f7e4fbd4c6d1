// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/alarm/alarms.h"

#include "feeds/alarm/alarm.h"
#include "feeds/alarm/cards.h"
#include "feeds/alarm/saved.h"
#include "feeds/alarm/windows.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace surgescope::feeds {
namespace {

using std::chrono::seconds;

constexpr seconds kHeldBackAfter{15};  // so long an inhibitor that is over goes on
constexpr std::size_t kFoldsFrom = 3;  // regions: then it is the world
constexpr std::uint32_t kSlower = 4;   // times as long what chatters has to be clear
constexpr std::size_t kFloodInOne = 5; // more cards in a minute are a flood, too
constexpr std::size_t kFloodEnds = 5;  // fewer in ten minutes are none any more

bool isBeyond(const Rule& rule, double value) {
    return std::ranges::any_of(rule.limits, [&](const auto& limit) {
        return limit && (limit->isAbove ? value > limit->limit : value < limit->limit);
    });
}

/// Both names in one; neither has a line break.
std::string inhibitorText(const std::string& rule, const std::string& subject) {
    return rule + '\n' + subject;
}

/// An alarm of such a rule and subject explains this one, if its rule says so.
bool covers(const Rule& rule, const std::string& subject, const std::string& ofSubject, const Alarm& of) {
    if (rule.each == Each::region) return of.region == subject;
    return rule.each != Each::pop || ofSubject == subject;
}

} // namespace

struct Alarms::Engine {
    explicit Engine(Rules start) : rules(std::move(start)), windows(rules.all()) {}

    /// What is judged besides places.
    struct Instruments {
        double feedAge = 0;
        std::optional<std::uint64_t> recorderDropped;
    };

    void judge(const ObservedSecond& observed);
    void tick(FeedSecond second, const Instruments& instruments);
    void setRules(Rules next);
    void restore(SavedAlarms next);
    void refresh();

    void judgePlaces(const Rule& rule, FeedSecond second);
    void judgePublishers(const Rule& rule, const ObservedSecond& observed);
    void judgeInstruments(const Rule& rule, FeedSecond second, const Instruments& instruments);
    void step(const Rule& rule, std::string_view subject, std::string_view name, std::string_view region,
              const Windows::Judged& judged, FeedSecond second);
    void missUnlisted(const Rule& rule, FeedSecond second);
    void inhibit(const Rule& rule, FeedSecond second);
    std::string inhibitorOf(const Rule& rule, const std::string& subject, const Alarm& alarm) const;
    void deal(const Rule& rule, FeedSecond second);
    void conclude(FeedSecond second);
    void countInhibited();
    void judgeVerdict(FeedSecond second);
    void switchOff(const Rule& rule, FeedSecond second);
    bool isOff(const Rule& rule, FeedSecond second) const;
    Cards::Key keyOf(const Rule& rule, const std::string& region) const;
    std::uint64_t droppedWithin(seconds window, FeedSecond second, std::uint64_t dropped);

    Rules rules;
    Windows windows;
    Cards cards;
    SavedAlarms saved; // all but the cards, which keep their own
    std::map<std::string, std::string> regionNames;
    std::deque<std::pair<FeedSecond, std::uint64_t>> dropped; // by the recorder, in the longest window
    std::string found;                                        // for inhibitorOf()
    std::string rulesProblem;
    AlarmStatus status;
};

// ---- a second

void Alarms::Engine::judge(const ObservedSecond& observed) {
    const auto second = observed.second;
    if (saved.judged && *saved.judged - second > kLongestWindow) { // of another time
        saved.judged.reset();
        saved.now.reset();
        for (auto& [rule, alarms] : saved.alarms)
            for (auto& [subject, alarm] : alarms)
                alarm.judged.reset();
    }
    if (!windows.take(observed)) return;
    if (saved.judged && second <= *saved.judged) return windows.release(); // only looked back at
    saved.judged = second;
    saved.now = std::max(saved.now.value_or(second), second);
    saved.releaseAt = observed.releaseAt;
    for (const auto& region : observed.regions)
        if (!region.name.empty())
            regionNames.insert_or_assign(std::string(region.code), std::string(region.name));
    for (const auto& rule : rules.all()) {
        if (isOff(rule, second)) {
            switchOff(rule, second);
            continue;
        }
        if (rule.each <= Each::pop)
            judgePlaces(rule, second);
        else if (rule.each == Each::publisher)
            judgePublishers(rule, observed);
        else
            judgeInstruments(rule, second, {observed.feedAgeSeconds, observed.recorderDropped});
        inhibit(rule, second);
        deal(rule, second);
    }
    windows.release();
    conclude(second);
}

void Alarms::Engine::tick(FeedSecond second, const Instruments& instruments) {
    if (saved.now && second <= *saved.now) return;
    saved.now = second;
    for (const auto& rule : rules.all()) {
        if (isOff(rule, second)) {
            switchOff(rule, second);
            continue;
        }
        if (rule.each == Each::feed || rule.each == Each::recorder)
            judgeInstruments(rule, second, instruments);
        else
            for (auto& [subject, alarm] : saved.alarms[rule.id])
                alarm.miss(rule, second);
        inhibit(rule, second);
        deal(rule, second);
    }
    conclude(second);
}

void Alarms::Engine::judgePlaces(const Rule& rule, FeedSecond second) {
    const auto& places = windows.places(rule.each);
    const auto& alarms = saved.alarms[rule.id];
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& place = places[i];
        if (!place.isListed) continue;
        const auto known = alarms.find(place.code);
        auto judged = windows.judge(rule, i, known == alarms.end() ? std::nullopt : known->second.reference);
        if (rule.value.kind == RuleValue::Kind::age && !place.age && known == alarms.end())
            continue; // never heard
        step(rule, place.code, place.name, place.region, judged, second);
    }
    missUnlisted(rule, second);
}

void Alarms::Engine::judgePublishers(const Rule& rule, const ObservedSecond& observed) {
    for (const auto& publisher : observed.publishers) {
        Windows::Judged judged;
        if (publisher.offsetSeconds) judged.evidence.value = std::abs(*publisher.offsetSeconds);
        step(rule, publisher.name, publisher.name, {}, judged, observed.second);
    }
    missUnlisted(rule, observed.second);
}

void Alarms::Engine::judgeInstruments(const Rule& rule, FeedSecond second, const Instruments& instruments) {
    Windows::Judged judged;
    if (rule.each == Each::feed)
        judged.evidence.value = instruments.feedAge;
    else if (instruments.recorderDropped)
        judged.evidence.value =
            static_cast<double>(droppedWithin(rule.window, second, *instruments.recorderDropped));
    step(rule, {}, rule.each == Each::feed ? "feed" : "recorder", {}, judged, second);
}

/// Dropped until then counts, too: nobody was told of it.
std::uint64_t Alarms::Engine::droppedWithin(seconds window, FeedSecond second, std::uint64_t now) {
    if (!dropped.empty() && now < dropped.back().second) dropped.clear(); // another recorder
    if (dropped.empty()) dropped.emplace_back(second - seconds(1), 0);
    if (second > dropped.back().first) dropped.emplace_back(second, now);
    while (second - dropped.front().first > kLongestWindow)
        dropped.pop_front();
    std::uint64_t before = dropped.front().second;
    for (const auto& [then, count] : dropped)
        if (then <= second - window) before = count;
    return now - before;
}

void Alarms::Engine::step(const Rule& rule, std::string_view subject, std::string_view name,
                          std::string_view region, const Windows::Judged& judged, FeedSecond second) {
    auto& alarms = saved.alarms[rule.id];
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
    alarm.step(rule, second, evidence, cards.isChattering(keyOf(rule, alarm.region)) ? kSlower : 1);
    if (wasNormal && alarm.stage != Alarm::Stage::normal) alarm.reference = judged.reference;
    if (alarm.stage == Alarm::Stage::normal && !alarm.missingSince) alarms.erase(known);
}

/// Alarms whose subjects are not among those observed.
void Alarms::Engine::missUnlisted(const Rule& rule, FeedSecond second) {
    auto& alarms = saved.alarms[rule.id];
    std::vector<std::string> unlisted;
    for (const auto& [subject, alarm] : alarms)
        if (alarm.judged != second) unlisted.push_back(subject);
    for (const auto& subject : unlisted) {
        const auto alarm = alarms.find(subject)->second;
        step(rule, subject, alarm.name, alarm.region, {}, second);
    }
}

// ---- inhibition

/// Empty: there is none. One that is pending holds back what nobody has seen yet; what is shown goes behind
/// another card only when that is there.
std::string Alarms::Engine::inhibitorOf(const Rule& rule, const std::string& subject,
                                        const Alarm& alarm) const {
    const bool isSeen = alarm.inhibitor.empty() && cards.isShown(keyOf(rule, alarm.region));
    for (const auto& other : rules.all()) {
        if (&other == &rule) break; // whoever inhibits comes first
        const auto alarms = saved.alarms.find(other.id);
        if (alarms == saved.alarms.end() || std::ranges::count(other.inhibits, rule.id) == 0) continue;
        for (const auto& [otherSubject, by] : alarms->second) {
            const bool counts = isSeen ? by.stage == Alarm::Stage::firing : by.stage != Alarm::Stage::normal;
            if (counts && covers(other, otherSubject, subject, alarm))
                return inhibitorText(other.id, otherSubject);
        }
    }
    return {};
}

void Alarms::Engine::inhibit(const Rule& rule, FeedSecond second) {
    for (auto& [subject, alarm] : saved.alarms[rule.id]) {
        if (alarm.stage == Alarm::Stage::normal) continue;
        if (auto by = inhibitorOf(rule, subject, alarm); !by.empty()) {
            alarm.inhibitor = std::move(by);
            alarm.uninhibitedSince.reset();
        } else if (!alarm.inhibitor.empty()) {
            if (!alarm.uninhibitedSince) alarm.uninhibitedSince = second;
            if (second - *alarm.uninhibitedSince < kHeldBackAfter) continue;
            alarm.inhibitor.clear();
            alarm.uninhibitedSince.reset();
        }
    }
}

void Alarms::Engine::countInhibited() {
    std::map<Cards::Key, std::size_t> counts;
    std::size_t all = 0;
    for (const auto& [rule, alarms] : saved.alarms)
        for (const auto& [subject, alarm] : alarms) {
            if (alarm.stage != Alarm::Stage::firing || alarm.inhibitor.empty()) continue;
            ++all;
            const auto end = alarm.inhibitor.find('\n');
            const auto by = std::ranges::find(rules.all(), alarm.inhibitor.substr(0, end), &Rule::id);
            if (by == rules.all().end()) continue;
            const auto& others = saved.alarms[by->id];
            const auto inhibitor = others.find(alarm.inhibitor.substr(end + 1));
            if (inhibitor != others.end()) ++counts[keyOf(*by, inhibitor->second.region)];
        }
    status.inhibited = all;
    cards.setInhibited(counts);
}

// ---- cards

Cards::Key Alarms::Engine::keyOf(const Rule& rule, const std::string& region) const {
    const Cards::Key world{rule.id, ""};
    const Cards::Key own{rule.id, region};
    if (!rule.isGroupedByRegion) return world;
    return cards.isActive(world) && !cards.isShelved(own) ? world : own;
}

/// Deals the alarms that fire to cards: by region, or all to the world's.
void Alarms::Engine::deal(const Rule& rule, FeedSecond second) {
    std::map<Cards::Key, Cards::Firing> firing;
    for (const auto& [subject, alarm] : saved.alarms[rule.id])
        if (alarm.stage == Alarm::Stage::firing) {
            auto& card = firing[keyOf(rule, alarm.region)];
            (alarm.inhibitor.empty() ? card.members : card.heldBack).push_back({subject, &alarm});
        }
    std::vector<Cards::Key> regions;
    for (const auto& [key, card] : firing)
        if (!key.second.empty() && !card.members.empty() && !cards.isShelved(key)) regions.push_back(key);
    if (regions.size() >= kFoldsFrom) {
        auto& world = firing[{rule.id, ""}];
        for (const auto& key : regions) {
            auto part = firing.extract(key).mapped();
            world.members.insert(world.members.end(), part.members.begin(), part.members.end());
            world.heldBack.insert(world.heldBack.end(), part.heldBack.begin(), part.heldBack.end());
            if (cards.isActive(key) && cards.close(key, Change::folded, second)) world.wasShown = true;
        }
    }
    for (auto known = cards.all().lower_bound({rule.id, ""});
         known != cards.all().end() && known->first.first == rule.id; ++known)
        firing.try_emplace(known->first);
    for (const auto& [key, card] : firing) {
        const auto name = regionNames.find(key.second);
        cards.update(rule, key, name == regionNames.end() ? key.second : name->second, card, second);
    }
}

bool Alarms::Engine::isOff(const Rule& rule, FeedSecond second) const {
    return rule.from && saved.releaseAt && second < *saved.releaseAt + *rule.from;
}

void Alarms::Engine::switchOff(const Rule& rule, FeedSecond second) {
    saved.alarms.erase(rule.id);
    std::vector<Cards::Key> keys;
    for (const auto& [key, entry] : cards.all())
        if (key.first == rule.id) keys.push_back(key);
    for (const auto& key : keys)
        cards.close(key, Change::ruleOff, second);
}

void Alarms::Engine::conclude(FeedSecond second) {
    cards.passTime(second);
    countInhibited();
    const auto& shown = cards.memory().shown;
    const auto inOne = std::ranges::count_if(shown, [&](auto then) { return second - then < seconds(60); });
    if (shown.size() > kFloodCards || static_cast<std::size_t>(inOne) > kFloodInOne) saved.isFlood = true;
    if (shown.size() < kFloodEnds) saved.isFlood = false;
    judgeVerdict(second);
    refresh();
}

void Alarms::Engine::judgeVerdict(FeedSecond second) {
    auto verdict = Verdict::fine;
    for (const auto& [key, entry] : cards.all()) {
        const auto& card = entry.card;
        if (card.shelvedUntil || (card.state != AlarmState::unacked && card.state != AlarmState::acked))
            continue;
        const bool isOurs = card.state == AlarmState::unacked && card.severity == Severity::critical;
        verdict = std::max(verdict, isOurs ? Verdict::act : Verdict::watch);
    }
    for (const auto& rule : rules.all())
        if (rule.blinds)
            for (const auto& [subject, alarm] : saved.alarms[rule.id])
                if (alarm.stage == Alarm::Stage::firing && alarm.severity() == Severity::critical)
                    verdict = Verdict::blind;
    if (saved.verdictSince && verdict == saved.verdict) return;
    saved.verdict = verdict;
    saved.verdictSince = second;
}

void Alarms::Engine::refresh() {
    status.verdict = saved.verdict;
    status.since = saved.verdictSince;
    status.isFlood = saved.isFlood;
    status.rulesProblem = rulesProblem;
    status.unacked = status.acked = 0;
    status.cards.clear();
    status.shelved.clear();
    for (const auto& [key, entry] : cards.all()) {
        const auto& card = entry.card;
        if (card.shelvedUntil) {
            status.shelved.push_back(card);
        } else if (card.state != AlarmState::normal && card.state != AlarmState::pending) {
            status.cards.push_back(card);
            ++(card.state == AlarmState::acked ? status.acked : status.unacked);
        }
    }
    const auto order = [](const Card& card) {
        return std::tuple(card.state == AlarmState::returned, card.severity != Severity::critical, card.since,
                          card.id);
    };
    std::ranges::sort(status.cards, {}, order);
    std::ranges::sort(status.shelved, {}, order);
}

// ---- other rules, other times

void Alarms::Engine::setRules(Rules next) {
    const auto second = saved.now.value_or(FeedSecond{});
    for (const auto& rule : rules.all()) {
        const auto kept = std::ranges::find(next.all(), rule.id, &Rule::id);
        if (kept == next.all().end() || kept->each != rule.each ||
            kept->isGroupedByRegion != rule.isGroupedByRegion)
            switchOff(rule, second);
    }
    rules = std::move(next);
    windows.setRules(rules.all());
    rulesProblem.clear();
    if (saved.now) conclude(second);
}

void Alarms::Engine::restore(SavedAlarms next) {
    cards.remember(std::exchange(next.cards, {}));
    saved = std::move(next);
    windows = Windows(rules.all());
    dropped.clear();
    const auto second = saved.now.value_or(FeedSecond{});
    std::set<std::string> gone;
    for (const auto& [key, entry] : cards.all())
        gone.insert(key.first);
    for (const auto& [rule, alarms] : saved.alarms)
        gone.insert(rule);
    for (const auto& rule : rules.all())
        gone.erase(rule.id);
    for (const auto& id : gone) {
        Rule rule;
        rule.id = id;
        switchOff(rule, second);
    }
    if (saved.now) conclude(second);
}

// ---- what others call

Alarms::Alarms(Rules rules) : m_engine(std::make_unique<Engine>(std::move(rules))) {}
Alarms::Alarms(Alarms&&) noexcept = default;
Alarms& Alarms::operator=(Alarms&&) noexcept = default;
Alarms::~Alarms() = default;

void Alarms::judge(const ObservedSecond& observed) {
    m_engine->judge(observed);
}

void Alarms::tick(FeedSecond second, double feedAgeSeconds, std::optional<std::uint64_t> recorderDropped) {
    m_engine->tick(second, {feedAgeSeconds, recorderDropped});
}

std::optional<Error> Alarms::acknowledge(std::uint64_t card, std::string_view by, std::string_view note) {
    const auto second = m_engine->saved.now.value_or(FeedSecond{});
    if (auto error = m_engine->cards.acknowledge(card, by, note, second)) return error;
    m_engine->conclude(second);
    return std::nullopt;
}

std::optional<Error> Alarms::shelve(std::uint64_t card, int minutes, std::string_view by,
                                    std::string_view note) {
    const auto second = m_engine->saved.now.value_or(FeedSecond{});
    if (auto error = m_engine->cards.shelve(card, minutes, by, note, second)) return error;
    m_engine->conclude(second);
    return std::nullopt;
}

std::optional<Error> Alarms::unshelve(std::uint64_t card, std::string_view by) {
    const auto second = m_engine->saved.now.value_or(FeedSecond{});
    if (auto error = m_engine->cards.unshelve(card, by, second)) return error;
    m_engine->conclude(second);
    return std::nullopt;
}

void Alarms::setRules(Rules rules) {
    m_engine->setRules(std::move(rules));
    m_engine->refresh();
}

void Alarms::setRulesProblem(std::string why) {
    m_engine->rulesProblem = std::move(why);
    m_engine->refresh();
}

const Rules& Alarms::rules() const {
    return m_engine->rules;
}

const AlarmStatus& Alarms::status() const {
    return m_engine->status;
}

std::vector<Transition> Alarms::takeTransitions() {
    return m_engine->cards.takeTransitions();
}

std::uint64_t Alarms::lostTransitions() const {
    return m_engine->cards.lostTransitions();
}

std::string Alarms::save() const {
    auto saved = m_engine->saved;
    saved.cards = m_engine->cards.memory();
    return bytesOf(saved);
}

std::optional<Error> Alarms::restore(std::string_view bytes) {
    auto saved = readSaved(bytes);
    if (!saved) return Error{saved.error()};
    m_engine->restore(std::move(saved.value()));
    return std::nullopt;
}

} // namespace surgescope::feeds
