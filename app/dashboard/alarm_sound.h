// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"
#include "feeds/util/clock.h"
#include "feeds/util/result.h"

#include <QObject>
#include <QTemporaryDir>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

class QProcess;

namespace surgescope::app {

enum class Tone : std::uint8_t {
    warning,  // one, once
    critical, // three that rise, until somebody acknowledges
    blind,    // two that fall: the feed is lost
};

/// When an alarm is heard, and as what: no sound more often than once in 5 s, in a flood once a minute. A
/// second value of the same state and clock is the same. GUI thread.
class Tones {
  public:
    static constexpr std::chrono::seconds kApart{5};
    static constexpr std::chrono::seconds kAgain{20}; // what is critical, while nobody has acknowledged it
    static constexpr std::chrono::seconds kInFlood{60};
    static constexpr std::chrono::seconds kMuted{60};

    /// What is to be played now; call it at least once a second. What was before the first call is heard,
    /// too, if it still goes on.
    std::optional<Tone> next(const feeds::LiveStatus& status, feeds::SteadyTime now);
    /// Nothing is heard for kMuted. It is not an acknowledgement.
    void mute(feeds::SteadyTime now) { m_mutedUntil = now + kMuted; }

  private:
    std::optional<std::uint64_t> m_changesSeen;
    bool m_hasNews = false; // something that makes a sound has come, and was not heard yet
    feeds::Severity m_newsSeverity = feeds::Severity::warning;
    std::optional<feeds::SteadyTime> m_playedAt;
    feeds::SteadyTime m_mutedUntil{};
};

/// Plays tones with a player that the system has; never waits for it. GUI thread.
class AlarmSound : public QObject {
  public:
    /// An Error: there is no player, with the names of those that were looked for.
    static feeds::Result<std::unique_ptr<AlarmSound>> open();

    void take(const feeds::LiveStatus& status, feeds::SteadyTime now);
    void mute(feeds::SteadyTime now) { m_tones.mute(now); }
    /// Why the last tone could not be played; empty: it could.
    const std::string& problem() const { return m_problem; }

  private:
    explicit AlarmSound(QString player) : m_player(std::move(player)) {}
    void play(Tone tone);

    QString m_player;
    QTemporaryDir m_folder; // of the tones
    Tones m_tones;
    QProcess* m_playing = nullptr; // child; null: none
    std::string m_problem;
};

/// A tone as a WAV file: 16 bits, one channel.
std::string waveOf(Tone tone);

} // namespace surgescope::app
