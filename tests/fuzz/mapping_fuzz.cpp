// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a mapping of metrics, up to the first NUL; what is behind it is a page read by it.
#include "feeds/agent/metric_scrape.h"

#include "tests/fuzz/promise.h"

#include <chrono>
#include <string_view>
#include <utility>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const auto end = all.find('\0');
    auto mapping = parseMapping(all.substr(0, end), "m.toml");
    if (!mapping) {
        promise(mapping.error().starts_with("m.toml:"), "a refusal says where");
        promise(mapping.error().size() < 20'000, "a refusal is short");
        return 0;
    }
    const auto page = end == std::string_view::npos ? std::string_view() : all.substr(end + 1);
    MetricScrape scrape(std::move(mapping.value()));
    for (int i = 1; i <= 2; ++i) {
        const auto second = scrape.read(page, SteadyTime(std::chrono::seconds(i)));
        if (!second) continue;
        promise((second->totals.measuredByAll - scrape.mapping().fields()) == FieldSet(),
                "only what is mapped is measured");
        for (const auto& share : second->utilisation)
            promise(!share || (*share >= 0 && *share <= 1), "a share is one");
    }
    return 0;
}
