// SPDX-License-Identifier: GPL-3.0-or-later
// surgescope-capture: records launches and works on recordings.
#include "feeds/model/edge_file.h"
#include "feeds/util/own_process.h"

#include "app/capture/commands.h"
#include "app/command_line.h"

#include <cstdio>
#include <functional>
#include <iostream>
#include <utility>
#include <vector>

using namespace surgescope;

int main(int argc, char** argv) {
    feeds::raiseDescriptorLimit();
    CLI::App app("Records launches, and works on recordings.\n"
                 "A time is 2026-11-24T20:00:00Z, +00:10:00 from the beginning, -00:01:00 from the end, or\n"
                 "T+00:10:00 from the release.",
                 "surgescope-capture");
    app.require_subcommand(1);
    app::CaptureOptions options;
    std::function<feeds::Result<int>(const app::CaptureOptions&)> command;
    const auto add = [&](const char* name, const char* what,
                         feeds::Result<int> (*run)(const app::CaptureOptions&)) {
        auto* sub = app.add_subcommand(name, what);
        sub->callback([&command, run] { command = run; });
        return sub;
    };
    const auto file = [&](CLI::App* sub) {
        sub->add_option("FILE", options.inputs, "The recording")
            ->required()
            ->expected(1)
            ->allow_extra_args(false);
    };
    const auto output = [&](CLI::App* sub) {
        sub->add_option("-o,--output", options.output, "File to write; must not exist")->required();
    };

    auto* record = add("record", "Records a feed until stopped (Ctrl+C)", app::record);
    record->add_option("ENDPOINT", options.inputs,
                       "Endpoints to connect to: tcp://sim:5556; or a NATS cluster: tls://nats-1,nats-2");
    record->add_option("--bind", options.bind,
                       "Endpoint that publishers connect to: tcp://*:5556; repeatable");
    output(record);
    record->add_option("--nodes-every", options.nodesEvery, "Node columns of every Nth second; 0: none")
        ->capture_default_str()
        ->check(CLI::Range(0, 3'600));
    record->add_option("--new-file-minutes", options.newFileMinutes, "A new file after so many minutes")
        ->check(CLI::Range(1, 100'000));
    record->add_option("--new-file-mib", options.newFileMib, "A new file after so many MiB")
        ->check(CLI::Range(1, 100'000'000));
    record->add_option("--from", options.from,
                       "Begins in the past, with what a NATS cluster keeps since then: 2026-11-24T20:00:00Z");
    record->add_option("--to", options.to, "Ends there, once that was received: 2026-11-25T02:00:00Z");
    record->add_option("--seconds", options.seconds, "Stop after so many seconds")
        ->check(CLI::Range(1, 10'000'000));

    file(add("info", "Tells what a recording holds", app::info));
    file(add("verify", "Checks every checksum and decodes every message; ends with 1 if there is damage",
             app::verifyFile));
    auto* recover = add("recover", "Writes anew what can be read of a damaged recording", app::rewriteFiles);
    file(recover);
    output(recover);
    auto* cut = add("cut", "Writes a part of a recording", app::rewriteFiles);
    file(cut);
    output(cut);
    cut->add_option("--from", options.from, "Time of its beginning");
    cut->add_option("--to", options.to, "Time of its end");
    auto* merge = add("merge", "Makes one of the recordings of several recorders", app::rewriteFiles);
    merge->add_option("FILES", options.inputs, "The recordings")->required();
    output(merge);
    auto* baseline =
        add("baseline", "Keeps of a recording what the dashboard's --baseline needs", app::baseline);
    file(baseline);
    output(baseline);
    auto* table = add("csv", "Writes rollups as a table", app::csv);
    file(table);
    table->add_option("-o,--output", options.output, "File to write; otherwise standard output");
    table->add_option("--by", options.by, "A line for each pop, region or world")
        ->capture_default_str()
        ->check(CLI::IsMember({"pop", "region", "world"}));
    auto* replay = add("replay", "Publishes a recording again, once somebody subscribes", app::replayFile);
    file(replay);
    replay->add_option("--bind", options.bind, "Endpoint to publish at: tcp://*:5556; repeatable");
    replay->add_option("--connect", options.connect, "Endpoint to publish to; repeatable");
    auto* speed = replay->add_option("--speed", options.speed, "Seconds of the launch a second")
                      ->capture_default_str()
                      ->check(CLI::Range(0.01, 10'000.0));
    replay->add_flag("--as-fast-as-possible", options.asFastAsPossible, "As fast as subscribers take it")
        ->excludes(speed);
    auto* remoteWrite = add("remote-write",
                            "Writes a recording to a store of history, by Prometheus remote write; ends with "
                            "1 if some was refused",
                            app::remoteWrite);
    file(remoteWrite);
    remoteWrite->add_option("URL", options.history.store.url, "http://store:8428/api/v1/write")->required();
    app::addHistoryOptions(*remoteWrite, options.history);
    auto* fetch = add("fetch", "Makes a recording of what a store of history holds", app::fetch);
    fetch->add_option("URL", options.history.store.url, "http://store:8428")->required();
    output(fetch);
    fetch->add_option("--from", options.from, "Time of its beginning: 2026-11-27T04:30:00Z")->required();
    fetch->add_option("--to", options.to, "Time of its end")->required();
    fetch->add_option("--release-at", options.releaseAt, "T-0, which the store does not know");
    app::addReadOptions(*fetch, options.history);
    const auto format = [&](CLI::App* sub, const std::vector<std::string>& formats) {
        sub->add_option("--format", options.format, "How it is written")
            ->capture_default_str()
            ->check(CLI::IsMember(formats));
    };
    auto* rules = add("rules",
                      "Checks a file of alarm rules over those built in, and explains all in force; ends "
                      "with 1 if it is refused",
                      app::rules);
    rules->add_option("FILE", options.inputs, "The rules; otherwise those built in")->expected(0, 1);
    format(rules, {"text", "json"});
    auto* judge = add("judge", "Plays a recording and tells which alarm cards fire, and how the rules differ",
                      app::judge);
    file(judge);
    judge
        ->add_option("--rules", options.rules,
                     "File of rules over those built in; a second one: what differs with it")
        ->expected(1, 2)
        ->allow_extra_args(false);
    judge->add_option("--release-at", options.releaseAt, "Time of T-0; otherwise as the feed says");
    judge->add_option(
        "--baseline", options.baseline,
        "Recording of an earlier launch, for rules on below_baseline; otherwise they compare with "
        "the time before");
    format(judge, {"text", "csv", "json"});
    auto* log = add(
        "log",
        "Tells what happened: releases, purges, levers, alarms as they were, notes; ends with 1 if some of "
        "it cannot be read",
        app::tellLog);
    file(log);
    format(log, {"text", "csv", "json"});
    for (auto* usesEndpoints : {record, replay})
        app::addTrustOptions(*usesEndpoints, options.trust);
    for (auto* usesRegions : {record, recover, cut, merge, table, judge, remoteWrite, fetch})
        app::addEdgeOption(*usesRegions, options.edge);
    if (const auto status = app::parseCommandLine(app, argc, argv)) return *status;
    auto catalogue = feeds::catalogueOf(options.edge);
    if (!catalogue) return app::commandLineError(app, "--edge: " + catalogue.error());
    options.catalogue = std::move(catalogue.value());

    const bool live = record->parsed() || replay->parsed();
    if (live && options.bind.empty() && options.connect.empty() &&
        (replay->parsed() || options.inputs.empty()))
        return app::commandLineError(app, replay->parsed() ? "replay: --bind or --connect is required"
                                                           : "record: an ENDPOINT or --bind is required");
    const auto status = command(options);
    if (!status) return app::failure(app, status.error());
    // Scripts go by the status: what was told and not written is no answer.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout.flush())
        return app::failure(app, "cannot write the whole answer to standard output");
    return *status;
}
