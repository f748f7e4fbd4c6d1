// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/capture/signals.h"

#include <csignal>
#include <initializer_list>

namespace surgescope::app {
namespace {

volatile std::sig_atomic_t stopSignal = 0;

} // namespace

void watchSignals() {
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { stopSignal = 1; });
    std::signal(SIGPIPE, SIG_IGN);
}

bool isStopped() {
    return stopSignal != 0;
}

} // namespace surgescope::app
