// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

/// Timing for the benchmark programs: medians of several runs after one that fills caches.
namespace surgescope::bench {

struct Times { // in milliseconds
    double median = 0;
    double min = 0;
    double max = 0;
};

inline Times timesOf(int runs, const std::function<void(int)>& once) {
    std::vector<double> times;
    for (int i = 0; i < runs + 1; ++i) {
        const auto start = std::chrono::steady_clock::now();
        once(i);
        if (i > 0)
            times.push_back(
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    return {times[times.size() / 2], times.front(), times.back()};
}

inline void printHead() {
    std::printf("%-44s %10s %10s %10s %5s  %s\n", "what", "median ms", "min", "max", "runs", "median");
}

/// `items`: how many things one run handles, to print the time of one and the rate; 0: neither.
inline void measure(const std::string& name, int runs, double items, const std::function<void(int)>& once) {
    const auto times = timesOf(runs, once);
    std::printf("%-44s %10.2f %10.2f %10.2f %5d", name.c_str(), times.median, times.min, times.max, runs);
    if (items > 0)
        std::printf("  %.1f ns each, %.1f M/s", times.median * 1e6 / items, items / times.median / 1e3);
    std::printf("\n");
}

} // namespace surgescope::bench
