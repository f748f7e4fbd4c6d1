// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace surgescope::tests {

/// What is sure to come is waited for so long, also where other work has the machine.
inline constexpr std::chrono::seconds kPatience{60};

/// Calls `done` until it returns true or the deadline passes. `done` must wait for something itself (a
/// socket, a mailbox, a child): nothing here sleeps.
template <class Done> bool eventually(Done done, std::chrono::seconds limit = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline)
        if (done()) return true;
    return false;
}

} // namespace surgescope::tests
