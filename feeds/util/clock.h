// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace surgescope::feeds {

/// Paces and ages; never orders data.
using SteadyTime = std::chrono::steady_clock::time_point;
/// Unix time in microseconds, as on the wire.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// The only source of "now". State and frame code are handed a time; tests drive a clock by hand.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual SteadyTime steady() const = 0;
    virtual WallTime wall() const = 0;
};

/// The clocks of this machine. Safe from any thread.
class SystemClock final : public Clock {
  public:
    SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
    WallTime wall() const override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
};

inline double secondsBetween(SteadyTime from, SteadyTime to) {
    return std::chrono::duration<double>(to - from).count();
}

} // namespace surgescope::feeds
