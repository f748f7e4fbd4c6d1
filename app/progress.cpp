// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/progress.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace surgescope::app {

Progress::Progress(std::string what)
    : m_what(std::move(what)), m_terminal(::isatty(STDERR_FILENO) == 1),
      m_next(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
    if (m_drawn) std::fputs("\r\033[K", stderr);
}

void Progress::show(double share) {
    const auto now = std::chrono::steady_clock::now();
    if (!m_terminal || now < m_next) return;
    m_next = now + std::chrono::milliseconds(100);
    m_drawn = true;
    constexpr int kWidth = 30;
    share = std::clamp(share, 0.0, 1.0);
    const auto full = static_cast<std::size_t>(share * kWidth);
    const std::string bar = std::string(full, '#') + std::string(kWidth - full, '.');
    std::fprintf(stderr, "\r%s [%s] %3.0f %%\033[K", m_what.c_str(), bar.c_str(), share * 100);
    std::fflush(stderr);
}

} // namespace surgescope::app
