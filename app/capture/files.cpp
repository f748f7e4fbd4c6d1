// SPDX-License-Identifier: GPL-3.0-or-later
// The commands that read and write files.
#include "feeds/capture/baseline_file.h"
#include "feeds/capture/csv_export.h"
#include "feeds/capture/recorded_time.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/rewrite.h"
#include "feeds/capture/verification.h"
#include "feeds/util/file.h"

#include "app/capture/commands.h"
#include "app/progress.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <utility>

namespace surgescope::app {
namespace {

using namespace feeds;

FeedSecond second(RecordedTime time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

std::string megabytes(std::uint64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

void print(const char* name, const std::string& value) {
    std::printf("%-12s %s\n", name, value.c_str());
}

void printGaps(const std::vector<RecordingIndex::Gap>& gaps) {
    for (const auto& gap : gaps)
        print("gap", isoText(second(gap.from)) + " to " + isoText(second(gap.to)));
}

/// In words, and as the exit status.
std::pair<std::string, int> verdictOf(const Verification& verified) {
    const auto& [refused, of] = verified.all;
    const auto share = std::to_string(refused) + " of " + std::to_string(of) + " messages";
    if (!verified.damage.empty()) return {"damaged", 1};
    if (verified.all.isAll() || verified.reports.isAll())
        return {"whole, but of no use: every reader refuses " + share + ", and all reports", 1};
    if (refused > 0) return {"sound, but for " + share + ", which every reader refuses", 0};
    return {"sound", 0};
}

} // namespace

Result<int> info(const CaptureOptions& options) {
    auto opened = McapReader::open(options.inputs[0]);
    if (!opened) return Error{opened.error()};
    auto& reader = *opened.value();
    const auto index = indexOf(reader);
    print("file", options.inputs[0] + ", " + megabytes(reader.size()));
    print("written by", reader.header().library + ", profile '" + reader.header().profile + "'");
    if (!index.marks.empty()) {
        print("begin", isoText(second(index.begin)));
        print("end", isoText(second(index.end)));
        print("length", durationText(second(index.end) - second(index.begin)));
    }
    if (!index.scenario.empty()) print("scenario", index.scenario);
    if (index.releaseAt) print("T-0", isoText(*index.releaseAt));
    print("index", reader.indexed() ? "complete" : "none: the file was scanned");
    print("chunks", std::to_string(reader.parts().size()));
    print("dropped", std::to_string(index.dropped) + " messages that the recorder had no room for");
    for (const auto& channel : reader.channels()) {
        std::string text = channel.topic;
        if (reader.statistics()) {
            const auto count = reader.statistics()->byChannel.find(channel.id);
            text += ": " + std::to_string(count == reader.statistics()->byChannel.end() ? 0 : count->second) +
                    " messages";
        }
        print("channel", text);
    }
    for (const auto& event : index.events)
        print("event", isoText(event.header.intervalEnd) + " " + event.text);
    printGaps(index.gaps);
    for (const auto& damage : reader.damage())
        print("damage", "byte " + std::to_string(damage.offset) + ": " + damage.text);
    return 0;
}

Result<int> verifyFile(const CaptureOptions& options) {
    ProgressLine line;
    const auto verified = verify(options.inputs[0], [&](double done) { line.share(done); });
    line.clear();
    if (!verified) return Error{verified.error()};
    print("chunks", std::to_string(verified->chunks) + ", " + megabytes(verified->bytes));
    print("index", verified->indexed ? "complete" : "none: the file was scanned");
    for (const auto& [channel, count] : verified->messages)
        print("messages", channel + ": " + std::to_string(count));
    for (std::size_t i = 0; i < kRefusalCount; ++i)
        if (verified->refused[i] > 0)
            print("refused", std::to_string(verified->refused[i]) + " " +
                                 std::string(wordsFor(static_cast<Refusal>(i))) +
                                 "; the last: " + verified->lastRefusal);
    print("lost", std::to_string(verified->lost) + " messages missing by their sequence");
    printGaps(verified->gaps);
    for (const auto& damage : verified->damage)
        print("damage", "byte " + std::to_string(damage.offset) + ": " + damage.text);
    const auto [verdict, status] = verdictOf(*verified);
    print("verdict", verdict);
    return status;
}

Result<int> rewriteFiles(const CaptureOptions& options) {
    RewriteOptions how;
    how.library = "surgescope-capture";
    if (!options.from.empty() || !options.to.empty()) {
        auto reader = McapReader::open(options.inputs[0]);
        if (!reader) return Error{reader.error()};
        const auto index = indexOf(*reader.value());
        for (const auto& [text, time] :
             {std::pair{&options.from, &how.from}, std::pair{&options.to, &how.to}}) {
            if (text->empty()) continue;
            auto parsed = parseRecordedTime(*text, index);
            if (!parsed) return Error{parsed.error()};
            *time = *parsed;
        }
        if (how.from.value_or(index.begin) >= how.to.value_or(index.end))
            return Error{"nothing lies between " + isoText(second(how.from.value_or(index.begin))) + " and " +
                         isoText(second(how.to.value_or(index.end)))};
    }
    ProgressLine line;
    how.progress = [&](double done) { line.share(done); };
    const auto rewritten = rewrite(options.inputs, options.output, *options.catalogue, how);
    line.clear();
    if (!rewritten) return Error{rewritten.error()};
    print("written", options.output);
    print("messages", std::to_string(rewritten->messages));
    if (options.inputs.size() > 1) print("duplicates", std::to_string(rewritten->duplicates) + " left out");
    for (const auto& damage : rewritten->damage)
        print("damage", damage);
    return 0;
}

Result<int> baseline(const CaptureOptions& options) {
    if (auto error = writeBaseline(options.inputs[0], options.output, "surgescope-capture"))
        return std::move(*error);
    std::printf("%s\n", options.output.c_str());
    return 0;
}

Result<int> csv(const CaptureOptions& options) {
    const auto places = options.by == "world"    ? CsvPlaces::world
                        : options.by == "region" ? CsvPlaces::regions
                                                 : CsvPlaces::pops;
    std::ofstream file;
    if (!options.output.empty()) {
        file.open(options.output);
        if (!file) return Error{"cannot write '" + options.output + "'"};
    }
    UnfinishedFile unfinished(options.output);
    std::ostream& to = options.output.empty() ? std::cout : file;
    const auto written = writeCsv(options.inputs[0], places, *options.catalogue, to);
    if (!written) return Error{written.error()};
    if (!to.flush()) return Error{"cannot write the whole table"};
    unfinished.finish();
    for (const auto& damage : written->damage)
        std::fprintf(stderr, "surgescope-capture: '%s' is damaged: %s\n", options.inputs[0].c_str(),
                     damage.c_str());
    for (const auto& missing : written->missing)
        std::fprintf(stderr, "surgescope-capture: the table lacks %s\n", missing.c_str());
    return written->damage.empty() ? 0 : 1;
}

} // namespace surgescope::app
