// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/feed_tap.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/recording_writer.h"
#include "feeds/capture/rollup_maker.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"
#include "feeds/wire/encode.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace surgescope::feeds {

/// Records the feed it taps into MCAP files, on a thread of its own. The feed never waits for it: what comes
/// while the queue is full is dropped, counted, and the count is written into the file; node columns go
/// first.
///
/// Everything received is in the kernel's hands within a second, and on the disk one later: kill -9 loses the
/// last second at most. When a file cannot be written any more (disk full, deleted, permission lost) the
/// recorder says so in its status and takes nothing more; what was written stays readable.
class Recorder final : public FeedTap {
  public:
    struct Options {
        /// The first file. Those that follow are named NAME-2.mcap, NAME-3.mcap and so on.
        std::string path;
        /// Node columns: every Nth second; 1: all; 0: none.
        unsigned nodeColumnsEvery = 1;
        std::size_t queueBytes = 64U << 20;
        std::optional<std::chrono::seconds> newFileEvery; // of log time
        std::optional<std::uint64_t> newFileBytes;
        std::string library = "surgescope"; // program and version, for the file's head
        /// Called by the recorder's thread when a file is complete.
        std::function<void(const std::string& path)> fileDone;
        /// Called once by the recorder's thread: the rosters that the first file shall begin with.
        std::function<KnownRosters()> rosters;
    };

    enum class State : std::uint8_t { recording, failed, stopped };

    /// What the screen shows.
    struct Status {
        State state = State::recording;
        std::string reason;                 // why it failed, one line
        std::string path;                   // of the present file
        std::uint64_t bytes = 0;            // in all files
        std::uint64_t messages = 0;         // received; what is made of them is not counted
        std::uint64_t dropped = 0;          // messages that the queue had no room for
        std::uint64_t rostersForgotten = 0; // of those known when a file begins, that there was no room for
        double queueFill = 0;               // 0 to 1
        unsigned files = 0;                 // begun
        double threadCpuSeconds = 0;
    };

    /// Makes the first file and starts the thread; refuses a file that cannot be made, saying why. What is
    /// received is logged at its arrival; `clock` stamps what is made before that, and must outlive the
    /// recorder.
    static Result<std::unique_ptr<Recorder>> open(const Options& options, const Clock& clock);
    /// Leaves making the first file, and its folder, to the recorder's thread, and waits for nothing: what is
    /// received meanwhile is queued. A file that cannot be made is a failure like any later one.
    static std::unique_ptr<Recorder> start(const Options& options, const Clock& clock);
    /// Stops.
    ~Recorder() override;

    // By the feed thread:
    void received(std::string_view topic, std::string_view payload, WallTime arrived) override;
    void settled(const FleetState& state) override;
    void said(std::string_view topic, std::string_view payload) override;

    /// Any thread.
    Status status() const;
    /// Ends the present file with all that was received before this call and goes on in a new one. Waits for
    /// that, as long as the recorder works. An Error: why it did not come to pass, at once when it has
    /// failed. Any thread but the feed's.
    std::optional<Error> beginNewFile(std::chrono::milliseconds within);
    /// Writes what is queued, closes the file and waits for that. Nothing is recorded after it. One thread.
    void stop();

  private:
    /// Made by the feed thread while queueing what RollupMaker gives.
    struct Made final : RollupMaker::Sink {
        explicit Made(Recorder& owner) : recorder(owner) {}
        void take(const Points& points) override;
        void take(const FleetRollup& rollup) override;
        Recorder& recorder;
        Encoder encoder;
    };

    Recorder(const Options& options, const Clock& clock, std::unique_ptr<RecordingWriter> writer);
    void enqueue(recording::Origin origin, std::uint64_t logTime, std::string_view topic,
                 std::string_view payload);
    std::uint64_t logTimeOfMade() const;
    void run();
    /// Until stop() is asked for, or something went wrong.
    RecordingWriter::Failure recordAll();
    RecordingWriter::Failure makeFirstFile();
    /// Each returns what went wrong, and then the recorder has failed.
    RecordingWriter::Failure writeAll(std::string_view batch);
    RecordingWriter::Failure everySecond();
    RecordingWriter::Failure nextFile();
    std::string pathOf(unsigned file) const;
    void publishStatus();

    const Options m_options;
    const Clock& m_clock;
    // Feed thread:
    RollupMaker m_rollups;
    Made m_made{*this};
    std::uint64_t m_lastLogTime = 0;
    // Recorder thread:
    std::unique_ptr<RecordingWriter> m_writer; // null: not made yet
    std::uint64_t m_fileSince = 0;             // log time of the file's first message, 0: none yet
    std::uint64_t m_bytesBefore = 0;           // in complete files
    std::uint64_t m_messages = 0;

    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_wakeUp;
    std::string m_queue; // messages one behind the other, taken whole by the recorder's thread
    std::uint64_t m_dropped = 0;
    bool m_stop = false;
    std::uint64_t m_newFilesAsked = 0;
    std::uint64_t m_newFilesMade = 0; // up to which of those asked
    std::condition_variable m_newFileMade;
    Status m_status;

    std::thread m_thread;
};

} // namespace surgescope::feeds
