// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/desk/alarm_bars.h"
#include "feeds/desk/note.h"
#include "feeds/frame/timeline.h"
#include "feeds/pipeline/desk_line.h"
#include "feeds/pipeline/kept_alarms.h"
#include "feeds/pipeline/kept_notes.h"
#include "feeds/pipeline/pipeline.h"
#include "feeds/pipeline/recorded_alarms.h"
#include "feeds/pipeline/rules_file.h"
#include "feeds/source/replay_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace surgescope::feeds {

/// A session's alarms and notes: of a feed those of now, whatever is looked at; of a recording those of then,
/// or if nobody judged it or other rules are asked for, as they are judged now. For the GUI thread, which it
/// never makes wait but where it begins and ends.
///
/// Of several walls one may judge for all (DESK.md): it answers what the others ask, and they show what it
/// says as long as it answers, and what they judge themselves otherwise.
class Desk {
  public:
    struct Line {
        std::string serve; // endpoint where others are answered; empty: nowhere
        std::string ask;   // endpoint of the wall that judges for this one; empty: none
        std::string wall;  // what this one is called there, one word; empty: it is not watched
        std::shared_ptr<ZmqContext> context;
    };

    /// `rulesFile`: a user's, over the rules; empty: none. The clock must outlive it.
    Desk(const Rules& rules, const std::string& rulesFile, const Clock& clock)
        : m_rules(rules, rulesFile, clock), m_hasOwnRules(!rulesFile.empty()), m_clock(clock) {}
    ~Desk();

    /// An Error: an endpoint that cannot be used, and why.
    std::optional<Error> openLine(const Line& line);
    /// Where others are answered, with the port that was chosen; empty: nowhere.
    std::string servedAt() const { return m_server ? m_server->endpoint() : std::string(); }
    /// Of a feed; what the alarms stand at is kept in `folder`, and the notes; empty: nowhere. Gives what was
    /// kept of alarms, for the pipeline.
    std::string beginLive(const std::string& folder);
    /// Of a recording. Reads its notes.
    void beginReplay(const ReplaySource& source, const std::string& recording);
    /// A replay's pipeline has to judge.
    bool mustJudge() const { return !m_recorded; }
    /// The one that judges, from now on; null: none. It must outlive the desk or be changed before it goes.
    void setPipeline(Pipeline* pipeline) { m_pipeline = pipeline; }
    /// A recorder that begins must know the notes.
    void sayNotes();

    /// Null: as it was given last. `position`: of the replay.
    std::shared_ptr<const LiveStatus> takeStatus(RecordedTime position);
    /// What becomes of it the status tells. An Error: why it is not even tried.
    std::optional<Error> ask(AlarmCommand command);
    /// As Session::write().
    std::optional<Error> write(const Note& note);
    /// This wall's window was painted, just now.
    void notePainted() {
        if (m_line) m_line->notePainted();
    }
    /// Call again and again. What went wrong meanwhile, once; empty: nothing.
    std::string takeUp();
    /// Fills alarms and notes.
    void writeTo(Timeline& timeline) const;

  private:
    void beginNotes(const std::string& path, std::optional<WallTime> writtenAfter);
    std::shared_ptr<const LiveStatus> takeOwn();
    void watchWalls(std::shared_ptr<const LiveStatus>& status);
    void keepBars(const LiveStatus& status);
    void serve();
    Result<std::string> answer(std::string_view bytes, const AnsweringSocket::Asker& asker);
    void hearDesk();
    void tellDesk(const std::vector<Note>& theirs);

    RulesFile m_rules;
    bool m_hasOwnRules;
    const Clock& m_clock;
    Pipeline* m_pipeline = nullptr;
    std::optional<KeptAlarms> m_keptAlarms;   // of a feed
    std::optional<RecordedAlarms> m_recorded; // of a recording whose wall judged
    std::optional<KeptNotes> m_keptNotes;
    Notes m_notes;
    std::shared_ptr<const LiveStatus> m_own; // as it was judged here last
    std::unique_ptr<AnsweringSocket> m_server;
    Walls m_walls; // that ask here
    std::vector<FrozenWall> m_frozen;
    std::unique_ptr<DeskLine> m_line;
    std::shared_ptr<const LiveStatus> m_theirs; // as the desk said last, not given yet
    bool m_wasSilent = true;                    // the desk, when it was looked at last
    bool m_tellsNotes = true;                   // it has been away: it may lack some
    AlarmBars m_bars;
    std::optional<LiveStatus::JudgedBy> m_barsOf;
    std::uint64_t m_barsTaken = 0; // of the changes there were
    std::string m_problem;         // not told yet
};

} // namespace surgescope::feeds
