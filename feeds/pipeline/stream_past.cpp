// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/pipeline/stream_past.h"

#include "feeds/capture/remade_recording.h"
#include "feeds/wire/peek.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <variant>

namespace surgescope::feeds {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Rosters are said every 30 s: what a part begins with is said in the time before it.
constexpr seconds kRostersBefore{40};
/// A stream gives what it has without a pause; a cluster that lost its leader takes up to nine seconds.
constexpr seconds kNothingMore{10};
constexpr milliseconds kAskEvery{100};

std::uint64_t logTimeOf(WallTime at) {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(at.time_since_epoch()).count());
}

/// Why nothing came.
std::string troubleOf(const Source& source) {
    for (const auto& endpoint : source.endpoints()) {
        if (!endpoint.troubles.empty()) return endpoint.name + ": " + endpoint.troubles.front().what;
        if (endpoint.peers == 0) return endpoint.name + ": nobody answers";
    }
    return {};
}

} // namespace

StreamPast::StreamPast(Options options, const PopCatalogue& catalogue, const Clock& clock)
    : m_options(std::move(options)), m_catalogue(catalogue), m_clock(clock) {}

StreamPast::~StreamPast() {
    forgetAll();
}

std::string StreamPast::name() const {
    return m_options.feed.connect.front();
}

Result<FarPast::Part> StreamPast::around(RecordedTime at, RecordedTime until, const GoesOn& goesOn) {
    const RecordedTime from = at - before();
    const auto to = std::min<RecordedTime>(at + behind(), until);
    if (!m_pieces.empty() && (from > m_pieces.back().to || to < m_pieces.front().from)) forgetAll();
    std::vector<std::pair<RecordedTime, RecordedTime>> missing;
    if (m_pieces.empty()) {
        missing.emplace_back(from, to);
    } else {
        if (from < m_pieces.front().from) missing.emplace_back(from, m_pieces.front().from);
        if (to > m_pieces.back().to) missing.emplace_back(m_pieces.back().to, to);
    }
    std::vector<std::string> troubles;
    for (std::size_t i = 0; i < missing.size(); ++i) {
        const auto part = [&](double share) {
            return goesOn((static_cast<double>(i) + share) / static_cast<double>(missing.size()));
        };
        auto piece = read(missing[i].first, missing[i].second, part);
        if (!piece) return Error{piece.error()};
        if (!piece->trouble.empty()) troubles.push_back(piece->trouble);
        const bool isFirst = m_pieces.empty() || piece->from < m_pieces.front().from;
        m_pieces.insert(isFirst ? m_pieces.begin() : m_pieces.end(), std::move(piece.value()));
    }
    forgetAllBut(at);
    Part part{.recordings = {},
              .at = at,
              .from = m_pieces.front().from,
              .to = m_pieces.back().to,
              .troubles = std::move(troubles)};
    for (const auto& piece : m_pieces)
        if (!piece.path.empty()) part.recordings.push_back(piece.path);
    if (!part.recordings.empty()) return part;
    forgetAll();
    return Error{"the stream keeps nothing of that time"};
}

Result<StreamPast::Piece> StreamPast::read(RecordedTime from, RecordedTime to, const GoesOn& goesOn) {
    auto feed = m_options.feed;
    feed.playFrom = WallTime(from - kRostersBefore);
    auto opened = openFeed(feed);
    if (!opened) return Error{opened.error()};
    auto& source = *opened.value();
    for (const char* topic : {"pop/", "roster/", "event", "global"})
        source.subscribe(topic);

    std::error_code error;
    if (m_made == 0) fs::remove_all(m_options.folder, error); // of a process that died
    fs::create_directories(m_options.folder, error);
    if (error) return Error{"cannot make '" + m_options.folder + "': " + error.message()};
    const auto path = fs::path(m_options.folder) / (std::to_string(++m_made) + ".mcap");
    Piece piece{.path = {}, .trouble = {}, .from = from, .to = to};
    KnownRosters rosters;
    std::unique_ptr<RemadeRecording> recording;
    std::optional<Error> failed;
    auto askedAt = m_clock.steady(), cameAt = askedAt;
    WallTime reached(from);
    while (!failed && reached < to) {
        const auto received = source.receive(kAskEvery);
        const auto now = m_clock.steady();
        if (now - askedAt >= kAskEvery) {
            askedAt = now;
            if (!goesOn(std::chrono::duration<double>(reached - from) / (to - from)))
                failed = Error{"no longer wanted"};
        }
        if (std::holds_alternative<Source::SeekEnds>(received)) break; // up to now
        const auto* message = std::get_if<RawMessage>(&received);
        if (!message) {
            if (now - cameAt > kNothingMore) break;
            continue;
        }
        cameAt = now;
        reached = std::max(reached, message->arrived);
        if (message->arrived < from) {

        } else if (message->arrived < to) {
            if (!recording) {
                auto made = RemadeRecording::create(path.string(), m_options.library, m_catalogue, rosters);
                if (!made) return Error{made.error()};
                recording = std::move(made.value());
                piece.path = path.string();
            }
            const auto peeked = peek(message->payload);
            failed = recording->write(logTimeOf(message->arrived), message->topic, message->payload,
                                      peeked ? peeked->intervalEndUs * 1'000 : 0);
        }
    }
    if (recording && !failed) failed = recording->close();
    piece.trouble = troubleOf(source);
    if (!failed && !recording && m_pieces.empty() && !piece.trouble.empty()) failed = Error{piece.trouble};
    if (!failed) return piece;
    fs::remove(path, error);
    return *failed;
}

/// The nearest are kept.
void StreamPast::forgetAllBut(RecordedTime at) {
    while (m_pieces.size() > 1 && m_pieces.back().to - m_pieces.front().from > kMost) {
        const bool first = at - m_pieces.front().to > m_pieces.back().from - at;
        const auto gone = first ? m_pieces.begin() : m_pieces.end() - 1;
        std::error_code ignored;
        fs::remove(gone->path, ignored);
        m_pieces.erase(gone);
    }
}

void StreamPast::forgetAll() {
    if (m_made == 0) return;
    std::error_code ignored;
    fs::remove_all(m_options.folder, ignored);
    m_pieces.clear();
}

} // namespace surgescope::feeds
