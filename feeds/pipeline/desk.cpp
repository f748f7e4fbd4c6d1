// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/desk.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
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

std::optional<Error> Desk::openLine(const Line& line) {
    if (!line.serve.empty()) {
        auto opened = AnsweringSocket::open(kDesk, line.serve, line.context);
        if (!opened) return Error{opened.error()};
        m_server = std::move(opened.value());
    }
    if (!line.ask.empty()) m_line = std::make_unique<DeskLine>(line.ask, line.wall, line.context, m_clock);
    return std::nullopt;
}

std::string Desk::beginLive(const std::string& folder) {
    beginNotes(in(folder, "notes.jsonl"), m_clock.wall() - kNotesKnown);
    return m_keptAlarms.emplace(in(folder, "alarms"), m_clock).read();
}

void Desk::beginReplay(const ReplaySource& source, const std::string& recording) {
    const auto status = source.control()->status();
    if (!status.recording) return;
    RecordedAlarms recorded(status.recording);
    m_notes = recorded.notes();
    beginNotes(said::notesPath(recording), std::nullopt);
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
    auto status = takeOwn();
    if (m_line) {
        const bool isSilent = m_line->isSilent();
        const bool hasTurned = std::exchange(m_wasSilent, isSilent) != isSilent;
        m_tellsNotes = m_tellsNotes || isSilent;
        if (!isSilent)
            status = std::exchange(m_theirs, nullptr);
        else if (hasTurned && !status)
            status = m_own;
        if (const auto problem = m_line->problem(); status && !problem.empty()) {
            auto told = *status;
            told.problem = problem + (isSilent ? "; this wall judges by itself meanwhile" : "");
            status = std::make_shared<const LiveStatus>(std::move(told));
        }
    }
    if (m_server) watchWalls(status);
    if (status) keepBars(*status);
    return status;
}

/// What they show nobody is told with the alarms: at once, and for as long as it is so.
void Desk::watchWalls(std::shared_ptr<const LiveStatus>& status) {
    auto frozen = m_walls.frozen(m_clock.steady());
    const bool hasChanged = frozen != m_frozen;
    m_frozen = std::move(frozen);
    if (!status && hasChanged) status = m_own ? m_own : std::make_shared<const LiveStatus>();
    if (!status || m_frozen.empty()) return;
    auto told = *status;
    told.frozenWalls = m_frozen;
    status = std::make_shared<const LiveStatus>(std::move(told));
}

std::shared_ptr<const LiveStatus> Desk::takeOwn() {
    auto status = m_pipeline ? m_pipeline->statuses().take() : nullptr;
    if (status) m_own = status;
    return status;
}

void Desk::keepBars(const LiveStatus& status) {
    if (m_barsOf != status.judgedBy || status.changes < m_barsTaken) {
        m_barsOf = status.judgedBy;
        m_bars = {};
        m_barsTaken = 0;
    }
    const auto fresh = std::min<std::uint64_t>(status.changes - m_barsTaken, status.history.size());
    for (auto i = status.history.size() - fresh; i < status.history.size(); ++i)
        m_bars.take(status.history[i]);
    m_barsTaken = status.changes;
    for (const auto& card : status.alarms.cards)
        m_bars.know(card);
}

std::optional<Error> Desk::ask(AlarmCommand command) {
    if (m_recorded) return Error{"these are the alarms of the recording, as they were"};
    const bool isOurs = std::holds_alternative<UseRules>(command) || !m_line || m_line->isSilent();
    const bool isAsked = isOurs ? m_pipeline && m_pipeline->commands().put(std::move(command))
                                : m_line->ask({.command = std::move(command)});
    return isAsked ? std::nullopt : std::optional(Error{"too much was asked at once"});
}

std::optional<Error> Desk::write(const Note& note) {
    if (auto wrong = m_notes.take(note)) return wrong;
    if (m_keptNotes) m_keptNotes->keep(m_notes);
    if (m_pipeline && !m_pipeline->notes().put({note})) return Error{"too much was asked at once"};
    if (m_line && !m_line->ask({.note = note}))
        return Error{"the desk is not there: the note is at this wall only"};
    return std::nullopt;
}

/// Other walls.
void Desk::serve() {
    m_server->serve([this](std::string_view bytes, const auto& asker) { return answer(bytes, asker); });
}

Result<std::string> Desk::answer(std::string_view bytes, const AnsweringSocket::Asker& asker) {
    auto request = readDeskRequest(bytes);
    if (!request) return Error{request.error()};
    if ((request->command || request->note) && !asker.mayControl)
        return Error{"your key may listen to this desk, and not control it"};
    if (request->wall) m_walls.heard(*request->wall, asker.name, m_clock.steady(), m_clock.wall());
    speakAs(asker.name, request.value());
    if (request->note)
        if (auto wrong = write(*request->note)) return std::move(*wrong);
    if (request->command)
        if (auto wrong = ask(*request->command)) return std::move(*wrong);
    const LiveStatus nothing;
    const auto& status = m_own ? *m_own : nothing;
    return deskReply(*request, status, status.alarms.since, m_notes);
}

void Desk::hearDesk() {
    const auto news = m_line->take();
    if (!news) return;
    if (news->status) m_theirs = news->status;
    std::vector<Note> unknown; // so that they are recorded here, too
    for (const auto& note : news->notes)
        if (const auto before = m_notes.changes(); !m_notes.take(note) && m_notes.changes() != before)
            unknown.push_back(note);
    if (!unknown.empty() && m_pipeline) (void)m_pipeline->notes().put(std::move(unknown));
    if (std::exchange(m_tellsNotes, false)) tellDesk(news->notes);
}

/// What was written here while it was away.
void Desk::tellDesk(const std::vector<Note>& theirs) {
    std::map<std::uint64_t, WallTime> known;
    for (const auto& note : theirs)
        known[note.id] = note.written;
    for (const auto& [id, note] : m_notes.kept()) {
        const auto there = known.find(id);
        if (there != known.end() && there->second >= note.written) continue;
        if (m_line->ask({.note = note})) continue;
        m_tellsNotes = true; // the rest when it has been told of these
        return;
    }
}

std::string Desk::takeUp() {
    if (m_server) serve();
    if (m_line) hearDesk();
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
