// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that work with a store of history.
#include "feeds/capture/recorded_time.h"
#include "feeds/history/fetch.h"
#include "feeds/history/write_recording.h"

#include "app/capture/commands.h"
#include "app/capture/signals.h"
#include "app/progress.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

namespace surgescope::app {

feeds::Result<feeds::FeedSecond> momentOf(const std::string& option, const std::string& text) {
    const auto at = feeds::absoluteTime(text);
    return at ? at : feeds::Error{option + ": " + at.error()};
}

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
    std::string told;
    how.away = [&line, &told, &how](const std::string& why) {
        if (std::exchange(told, why) == why) return;
        line.clear();
        std::fprintf(stderr, "surgescope-capture: %s: %s: tried again\n", how.store.url.c_str(), why.c_str());
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

feeds::Result<int> fetch(const CaptureOptions& options) {
    feeds::FetchOptions how{.store = {.url = options.history.store.url,
                                      .job = options.history.job,
                                      .http = options.history.store.http},
                            .library = "surgescope-capture"};
    how.store.http.timeout = std::chrono::minutes(1);
    const auto from = momentOf("--from", options.from), to = momentOf("--to", options.to);
    for (const auto* moment : {&from, &to})
        if (!*moment) return feeds::Error{moment->error()};
    how.from = *from;
    how.to = *to;
    if (!options.releaseAt.empty()) {
        const auto release = momentOf("--release-at", options.releaseAt);
        if (!release) return feeds::Error{release.error()};
        how.releaseAt = *release;
    }
    watchSignals();
    ProgressLine line;
    how.goesOn = [&line](double done) {
        line.share(done);
        return !isStopped();
    };
    how.store.http.goesOn = [] { return !isStopped(); };
    const auto fetched = feeds::fetchHistory(options.output, *options.catalogue, how);
    line.clear();
    if (isStopped()) return kInterrupted;
    if (!fetched) return feeds::Error{fetched.error()};
    std::printf("%s: %llu points, %llu reports of a second\n", options.output.c_str(),
                static_cast<unsigned long long>(fetched->points),
                static_cast<unsigned long long>(fetched->reports));
    for (const auto& trouble : troublesOf(fetched->refused, fetched->warnings))
        std::fprintf(stderr, "surgescope-capture: %s\n", trouble.c_str());
    return !fetched->isWhole ? kInterrupted : fetched->refused.count > 0 ? 1 : 0;
}

} // namespace surgescope::app
