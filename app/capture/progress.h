// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <unistd.h>

namespace surgescope::app {

/// One line on standard error that says how far it is, a few times a second; nothing when that is no
/// terminal.
class ProgressLine {
  public:
    ~ProgressLine() { clear(); }

    void show(const std::string& text) {
        const auto now = std::chrono::steady_clock::now();
        if (!m_terminal || now < m_next) return;
        m_next = now + std::chrono::milliseconds(200);
        std::fprintf(stderr, "\r\033[K%s", text.c_str());
        std::fflush(stderr);
        m_shown = true;
    }
    void share(double done) {
        constexpr int kWidth = 40;
        const int filled = static_cast<int>(done * kWidth);
        std::string bar(static_cast<std::size_t>(kWidth), '.');
        for (int i = 0; i < filled && i < kWidth; ++i)
            bar[static_cast<std::size_t>(i)] = '#';
        show("[" + bar + "] " + std::to_string(static_cast<int>(done * 100)) + " %");
    }
    void clear() {
        if (m_shown) std::fputs("\r\033[K", stderr);
        m_shown = false;
    }

  private:
    bool m_terminal = ::isatty(STDERR_FILENO) != 0;
    bool m_shown = false;
    std::chrono::steady_clock::time_point m_next{};
};

} // namespace surgescope::app
