// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/desk/said.h"

#include "feeds/alarm/flood.h"
#include "feeds/wire/limits.h"
#include "feeds/wire/protobuf_log.h"
#include "feeds/wire/sanity.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <optional>
#include <span>
#include <telemetry.pb.h>
#include <utility>
#include <vector>

namespace surgescope::feeds::said {
namespace pb = surgescope::v1;
namespace {

constexpr std::uint32_t kChanges = static_cast<std::uint32_t>(Change::ruleOff) + 1;
constexpr std::uint32_t kStates = static_cast<std::uint32_t>(AlarmState::returned) + 1;
constexpr std::uint32_t kSeverities = static_cast<std::uint32_t>(Severity::critical) + 1;
constexpr std::uint32_t kVerdicts = static_cast<std::uint32_t>(Verdict::blind) + 1;
constexpr std::size_t kMostLine = 2'000; // bytes of a text

std::uint64_t us(FeedSecond second) {
    return static_cast<std::uint64_t>(unixSeconds(second)) * 1'000'000U;
}

std::uint64_t us(const std::optional<FeedSecond>& second) {
    return second ? us(*second) : 0;
}

/// Reads fields and remembers whether all were as they may be.
class Check {
  public:
    bool isGood() const { return m_isGood; }
    FeedSecond second(std::uint64_t from) {
        m_isGood = m_isGood && isSaneTime(from);
        return isSaneTime(from) ? secondOf(from) : FeedSecond{};
    }
    std::optional<FeedSecond> maybeSecond(std::uint64_t from) {
        return from == 0 ? std::nullopt : std::optional(second(from));
    }
    template <class Enum> Enum one(std::uint32_t from, std::uint32_t values) {
        m_isGood = m_isGood && from < values;
        return static_cast<Enum>(from < values ? from : 0);
    }
    const std::string& text(const std::string& from) {
        m_isGood = m_isGood && isPrintable(from, kMostLine);
        return from;
    }
    std::vector<std::string> texts(const google::protobuf::RepeatedPtrField<std::string>& from) {
        m_isGood = m_isGood && static_cast<std::size_t>(from.size()) <= kMostMembers;
        if (!m_isGood) return {};
        for (const auto& one : from)
            text(one);
        return {from.begin(), from.end()};
    }

