// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/progress.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace surgescope::app {

ProgressLine::ProgressLine() : m_terminal(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (!m_terminal || now < m_next) return;
    m_next = now + std::chrono::milliseconds(100);
    m_shown = true;
    std::fprintf(stderr, "\r%s\033[K", text.c_str());
    std::fflush(stderr);
}

void ProgressLine::share(double done) {
    constexpr int kWidth = 40;
    done = std::clamp(done, 0.0, 1.0);
    std::string bar(static_cast<std::size_t>(kWidth), '.');
    std::fill_n(bar.begin(), static_cast<int>(done * kWidth), '#');
    show("[" + bar + "] " + std::to_string(static_cast<int>(done * 100)) + " %");
}

void ProgressLine::clear() {
    if (m_shown) std::fputs("\r\033[K", stderr);
    m_shown = false;
}

} // namespace surgescope::app
