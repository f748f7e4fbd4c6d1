// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/mcap_reader.h"
#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording_index.h"
#include "feeds/source/replay_control.h"
#include "feeds/source/source.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// Plays a recording as if it were received now: the same bytes in the same order, paced by a clock. Steered
/// through its control(). A seek brings back the last rosters, the charts and the last seconds, so that the
/// picture is whole at once; it costs the same anywhere in the recording.
class ReplaySource final : public Source {
  public:
    struct Options {
        std::optional<double> speed; // as of replay::SetSpeed; nothing: as it was received
        bool paused = false;
        std::optional<RecordedTime> at; // where to begin; nothing: at the beginning
        std::string name;               // of where it is from, for the screen; empty: the first file's
    };

    /// A recording in one file or in several, oldest first, which may still be written to: what is in them
    /// now is played. Refuses a file that is no recording. `real` paces and must outlive the source.
    static Result<std::unique_ptr<ReplaySource>> open(const std::vector<std::string>& paths,
                                                      const Clock& real, const Options& options);
    static Result<std::unique_ptr<ReplaySource>> open(const std::string& path, const Clock& real,
                                                      const Options& options) {
        return open(std::vector{path}, real, options);
    }
    ~ReplaySource() override;

    Capabilities capabilities() const override {
        return {.canPause = true, .canSetSpeed = true, .canSeek = true, .canSelectTopics = true};
    }
    Received receive(std::chrono::milliseconds timeout) override;
    void subscribe(const std::string& prefix) override;
    void unsubscribe(const std::string& prefix) override;
    std::vector<Endpoint> endpoints() const override { return {{m_name, false, 1}}; }
    /// Recorded time: stands still in a pause and runs as fast as the replay.
    const Clock& clock(const Clock&) const override { return m_recorded; }
    void wake() override { m_control->wake(); }

    /// Lives as long as anybody holds it.
    std::shared_ptr<replay::Control> control() const { return m_control; }
    const RecordingIndex& recording() const { return *m_index; }
    /// When its next message arrived, or what it holds ends. Known once receive() has given Nothing.
    WallTime nextArrival() const;
    /// What of the file could not be used, so far.
    const std::vector<CaptureDamage>& damage() const { return m_reader->damage(); }

  private:
    class RecordedClock final : public Clock {
      public:
        SteadyTime steady() const override;
        WallTime wall() const override;
        std::uint64_t logTime = 0;
    };
    /// A part of what brings the past back: messages of some channels and times.
    struct Restore {
        std::unique_ptr<MessageStream> stream;
        std::uint64_t until = 0; // log time of the last
        /// Also says at which recorded time it happened, as log time; nothing: leave it out.
        std::function<std::optional<std::uint64_t>(const MessageStream::Message&)> take;
    };

    ReplaySource(const std::string& path, std::unique_ptr<McapReader> reader, RecordingIndex index,
                 const Clock& real, const Options& options);
    void obey(const replay::Command& command);
    void setLoop(const replay::Loop& loop);
    void seek(std::uint64_t logTime);
    void restoreRosters(std::uint64_t to);
    void restoreCharts(std::uint64_t to, FeedSecond last);
    void restoreReports(std::uint64_t to, std::optional<FeedSecond> last);
    std::optional<FeedSecond> lastRollup(std::uint64_t to);
    void addRestore(std::deque<Restore>& restores, const std::string& channel, std::uint64_t from,
                    std::uint64_t until, decltype(Restore::take) take);
    std::optional<RawMessage> nextOf(std::deque<Restore>& restores, std::uint64_t& logTime);
    MessageStream& stream();
    void forgetStream();
    bool wanted(std::string_view topic) const;
    bool isAnyWanted(const mcap::Channel& channel) const;
    std::uint64_t dueTime() const;
    double loggedPerSecond() const { return m_speed / m_index->pace(); }
    void setPace(std::uint64_t logTime);
    void publish();

    std::string m_name;
    std::unique_ptr<McapReader> m_reader;
    std::shared_ptr<const RecordingIndex> m_index;
    const Clock& m_real;
    std::shared_ptr<replay::Control> m_control = std::make_shared<replay::Control>();
    RecordedClock m_recorded;
    std::uint64_t m_beginLog = 0;
    std::uint64_t m_endLog = 0;

    std::set<std::string> m_prefixes;             // subscribed
    std::unique_ptr<MessageStream> m_stream;      // made when it is needed
    std::optional<MessageStream::Message> m_next; // of the stream, not yet due
    // Pace: at m_paceReal the replay was at m_paceLog.
    std::uint64_t m_paceLog = 0;
    SteadyTime m_paceReal;
    double m_speed; // seconds of the launch a second
    bool m_paused = false;
    std::optional<std::uint64_t> m_stepTo;                         // log time to play to at once
    std::optional<std::pair<std::uint64_t, std::uint64_t>> m_loop; // log times
    std::uint64_t m_seeks = 0;

    std::optional<std::uint64_t> m_seekTo; // SeekBegins is to be given
    enum class Restoring { nothing, near, coarse } m_restoring = Restoring::nothing;
    std::deque<Restore> m_near;
    std::deque<Restore> m_coarse; // points of the coarser rings: two thirds of the work
};

} // namespace surgescope::feeds
