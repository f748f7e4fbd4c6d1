// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/capture/recording_index.h"

#include "feeds/capture/message_stream.h"
#include "feeds/capture/recording.h"
#include "feeds/capture/rollup_maker.h"
#include "feeds/wire/decode.h"
#include "feeds/wire/limits.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>

namespace surgescope::feeds {
namespace {

using recording::kSecondNs;
using recording::nanoseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kGap = 2'500'000'000; // reports come each second

MessageStream channelStream(McapReader& reader, std::string name) {
    return {reader, [name = std::move(name)](const mcap::Channel& channel) { return channel.topic == name; }};
}

RecordedTime wholeSecond(std::uint64_t ns) {
    return RecordedTime(seconds(static_cast<std::int64_t>(ns / kSecondNs)));
}

/// Moves straight from one pair to the next; beyond the ends, as fast as time.
template <class From, class To, class Pairs, class GetFrom, class GetTo>
To between(const Pairs& marks, From from, GetFrom fromOf, GetTo toOf) {
    if (marks.empty()) return To{};
    const auto after = std::ranges::upper_bound(marks, from, {}, fromOf);
    if (after == marks.begin()) return toOf(marks.front());
    const auto& before = *std::prev(after);
    if (after == marks.end()) return toOf(before);
    const auto span = static_cast<double>((fromOf(*after) - fromOf(before)));
    const auto part = static_cast<double>((from - fromOf(before))) / span;
    const auto step = static_cast<double>(toOf(*after) - toOf(before));
    return toOf(before) + static_cast<To>(std::llround(part * step));
}

std::int64_t ms(RecordedTime time) {
    return time.time_since_epoch().count();
}

using Mark = std::pair<std::uint64_t, RecordedTime>;

/// A frame is drawn at the latest so long after the settled second has moved.
constexpr std::uint64_t kShownWithin = 100'000'000;

/// Reports of some seconds: when they came, and which second they say they are of.
std::vector<Mark> reportsOf(McapReader& reader, std::uint64_t from, std::uint64_t length) {
    std::vector<Mark> reports;
    auto stream = channelStream(reader, "pop");
    stream.seek(from);
    while (const auto* message = stream.next()) {
        if (!reports.empty() && message->logTime > reports.front().first + length) break;
        reports.emplace_back(message->logTime, wholeSecond(message->publishTime));
    }
    return reports;
}

/// Leaves out those whose clock is wrong: most agree, and what they say lies between a first and a last
/// second, evenly.
void keepBelieved(std::vector<Mark>& reports) {
    if (reports.empty()) return;
    std::vector<RecordedTime> told;
    for (const auto& report : reports)
        told.push_back(report.second);
    const auto at = [&](std::size_t quarter) {
        const auto nth = told.begin() + static_cast<std::ptrdiff_t>((told.size() - 1) * quarter / 4);
        std::nth_element(told.begin(), nth, told.end());
        return *nth;
    };
    constexpr std::chrono::seconds kMargin{1};
    const auto median = at(2);
    const auto earliest = median - 2 * (at(3) - median) - kMargin;
    const auto latest = median + 2 * (median - at(1)) + kMargin;
    std::erase_if(reports, [&](const Mark& r) { return r.second < earliest || r.second > latest; });
}

/// The first reports are shown at once.
std::optional<Mark> firstMark(McapReader& reader) {
    auto reports = reportsOf(reader, 0, kSecondNs);
    keepBelieved(reports);
    if (reports.empty()) return std::nullopt;
    return Mark{reports.front().first + kShownWithin, reports.front().second};
}

/// The last ones are shown when the last of their second has come.
std::optional<Mark> lastMark(McapReader& reader) {
    std::uint64_t end = 0;
    for (const auto& part : reader.parts())
        end = std::max(end, part.end);
    auto reports = reportsOf(reader, end > 3 * kSecondNs ? end - 3 * kSecondNs : 0, UINT64_MAX - end);
    keepBelieved(reports);
    std::optional<Mark> mark;
    for (const auto& [logTime, second] : reports)
        if (!mark || second >= mark->second) mark = {logTime + kShownWithin, second};
    return mark;
}

void findMarks(McapReader& reader, RecordingIndex& index) {
    std::vector<Mark> found;
    if (const auto mark = firstMark(reader)) found.push_back(*mark);
    // Points of a slot are made at the moment when the settled second is so far ahead of it.
    auto stream = channelStream(reader, "points/60");
    while (const auto* message = stream.next())
        found.emplace_back(message->logTime + kShownWithin,
                           wholeSecond(message->publishTime) + RollupMaker::kLateSlots);
    if (const auto mark = lastMark(reader)) found.push_back(*mark);
    // Feed time may have jumped back, as when a rehearsal was begun again: the later one is followed.
    auto& marks = index.marks;
    for (const auto& mark : found) {
        if (mark.first > nanoseconds(limits::kLatest))
            continue; // absurd, and no difference of times overflows
        while (!marks.empty() && marks.back().second > mark.second)
            marks.pop_back();
        if (marks.empty() || (mark.second > marks.back().second && mark.first > marks.back().first))
            marks.push_back(mark);
    }
    if (marks.empty()) return;
    auto known = channelStream(reader, "known/roster");
    const auto* roster = known.next();
    index.continues = roster && roster->logTime < marks.front().first;
    index.begin = marks.front().second;
    index.end = marks.back().second;
}

/// True: there are charts of times whose reports are elsewhere, as of what was fetched in part.
bool findGaps(const McapReader& reader, RecordingIndex& index) {
    std::uint64_t reports = 0;
    for (const auto& channel : reader.channels())
        if (channel.topic == "pop") reports |= std::uint64_t{1} << (channel.id % 64U);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
    for (const auto& part : reader.parts())
        if ((part.channels & reports) != 0) spans.emplace_back(part.start, part.end);
    std::ranges::sort(spans);
    std::uint64_t end = spans.empty() ? 0 : spans.front().second;
    for (const auto& span : spans) {
        if (span.first > end + kGap) index.gaps.push_back({index.timeAt(end), index.timeAt(span.first)});
        end = std::max(end, span.second);
    }
    constexpr std::chrono::minutes kMuch{2};
    return spans.empty() || index.timeAt(spans.front().first) > index.begin + kMuch ||
           index.timeAt(end) < index.end - kMuch;
}

void findEvents(McapReader& reader, RecordingIndex& index) {
    Decoder decoder;
    auto stream = channelStream(reader, "event");
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* event = std::get_if<const Event*>(&decoded);
        if (!event || index.events.size() >= limits::kEvents) continue;
        index.events.push_back(**event);
    }
}

void findSaid(McapReader& reader, RecordingIndex& index) {
    MessageStream stream(reader, [](const mcap::Channel& channel) {
        return recording::originOf(channel.topic) == recording::Origin::said;
    });
    std::size_t bytes = 0;
    while (const auto* message = stream.next()) {
        index.said.push_back(
            {index.timeAt(message->logTime), std::string(message->topic), std::string(message->payload)});
        bytes += message->payload.size();
        while (index.said.size() > RecordingIndex::kMostSaid || bytes > RecordingIndex::kMostSaidBytes) {
            bytes -= index.said.front().payload.size();
            index.said.pop_front();
        }
    }
}

/// The world's requests as points of this width tell them; a column of the overview that none lies in is NaN.
std::vector<float> curveOf(McapReader& reader, const RecordingIndex& index, seconds width) {
    const auto step = index.overviewStep;
    const auto columns =
        static_cast<std::size_t>(std::chrono::ceil<seconds>(index.end - index.begin) / step) + 1;
    std::vector<double> sums(columns, 0);
    std::vector<int> counts(columns, 0);
    Decoder decoder;
    auto stream = channelStream(reader, "points/" + std::to_string(width.count()));
    while (const auto* message = stream.next()) {
        const auto decoded = decoder.decode(message->topic, message->payload);
        const auto* made = std::get_if<const Points*>(&decoded);
        if (!made || !(*made)->places.ends_with("world")) continue;
        const float value = (*made)->columns[Measure::requests_per_second].back();
        if (std::isnan(value)) continue;
        const auto columnAt = [&](RecordedTime end) {
            return std::chrono::ceil<milliseconds>(end - index.begin - milliseconds(1)) / step;
        };
        if ((*made)->end <= index.begin) continue;
        // A point may be as long as several columns.
        const auto first = width <= step ? columnAt((*made)->end) : columnAt((*made)->end - width + step);
        for (auto column = static_cast<std::size_t>(std::max<std::int64_t>(0, first));
             column <= static_cast<std::size_t>(columnAt((*made)->end)) && column < columns; ++column) {
            sums[column] += static_cast<double>(value);
            ++counts[column];
        }
    }
    std::vector<float> curve;
    for (std::size_t i = 0; i < columns; ++i)
        curve.push_back(counts[i] > 0 ? static_cast<float>(sums[i] / counts[i])
                                      : std::numeric_limits<float>::quiet_NaN());
    return curve;
}

void findOverview(McapReader& reader, RecordingIndex& index, bool isPart) {
    constexpr seconds kCoarsest{60};
    const auto length = std::chrono::ceil<seconds>(index.end - index.begin);
    const auto points = static_cast<std::int64_t>(RecordingIndex::kOverviewPoints);
    const seconds step(std::max<std::int64_t>(1, (length.count() + points - 1) / points));
    const seconds from = step < seconds(10) ? seconds(1) : step < kCoarsest ? seconds(10) : kCoarsest;
    index.overviewStep = std::max(from, step);
    index.overview = curveOf(reader, index, from);
    if (from == kCoarsest || !isPart) return;
    const auto coarse = curveOf(reader, index, kCoarsest);
    for (std::size_t i = 0; i < coarse.size(); ++i)
        if (std::isnan(index.overview[i])) index.overview[i] = coarse[i];
}

void findLaunch(const McapReader& reader, RecordingIndex& index) {
    const auto number = [](const mcap::Metadata& values, const char* key) {
        const auto found = values.find(key);
        return found == values.end() ? 0ULL : std::strtoull(found->second.c_str(), nullptr, 10);
    };
    for (const auto& metadata : reader.metadata()) { // the newest of each counts
        if (metadata.name == recording::kDropped) index.dropped = number(metadata.values, "messages");
        if (metadata.name != recording::kLaunch) continue;
        if (const auto name = metadata.values.find("scenario"); name != metadata.values.end())
            index.scenario = name->second;
        const auto release = number(metadata.values, "release_at_us");
        if (release > 0) index.releaseAt = feedSecond(static_cast<std::int64_t>(release / 1'000'000U));
    }
}

} // namespace

