// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recorder.h"
#include "feeds/pipeline/feed_step.h"

#include "tests/support/catch.h"
#include "tests/support/list_source.h"
#include "tests/support/simulated_launch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"

#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace surgescope::tests {

inline feeds::ViewRequest launchRequest(std::chrono::seconds range = std::chrono::minutes(15)) {
    feeds::ViewRequest request;
    request.range = range;
    request.selection = feeds::Selection::pop("LHR");
    return request;
}

/// A PoP says nothing in these seconds.
struct Silence {
    std::string pop;
    int from = 0;
    int until = std::numeric_limits<int>::max();
};

/// A launch that was shown and recorded at once: the frames, and the file.
struct RecordedLaunch {
    TemporaryFolder folder;
    std::string path = (folder.path() / "launch.mcap").string();
    std::map<feeds::FeedSecond, std::shared_ptr<const feeds::Frame>>
        frames;                                             // the last of each settled second
    std::vector<std::shared_ptr<const feeds::Frame>> shown; // one a second, as they were

    RecordedLaunch(const std::string& scenario, int length, std::uint64_t nodes, bool columns = true,
                   const Silence& silence = {}, std::chrono::seconds range = std::chrono::seconds(900),
                   std::chrono::milliseconds second = std::chrono::seconds(1)) { // shorter: in fast motion
        SimulatedLaunch launch(scenario, nodes, columns);
        TestClock clock;
        ListSource source;
        source.clock = &clock;
        auto recorder = feeds::Recorder::open({.path = path}, clock);
        REQUIRE(recorder);
        feeds::FeedStep step(source, feeds::PopCatalogue::builtIn(), clock, feeds::NodeColumnsWanted::all,
                             {recorder.value().get()});
        step.request(launchRequest(range));
        for (int s = 0; s < length; ++s) {
            for (auto& wire : launch.second()) {
                const bool silent =
                    s >= silence.from && s < silence.until && wire.topic.ends_with("/" + silence.pop);
                if (!silent) source.items.push_back(ListSource::Item{wire.topic, wire.payload});
            }
            while (step.receive(std::chrono::milliseconds(0)) > 0) {
            }
            // Not at the very moment of receiving: what is exactly as old as a bound would be on either side
            // of it.
            clock.advance(std::chrono::milliseconds(1));
            auto frame = step.buildFrame(0);
            if (frame->settled) frames[*frame->settled] = frame;
            shown.push_back(std::move(frame));
            clock.advance(second - std::chrono::milliseconds(1));
        }
        recorder.value()->stop();
        REQUIRE(recorder.value()->status().state == feeds::Recorder::State::stopped);
        REQUIRE(recorder.value()->status().dropped == 0);
    }
};

} // namespace surgescope::tests
