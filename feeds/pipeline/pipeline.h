// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/desk/note.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/util/command_queue.h"
#include "feeds/util/mailbox.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace surgescope::feeds {

/// The feed thread: runs a FeedStep, posts frames and judges what it sees. Its mailboxes and the queue of
/// commands are all it shares.
class Pipeline {
  public:
    struct Options {
        /// Not more often a frame, though at once when somebody asks. Where no second settles, a tenth of
        /// them.
        std::chrono::milliseconds frameEvery{100};
        NodeColumnsWanted nodeColumns = NodeColumnsWanted::ofSelectedPop;
        FeedTap* tap = nullptr;       // gets everything received and said; must outlive the pipeline
        std::uint64_t firstEpoch = 1; // as of FleetState
        std::optional<Rules> rules;   // nothing: nothing is judged
        std::string savedAlarms;      // as AlarmWatch::restore() takes them
    };

    /// Starts the thread. `catalogue` and `clock` must outlive the pipeline.
    Pipeline(std::unique_ptr<Source> source, const PopCatalogue& catalogue, const Clock& clock,
             Options options);
    /// Stops by message; waits for the thread, which waits for nobody.
    ~Pipeline();

    Mailbox<Frame>& frames() { return m_frames; }                 // feed thread puts, GUI takes
    Mailbox<ViewRequest>& requests() { return m_requests; }       // GUI puts, feed thread takes
    Mailbox<Baseline>& baselines() { return m_baselines; }        // the same
    Mailbox<LiveStatus>& statuses() { return m_statuses; }        // feed thread puts, GUI takes
    Mailbox<std::string>& savedAlarms() { return m_savedAlarms; } // the same, each second
    CommandQueue<AlarmCommand>& commands() { return m_commands; } // GUI puts, feed thread takes all
    CommandQueue<std::vector<Note>>& notes() { return m_notes; }  // the same: they are told the tap

  private:
    void run();

    std::unique_ptr<Source> m_source;
    const PopCatalogue& m_catalogue;
    const Clock& m_clock;
    Options m_options;
    Mailbox<Frame> m_frames;
    Mailbox<ViewRequest> m_requests;
    Mailbox<Baseline> m_baselines;
    Mailbox<LiveStatus> m_statuses;
    Mailbox<std::string> m_savedAlarms;
    CommandQueue<AlarmCommand> m_commands;
    CommandQueue<std::vector<Note>> m_notes;
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

} // namespace surgescope::feeds
