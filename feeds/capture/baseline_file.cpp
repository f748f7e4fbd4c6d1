// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/baseline_file.h"

#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording_index.h"
#include "feeds/capture/recording_writer.h"
#include "feeds/embedded_resources.h"
#include "feeds/util/file.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/encode.h"

#include <chrono>
#include <filesystem>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

/// Leaves the places that a baseline file keeps: regions and the world.
void keepRegions(Points& points) {
    std::string places;
    Charted<std::vector<float>> columns;
    std::size_t place = 0;
    for (std::size_t at = 0; at < points.places.size(); ++place) {
        const auto end = std::min(points.places.find(' ', at), points.places.size());
        const auto name = std::string_view(points.places).substr(at, end - at);
        at = end + 1;
        if (isPopCode(name)) continue;
        if (!places.empty()) places += ' ';
        places += name;
        for (std::size_t column = 0; column < kChartedCount; ++column)
            columns.all[column].push_back(points.at(column, place));
    }
    points.places = std::move(places);
    points.columns = std::move(columns);
    points.lagBins.clear();
}

Result<RecordingIndex> indexWithRelease(McapReader& reader, const std::string& path) {
    auto index = indexOf(reader);
    if (!index.releaseAt)
        return Error{path + ": no baseline, for it does not know its T-0, where launches are aligned"};
    return index;
}

Result<std::shared_ptr<Baseline>> read(McapReader& reader, const std::string& path,
                                       const PopCatalogue& catalogue) {
    const auto index = indexWithRelease(reader, path);
    if (!index) return Error{index.error()};
    auto baseline = std::make_shared<Baseline>(Baseline{
        index.value().scenario.empty() ? std::filesystem::path(path).stem().string() : index.value().scenario,
        *index.value().releaseAt, false, FleetState(catalogue)});
    // Seconds would fill memory and show nothing more: what is compared is how a launch went on.
    MessageStream stream(reader, [](const mcap::Channel& channel) {
        return channel.topic == "points/10" || channel.topic == "points/60";
    });
    Decoder decoder;
    bool any = false;
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* points = std::get_if<const Points*>(&decoded);
        if (points) any = !baseline->state.apply(**points, {}) || any;
    }
    if (!any) return Error{path + ": no baseline, for it holds no points of charts"};
    return baseline;
}

} // namespace

Result<std::shared_ptr<const Baseline>> readBaseline(const std::string& path, const PopCatalogue& catalogue) {
    auto reader = McapReader::open(path);
    if (!reader) return Error{reader.error()};
    auto baseline = read(*reader.value(), path, catalogue);
    if (!baseline) return Error{baseline.error()};
    return std::shared_ptr<const Baseline>(std::move(baseline.value()));
}

std::optional<Error> baselineProblem(const std::string& path) {
    auto reader = McapReader::open(path);
    if (!reader) return Error{reader.error()};
    const auto index = indexWithRelease(*reader.value(), path);
    return index ? std::nullopt : std::optional(Error{index.error()});
}

Result<std::shared_ptr<const Baseline>> builtInBaseline(const PopCatalogue& catalogue) {
    const auto& file = embedded::baselines().front();
    auto reader = McapReader::open(InputFile::ofBytes(file.text, std::string(file.name)));
    if (!reader) return Error{reader.error()};
    auto baseline = read(*reader.value(), std::string(file.name), catalogue);
    if (!baseline) return Error{baseline.error()};
    baseline.value()->underRehearsalsOnly = true;
    return std::shared_ptr<const Baseline>(std::move(baseline.value()));
}

std::optional<Error> writeBaseline(const std::string& recording, const std::string& output,
                                   const std::string& library) {
    auto reader = McapReader::open(recording);
    if (!reader) return Error{reader.error()};
    const auto index = indexWithRelease(*reader.value(), recording);
    if (!index) return Error{index.error()};
    auto writer = RecordingWriter::create(output, library);
    if (!writer) return Error{writer.error()};
    UnfinishedFile unfinished(output);
    MessageStream stream(*reader.value(), [](const mcap::Channel& channel) {
        return channel.topic == "points/10" || channel.topic == "event" || channel.topic == "global";
    });
    Decoder decoder;
    Encoder encoder;
    bool launchTold = false;
    while (const auto* message = stream.next()) {
        auto payload = message->payload;
        const auto decoded = decoder.decode(message->topic, payload);
        if (const auto* points = std::get_if<const Points*>(&decoded)) {
            Points kept = **points;
            keepRegions(kept);
            payload = encoder.encode(kept);
        } else if (const auto* global = std::get_if<const Global*>(&decoded)) {
            if (launchTold || (*global)->releaseAtUs == 0) continue;
            launchTold = true; // one tells scenario and T-0
        }
        if (auto failure = writer.value()->write(message->logTime, message->topic, payload)) return failure;
    }
    auto failure = writer.value()->close();
    if (!failure) unfinished.finish();
    return failure;
}

} // namespace surgescope::feeds
