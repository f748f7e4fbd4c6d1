// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Ctrl+C, or the process asked to end: long work looks whether it is to stop.
namespace surgescope::app {

/// From now on; before that the process just ends.
void watchSignals();
bool isStopped();

/// The exit status of work that was stopped before it was done.
inline constexpr int kInterrupted = 130;

} // namespace surgescope::app
