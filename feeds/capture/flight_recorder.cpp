// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/flight_recorder.h"

#include "feeds/capture/keeping.h"
#include "feeds/desk/said.h"
#include "feeds/state/fleet_state.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace surgescope::feeds {
namespace {

namespace fs = std::filesystem;

/// The bound is kept to a segment: the more of them, the less is lost with the oldest.
constexpr std::uint64_t kSegments = 16;
constexpr int kRings = 16; // that may run at once
constexpr std::chrono::seconds kEndWithin{10};
constexpr const char* kStem = "segment-";

std::uint64_t sizeOf(const std::string& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : size;
}

} // namespace

Result<std::unique_ptr<FlightRecorder>> FlightRecorder::open(const Options& asked, const Clock& clock) {
    auto options = asked;
    std::error_code error;
    std::optional<FileLock> lock;
    for (int ring = 1; !lock; ++ring) {
        if (ring > kRings) return Error{"'" + asked.folder + "' and its like are all in use"};
        if (ring > 1) options.folder = asked.folder + "-" + std::to_string(ring);
        fs::create_directories(options.folder, error);
        if (error) return Error{"cannot make the folder '" + options.folder + "': " + error.message()};
        auto taken = FileLock::take((fs::path(options.folder) / "lock").string());
        if (!taken) return Error{taken.error()};
        if (taken.value()) lock.emplace(std::move(*taken.value()));
    }
    std::unique_ptr<FlightRecorder> flight(new FlightRecorder(options, std::move(*lock)));
    for (const auto& entry : fs::directory_iterator(options.folder, error))
        if (entry.path().filename().string().starts_with(kStem) && entry.path().extension() == ".mcap")
            flight->m_segments.push_back(
                {.path = entry.path().string(), .bytes = sizeOf(entry.path().string())});
    if (error) return Error{"cannot read the folder '" + options.folder + "': " + error.message()};
    std::ranges::sort(flight->m_segments, {},
                      [&](const Segment& segment) { return fs::last_write_time(segment.path, error); });

    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall().time_since_epoch());
    if (auto leftovers = Keeping::leftovers(options.folder); !leftovers.empty())
        flight->m_cleaning = std::async(std::launch::async, Keeping::removeLeftovers, std::move(leftovers));
    auto* target = flight.get();
    auto recorder = Recorder::open(
        {.path = (fs::path(options.folder) / (kStem + std::to_string(now.count()) + ".mcap")).string(),
         .nodeColumnsEvery = options.nodeColumnsEvery,
         .newFileEvery = options.segment,
         .newFileBytes = std::max<std::uint64_t>(options.bytes / kSegments, 1),
         .library = options.library,
         .fileDone = [target](const std::string& path) { target->segmentDone(path); }},
        clock);
    if (!recorder) return Error{recorder.error()};
    flight->m_recorder = std::move(recorder.value());
    return flight;
}

FlightRecorder::~FlightRecorder() = default;

void FlightRecorder::received(std::string_view topic, std::string_view payload, WallTime arrived) {
    m_recorder->received(topic, payload, arrived);
}

void FlightRecorder::settled(const FleetState& state) {
    m_recorder->settled(state);
    const std::scoped_lock lock(m_mutex);
    if (!m_since) m_since = state.settled();
}

void FlightRecorder::said(std::string_view topic, std::string_view payload) {
    m_recorder->said(topic, payload);
    if (topic != said::kChange) return;
    const auto change = said::readChange(payload);
    if (!change || change->severity != Severity::critical || !makesSound(*change)) return;
    const std::scoped_lock lock(m_mutex);
    m_isWanted = true;
    if (!m_segments.empty()) m_segments.back().isWanted = true;
}

std::vector<std::string> FlightRecorder::segments() const {
    const std::scoped_lock lock(m_mutex);
    std::vector<std::string> paths;
    for (const auto& segment : m_segments)
        paths.push_back(segment.path);
    return paths;
}

