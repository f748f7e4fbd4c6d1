// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as what HAProxy answers on its stats socket.
#include "feeds/agent/haproxy_stats.h"
#include "feeds/wire/limits.h"

#include "tests/fuzz/promise.h"

#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto reading = parseHaproxyReading(text);
    if (!reading) {
        promise(!reading.error().empty() && reading.error().size() < 400, "a refusal says why, and is short");
        return 0;
    }
    promise(text.ends_with("\n\n"), "an answer that was cut off is none");
    promise(!reading->busy || (*reading->busy >= 0 && *reading->busy <= 1), "busy is a share");
    promise(reading->version.size() <= 64, "a version is short");
    std::size_t names = 0;
    for (const auto& proxy : reading->proxies) {
        names += proxy.name.size();
        for (const auto& value : proxy.values)
            promise(value.value_or(0) <= limits::kCount, "a count is one");
    }
    promise(names <= size && reading->proxies.size() < size / 10, "what is read is no more than what came");
    return 0;
}
