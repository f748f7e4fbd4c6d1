// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/agent/clock_offset.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace surgescope::feeds {

Result<std::chrono::microseconds> kernelClockOffset(const timex& kernel, int state) {
    if (state < 0) return Error{std::string("adjtimex: ") + std::strerror(errno)};
    if (state == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0)
        return Error{"nothing keeps this machine's clock, as far as its kernel knows"};
    if ((kernel.status & STA_PLL) == 0)
        return Error{"whatever keeps this machine's clock does not tell the kernel how far it is off"};
    if (std::chrono::microseconds(kernel.maxerror) > kMostClockError)
        return Error{"this machine's clock has not been corrected for long"};
    const auto offset = std::abs(kernel.offset);
    if ((kernel.status & STA_NANO) != 0)
        return std::chrono::round<std::chrono::microseconds>(std::chrono::nanoseconds(offset));
    return std::chrono::microseconds(offset);
}

Result<std::chrono::microseconds> kernelClockOffset() {
    timex kernel{};
    const int state = ::adjtimex(&kernel); // modes 0: it only tells
    return kernelClockOffset(kernel, state);
}

} // namespace surgescope::feeds
