// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that work with a store of history.
#include "feeds/history/write_recording.h"

#include "app/capture/commands.h"
#include "app/capture/signals.h"
#include "app/progress.h"

#include <cstdio>
#include <filesystem>

namespace surgescope::app {

feeds::Result<int> remoteWrite(const CaptureOptions& options) {
    const auto& file = options.inputs[0];
    auto how = feeds::WriteRecordingOptions{.store = options.history.store, .job = options.history.job};
    how.instance = options.history.instance.empty() ? std::filesystem::path(file).stem().string()
                                                    : options.history.instance;
    watchSignals();
    ProgressLine line;
    how.goesOn = [&line](double done) {
        line.share(done);
        return !isStopped();
    };
    const auto written = feeds::writeRecording(file, *options.catalogue, how);
    line.clear();
    if (!written) return feeds::Error{written.error()};
    std::printf("%s: %llu points, %llu samples, %s histograms\n", how.store.url.c_str(),
                static_cast<unsigned long long>(written->points),
                static_cast<unsigned long long>(written->samples), written->form.c_str());
    if (!written->note.empty()) std::fprintf(stderr, "surgescope-capture: %s\n", written->note.c_str());
    if (written->refusedSamples > 0)
        std::fprintf(stderr, "surgescope-capture: the store refused %llu samples, the last: %s\n",
                     static_cast<unsigned long long>(written->refusedSamples), written->lastRefusal.c_str());
    for (const auto& damage : written->damage)
        std::fprintf(stderr, "surgescope-capture: '%s' is damaged: %s\n", file.c_str(), damage.c_str());
    if (!written->isWhole) return kInterrupted;
    return written->refusedSamples > 0 || !written->damage.empty() ? 1 : 0;
}

} // namespace surgescope::app
