// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/history/remote_store.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/util/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace surgescope::feeds {

/// How a recording is written to a store.
struct WriteRecordingOptions {
    RemoteStore::Options store;
    std::string job = "surgescope";
    std::string instance; // who wrote it
    /// How long a store may be away before it is given up.
    std::chrono::seconds patience{60};
    /// Told the share that is done; false: stop.
    std::function<bool(double)> goesOn;
    /// Told why the store is away, each time it is asked in vain.
    std::function<void(const std::string&)> away;
};

struct WrittenRecording {
    std::uint64_t points = 0;  // ten seconds of all PoPs
    std::uint64_t samples = 0; // taken by the store
    std::uint64_t refusedSamples = 0;
    std::string lastRefusal;         // in the store's words
    std::string form;                // of histograms
    std::string note;                // what was found out that one should know
    bool isWhole = true;             // false: it was told to stop
    std::vector<std::string> damage; // of the recording
};

/// The ten-second rollups of a recording to a store, in order. Waits for the network. An Error: the file is
/// no recording or has no rollups, or the store is away or takes nothing.
Result<WrittenRecording> writeRecording(const std::string& path, const PopCatalogue& catalogue,
                                        const WriteRecordingOptions& options);

} // namespace surgescope::feeds
