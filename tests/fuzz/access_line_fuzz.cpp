// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as one access line, and what it tells as a part of a second.
#include "feeds/agent/access_line.h"
#include "feeds/wire/limits.h"

#include "tests/fuzz/promise.h"

#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto line = parseAccessLine({reinterpret_cast<const char*>(data), size});
    if (!line) {
        promise(!line.error().empty() && line.error().size() < 200, "a refusal says why, and is short");
        return 0;
    }
    promise(line->time >= limits::kEarliest && line->time < limits::kLatest, "a request has a time");
    promise(line->status <= 999, "a status has three digits");
    promise(line->bytes <= std::uint64_t{1} << 50, "an answer is no flood");
    for (const auto& time : {line->duration, line->ttfb, line->lbTime})
        promise(!time || time->count() >= 0, "no time is negative");
    promise(line->purgeId.size() <= 256, "a purge's name is short");
    promise(line->method.size() + line->uri.size() + line->address.size() <= 4 * size, "texts are what came");

    RequestTally tally("/api/");
    tally.add(*line);
    const PopTotals second = tally.cut();
    promise(second[Counter::requests] == 1, "a line is a request");
    promise(second[Counter::cache_hits] + second[Counter::cache_misses] <= 1, "it hits or misses, once");
    promise(second[Counter::inv_applied] <= second[Counter::inv_received], "what is applied was received");
    promise(second[Distribution::invalidation_lag].count() == second[Counter::inv_applied],
            "each purge that was applied has its lag");
    return 0;
}
