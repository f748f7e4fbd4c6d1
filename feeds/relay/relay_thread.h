// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/relay/relay_step.h"
#include "feeds/util/mailbox.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace surgescope::feeds {

/// The relay's feed thread: runs a RelayStep. Its mailboxes are all it shares; it never waits for a disk, so
/// whoever takes what is in them writes the files.
class RelayThread {
  public:
    struct Options {
        std::vector<Roster> kept; // by a relay before; restored before anything is received
        bool keepsRosters = false;
        FeedTap* tap = nullptr;           // must outlive it
        HistoryWriter* history = nullptr; // the same
    };

    /// `catalogue` and `clock` must outlive it.
    RelayThread(std::unique_ptr<Source> source, std::unique_ptr<Publisher> up, const PopCatalogue& catalogue,
                const Clock& clock, Options options);
    /// Stops.
    ~RelayThread();

    /// A new one each second.
    Mailbox<RelayStatus>& statuses() { return m_statuses; }
    /// What rosterFileOf() makes, a second after rosters have changed, at the latest.
    Mailbox<std::string>& rosters() { return m_rosters; }

    /// Sends what there is and ends; the publisher's farewell is over when it returns. Any thread but its
    /// own.
    void stop();

  private:
    void run();

    const PopCatalogue& m_catalogue;
    const Clock& m_clock;
    Options m_options;
    std::unique_ptr<Source> m_source;
    std::unique_ptr<Publisher> m_up;
    Mailbox<RelayStatus> m_statuses;
    Mailbox<std::string> m_rosters;
    std::atomic<bool> m_stop = false;
    std::thread m_thread;
};

} // namespace surgescope::feeds
