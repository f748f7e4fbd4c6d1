// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a page of httpd's mod_status.
#include "feeds/agent/httpd_status.h"
#include "feeds/wire/limits.h"

#include "tests/fuzz/promise.h"

#include <algorithm>
#include <string_view>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto status = parseHttpdStatus(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!status) {
        promise(!status.error().empty() && status.error().size() < 400, "a refusal says why, and is short");
        return 0;
    }
    promise(status->version.size() <= 64 && status->restartTime.size() <= 64, "texts are short");
    promise(std::ranges::all_of(status->version, [](char c) { return c >= ' ' && c <= '~'; }),
            "and printable");
    promise(status->accesses.value_or(0) <= limits::kCount && status->busyWorkers <= limits::kCount &&
                status->idleWorkers <= limits::kCount,
            "a count is one");
    return 0;
}