std::uint64_t FlightRecorder::bytes() const {
    std::uint64_t bytes = m_recorder->status().bytes; // of all of this run, those that are gone included
    const std::scoped_lock lock(m_mutex);
    bytes -= std::min(bytes, m_doneBytes);
    for (const auto& segment : m_segments)
        bytes += segment.bytes;
    return bytes;
}

std::optional<FeedSecond> FlightRecorder::since() const {
    const std::scoped_lock lock(m_mutex);
    for (const auto& segment : m_segments)
        if (segment.ofThisRun && segment.since) return segment.since;
    return m_since;
}

Result<std::vector<std::string>> FlightRecorder::endSegment() {
    if (const auto error = m_recorder->beginNewFile(kEndWithin))
        return Error{"the flight recorder does not end its segment: " + error->text};
    const std::scoped_lock lock(m_mutex);
    std::vector<std::string> paths;
    for (const auto& segment : m_segments)
        if (segment.ofThisRun) paths.push_back(segment.path);
    return paths;
}

void FlightRecorder::segmentDone(const std::string& path) {
    const auto bytes = sizeOf(path);
    std::vector<std::pair<std::string, bool>> forgotten; // and whether it is wanted
    {
        const std::scoped_lock lock(m_mutex);
        m_segments.push_back({path, bytes, true, std::exchange(m_isWanted, false), m_since});
        m_doneBytes += bytes;
        m_since.reset();
        std::uint64_t total = m_options.bytes / kSegments; // the one that is begun now
        for (const auto& segment : m_segments)
            total += segment.bytes;
        while (total > m_options.bytes && !m_segments.empty()) {
            total -= std::min(total, m_segments.front().bytes);
            forgotten.emplace_back(m_segments.front().path, m_segments.front().isWanted);
            m_segments.erase(m_segments.begin());
        }
    }
    for (const auto& [segment, isWanted] :
         forgotten) {            // the feed and the screen take the lock, and never wait for a disk
        std::error_code ignored; // one that is gone already takes no room
        if (isWanted)
            putAside(segment);
        else if (m_options.remove)
            m_options.remove(segment);
        else
            fs::remove(segment, ignored);
    }
}

std::string FlightRecorder::asideFolder() const {
    return (fs::path(m_options.folder) / "critical").string();
}

std::string FlightRecorder::takeAsideProblem() {
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_asideProblem, {});
}

void FlightRecorder::putAside(const std::string& path) {
    std::error_code error;
    fs::create_directories(asideFolder(), error);
    fs::rename(path, fs::path(asideFolder()) / fs::path(path).filename(), error);
    if (error) { // rather than a ring beyond its bound
        {
            const std::scoped_lock lock(m_mutex);
            m_asideProblem =
                "what a critical alarm came in is not kept in '" + asideFolder() + "': " + error.message();
        }
        fs::remove(path, error);
        return;
    }
    std::vector<std::pair<fs::file_time_type, std::string>> aside; // by when they ended
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(asideFolder(), error)) {
        aside.emplace_back(entry.last_write_time(error), entry.path().string());
        bytes += sizeOf(aside.back().second);
    }
    std::ranges::sort(aside);
    for (std::size_t i = 0; bytes > m_options.bytes && i < aside.size(); ++i) {
        bytes -= sizeOf(aside[i].second);
        fs::remove(aside[i].second, error);
    }
}

Result<Rewritten> FlightRecorder::keep(const std::string& path, const PopCatalogue& catalogue,
                                       const Progress& progress) {
    if (m_cleaning.valid()) m_cleaning.wait(); // it may be about a recording of the same name
    Keeping keeping(m_options.folder, path);
    if (auto error = keeping.begin()) return std::move(*error);
    const auto segments = endSegment();
    if (!segments) return Error{segments.error()};
    for (const auto& segment : *segments)
        if (auto error = keeping.add(segment)) return std::move(*error);
    if (keeping.links().empty()) return Error{"the flight recorder holds nothing"};
    auto kept = rewrite(keeping.links(), keeping.unfinished(), catalogue,
                        {.library = m_options.library, .progress = progress});
    if (!kept) return kept;
    if (auto error = keeping.finish()) return std::move(*error);
    return kept;
}

} // namespace surgescope::feeds
