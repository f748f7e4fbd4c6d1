// SPDX-License-Identifier: GPL-3.0-or-later
// Prints what recording and replaying cost: capture_bench [HOURS], 1 hour of PoP reports unless said; or
// capture_bench FILE [seek|replay]: what seeking in that recording and replaying it cost.
#include "feeds/capture/recorder.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/source/replay_source.h"
#include "feeds/util/own_process.h"

#include "tests/bench/measure.h"
#include "tests/support/list_source.h"
#include "tests/support/simulated_launch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_clock.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>

using namespace surgescope;
using namespace surgescope::feeds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

using Steady = std::chrono::steady_clock;

double since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

std::unique_ptr<Recorder> openRecorder(const std::string& path, const Clock& clock) {
    auto recorder = Recorder::open({.path = path}, clock);
    if (!recorder) std::abort();
    return std::move(recorder.value());
}

/// A million node samples a second, in real time, as a feed thread would hand them over.
void recordNodes(const std::string& folder) {
    constexpr int kSeconds = 10;
    constexpr double kNodes = 1'000'000;
    const SystemClock clock;
    std::vector<std::vector<tests::Wire>> launch;
    {
        tests::SimulatedLaunch simulated("triple-drop", static_cast<std::uint64_t>(kNodes));
        for (int i = 0; i < kSeconds; ++i)
            launch.push_back(simulated.second());
    }
    const auto path = folder + "/nodes.mcap";
    auto recorder = openRecorder(path, clock);
    double nodeBytes = 0;
    double handing = 0;
    const auto start = Steady::now();
    for (int i = 0; i < kSeconds; ++i) {
        const auto begin = Steady::now();
        for (const auto& wire : launch[static_cast<std::size_t>(i)]) {
            recorder->received(wire.topic, wire.payload, clock.wall());
            if (wire.topic.starts_with("node/")) nodeBytes += static_cast<double>(wire.payload.size());
        }
        handing += since(begin);
        while (since(start) < i + 1)
            std::this_thread::yield();
    }
    const double elapsed = since(start);
    recorder->stop();
    const auto status = recorder->status();
    std::printf("record 1,000,000 nodes a second: recorder thread %.1f %% of a core, feed thread %.2f %%, "
                "%llu dropped\n",
                100 * status.threadCpuSeconds / elapsed, 100 * handing / elapsed,
                static_cast<unsigned long long>(status.dropped));
    std::printf("  %.1f bytes a node and second on disk (all channels), %.1f on the wire\n",
                static_cast<double>(status.bytes) / (kNodes * kSeconds), nodeBytes / (kNodes * kSeconds));
}

/// PoP reports alone, as fast as they are simulated.
void recordReports(const std::string& path, int length) {
    tests::SimulatedLaunch launch("triple-drop", 40'000, false);
    tests::TestClock clock;
    tests::ListSource source;
    source.clock = &clock; // stamps what arrives
    auto recorder = openRecorder(path, clock);
    FeedStep step(source, PopCatalogue::builtIn(), clock, NodeColumnsWanted::ofSelectedPop, {recorder.get()});
    std::uint64_t bytes = 0;
    for (int s = 0; s < length; ++s) {
        for (auto& wire : launch.second()) {
            bytes += wire.payload.size();
            source.items.push_back(tests::ListSource::Item{std::move(wire.topic), std::move(wire.payload)});
        }
        while (step.receive(milliseconds(0)) > 0) {
        }
        step.settle();
        clock.advance(seconds(1));
        while (recorder->status().queueFill > 0.5)
            std::this_thread::yield();
    }
    recorder->stop();
    const auto status = recorder->status();
    const double night = 8.0 * 3'600 / length;
    std::printf("PoP reports of 391 PoPs, %d s: %.0f MB, %.2f GB in 8 hours (on the wire %.2f GB); recorder "
                "%.2f ms a "
                "second, %llu dropped\n",
                length, static_cast<double>(status.bytes) / 1e6,
                static_cast<double>(status.bytes) * night / 1e9, static_cast<double>(bytes) * night / 1e9,
                1e3 * status.threadCpuSeconds / length, static_cast<unsigned long long>(status.dropped));
}

std::unique_ptr<ReplaySource> openReplay(const std::string& path, const Clock& clock,
                                         ReplaySource::Options options) {
    auto source = ReplaySource::open(path, clock, options);
    if (!source) std::abort();
    return std::move(source.value());
}

void seekAbout(const std::string& path) {
    const SystemClock clock;
    const auto start = Steady::now();
    auto source = openReplay(path, clock, {.paused = true});
    const auto& recording = source->recording();
    FeedStep step(*source, PopCatalogue::builtIn(), clock, NodeColumnsWanted::ofSelectedPop);
    const auto picture = [&](RecordedTime to) {
        source->control()->send(replay::Seek{to});
        while (source->control()->status().seeks == 0 || step.receive(milliseconds(0)) == 0) {
            if (step.receive(milliseconds(0)) > 0) break;
        }
        return step.buildFrame(0);
    };
    picture(recording.begin + (recording.end - recording.begin) / 2);
    std::printf("open: picture in the middle after %.0f ms\n", 1e3 * since(start));
    std::mt19937_64 random(1);
    const auto length = static_cast<std::uint64_t>((recording.end - recording.begin).count());
    std::vector<double> times;
    const double cpu = threadCpuSeconds();
    for (int i = 0; i < 100; ++i) {
        const auto to = recording.begin + milliseconds(static_cast<std::int64_t>(random() % length));
        const auto begin = Steady::now();
        picture(to);
        times.push_back(1e3 * since(begin));
    }
    std::sort(times.begin(), times.end());
    std::printf(
        "seek, 100 at random: median %.0f ms, p95 %.0f ms, max %.0f ms, mean CPU time %.0f ms; resident %.0f "
        "MiB\n",
        times[50], times[95], times[99], 10 * (threadCpuSeconds() - cpu), residentMebibytes());
}

void replayAll(const std::string& path) {
    const SystemClock clock;
    auto source = openReplay(path, clock, {.speed = replay::kAsFastAsPossible});
    const double length =
        std::chrono::duration<double>(source->recording().end - source->recording().begin).count();
    FeedStep step(*source, PopCatalogue::builtIn(), clock, NodeColumnsWanted::ofSelectedPop);
    const double cpu = threadCpuSeconds();
    const auto start = Steady::now();
    auto nextFrame = start;
    while (step.receive(milliseconds(0)) > 0) {
        if (Steady::now() < nextFrame) continue;
        step.buildFrame(0);
        nextFrame = Steady::now() + milliseconds(100);
    }
    const double elapsed = since(start);
    std::printf("replay, frames at 10 Hz: %.0f s in %.1f s, %.0f times real time, %.0f times by CPU time; "
                "resident %.0f "
                "MiB\n",
                length, elapsed, length / elapsed, length / (threadCpuSeconds() - cpu), residentMebibytes());
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string(argv[1]).ends_with(".mcap")) {
        const std::string only = argc > 2 ? argv[2] : "";
        if (only != "replay") seekAbout(argv[1]);
        if (only != "seek") replayAll(argv[1]);
        return 0;
    }
    const double hours = argc > 1 ? std::atof(argv[1]) : 1;
    const tests::TemporaryFolder folder; // TMPDIR says where
    const auto path = (folder.path() / "reports.mcap").string();
    recordNodes(folder.path().string());
    recordReports(path, static_cast<int>(hours * 3'600));
    seekAbout(path);
    replayAll(path);
    return 0;
}
