// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a page of metrics. The first byte chooses a preset; the page comes twice, and once torn.
#include "feeds/agent/metric_scrape.h"

#include "tests/fuzz/promise.h"

#include <chrono>
#include <string_view>
#include <utility>

using namespace surgescope::feeds;
using surgescope::tests::promise;

namespace {

void readSamples(std::string_view text) {
    MetricsPage page(text);
    std::size_t samples = 0;
    while (const auto* sample = page.next()) {
        ++samples;
        promise(isMetricName(sample->name), "a sample has a name");
        for (const auto& label : sample->labels)
            promise(isMetricName(label.name, false) && label.value.size() <= MetricsPage::kMostValueBytes,
                    "a label has a name and a bounded value");
        promise(sample->labels.size() <= MetricsPage::kMostLabels, "labels are bounded");
    }
    promise(samples <= MetricsPage::kMostSamples, "samples are bounded");
    promise(page.next() == nullptr, "an end is an end");
    if (page.error()) promise(page.error()->text.size() < 1000, "a refusal is short");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view page(reinterpret_cast<const char*>(data) + 1, size - 1);
    readSamples(page);
    const auto names = presetNames();
    MetricScrape scrape(std::move(presetMapping(names[data[0] % names.size()]).value()));
    SteadyTime now{std::chrono::hours(1)};
    for (const auto text : {page, page, page.substr(0, page.size() / 2), page, page}) {
        now += std::chrono::seconds(1);
        const auto second = scrape.read(text, now);
        if (!second) continue;
        const auto measured = second->totals.measuredByAll;
        promise((measured - scrape.mapping().fields()) == FieldSet(), "only what is mapped is measured");
        for (std::size_t i = 0; i < kCounterCount; ++i)
            promise(second->totals.counters[i] == 0 || measured.has(static_cast<Counter>(i)),
                    "what is not measured is not counted");
        for (const auto& share : second->utilisation)
            promise(!share || (*share >= 0 && *share <= 1), "a share is one");
    }
    return 0;
}
