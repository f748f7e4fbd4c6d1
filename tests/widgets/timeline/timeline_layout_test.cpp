// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_layout.h"

#include "tests/support/catch.h"

#include <vector>

using namespace surgescope::widgets;

TEST_CASE("nothing of the bar overlaps or lies outside of it") {
    for (const double scale : {0.5, 1.0, 2.0}) {
        for (const double wide : {1280.0, 1920.0, 3440.0}) {
            const TimelineLayout at({wide * scale, 60 * scale}, scale);
            const std::vector<QRectF> parts{at.button, at.speed, at.below,  at.track,
                                            at.axis,   at.clock, at.record, at.keep};
            for (std::size_t i = 0; i < parts.size(); ++i) {
                CHECK(at.whole.contains(parts[i]));
                for (std::size_t j = 0; j < i; ++j)
                    CHECK_FALSE(parts[i].intersects(parts[j]));
            }
            CHECK(at.track.contains(at.labels));
            CHECK(at.recording.contains(at.record));
            CHECK(at.recording.contains(at.keep));
            CHECK(at.track.width() > 600 * scale);
        }
    }
    CHECK(TimelineLayout({10, 3}, 0.3).track.width() >= 1);
}