std::uint64_t RecordingIndex::logTimeAt(RecordedTime time) const {
    const auto offset = between<std::int64_t, std::int64_t>(
        marks, ms(time), [](const auto& mark) { return ms(mark.second); },
        [](const auto& mark) { return static_cast<std::int64_t>(mark.first); });
    return static_cast<std::uint64_t>(offset);
}

RecordedTime RecordingIndex::timeAt(std::uint64_t logTime) const {
    return RecordedTime(milliseconds(between<std::int64_t, std::int64_t>(
        marks, static_cast<std::int64_t>(std::min(logTime, nanoseconds(limits::kLatest))),
        [](const auto& mark) { return static_cast<std::int64_t>(mark.first); },
        [](const auto& mark) { return ms(mark.second); })));
}

RecordingIndex indexOf(McapReader& reader) {
    RecordingIndex index;
    findMarks(reader, index);
    const bool isPart = findGaps(reader, index);
    findEvents(reader, index);
    findSaid(reader, index);
    findOverview(reader, index, isPart);
    findLaunch(reader, index);
    return index;
}

double RecordingIndex::pace() const {
    constexpr double kShortest = 2;       // seconds: of less nothing can be told
    constexpr double kAlmostAlways = 0.1; // how much a launch in its own time may seem to be off it
    if (marks.empty()) return 1;
    const double logged = static_cast<double>(marks.back().first - marks.front().first) / 1e9;
    const double shown = std::chrono::duration<double>(marks.back().second - marks.front().second).count();
    if (logged < kShortest || shown < kShortest) return 1;
    const double pace = shown / logged;
    return std::abs(pace - 1) <= kAlmostAlways ? 1 : pace;
}

} // namespace surgescope::feeds
