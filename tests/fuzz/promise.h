// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <cstdlib>

namespace surgescope::tests {

/// What a harness holds the code to, besides not crashing: ends the process, as a fuzzer wants it.
inline void promise(bool kept, const char* what) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

} // namespace surgescope::tests
