// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the answer of a store of history, whole and torn, by one reader.
#include "feeds/history/matrix_reader.h"

#include "tests/fuzz/promise.h"

#include <cmath>
#include <string>

using namespace surgescope::feeds;
using surgescope::tests::promise;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    MatrixReader reader;
    for (const auto length : {size, size / 2, size}) {
        std::string text(reinterpret_cast<const char*>(data), length);
        reader.read(text, [length](const MatrixSeries& series) {
            promise(series.samples.size() + series.histograms.size() + series.buckets.size() <= length,
                    "nothing is made of nothing");
            for (const auto& sample : series.samples)
                promise(std::isfinite(sample.value), "a sample is a number");
            for (const auto& histogram : series.histograms)
                promise(histogram.firstBucket <= histogram.endBucket &&
                            histogram.endBucket <= series.buckets.size(),
                        "buckets of a histogram are there");
        });
    }
    return 0;
}
