// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/desk/desk_talk.h"
#include "feeds/publish/answering_socket.h"
#include "feeds/util/clock.h"
#include "feeds/util/mailbox.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace surgescope::feeds {

/// A wall that judges for others, too.
inline constexpr Service kDesk{.comers = Purpose::listen,
                               .mostBytes = DeskRequest::kMostBytes,
                               .isText = false,
                               .withoutKeys = "alarms are acknowledged there",
                               .notAllowed = "listen",
                               .missing = "a dashboard running with --desk"};

/// Asks the desk of another wall once a second, and whenever somebody does something; on a thread of its own.
/// All else is for one other thread, which never waits but in the destructor.
class DeskLine {
  public:
    struct News {
        std::shared_ptr<const LiveStatus> status; // null: it judged nothing yet
        std::vector<Note> notes;                  // all; those the desk has not said anew are said again
    };
    /// So long without an answer, and it is not there.
    static constexpr std::chrono::seconds kSilentAfter{5};

    /// `wall`: what this one is called there, one word; empty: it is not watched.
    DeskLine(std::string endpoint, std::string wall, std::shared_ptr<ZmqContext> context, const Clock& clock);
    /// Takes leave. Waits at most until the answer it waits for is overdue.
    ~DeskLine();

    /// Null: nothing is new.
    std::shared_ptr<const News> take() { return m_news.take(); }
    /// It has not answered for kSilentAfter, or never did.
    bool isSilent() const;
    /// Why, and what was refused; empty: all is well.
    std::string problem() const;
    /// False: too much waits to be asked.
    bool ask(DeskRequest request);
    /// This wall's window was painted, just now.
    void notePainted();

  private:
    void run();
    void askOnce(DeskRequest request);
    void take(DeskReply reply);

    const std::string m_endpoint;
    const std::string m_wall;
    const std::uint64_t m_run;
    const std::shared_ptr<ZmqContext> m_context;
    const Clock& m_clock;
    Mailbox<News> m_news;
    // The line's thread:
    std::deque<Transition> m_history;
    std::vector<Note> m_notes;
    std::uint64_t m_changesKnown = 0;
    std::uint64_t m_notesKnown = 0;

    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_wakeUp;
    std::deque<DeskRequest> m_waiting;
    std::optional<SteadyTime> m_answeredAt;
    SteadyTime m_paintedAt;
    std::string m_problem;
    bool m_stop = false;

    std::thread m_thread;
};

} // namespace surgescope::feeds
