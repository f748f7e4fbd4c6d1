// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/options.h"

#include "feeds/capture/baseline_file.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/model/edge_file.h"
#include "feeds/sim/scenario_file.h"
#include "feeds/util/near_names.h"

#include "app/command_line.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace surgescope::app {
namespace {

/// A rehearsal has the catalogue's PoPs and no other. A feed or a recording may speak of one that the
/// catalogue does not know: the window says so until it is heard.
feeds::Result<feeds::Selection> selectionOf(const std::string& code, const feeds::PopCatalogue& catalogue,
                                            bool rehearses) {
    if (code.empty()) return feeds::Selection{};
    if (catalogue.find(code)) return feeds::Selection::pop(code);
    if (std::ranges::find(catalogue.regions(), code) != catalogue.regions().end())
        return feeds::Selection::region(code);
    if (!feeds::isPopCode(code))
        return feeds::Error{"expected the code of a region, or of a PoP of " +
                            std::string(feeds::kPopCodeForm) + ", got '" + code + "'"};
    if (!rehearses) return feeds::Selection::pop(code);
    std::vector<std::string_view> known;
    for (const feeds::Pop& pop : catalogue.pops())
        known.emplace_back(pop.code);
    std::string regions;
    for (const std::string& region : catalogue.regions())
        regions += (regions.empty() ? "" : ", ") + region;
    return feeds::Error{"no PoP or region '" + code + "'; the nearest PoPs are " +
                        feeds::nearNames(code, known) + ", the regions " + regions};
}

constexpr std::chrono::minutes kBeforeBaseline{10}; // its T-0
constexpr std::chrono::minutes kBehindBaseline{50};

/// Named after all that makes it what it is: what is kept there needs not be fetched again.
std::string fileOf(const Options::Fetch& fetch, const Options& options) {
    auto of = fetch.url.substr(fetch.url.find("//") + 2) + "-" + options.history.job;
    std::ranges::replace_if(
        of, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.'; }, '-');
    auto when = feeds::isoText(fetch.from) + "-" + feeds::isoText(fetch.to);
    if (fetch.releaseAt) when += "-T0-" + feeds::isoText(*fetch.releaseAt);
    std::erase(when, ':');
    return options.recordingsFolder + "/history-" + of + "-" + when + ".mcap";
}

std::optional<feeds::Error> addHistory(Options& options, const std::string& url) {
    if (auto problem = feeds::urlProblem(url)) return *problem;
    const auto from = feeds::absoluteTime(options.exportFrom), to = feeds::absoluteTime(options.exportTo);
    if (!from) return feeds::Error{"--from: " + from.error()};
    if (!to) return feeds::Error{"--to: " + to.error()};
    if (*to <= *from) return feeds::Error{"--to: '" + options.exportTo + "' is not after --from"};
    Options::Fetch fetch{"--history", url, *from, *to, options.releaseAt, {}};
    options.replay = fetch.file = fileOf(fetch, options);
    std::error_code error;
    if (options.exportView)
        options.fetches.push_back(std::move(fetch)); // all of it is drawn
    else if (!std::filesystem::exists(fetch.file, error))
        options.watched = std::move(fetch);
    return std::nullopt;
}

/// http://store:8428@2026-04-03T04:00:00Z: an hour around this T-0.
std::optional<feeds::Error> addBaseline(Options& options) {
    const auto at = options.baseline.rfind('@');
    const auto url = options.baseline.substr(0, at);
    if (auto problem = feeds::urlProblem(url)) return *problem;
    const auto release = feeds::absoluteTime(at == std::string::npos ? "" : options.baseline.substr(at + 1));
    if (!release) return feeds::Error{url + "@T-0: " + release.error()};
    Options::Fetch fetch{"--baseline", url, *release - kBeforeBaseline, *release + kBehindBaseline,
                         *release,     {}};
    options.baseline = fetch.file = fileOf(fetch, options);
    options.fetches.push_back(std::move(fetch));
    return std::nullopt;
}

} // namespace

std::variant<Options, int> parseOptions(int argc, char** argv) {
    CLI::App app("Watches a launch at the edge: PoP saturation, throughput, invalidation lag.\n"
                 "Without an endpoint it simulates a launch and shows that.",
                 "surgescope");
    Options options;
    std::string scenario;
    std::string size = "1920x1080";
    double quitAfter = 0;
    bool allNodes = false;
    auto* connect =
        app.add_option("--connect", options.connect,
                       "Endpoint to subscribe to, for example tcp://sim:5556; repeatable; or a NATS "
                       "cluster: tls://nats-1,nats-2");
    auto* bind = app.add_option("--bind", options.bind,
                                "Endpoint that agents connect to, for example tcp://*:5556; repeatable");
    addTrustOptions(app, options.trust);
    auto* simulate =
        app.add_option("--simulate", scenario,
                       "Scenario to rehearse: triple-drop (default), another that surgescope-sim --list "
                       "shows, or a TOML file");
    simulate->excludes(connect)->excludes(bind);
    auto* nodes =
        app.add_option("--nodes", options.nodes, "Nodes in the simulation; of an edge file, its own")
            ->capture_default_str()
            ->check(CLI::Range(1, 4'000'000));
    std::string edge;
    addEdgeOption(app, edge);
    app.add_option("--seed", options.seed, "Seed of the simulation")->capture_default_str();
    app.add_option("--speed", options.speed, "Seconds of the launch per second, simulated or recorded")
        ->capture_default_str()
        ->check(CLI::Range(0.01, 1000.0));
    app.add_option("--control", options.control,
                   "Endpoint where levers of the simulation can be pulled, for example tcp://127.0.0.1:5557")
        ->excludes(connect)
        ->excludes(bind);
    auto* replay = app.add_option("--replay", options.replay, "Recording to play instead of a feed")
                       ->excludes(connect)
                       ->excludes(bind)
                       ->excludes(simulate);
    app.add_option(
        "--at", options.at,
        "Where in the recording to begin: T+00:10:00 from the release, +00:10:00 from its beginning, "
        "-00:01:00 from its end, or 2026-11-27T05:00:00Z");
    app.add_option("--record", options.record, "Records what is received to this new file (MCAP)")
        ->excludes(replay);
    app.add_option("--rules", options.rules,
                   "Rules of alarms, over those built in; read again when the file changes")
        ->check(CLI::ExistingFile);
    app.add_option("--on-alarm", options.onAlarm,
                   "Program that gets each change of an alarm of a live feed, as JSON on its standard input")
        ->check(CLI::ExistingFile)
        ->excludes("--replay");
    app.add_flag("--sound", options.sound,
                 "Alarms are heard, with pw-play, paplay or aplay; the key M mutes them for a minute")
        ->excludes("--replay");
    auto* desk =
        app.add_option("--desk", options.desk,
                       "Judges for other walls, too, which ask at this endpoint, for example tcp://*:5560")
            ->excludes("--replay");
    app.add_option(
           "--desk-at", options.deskAt,
           "Shows the alarms of the wall that is the desk at this endpoint, for example tcp://wall:5560")
        ->excludes(desk)
        ->excludes("--replay")
        ->excludes("--on-alarm")
        ->excludes("--rules");
    app.add_option(
        "--baseline", options.baseline,
        "Recording of an earlier launch to lay beneath, aligned at T-0, or its hour in a store of history: "
        "http://store:8428@2026-04-03T04:00:00Z; without it a simulated standard rollout lies beneath "
        "rehearsals");
    std::string historyUrl;
    auto* history = app.add_option("--history", historyUrl,
                                   "Plays --from to --to out of a store of history, read as it is looked at: "
                                   "http://store:8428")
                        ->excludes(connect)
                        ->excludes(bind)
                        ->excludes(simulate)
                        ->excludes(replay);
    for (const char* live : {"--record", "--on-alarm", "--sound", "--desk", "--desk-at"})
        history->excludes(app.get_option(live));
    addReadOptions(app, options.history);
    std::string releaseAt;
    app.add_option(
        "--release-at", releaseAt,
        "T-0, when the feed does not say it: 2026-11-27T05:00:00Z; the key B sets it to the crosshair");
    options.flightFolder = stateFolder() + "/flight";
    options.recordingsFolder = stateFolder() + "/recordings";
    app.add_option("--flight-folder", options.flightFolder, "Where the flight recorder keeps its ring")
        ->capture_default_str();
    app.add_option("--flight-bytes", options.flightBytes, "How much it may hold; 0: no flight recorder")
        ->capture_default_str();
    app.add_option("--recordings", options.recordingsFolder, "Where the keys K and R put recordings")
        ->capture_default_str();
    app.add_flag("--all-nodes", allNodes,
                 "Subscribes to the node columns of all PoPs, not of the selected one only");
    std::string select;
    app.add_option("--select", select, "PoP or region to select at the start, by its code: LHR, EU");
    int range = 15;
    app.add_option("--range", range,
                   "Minutes that charts and heatmap reach back at most; keys 0 to 7 change it")
        ->capture_default_str()
        ->check(CLI::Range(1, 2'880));
    auto* screenshot =
        app.add_option("--screenshot", options.screenshot, "Saves the window as this PNG file and ends");
    auto* after = app.add_option("--after", options.after, "Seconds to wait for the screenshot")
                      ->capture_default_str()
                      ->check(CLI::Range(0.0, 1e6));
    auto* quit =
        app.add_option("--quit-after", quitAfter, "Ends after so many seconds")->check(CLI::Range(0.0, 1e6));
    after->needs(screenshot);
    quit->excludes(screenshot);
    auto* sizeOption =
        app.add_option("--size", size, "Size of the window, or of what is exported, WIDTHxHEIGHT")
            ->capture_default_str();
    auto* fullScreen =
        app.add_flag("--full-screen", options.fullScreen, "Opens over the whole screen (F11 leaves)");
    std::string theme = "dark";
    app.add_option("--theme", theme, "dark, light or high-contrast; Ctrl+T changes it")
        ->capture_default_str();
    auto* workspace = app.add_option(
        "--workspace", options.workspace,
        "Arrangement of views: overview, map, traffic, invalidation, one of your own, or a file; "
        "otherwise as it was last");
    auto* wall = app.add_flag("--wall", options.wall,
                              "Wall mode: nothing but data, over the whole screen (F11 or Esc leaves)");
    wall->excludes(fullScreen);
    std::string viewing = "4m";
    app.add_option("--viewing", viewing, "From how far a wall is read: decides its type, with --diagonal")
        ->capture_default_str();
    app.add_option("--diagonal", options.viewing.inches, "Inches of the wall's screen from corner to corner")
        ->capture_default_str();
    int screen = 0, rotate = 0;
    auto* screenOption = app.add_option("--screen", screen, "Screen of the wall, 1 is the first")
                             ->needs(wall)
                             ->check(CLI::Range(1, 64));
    app.add_option("--rotate", rotate,
                   "Seconds after which the wall shows the next workspace: of your own those named wall-…, "
                   "otherwise those built in")
        ->needs(wall)
        ->check(CLI::Range(1, 86'400));
    app.add_option("--stats", options.stats,
                   "Writes one JSON object a second to this file; - is standard output");
    options.exportsFolder = stateFolder() + "/exports";
    app.add_option("--exports", options.exportsFolder, "Where the keys E and Shift+E put pictures and tables")
        ->capture_default_str();
    std::string view;
    auto* exported =
        app.add_option("--export", view,
                       "Writes a view of the recording to a file, without a window: " + widgets::viewNames());
    auto* from = app.add_option("--from", options.exportFrom,
                                "Where the exported range begins, as --at; without it --range before its "
                                "end. Of history: 2026-11-27T04:30:00Z");
    auto* to = app.add_option("--to", options.exportTo, "Where it ends; without it the recording's end");
    auto* output =
        app.add_option("-o,--output", options.output, "File to export to: .png, .svg, .pdf or .csv")
            ->needs(exported);
    app.add_option("--pixel-ratio", options.pixelRatio, "How much finer than the screen an exported PNG is")
        ->needs(exported)
        ->capture_default_str()
        ->check(CLI::Range(1, 4));
    exported->needs(output)->excludes(screenshot)->excludes(quit)->excludes(wall)->excludes(workspace);
    if (const auto status = parseCommandLine(app, argc, argv)) return *status;

    char rest = 0;
    if (std::sscanf(size.c_str(), "%dx%d%c", &options.width, &options.height, &rest) != 2 ||
        options.width < 320 || options.height < 240 || options.width > 16'384 || options.height > 16'384)
        return commandLineError(app, "--size: expected WIDTHxHEIGHT from 320x240 to 16384x16384, got '" +
                                         size + "'");
    auto catalogue = feeds::catalogueOf(edge);
    if (!catalogue) return commandLineError(app, "--edge: " + catalogue.error());
    options.catalogue = std::move(catalogue.value());
    if (!*nodes && options.catalogue->isInventory()) options.nodes = options.catalogue->expectedNodes();
    char metre = 'm';
    rest = 0;
    const int read = std::sscanf(viewing.c_str(), "%lf%c%c", &options.viewing.metres, &metre, &rest);
    if (read < 1 || read > 2 || metre != 'm')
        return commandLineError(app, "--viewing: expected metres such as 4m, got '" + viewing + "'");
    if (const std::string problem = widgets::viewingProblem(options.viewing); !problem.empty())
        return commandLineError(app, problem);
    const auto named = std::ranges::find_if(widgets::kThemes,
                                            [&](widgets::Theme t) { return widgets::themeName(t) == theme; });
    if (named == widgets::kThemes.end())
        return commandLineError(app, "--theme: expected dark, light or high-contrast, got '" + theme + "'");
    options.theme = *named;
    if (*exported) {
        options.exportView = widgets::viewNamed(view);
        if (!options.exportView)
            return commandLineError(app, "--export: no view named '" + view +
                                             "'; there are: " + widgets::viewNames());
        if (!widgets::formatOf(options.output))
            return commandLineError(app,
                                    "--output: expected a file ending in .png, .svg, .pdf or .csv, got '" +
                                        options.output + "'");
    }
    if (!releaseAt.empty()) {
        const auto at = feeds::absoluteTime(releaseAt);
        if (!at) return commandLineError(app, "--release-at: " + at.error());
        options.releaseAt = *at;
    }
    if ((*from || *to) && !*exported && !*history)
        return commandLineError(app, "--from and --to require --export or --history");
    if (*history)
        if (const auto problem = addHistory(options, historyUrl))
            return commandLineError(app, "--history: " + problem->text);
    for (const char* ofRecordings : {"--at", "--export"})
        if (app.count(ofRecordings) > 0 && options.replay.empty())
            return commandLineError(app, std::string(ofRecordings) + " requires --replay or --history");
    options.range = std::chrono::minutes(range);
    options.sizeGiven = sizeOption->count() > 0;
    if (*screenOption) options.screen = screen;
    options.rotate = std::chrono::seconds(rotate);
    if (*quit) options.quitAfter = quitAfter;
    if (allNodes) options.nodeColumns = feeds::NodeColumnsWanted::all;
    options.flight = options.flightBytes > 0 && options.replay.empty();
    if (!options.baseline.empty())
        if (const auto problem = options.baseline.find("://") != std::string::npos
                                     ? addBaseline(options)
                                     : feeds::baselineProblem(options.baseline))
            return commandLineError(app, "--baseline: " + problem->text);
    const bool rehearses = options.connect.empty() && options.bind.empty() && options.replay.empty();
    const auto selected = selectionOf(select, *options.catalogue, rehearses);
    if (!selected) return commandLineError(app, "--select: " + selected.error());
    options.select = selected.value();
    if (rehearses) {
        if (scenario.empty()) scenario = "triple-drop";
        auto loaded = feeds::sim::loadScenario(scenario, *options.catalogue);
        if (!loaded) return commandLineError(app, "--simulate: " + loaded.error());
        options.simulate = std::move(loaded.value());
    }
    return options;
}

} // namespace surgescope::app
