// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace surgescope::app {

/// One line on standard error that says how far long work is, a few times a second; nothing where that is no
/// terminal. One thread.
class ProgressLine {
  public:
    ProgressLine();
    /// Wipes the line.
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const std::string& text);
    /// Of the work, 0 to 1.
    void share(double done);
    void clear();

  private:
    bool m_terminal;
    bool m_shown = false;
    std::chrono::steady_clock::time_point m_next;
};

} // namespace surgescope::app
