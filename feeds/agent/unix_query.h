// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/agent/event_loop.h"
#include "feeds/util/result.h"

#include <cstddef>
#include <functional>
#include <string>

namespace surgescope::feeds {

/// Asks a server through its Unix socket, one command a connection: the server answers and closes. Never
/// waits for it. One thread, the loop's.
class UnixQuery {
  public:
    using Answered = std::function<void(Result<std::string>)>;

    /// `command` is at most some kilobytes; an answer of more than `mostBytes` is refused.
    UnixQuery(EventLoop& loop, std::string path, std::string command, std::size_t mostBytes);
    ~UnixQuery();
    UnixQuery(const UnixQuery&) = delete;
    UnixQuery& operator=(const UnixQuery&) = delete;

    /// Asks anew, and gives up what was asked before. `answered` is called once, from the loop or from within
    /// ask(): with all that came until the server closed, or why there is no answer.
    void ask(Answered answered);
    /// What was asked is not wanted any more.
    void giveUp();
    bool asking() const { return m_socket >= 0; }

  private:
    void read();
    void end(Result<std::string> answer);

    EventLoop& m_loop;
    const std::string m_path;
    const std::string m_command;
    const std::size_t m_mostBytes;
    int m_socket = -1;
    EventLoop::Handle m_watch;
    std::string m_answer;
    Answered m_answered;
};

} // namespace surgescope::feeds
