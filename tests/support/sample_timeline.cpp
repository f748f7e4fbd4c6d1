// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/sample_timeline.h"

#include <cmath>
#include <limits>

namespace surgescope::tests {

using namespace feeds;
using Mode = Timeline::Mode;
using State = Timeline::Recording::State;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr FeedSecond kRelease{seconds(1'795'410'000)}; // 2026-11-23 05:00:00 UTC

Timeline launch() {
    Timeline t;
    t.empty = false;
    t.begin = kRelease - minutes(10);
    t.end = kRelease + minutes(40);
    t.position = t.end;
    t.releaseAt = kRelease;
    for (int second = 0; second < 3000; ++second) {
        const double since = second - 600;
        const double load =
            since < 0 ? 0.18 : 0.18 + 0.82 * (1 - std::exp(-since / 90)) * std::exp(-since / 6000);
        const double wobble = 1 + 0.02 * std::sin(second * 0.7) + 0.015 * std::sin(second * 0.113);
        const bool unknown = second >= 1500 && second < 1560;
        t.overview.push_back(unknown ? std::numeric_limits<float>::quiet_NaN()
                                     : static_cast<float>(41.8e6 * load * wobble));
    }
    t.gaps = {{t.begin + seconds(1500), t.begin + seconds(1560)}};
    t.events = {{kRelease, "release", "albums live"},
                {kRelease + seconds(30), "lever", "metadata_scale=4"},
                {kRelease + seconds(420), "purge", "cover art"},
                {kRelease + seconds(425), "purge", "cover art, second try"},
                {kRelease + seconds(500), "note", "botnet seen in SEA"},
                {kRelease + seconds(1260), "purge", "EU purge retry"},
                {kRelease + seconds(2380), "note", "shift handed over to the morning crew"}};
    t.recording = {.state = State::recording,
                   .path = "/var/lib/surgescope/20261123T045000Z.mcap",
                   .bytes = 1'213'000'000};
    return t;
}

} // namespace

std::vector<std::string_view> timelineStates() {
    return {"empty",   "live",   "buffered", "behind", "behind-paused", "opening", "failed",
            "playing", "paused", "end",      "loop",   "max",           "dropped"};
}

Timeline sampleTimeline(std::string_view state) {
    Timeline t = launch();
    if (state == "live") {
        t.recording = {};
        return t;
    }
    if (state == "buffered" || state == "failed" || state == "dropped" || state.starts_with("behind") ||
        state == "opening") {
        t.buffered = {t.end - minutes(22), t.end};
        t.recording = {.state = State::recording,
                       .flight = true,
                       .path = "/var/lib/surgescope/flight",
                       .bytes = 300'000'000};
        if (state == "dropped") t.recording.dropped = 1312;
        if (state == "failed")
            t.recording = {.state = State::failed,
                           .path = "/var/lib/surgescope/20261123T045000Z.mcap",
                           .reason = "no space left on /var/lib/surgescope",
                           .bytes = 1'213'000'000};
        if (state.starts_with("behind") || state == "opening") {
            t.mode = Mode::behindLive;
            t.position = t.end - (state == "behind" ? seconds(42) : seconds(500));
            t.paused = state == "behind-paused";
            t.opening = state == "opening";
        }
        return t;
    }
    t.mode = Mode::replay;
    t.recording = {};
    t.speed = state == "max" ? std::numeric_limits<double>::infinity() : state == "playing" ? 8 : 1;
    t.position = kRelease + seconds(754);
    t.paused = state == "paused";
    t.atEnd = state == "end";
    if (t.atEnd) t.position = t.end;
    if (state == "loop") t.loop = {kRelease + seconds(600), kRelease + seconds(1000)};
    for (const std::string_view known : timelineStates())
        if (known == state && state != "empty") return t;
    return {};
}

} // namespace surgescope::tests
