// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/capture/recording_index.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace surgescope::feeds {

/// What a user may ask of a replay. Small values; each is done in order.
namespace replay {

struct Play {};
struct Pause {};
/// Forward: plays so many seconds at once and pauses. Back: seeks.
struct Step {
    int seconds = 1;
};
/// Seconds of the launch a second, however fast it was received: 0.1 to 64, or kAsFastAsPossible.
struct SetSpeed {
    double speed = 1;
};
inline constexpr double kAsFastAsPossible = std::numeric_limits<double>::infinity();
struct Seek {
    RecordedTime to{};
};
/// From the end of the range play goes on at its beginning; nothing: to the end, and stop there.
struct Loop {
    std::optional<std::pair<RecordedTime, RecordedTime>> range;
};
/// To the next of these moments, or the one before; nowhere when there is none. From where all that was sent
/// before leads to.
struct ToEvent {
    bool forward = true;
    std::vector<RecordedTime> among; // by time
};

using Command = std::variant<Play, Pause, Step, SetSpeed, Seek, Loop, ToEvent>;

/// What a timeline shows of it. `recording` never changes once it is there.
struct Status {
    RecordedTime position{};
    double speed = 1;
    bool paused = false;
    bool atEnd = false;
    std::optional<std::pair<RecordedTime, RecordedTime>> loop;
    std::uint64_t seeks = 0; // done so far, loops included
    std::shared_ptr<const RecordingIndex> recording;
};

/// Between whoever steers a replay and the feed thread that plays it. Any thread.
class Control {
  public:
    /// Steers.
    void send(const Command& command);
    Status status() const;

    /// Plays: takes what was sent, in order. Waits at most `timeout` for a command or wake().
    std::vector<Command> take(std::chrono::nanoseconds timeout);
    void publish(const Status& status);
    void wake();

  private:
    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_news;
    std::vector<Command> m_commands;
    bool m_woken = false;
    Status m_status;
};

} // namespace replay
} // namespace surgescope::feeds
