// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace surgescope::tests {

/// A program of ours, run for real; killed at the latest with this object. What fails throws
/// std::runtime_error.
class Process {
  public:
    explicit Process(const std::vector<std::string>& command);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// The next line of its standard output, waiting for it; nothing at the end of output or at the deadline.
    std::optional<std::string> readLine(std::chrono::steady_clock::time_point deadline);
    /// Asks it to end (SIGTERM) and waits; the exit status, or the signal's number negated.
    int terminate();
    /// The same with SIGINT, as Ctrl+C does.
    int interrupt();
    /// Waits for its own end.
    int wait();

  private:
    pid_t m_pid = -1;
    int m_output = -1;
    std::string m_rest;
};

/// A UDP port of 127.0.0.1 that nobody uses just now.
int freeUdpPort();

} // namespace surgescope::tests
