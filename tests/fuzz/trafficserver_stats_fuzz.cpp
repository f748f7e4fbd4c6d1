// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a page of Traffic Server's counters.
#include "feeds/agent/trafficserver_stats.h"
#include "feeds/wire/limits.h"

#include "tests/fuzz/promise.h"

#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto stats = parseTrafficserverStats(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!stats) {
        promise(!stats.error().empty() && stats.error().size() < 400, "a refusal says why, and is short");
        return 0;
    }
    promise((*stats)[TrafficserverStat::completed_requests].has_value(), "a page counts requests");
    promise(stats->version.size() <= 64, "a version is short");
    for (const auto& value : stats->values)
        promise(value.value_or(0) <= limits::kCount, "a count is one");
    return 0;
}
