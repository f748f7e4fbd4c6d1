// SPDX-License-Identifier: GPL-3.0-or-later
#include "feeds/source/replay_source.h"

#include "feeds/capture/recording.h"
#include "feeds/capture/rollup_maker.h"
#include "feeds/state/fleet_state.h"
#include "feeds/state/rollup.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace surgescope::feeds {
namespace {

using recording::kSecondNs;
using recording::nanoseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// How much later than its interval's end what the recorder makes may have been logged.
constexpr std::uint64_t kMadeLate = 40 * kSecondNs;
/// What this many seconds before the rollup's end was reported is played again too: it tells whose clock is
/// wrong. (By publishers' clocks, not by arrival: in fast motion there is nothing to learn.)
constexpr seconds kClocksHeard{7};
/// A loop is at least this long: each time round is a seek.
constexpr std::uint64_t kShortestLoop = kSecondNs / 4;
/// Log time and time shown are not the same to the last millisecond.
constexpr milliseconds kSameMoment{50};
/// Without a rollup to begin at, reports of so many seconds are played again.
constexpr std::uint64_t kWithoutRollup = 30 * kSecondNs;

std::uint64_t minus(std::uint64_t time, std::uint64_t by) {
    return time > by ? time - by : 0;
}

WallTime arrivalOf(std::uint64_t logTime) {
    return WallTime(std::chrono::microseconds(logTime / 1'000));
}

FeedSecond publishedIn(std::uint64_t publishTime) {
    return feedSecond(static_cast<std::int64_t>(publishTime / kSecondNs));
}

} // namespace

SteadyTime ReplaySource::RecordedClock::steady() const {
    // In whole microseconds, as the wall clock that stamped what was received.
    return SteadyTime(std::chrono::microseconds(logTime / 1'000));
}
WallTime ReplaySource::RecordedClock::wall() const {
    return arrivalOf(logTime);
}

Result<std::unique_ptr<ReplaySource>> ReplaySource::open(const std::vector<std::string>& paths,
                                                         const Clock& real, const Options& options) {
    if (paths.empty()) return Error{"nothing is recorded"};
    auto reader = McapReader::open(paths.front());
    if (!reader) return Error{reader.error()};
    for (std::size_t i = 1; i < paths.size(); ++i)
        if (auto error = reader.value()->addFile(paths[i])) return std::move(*error);
    auto index = indexOf(*reader.value());
    if (index.marks.empty()) return Error{"'" + paths.front() + "' holds no report of surgescope"};
    return std::unique_ptr<ReplaySource>(
        new ReplaySource(paths.front(), std::move(reader.value()), std::move(index), real, options));
}

ReplaySource::ReplaySource(const std::string& path, std::unique_ptr<McapReader> reader, RecordingIndex index,
                           const Clock& real, const Options& options)
    : m_name(options.name.empty() ? path : options.name), m_reader(std::move(reader)),
      m_index(std::make_shared<const RecordingIndex>(std::move(index))), m_real(real),
      m_speed(options.speed.value_or(m_index->pace())), m_paused(options.paused) {
    m_beginLog = UINT64_MAX;
    for (const auto& part : m_reader->parts()) {
        m_beginLog = std::min(m_beginLog, part.start);
        m_endLog = std::max(m_endLog, part.end);
    }
    setPace(m_beginLog);
    if (options.at)
        m_seekTo = m_index->logTimeAt(*options.at);
    else if (m_index->continues)
        m_seekTo = m_beginLog; // the rosters of before come first
    publish();
}

ReplaySource::~ReplaySource() = default;

// ---- topics

bool ReplaySource::wanted(std::string_view topic) const {
    return std::ranges::any_of(m_prefixes, [&](const auto& prefix) { return topic.starts_with(prefix); });
}

bool ReplaySource::isAnyWanted(const mcap::Channel& channel) const {
    const auto* topicClass = recording::classOf(channel.topic);
    if (topicClass && topicClass->origin != recording::Origin::received) return false;
    if (!topicClass || !topicClass->byPop) return wanted(channel.topic);
    const auto stem = channel.topic + "/";
    return std::ranges::any_of(
        m_prefixes, [&](const auto& prefix) { return prefix.starts_with(stem) || stem.starts_with(prefix); });
}

MessageStream& ReplaySource::stream() {
    if (!m_stream) {
        m_stream = std::make_unique<MessageStream>(
            *m_reader, [this](const mcap::Channel& channel) { return isAnyWanted(channel); });
        m_stream->seek(m_recorded.logTime + 1);
    }
    return *m_stream;
}

void ReplaySource::forgetStream() {
    m_next.reset();
    m_stream.reset();
}

void ReplaySource::subscribe(const std::string& prefix) {
    m_prefixes.insert(prefix);
    forgetStream();
}

void ReplaySource::unsubscribe(const std::string& prefix) {
    m_prefixes.erase(prefix);
    forgetStream();
}

// ---- pace

void ReplaySource::setPace(std::uint64_t logTime) {
    m_paceLog = std::clamp(logTime, m_beginLog, m_endLog);
    m_paceReal = m_real.steady();
}

std::uint64_t ReplaySource::dueTime() const {
    const auto end = m_loop ? std::min(m_loop->second, m_endLog) : m_endLog;
    if (m_stepTo) return std::min(*m_stepTo, m_endLog);
    if (m_paused) return m_paceLog;
    if (std::isinf(m_speed)) return end;
    const double passed = secondsBetween(m_paceReal, m_real.steady()) * loggedPerSecond() * 1e9;
    return passed >= static_cast<double>(end - std::min(m_paceLog, end))
               ? std::max(end, m_paceLog)
               : m_paceLog + static_cast<std::uint64_t>(passed);
}

void ReplaySource::publish() {
    replay::Status status;
    const bool last = m_recorded.logTime >= m_endLog;
    status.atEnd = last && (!m_loop || m_paused); // a loop goes on
    status.position = last ? m_index->end : m_index->timeAt(m_recorded.logTime);
    status.speed = m_speed;
    status.paused = m_paused;
    if (m_loop) status.loop = {m_index->timeAt(m_loop->first), m_index->timeAt(m_loop->second)};
    status.seeks = m_seeks;
    status.recording = m_index;
    m_control->publish(status);
}

void ReplaySource::setLoop(const replay::Loop& loop) {
    m_loop.reset();
    if (!loop.range || loop.range->first >= loop.range->second) return;
    // Beyond the last message time never comes: a range that reaches there would never be through, and one
    // that lies there would be through at once, time and again.
    const auto within = [this](RecordedTime time) {
        return std::clamp(m_index->logTimeAt(time), m_beginLog, m_endLog);
    };
    auto [from, to] = std::pair{within(loop.range->first), within(loop.range->second)};
    if (to - from < kShortestLoop) {
        from = std::max(m_beginLog, minus(to, kShortestLoop));
        to = std::min(m_endLog, std::max(to, from + kShortestLoop));
    }
    if (from < to) m_loop = {from, to};
}

void ReplaySource::obey(const replay::Command& command) {
    const auto here = m_seekTo.value_or(m_recorded.logTime);
    const auto move = [this](std::uint64_t to) { m_seekTo = std::clamp(to, m_beginLog, m_endLog); };
    std::visit(
        [&](const auto& c) {
            using C = std::decay_t<decltype(c)>;
            if constexpr (std::is_same_v<C, replay::Play>) {
                m_paused = false;
            } else if constexpr (std::is_same_v<C, replay::Pause>) {
                m_paused = true;
            } else if constexpr (std::is_same_v<C, replay::SetSpeed>) {
                if (c.speed > 0) m_speed = c.speed;
            } else if constexpr (std::is_same_v<C, replay::Seek>) {
                move(m_index->logTimeAt(c.to));
            } else if constexpr (std::is_same_v<C, replay::Step>) {
                m_paused = true;
                const auto to = m_index->logTimeAt(m_index->timeAt(here) + seconds(c.seconds));
                if (c.seconds > 0 && !m_seekTo)
                    m_stepTo = to;
                else
                    move(to);
            } else if constexpr (std::is_same_v<C, replay::Loop>) {
                setLoop(c);
            } else if constexpr (std::is_same_v<C, replay::ToEvent>) {
                const auto now = m_index->timeAt(here);
                if (c.forward) {
                    const auto next = std::ranges::upper_bound(c.among, now + kSameMoment);
                    if (next != c.among.end()) move(m_index->logTimeAt(*next));
                } else {
                    const auto at = std::ranges::lower_bound(c.among, now - kSameMoment);
                    if (at != c.among.begin()) move(m_index->logTimeAt(*std::prev(at)));
                }
            }
        },
        command);
    setPace(m_recorded.logTime);
}

// ---- playing

Source::Received ReplaySource::receive(std::chrono::milliseconds timeout) {
    if (m_restoring == Restoring::near) {
        if (const auto message = nextOf(m_near, m_recorded.logTime)) return *message;
        m_restoring = Restoring::coarse;
        m_recorded.logTime = m_paceLog;
        m_paceReal = m_real.steady();
        publish();
        return SeekIsNear{};
    }
    const auto commands = m_control->take(std::chrono::nanoseconds(0));
    for (const auto& command : commands)
        obey(command);
    if (m_seekTo) {
        seek(*std::exchange(m_seekTo, std::nullopt));
        return SeekBegins{};
    }
    if (m_restoring == Restoring::coarse) {
        std::uint64_t past = 0; // the clock stands where it was sought
        if (const auto message = nextOf(m_coarse, past)) return *message;
        m_restoring = Restoring::nothing;
        return SeekEnds{};
    }
    const auto due = dueTime();
    if (!m_next)
        if (const auto* message = stream().next()) m_next = *message;
    while (m_next && m_next->logTime <= due) {
        const auto message = *std::exchange(m_next, std::nullopt);
        if (wanted(message.topic)) {
            m_recorded.logTime = std::max(m_recorded.logTime, message.logTime);
            return RawMessage{message.topic, message.payload, arrivalOf(message.logTime),
                              m_recorded.steady()};
        }
        if (const auto* following = stream().next()) m_next = *following;
    }
    // Nothing is due: recorded time goes on all the same, as it does in a silence.
    m_recorded.logTime = std::max(m_recorded.logTime, due);
    if (m_stepTo) {
        setPace(*std::exchange(m_stepTo, std::nullopt));
    }
    publish();
    if (m_loop && !m_paused && m_recorded.logTime >= m_loop->second) {
        m_seekTo = m_loop->first;
        return Nothing{};
    }
    const bool moving = !m_paused && m_next && !std::isinf(m_speed);
    std::chrono::nanoseconds wait = timeout;
    if (moving) {
        const double untilNext = static_cast<double>(m_next->logTime - due) / loggedPerSecond();
        wait = std::min(wait, std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(untilNext, 1e9))));
    }
    for (const auto& command : m_control->take(wait))
        obey(command);
    return Nothing{};
}

WallTime ReplaySource::nextArrival() const {
    return arrivalOf(m_next ? m_next->logTime : m_endLog);
}

// ---- seeking

void ReplaySource::addRestore(std::deque<Restore>& restores, const std::string& channel, std::uint64_t from,
                              std::uint64_t until, decltype(Restore::take) take) {
    auto stream = std::make_unique<MessageStream>(
        *m_reader, [channel](const mcap::Channel& c) { return c.topic == channel; });
    stream->seek(from, until);
    restores.push_back({std::move(stream), until, std::move(take)});
}

void ReplaySource::seek(std::uint64_t to) {
    ++m_seeks;
    m_stepTo.reset();
    m_near.clear();
    m_coarse.clear();
    const auto last = lastRollup(to);
    restoreRosters(to);
    // Events from the beginning: marks on all charts.
    const auto asReceived = [](const MessageStream::Message& m) { return std::optional(m.logTime); };
    addRestore(m_near, "event", m_beginLog, to, asReceived);
    if (last) restoreCharts(to, *last);
    restoreReports(to, last);
    m_restoring = Restoring::near;
    m_recorded.logTime = m_beginLog;
    forgetStream();
    setPace(to);
}

std::optional<FeedSecond> ReplaySource::lastRollup(std::uint64_t to) {
    // It must leave the seconds that are still open to the reports themselves.
    const auto shown = std::chrono::floor<seconds>(m_index->timeAt(to));
    MessageStream rollups(*m_reader, [](const mcap::Channel& c) { return c.topic == "rollup"; });
    rollups.seek(minus(to, kMadeLate + static_cast<std::uint64_t>(RollupMaker::kWidth.count()) * kSecondNs),
                 to);
    std::optional<FeedSecond> last;
    while (const auto* message = rollups.next()) {
        const auto end = publishedIn(message->publishTime);
        if (message->logTime > to || end > shown - seconds(Rollup::kOpenSeconds)) break;
        last = end;
    }
    return last;
}

void ReplaySource::restoreRosters(std::uint64_t to) {
    const auto period = static_cast<std::uint64_t>(recording::kRostersEvery.count()) * kSecondNs;
    MessageStream known(*m_reader, [](const mcap::Channel& c) { return c.topic == "known/roster"; });
    known.seek(minus(to, 2 * period), to);
    std::uint64_t since = 0; // when all that were known were written the last time
    while (const auto* message = known.next()) {
        if (message->logTime > to) break;
        since = message->logTime;
    }
    const auto asReceived = [](const MessageStream::Message& m) { return std::optional(m.logTime); };
    addRestore(m_near, "known/roster", since, since, asReceived);
    addRestore(m_near, "roster", std::max(since + 1, minus(to, 2 * period)), to, asReceived);
}

void ReplaySource::restoreCharts(std::uint64_t to, FeedSecond last) {
    const auto logAt = [this](FeedSecond second) { return m_index->logTimeAt(RecordedTime(second)); };
    for (const Rollup alike; const auto& ring : alike.rings()) {
        addRestore(ring.length() == Rollup::kFineRange ? m_near : m_coarse,
                   "points/" + std::to_string(ring.step().count()), logAt(last - ring.length()),
                   to + kMadeLate, [last](const MessageStream::Message& m) -> std::optional<std::uint64_t> {
                       if (publishedIn(m.publishTime) > last) return std::nullopt;
                       return m.logTime;
                   });
    }
    // Of the minute that the last of them lies in, maybe as its end: what its point is made of.
    const auto minute = feedSecond((unixSeconds(last) - 1) / 60 * 60);
    addRestore(m_near, "rollup", logAt(minute), to,
               [last, minute, logAt](const MessageStream::Message& m) -> std::optional<std::uint64_t> {
                   const auto end = publishedIn(m.publishTime);
                   if (end > last || end <= minute) return std::nullopt;
                   return logAt(end);
               });
}

void ReplaySource::restoreReports(std::uint64_t to, std::optional<FeedSecond> last) {
    // Which of them the rollup holds already, FleetState tells: it knows whose clock is wrong.
    constexpr auto shownWithin = static_cast<std::uint64_t>(FleetState::kShownWithin.count()) * kSecondNs;
    std::uint64_t begin = minus(to, kWithoutRollup);
    std::uint64_t from = begin;
    if (last) {
        begin = minus(m_index->logTimeAt(RecordedTime(*last)), shownWithin);
        from = std::min(begin, m_index->logTimeAt(RecordedTime(*last - kClocksHeard)));
    }
    auto stream = std::make_unique<MessageStream>(*m_reader, [this](const mcap::Channel& c) {
        return c.topic != "event" && c.topic != "roster" && isAnyWanted(c);
    });
    stream->seek(from, to);
    m_near.push_back({std::move(stream), to,
                      [this, begin](const MessageStream::Message& m) -> std::optional<std::uint64_t> {
                          const bool tells = m.logTime >= begin || m.topic.starts_with("pop/");
                          return tells && wanted(m.topic) ? std::optional(m.logTime) : std::nullopt;
                      }});
}

std::optional<RawMessage> ReplaySource::nextOf(std::deque<Restore>& restores, std::uint64_t& logTime) {
    while (!restores.empty()) {
        auto& restore = restores.front();
        const auto* message = restore.stream->next();
        if (!message || message->logTime > restore.until) {
            restores.pop_front();
            continue;
        }
        if (const auto at = restore.take(*message)) {
            logTime = *at;
            return RawMessage{message->topic, message->payload, arrivalOf(logTime),
                              SteadyTime(arrivalOf(logTime).time_since_epoch())};
        }
    }
    return std::nullopt;
}

} // namespace surgescope::feeds
