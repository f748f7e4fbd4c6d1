// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/util/result.h"

#include <chrono>
#include <sys/timex.h>

namespace surgescope::feeds {

/// Longer without a correction and nobody knows any more: an hour at the 500 ppm the kernel assumes.
inline constexpr std::chrono::seconds kMostClockError{2};

/// How far this machine's clock is off by the kernel's account, adjtimex(2): what its phase-locked loop, as
/// systemd-timesyncd and ntpd drive it, has not corrected yet, either way. `state` is what adjtimex returned.
/// Errors say why it is not known: nobody keeps the clock, or nobody has for long, or whoever does keeps the
/// offset for himself, as chrony does, and the kernel's 0 says nothing.
Result<std::chrono::microseconds> kernelClockOffset(const timex& kernel, int state);

/// Asks the kernel.
Result<std::chrono::microseconds> kernelClockOffset();

} // namespace surgescope::feeds
