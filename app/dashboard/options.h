// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/selection.h"
#include "feeds/pipeline/feed_step.h"
#include "feeds/sim/scenario.h"
#include "feeds/transport/trust.h"

#include "app/history_options.h"
#include "widgets/base/palette.h"
#include "widgets/export/view.h"
#include "widgets/wall/viewing.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace surgescope::app {

/// What the dashboard was asked to do.
struct Options {
    std::shared_ptr<const feeds::PopCatalogue> catalogue; // the edge file's, or the one built in
    std::vector<std::string> connect;
    std::vector<std::string> bind;
    feeds::Trust::Options trust;
    std::optional<feeds::sim::Scenario> simulate; // when no endpoint is given
    std::uint64_t nodes = 40'000;                 // of the simulation
    std::uint64_t seed = 1;
    double speed = 1;
    std::string control;    // endpoint for levers of the simulation, empty: none
    HistoryOptions history; // how stores of history are spoken with
    /// What of a store is to be which recording, before there is a window.
    struct Fetch {
        std::string option; // that asks for it
        std::string url;
        feeds::FeedSecond from{};
        feeds::FeedSecond to{};
        std::optional<feeds::FeedSecond> releaseAt;
        std::string file;
    };
    std::vector<Fetch> fetches;
    std::optional<Fetch> watched; // what of a store is played as it is looked at
    std::string replay;   // recording to play instead, empty: none
    std::string at;       // where in it to begin, as parseRecordedTime() reads it; empty: at its beginning
    std::string baseline; // recording to lay beneath; empty: the one built in
    std::string rules;    // file of rules of alarms over those built in, empty: none
    std::string desk;     // endpoint where other walls ask, empty: none
    std::string deskAt;   // endpoint of the wall that judges for this one, empty: none
    bool sound = false;
    std::string onAlarm;                        // program that gets each change of an alarm, empty: none
    std::optional<feeds::FeedSecond> releaseAt; // T-0 set by hand; nothing: as the feed says
    std::string record;                         // file to record to, empty: none
    bool flight = true;                         // keep a ring of what is received
    std::string flightFolder;
    std::uint64_t flightBytes = std::uint64_t{2} << 30U;
    std::string recordingsFolder; // for what is kept or recorded on demand
    feeds::NodeColumnsWanted nodeColumns = feeds::NodeColumnsWanted::ofSelectedPop;
    feeds::Selection select;         // at the start
    std::string screenshot;          // file, empty: none
    double after = 10;               // seconds to the screenshot
    std::optional<double> quitAfter; // seconds, without a screenshot
    std::chrono::minutes range{15};  // charts and heatmap
    int width = 1920;
    int height = 1080;
    bool sizeGiven = false; // otherwise the window comes back as it was, and exports are as on the wall
    bool fullScreen = false;
    widgets::Theme theme = widgets::Theme::dark;
    std::string workspace;                         // name or file, empty: as it was last
    bool wall = false;                             // wall mode from the start
    widgets::Viewing viewing;                      // how it is read
    std::optional<int> screen;                     // of the wall, 1 is the first
    std::chrono::seconds rotate{0};                // of pages on the wall, 0: they do not turn
    std::string exportsFolder;                     // for what the keys export
    std::optional<widgets::ExportView> exportView; // of the recording, without a window
    std::string exportFrom; // as parseRecordedTime() reads it; empty: `range` before its end
    std::string exportTo;   // empty: the recording's end
    int pixelRatio = 1;     // of the export
    std::string output;     // its file
    std::string stats;      // file, "-" for standard output, empty: none
};

/// Options, or the exit status when the program is to end at once.
std::variant<Options, int> parseOptions(int argc, char** argv);

} // namespace surgescope::app