  private:
    bool m_isGood = true;
};

template <class Proto> std::optional<Error> parse(Proto& proto, std::string_view bytes) {
    silenceProtobuf();
    if (bytes.size() > limits::kMessageBytes ||
        !proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return Error{std::to_string(bytes.size()) + " bytes are not " + proto.GetTypeName()};
    return std::nullopt;
}

Error outOfBounds(const char* what) {
    return Error{std::string(what) + " with a time, a name, a text or a number out of bounds"};
}

/// Texts come from rules of the user's, from people and from other parts of the program: as they may be read.
std::string line(const std::string& text) {
    return printable(text, kMostLine);
}

template <class T> std::span<const T> atMost(std::size_t most, const std::vector<T>& all) {
    return std::span(all).first(std::min(most, all.size()));
}

template <class Proto> void writeMembers(const std::vector<std::string>& members, Proto& to) {
    for (const auto& member : atMost(kMostMembers, members))
        to.add_members(line(member));
}

void write(const Card& card, pb::AlarmCard& to) {
    to.set_id(card.id);
    to.set_rule(line(card.rule));
    to.set_group(line(card.group));
    to.set_severity(static_cast<std::uint32_t>(card.severity));
    to.set_state(static_cast<std::uint32_t>(card.state));
    to.set_since_us(us(card.since));
    to.set_until_us(us(card.until));
    to.set_text(line(card.text));
    to.set_todo(line(card.todo));
    to.set_runbook(line(card.runbook));
    writeMembers(card.members, to);
    to.set_by(line(card.by));
    to.set_note(line(card.note));
    to.set_occurrence(card.occurrence);
    to.set_inhibited(card.inhibited);
    to.set_silence(card.isSilence);
    to.set_blind(card.isBlind);
    to.set_chattering(card.isChattering);
    to.set_clearing(card.isClearing);
    to.set_shelved_until_us(us(card.shelvedUntil));
}

Card read(const pb::AlarmCard& from, Check& check) {
    return {.id = from.id(),
            .rule = check.text(from.rule()),
            .group = check.text(from.group()),
            .severity = check.one<Severity>(from.severity(), kSeverities),
            .state = check.one<AlarmState>(from.state(), kStates),
            .since = check.second(from.since_us()),
            .until = check.maybeSecond(from.until_us()),
            .text = check.text(from.text()),
            .todo = check.text(from.todo()),
            .runbook = check.text(from.runbook()),
            .members = check.texts(from.members()),
            .by = check.text(from.by()),
            .note = check.text(from.note()),
            .occurrence = from.occurrence(),
            .inhibited = from.inhibited(),
            .isSilence = from.silence(),
            .isBlind = from.blind(),
            .isChattering = from.chattering(),
            .isClearing = from.clearing(),
            .shelvedUntil = check.maybeSecond(from.shelved_until_us())};
}

std::vector<Card> read(const google::protobuf::RepeatedPtrField<pb::AlarmCard>& from, Check& check) {
    std::vector<Card> cards;
    for (const auto& card : from) {
        if (!check.isGood() || cards.size() >= kMostCards) break;
        cards.push_back(read(card, check));
    }
    return cards;
}

} // namespace

std::string bytesOf(const Transition& change) {
    pb::AlarmChange to;
    to.set_interval_end_us(us(change.second));
    to.set_card(change.card);
    to.set_occurrence(change.occurrence);
    to.set_rule(line(change.rule));
    to.set_group(line(change.group));
    to.set_change(static_cast<std::uint32_t>(change.change));
    to.set_from(static_cast<std::uint32_t>(change.from));
    to.set_to(static_cast<std::uint32_t>(change.to));
    to.set_severity(static_cast<std::uint32_t>(change.severity));
    to.set_shelved(change.isShelved);
    to.set_silence(change.isSilence);
    writeMembers(change.members, to);
    to.set_value(change.value);
    to.set_by(line(change.by));
    to.set_note(line(change.note));
    to.set_text(line(change.text));
    return to.SerializeAsString();
}

Result<Transition> readChange(std::string_view bytes) {
    pb::AlarmChange from;
    if (auto wrong = parse(from, bytes)) return std::move(*wrong);
    Check check;
    Transition change{.second = check.second(from.interval_end_us()),
                      .card = from.card(),
                      .occurrence = from.occurrence(),
                      .rule = check.text(from.rule()),
                      .group = check.text(from.group()),
                      .change = check.one<Change>(from.change(), kChanges),
                      .from = check.one<AlarmState>(from.from(), kStates),
                      .to = check.one<AlarmState>(from.to(), kStates),
                      .severity = check.one<Severity>(from.severity(), kSeverities),
                      .isShelved = from.shelved(),
                      .isSilence = from.silence(),
                      .members = check.texts(from.members()),
                      .value = from.value(),
                      .by = check.text(from.by()),
                      .note = check.text(from.note()),
                      .text = check.text(from.text())};
    if (!check.isGood()) return outOfBounds("a change of an alarm");
    return change;
}

std::string bytesOf(const LiveStatus& status, FeedSecond at) {
    pb::AlarmsShown to;
    to.set_interval_end_us(us(at));
    to.set_verdict(static_cast<std::uint32_t>(status.alarms.verdict));
    to.set_since_us(us(status.alarms.since));
    for (const auto& card : atMost(kMostCards, status.alarms.cards))
        write(card, *to.add_cards());
    for (const auto& card : atMost(kMostCards, status.alarms.shelved))
        write(card, *to.add_shelved());
    to.set_inhibited(status.alarms.inhibited);
    to.set_flood(status.alarms.isFlood);
    to.set_first(status.alarms.first);
    to.set_rules_problem(line(status.alarms.rulesProblem));
    to.set_changes(status.changes);
    to.set_problem(line(status.problem));
    return to.SerializeAsString();
}

Result<Shown> readShown(std::string_view bytes) {
    pb::AlarmsShown from;
    if (auto wrong = parse(from, bytes)) return std::move(*wrong);
    Check check;
    Shown shown{.at = check.second(from.interval_end_us())};
    auto& alarms = shown.status.alarms;
    alarms.verdict = check.one<Verdict>(from.verdict(), kVerdicts);
    alarms.since = check.maybeSecond(from.since_us());
    alarms.cards = read(from.cards(), check);
    alarms.shelved = read(from.shelved(), check);
    for (const auto& card : alarms.cards) {
        if (card.state == AlarmState::unacked || card.state == AlarmState::returned) ++alarms.unacked;
        if (card.state == AlarmState::acked) ++alarms.acked;
    }
    alarms.inhibited = from.inhibited();
    tellFlood({from.flood(), from.first()}, alarms);
    alarms.rulesProblem = check.text(from.rules_problem());
    shown.status.changes = from.changes();
    shown.status.problem = check.text(from.problem());
    if (!check.isGood()) return outOfBounds("alarms");
    return shown;
}

std::string bytesOf(const Note& note) {
    pb::Note to;
    to.set_interval_end_us(us(note.from));
    to.set_to_us(us(note.to));
    to.set_id(note.id);
    to.set_written_us(static_cast<std::uint64_t>(note.written.time_since_epoch().count()));
    to.set_by(note.by);
    to.set_text(note.text);
    to.set_removed(note.isRemoved);
    return to.SerializeAsString();
}

Result<Note> readNote(std::string_view bytes) {
    pb::Note from;
    if (auto wrong = parse(from, bytes)) return std::move(*wrong);
    Check check;
    Note note{.id = from.id(),
              .from = check.second(from.interval_end_us()),
              .to = check.second(from.to_us()),
              .by = from.by(),
              .text = from.text(),
              .written =
                  WallTime(std::chrono::microseconds(isSaneTime(from.written_us()) ? from.written_us() : 0)),
              .isRemoved = from.removed()};
    if (!check.isGood()) return outOfBounds("a note");
    if (auto wrong = whyNot(note)) return std::move(*wrong);
    return note;
}

std::string linesOf(const Notes& notes) {
    std::string lines;
    for (const auto& [id, note] : notes.kept()) {
        pb::Note message;
        message.ParseFromString(bytesOf(note));
        std::string line;
        if (google::protobuf::util::MessageToJsonString(message, &line).ok()) lines += line + '\n';
    }
    return lines;
}

ReadLines readLines(std::string_view text) {
    ReadLines read;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) continue;
        pb::Note message;
        std::optional<Error> wrong;
        if (!google::protobuf::util::JsonStringToMessage(line, &message).ok())
            wrong = Error{"expected a note as JSON"};
        else if (const auto note = readNote(message.SerializeAsString()); !note)
            wrong = Error{note.error()};
        else
            wrong = read.notes.take(*note);
        if (wrong) read.problem = "line " + std::to_string(number) + ": " + wrong->text;
    }
    return read;
}

std::optional<Error> whyUnreadable(std::string_view topic, std::string_view bytes) {
    const auto wrongIn = [](const auto& read) {
        return read ? std::nullopt : std::optional(Error{read.error()});
    };
    if (topic == kChange) return wrongIn(readChange(bytes));
    if (topic == kShown) return wrongIn(readShown(bytes));
    return wrongIn(readNote(bytes));
}

} // namespace surgescope::feeds::said
