// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/desk.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace surgescope::feeds {
namespace {

/// A dashboard that is started again after so long is about another launch.
constexpr std::chrono::hours kNotesKnown{12};

std::string in(const std::string& folder, const char* name) {
    return folder.empty() ? std::string() : (std::filesystem::path(folder) / name).string();
}

} // namespace

Desk::~Desk() {
    if (m_keptAlarms && m_pipeline) m_keptAlarms->keepNow(m_pipeline->savedAlarms().take());
}

std::string Desk::beginLive(const std::string& folder) {
    beginNotes(in(folder, "notes.jsonl"), m_clock.wall() - kNotesKnown);
    return m_keptAlarms.emplace(in(folder, "alarms"), m_clock).read();
}

void Desk::beginReplay(const ReplaySource& source) {
    const auto status = source.control()->status();
    if (!status.recording) return;
    RecordedAlarms recorded(status.recording);
    m_notes = recorded.notes();
    beginNotes(said::notesPath(source.endpoints().front().name), std::nullopt);
    if (recorded.unreadable() > 0)
        m_problem = std::to_string(recorded.unreadable()) + " recorded alarms and notes cannot be read";
    if (recorded.wereJudged() && !m_hasOwnRules) m_recorded.emplace(std::move(recorded));
}

void Desk::beginNotes(const std::string& path, std::optional<WallTime> writtenAfter) {
    auto read = m_keptNotes.emplace(path).read();
    if (!read.problem.empty()) m_problem = "notes: " + read.problem;
    for (const auto& [id, note] : read.notes.kept())
        if (!writtenAfter || note.written > *writtenAfter) (void)m_notes.take(note);
}

void Desk::sayNotes() {
    if (m_pipeline) (void)m_pipeline->notes().put(m_notes.all());
}

std::shared_ptr<const LiveStatus> Desk::takeStatus(RecordedTime position) {
    if (m_recorded) return m_recorded->at(position);
    auto status = m_pipeline ? m_pipeline->statuses().take() : nullptr;
    if (!status) return nullptr;
    const auto fresh = std::min<std::uint64_t>(status->changes - std::min(status->changes, m_barsTaken),
                                               status->history.size());
    for (auto i = status->history.size() - fresh; i < status->history.size(); ++i)
        m_bars.take(status->history[i]);
    m_barsTaken = status->changes;
    return status;
}

std::optional<Error> Desk::ask(AlarmCommand command) {
    if (m_recorded) return Error{"these are the alarms of the recording, as they were"};
    if (m_pipeline && m_pipeline->commands().put(std::move(command))) return std::nullopt;
    return Error{"too much was asked at once"};
}

std::optional<Error> Desk::write(const Note& note) {
    if (auto wrong = m_notes.take(note)) return wrong;
    if (m_keptNotes) m_keptNotes->keep(m_notes);
    if (m_pipeline && !m_pipeline->notes().put({note})) return Error{"too much was asked at once"};
    return std::nullopt;
}

std::string Desk::takeUp() {
    if (m_pipeline)
        if (auto rules = m_rules.takeChange()) (void)ask(UseRules{std::move(*rules)});
    if (m_keptAlarms && m_pipeline) m_keptAlarms->keep([this] { return m_pipeline->savedAlarms().take(); });
    if (m_keptNotes)
        if (auto problem = m_keptNotes->takeProblem(); !problem.empty()) m_problem = std::move(problem);
    return std::exchange(m_problem, {});
}

void Desk::writeTo(Timeline& timeline) const {
    timeline.alarms = m_recorded ? m_recorded->bars() : m_bars.all();
    timeline.notes = m_notes.all();
}

} // namespace surgescope::feeds
