// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/baseline_file.h"
#include "feeds/capture/flight_recorder.h"
#include "feeds/capture/recorder.h"
#include "feeds/frame/timeline.h"
#include "feeds/pipeline/desk.h"
#include "feeds/pipeline/live_history.h"
#include "feeds/pipeline/pipeline.h"
#include "feeds/pipeline/way_back.h"
#include "feeds/source/open_feed.h"
#include "feeds/source/replay_source.h"

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace surgescope::feeds {

/// What was done or could not be, for people to read once: one line.
struct Notice {
    std::string text;
    bool isFailure = false;
    bool operator==(const Notice&) const = default;
};

/// What is looked at: a feed, or a recording; and of a feed its past as well, while it goes on. The way back
/// is a second pipeline over what the flight recorder or a stream holds, so that nothing is missed meanwhile
/// and the one step back to live is a change of which frames are shown.
///
/// For the GUI thread, which it never makes wait: opening, saving and closing recordings happen elsewhere,
/// timeline() tells how far they are and takeNotices() what went wrong. Nor does the feed's thread ever wait
/// for a disk.
class Session {
  public:
    struct Options {
        NodeColumnsWanted nodeColumns = NodeColumnsWanted::ofSelectedPop;
        std::optional<FlightRecorder::Options> flight;
        /// Of the feed, where a stream keeps it: can be gone back to further than the flight recorder
        /// reaches.
        std::optional<FeedEndpoints> stream;
        std::optional<Recorder::Options> record; // from the beginning
        std::string recordingsFolder = ".";      // for what is recorded or kept on demand
        std::string baseline;                    // recording to lay beneath; empty: builtInBaseline()
        std::string library = "surgescope";
        Rules rules = Rules::builtIn(); // that alarms are judged by
        std::string rulesFile;          // a user's, over them; looked at again and again
        Desk::Line desk;                // of walls that judge together
        std::chrono::milliseconds frameEvery{100};
    };

    /// Follows a feed. Refuses a recorder that cannot begin; a flight recorder that cannot is told by
    /// timeline(). `catalogue` and `clock` must outlive the session.
    static Result<std::unique_ptr<Session>> live(std::unique_ptr<Source> source,
                                                 const PopCatalogue& catalogue, const Clock& clock,
                                                 const Options& options);
    /// Plays a recording.
    static std::unique_ptr<Session> replay(std::unique_ptr<ReplaySource> source,
                                           const PopCatalogue& catalogue, const Clock& clock,
                                           const Options& options);
    /// What is played where it is kept, read as it is looked at.
    struct Far {
        RecordedTime from{};
        RecordedTime to{};
        std::string name; // of the recording it would be: notes are kept beside that
        /// A recording of charts alone, up to where it is begun: shown until there is more. Empty: none.
        std::string charts{};
    };
    static std::unique_ptr<Session> replay(std::unique_ptr<FarPast> past, const Far& far,
                                           const WayBack::Wish& first, const PopCatalogue& catalogue,
                                           const Clock& clock, const Options& options);
    ~Session();

    /// The newest frame of what is shown; null when there is no newer one.
    std::shared_ptr<const Frame> takeFrame();
    /// Alarms: of a feed always those of now, whatever is shown; null when there is nothing newer.
    std::shared_ptr<const LiveStatus> takeStatus();
    /// Where other walls are answered, with the port that was chosen; empty: nowhere.
    std::string deskServedAt() const { return m_desk.servedAt(); }
    /// What becomes of it the status tells. An Error: why it is not even tried.
    std::optional<Error> ask(AlarmCommand command) { return m_desk.ask(std::move(command)); }
    /// Writes a note, or over the one of its id. It is recorded, and kept for when the session begins again;
    /// of a recording, beside it. An Error: what is wrong with it.
    std::optional<Error> write(const Note& note) { return m_desk.write(note); }
    /// The window that shows all this was painted, just now: the desk sees to it that it goes on.
    void notePainted() { m_desk.notePainted(); }
    /// What the screen can show from now on.
    void request(const ViewRequest& request);
    /// As it is now. Call it again and again: what was begun elsewhere is taken up here.
    Timeline timeline();
    /// What has been done or has failed since the last call.
    std::vector<Notice> takeNotices();

    // What a timeline asks for; nothing happens where it makes no sense.
    /// At the end of a recording: once more from its beginning.
    void play();
    void pause();
    void step(int seconds);
    void setSpeed(double speed);
    void seek(Timeline::Time to);
    /// Of a feed, a range that reaches beyond what there is ends there.
    void loop(std::optional<Timeline::Range> range);
    void toEvent(bool forward);
    /// Back to the newest second.
    void toLive();
    /// Saves what the flight recorder holds as a recording of its own.
    void keep();
    /// Begins a recording, or ends it. It begins with the rosters known. Of one that has failed: begins
    /// another.
    void record(bool on);

  private:
    /// Epochs of one pipeline never reach those of the next.
    static constexpr std::uint64_t kEpochsEach = std::uint64_t{1} << 32U;

    /// What the live pipeline taps: the flight recorder, and a recorder that comes and goes. Each has a queue
    /// of its own; the mutex is held for what is done in memory and nothing else.
    class Taps final : public FeedTap {
      public:
        void received(std::string_view topic, std::string_view payload, WallTime arrived) override;
        void settled(const FleetState& state) override;
        void said(std::string_view topic, std::string_view payload) override;
        /// Of the recording that was asked for, otherwise of the flight recorder's ring.
        std::optional<std::uint64_t> dropped() const override;
        FlightRecorder* flight = nullptr;
        /// Null: none any more; the one before gets nothing after this call. GUI thread.
        void setRecorder(Recorder* recorder);
        /// What a recording that begins now must know. Any thread.
        KnownRosters rosters() const;

      private:
        mutable std::mutex m_mutex; // guards what follows
        Recorder* m_recorder = nullptr;
        KnownRosters m_rosters;
    };
    struct Past {                          // what is looked at instead of the feed
        SteadyTime recordedUntil;          // when the way back was opened: what came later is not in it
        std::optional<FarPast::Part> part; // what it is of; nothing: of the flight recorder
        std::shared_ptr<replay::Control> control;
        std::optional<SteadyTime> staysUntil; // and what was shown before, while it has no picture
        std::unique_ptr<Pipeline> pipeline;

        bool isChartsAlone() const { return part && part->from == part->to; } // Far::charts
    };
    Session(const PopCatalogue& catalogue, const Clock& clock, const Options& options);
    bool isOpening() const { return m_wayBack && m_wayBack->isOpening(); }
    bool looksBack() const { return m_past || isOpening(); }
    /// Without a speed as it is received, so that it stays as far behind.
    void openPast(RecordedTime at, std::optional<double> speed, bool paused);
    /// `at`: instead of where it was opened; nothing: there.
    void showPast(WayBack::Opened opened, std::optional<RecordedTime> at = std::nullopt);
    void showCharts(const WayBack::Wish& first);
    void takeUpPast();
    void goOnAfterPast();
    void goOnAfterPart(const FarPast::Part& part, const replay::Status& status);
    void stopGoingOn();
    void send(const replay::Command& command);
    void closePast();
    void forgetSeeks();
    void sendLoop();
    bool isElsewhere(std::chrono::seconds by) const;
    void beginWayBack();
    bool isOpened(RecordedTime at) const;
    void takeUp();
    void takeUpFailures();
    std::shared_ptr<const Frame> takePastFrame();
    void noteNewest(const Frame& frame);
    void readBaseline();
    void takeUpBaseline();
    void writeRecording(Timeline& timeline) const;
    void tell(Notice notice);
    void tellFailure(std::string text) { tell({std::move(text), true}); }
    std::string newPath(const char* kind);

    const PopCatalogue& m_catalogue;
    const Clock& m_clock;
    const Options m_options;
    ViewRequest m_request;
    std::uint64_t m_pipelines = 0; // begun so far: each has epochs of its own
    std::vector<Notice> m_notices; // not taken yet

    std::unique_ptr<FlightRecorder> m_flight;
    std::string m_flightError; // why there is none
    bool m_flightFailed = false;
    Taps m_taps;                          // before all who use it
    std::unique_ptr<Recorder> m_recorder; // by hand, or from the beginning
    bool m_recorderFailed = false;
    std::unique_ptr<Pipeline> m_live;
    LiveHistory m_history;
    std::optional<Past> m_past;
    Desk m_desk;                           // after the pipelines it asks
    std::optional<Timeline::Range> m_loop; // as asked for: a past opened anew loops, too
    std::optional<double> m_feedAgeSeconds;
    SteadyTime m_feedAgeAt;
    std::string m_lastStem; // of the files named so far
    int m_sameStem = 0;     // how many the last one has named

    std::shared_ptr<const Baseline> m_baseline;
    std::future<Result<std::shared_ptr<const Baseline>>> m_readingBaseline;
    std::optional<Far> m_far;
    std::optional<WayBack> m_wayBack;           // as long as there is a flight recorder
    bool m_goesOn = false;                      // what is being opened follows what is shown
    bool m_awaits = false;                      // which is through, and stands meanwhile
    std::vector<replay::Command> m_whenOpen;    // asked for while it opens
    std::future<Result<std::string>> m_keeping; // the file it became
    std::vector<std::future<void>> m_closing;   // pipelines and files that end, so that nobody waits for them
};

} // namespace surgescope::feeds
