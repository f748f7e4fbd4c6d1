// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/feed_tap.h"
#include "feeds/capture/recorder.h"
#include "feeds/capture/rewrite.h"
#include "feeds/model/feed_time.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::feeds {

/// Records always, into a ring of segment files of bounded size: a launch that nobody thought to record can
/// be kept afterwards. Each segment is a recording that can be read alone; the oldest is deleted for the
/// newest. Segments that an earlier run left behind, after a crash for instance, are part of the ring. Of
/// several that run at once each has a ring of its own, in `folder`, `folder-2` and so on.
class FlightRecorder final : public FeedTap {
  public:
    struct Options {
        std::string folder;                            // made if it is not there
        std::uint64_t bytes = std::uint64_t{2} << 30U; // of all segments together
        std::chrono::seconds segment{300};             // a new one at the latest after so long
        unsigned nodeColumnsEvery = 1;
        std::string library = "surgescope";
        std::function<void(const std::string& path)> remove = {}; // deletes a segment; empty: as usual
    };

    /// Refuses a folder that cannot be written to. What a process that died while keeping left in the ring is
    /// removed meanwhile. `clock` must outlive the recorder.
    static Result<std::unique_ptr<FlightRecorder>> open(const Options& options, const Clock& clock);
    ~FlightRecorder() override;

    // By the feed thread:
    void received(std::string_view topic, std::string_view payload, WallTime arrived) override;
    void settled(const FleetState& state) override;
    void said(std::string_view topic, std::string_view payload) override;

    /// Makes one recording of what this run still has, up to now. Takes its time; the feed goes on
    /// meanwhile. Any thread but the feed's. Refuses a file that exists; of one that cannot be finished
    /// nothing stays.
    Result<Rewritten> keep(const std::string& path, const PopCatalogue& catalogue,
                           const Progress& progress = {});

    /// Ends the present segment and gives all of this run, oldest first: a recording up to now. Waits for the
    /// recorder's thread, some milliseconds on a disk that is not busy; after a failure it is refused at once
    /// with the reason. Any thread but the feed's.
    Result<std::vector<std::string>> endSegment();

    /// Where segments go that the ring has no more room for, and in which a critical alarm came or rose, each
    /// with the one before: recordings, as many as fit into the ring's bound once more. Any thread.
    std::string asideFolder() const;
    /// Why a segment could not go there and was deleted, once; empty: none was. Any thread.
    std::string takeAsideProblem();

    /// Where the ring is. Any thread.
    const std::string& folder() const { return m_options.folder; }
    /// Any thread.
    Recorder::Status status() const { return m_recorder->status(); }
    /// Complete segments in the folder, oldest first. Any thread.
    std::vector<std::string> segments() const;
    /// What complete segments and the present one take. Any thread.
    std::uint64_t bytes() const;
    /// The earliest second of this run that the ring still has; nothing before the first. Any thread.
    std::optional<FeedSecond> since() const;

  private:
    FlightRecorder(Options options, FileLock lock) : m_options(std::move(options)), m_lock(std::move(lock)) {}
    void segmentDone(const std::string& path);
    void putAside(const std::string& path);

    struct Segment {
        std::string path;
        std::uint64_t bytes = 0;
        bool ofThisRun = false;
        bool isWanted = false;           // of a critical alarm, or what was before it
        std::optional<FeedSecond> since; // its first settled second
    };
    const Options m_options;
    FileLock m_lock;                   // of the folder
    std::future<void> m_cleaning;      // of what an earlier run left behind
    mutable std::mutex m_mutex;        // guards what follows; nobody who has it waits for a disk
    std::string m_asideProblem;        // not told yet
    std::vector<Segment> m_segments;   // complete, oldest first
    std::uint64_t m_doneBytes = 0;     // of all complete segments of this run, those that are gone included
    std::optional<FeedSecond> m_since; // the present one's first settled second
    bool m_isWanted = false;           // the present one

    std::unique_ptr<Recorder> m_recorder; // last: its thread calls segmentDone()
};

} // namespace surgescope::feeds
