// SPDX-License-Identifier: GPL-3.0-or-later
// The command that tells what happened in a recording, as it was told then.
#include "feeds/capture/recorded_time.h"
#include "feeds/pipeline/kept_notes.h"
#include "feeds/pipeline/recorded_alarms.h"

#include "app/capture/commands.h"
#include "app/csv_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace surgescope::app {
namespace {

using namespace feeds;

/// One line of the log.
struct LogLine {
    FeedSecond at{};
    std::optional<FeedSecond> to; // of a note that is of a range
    std::string kind;             // "release", "purge", "lever", "alarm", "note"
    std::string what;             // of an alarm: what happened to its card
    std::string severity;         // of an alarm
    std::uint64_t card = 0;       // of an alarm
    std::string rule;
    std::string text;
    std::string by;
    std::string note;
};

std::vector<LogLine> linesOf(const RecordingIndex& index, const RecordedAlarms& recorded,
                             const Notes& notes) {
    std::vector<LogLine> lines;
    for (const auto& event : index.events)
        lines.push_back(
            {.at = event.header.intervalEnd, .kind = std::string(nameOf(event.kind)), .text = event.text});
    for (const auto& [shownAt, change] : recorded.changes())
        lines.push_back({.at = change.second,
                         .kind = "alarm",
                         .what = std::string(wordsFor(change.change)),
                         .severity = std::string(wordsFor(change.severity)),
                         .card = change.card,
                         .rule = change.rule,
                         .text = change.text,
                         .by = change.by,
                         .note = change.note});
    for (const auto& note : notes.all())
        lines.push_back({.at = note.from,
                         .to = note.isMoment() ? std::nullopt : std::optional(note.to),
                         .kind = "note",
                         .text = note.text,
                         .by = note.by});
    std::ranges::stable_sort(lines, {}, &LogLine::at);
    return lines;
}

void printText(const std::vector<LogLine>& lines, std::optional<FeedSecond> releaseAt) {
    for (const auto& line : lines) {
        std::printf("%s  %s  %-7s ", isoText(line.at).c_str(),
                    releaseAt ? releaseText(line.at, *releaseAt).c_str() : "-", line.kind.c_str());
        if (line.card > 0)
            std::printf("#%llu %s %s %s: ", static_cast<unsigned long long>(line.card), line.rule.c_str(),
                        line.severity.c_str(), line.what.c_str());
        std::printf("%s", line.text.c_str());
        if (line.to) std::printf(" (until %s)", isoText(*line.to).c_str());
        if (!line.by.empty()) std::printf(", by %s", line.by.c_str());
        if (!line.note.empty()) std::printf(": %s", line.note.c_str());
        std::printf("\n");
    }
}

void printCsv(const std::vector<LogLine>& lines, std::optional<FeedSecond> releaseAt) {
    std::printf("time,since_release_s,until,kind,card,rule,severity,change,text,by,note\n");
    for (const auto& line : lines)
        std::printf("%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", isoText(line.at).c_str(),
                    releaseAt ? std::to_string((line.at - *releaseAt).count()).c_str() : "",
                    line.to ? isoText(*line.to).c_str() : "", line.kind.c_str(),
                    line.card > 0 ? std::to_string(line.card).c_str() : "", line.rule.c_str(),
                    line.severity.c_str(), line.what.c_str(), csvText(line.text).c_str(),
                    csvText(line.by).c_str(), csvText(line.note).c_str());
}

void printJson(const std::vector<LogLine>& lines, std::optional<FeedSecond> releaseAt) {
    using Json = nlohmann::ordered_json;
    Json json{{"release_at", releaseAt ? Json(isoText(*releaseAt)) : Json()}, {"log", Json::array()}};
    for (const auto& line : lines) {
        Json entry{{"time", isoText(line.at)}, {"kind", line.kind}};
        if (releaseAt) entry["since_release_s"] = (line.at - *releaseAt).count();
        if (line.to) entry["until"] = isoText(*line.to);
        if (line.card > 0) {
            entry["card"] = line.card;
            entry["rule"] = line.rule;
            entry["severity"] = line.severity;
            entry["change"] = line.what;
        }
        entry["text"] = line.text;
        if (!line.by.empty()) entry["by"] = line.by;
        if (!line.note.empty()) entry["note"] = line.note;
        json["log"].push_back(std::move(entry));
    }
    // What is heard on the wire need not be UTF-8.
    std::printf("%s\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

} // namespace

Result<int> tellLog(const CaptureOptions& options) {
    auto reader = McapReader::open(options.inputs[0]);
    if (!reader) return Error{reader.error()};
    const auto index = std::make_shared<const RecordingIndex>(indexOf(*reader.value()));
    const RecordedAlarms recorded(index);
    auto notes = recorded.notes();
    const auto kept = KeptNotes(said::notesPath(options.inputs[0])).read();
    for (const auto& [id, note] : kept.notes.kept())
        (void)notes.take(note);
    const auto lines = linesOf(*index, recorded, notes);
    if (options.format == "json")
        printJson(lines, index->releaseAt);
    else if (options.format == "csv")
        printCsv(lines, index->releaseAt);
    else
        printText(lines, index->releaseAt);
    if (!kept.problem.empty()) std::fprintf(stderr, "surgescope-capture: notes: %s\n", kept.problem.c_str());
    if (recorded.unreadable() > 0)
        std::fprintf(stderr, "surgescope-capture: %zu recorded alarms and notes cannot be read\n",
                     recorded.unreadable());
    for (const auto& damage : reader.value()->damage())
        std::fprintf(stderr, "surgescope-capture: '%s' is damaged: %s\n", options.inputs[0].c_str(),
                     damage.text.c_str());
    const bool isWhole =
        kept.problem.empty() && recorded.unreadable() == 0 && reader.value()->damage().empty();
    return isWhole ? 0 : 1;
}

} // namespace surgescope::app
