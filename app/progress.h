// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace surgescope::app {

/// A line on standard error that says how far long work is; nothing where that is no terminal. One thread.
class Progress {
  public:
    explicit Progress(std::string what);
    /// Wipes the line.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `share`: of the work, 0 to 1. Draws ten times a second at most.
    void show(double share);

  private:
    std::string m_what;
    bool m_terminal;
    bool m_drawn = false;
    std::chrono::steady_clock::time_point m_next;
};

} // namespace surgescope::app
