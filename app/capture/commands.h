// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/model/feed_time.h"
#include "feeds/model/pop_catalogue.h"
#include "feeds/transport/trust.h"
#include "feeds/util/result.h"

#include "app/history_options.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What surgescope-capture does. Each command answers on standard output and shows how far it is on standard
/// error, if that is a terminal.
namespace surgescope::app {

struct CaptureOptions {
    std::vector<std::string> inputs; // files, or endpoints to record
    std::string output;
    std::string from;
    std::string to;
    std::string by = "pop";
    std::vector<std::string> bind;
    std::vector<std::string> connect;
    double speed = 1;
    bool asFastAsPossible = false;
    unsigned nodesEvery = 1;
    unsigned newFileMinutes = 0;
    unsigned newFileMib = 0;
    unsigned seconds = 0;           // to record; 0: until stopped
    std::vector<std::string> rules; // files of them
    std::string format = "text";    // text, csv or json
    std::string releaseAt;          // T-0; empty: as the feed says
    std::string baseline;           // recording of an earlier launch; empty: none
    HistoryOptions history;
    feeds::Trust::Options trust;
    std::string edge;                                     // edge file, empty: none
    std::shared_ptr<const feeds::PopCatalogue> catalogue; // what it chooses
};

/// A time by the calendar. Errors name the option that it was said with.
feeds::Result<feeds::FeedSecond> momentOf(const std::string& option, const std::string& text);

/// Each returns the exit status, or an Error that is the caller's to tell.
feeds::Result<int> record(const CaptureOptions& options);
feeds::Result<int> info(const CaptureOptions& options);
feeds::Result<int> verifyFile(const CaptureOptions& options);
feeds::Result<int> rewriteFiles(const CaptureOptions& options); // recover, cut and merge
feeds::Result<int> baseline(const CaptureOptions& options);
feeds::Result<int> csv(const CaptureOptions& options);
feeds::Result<int> remoteWrite(const CaptureOptions& options);
feeds::Result<int> fetch(const CaptureOptions& options);
feeds::Result<int> replayFile(const CaptureOptions& options);
feeds::Result<int> rules(const CaptureOptions& options);
feeds::Result<int> judge(const CaptureOptions& options);
feeds::Result<int> tellLog(const CaptureOptions& options);

} // namespace surgescope::app
