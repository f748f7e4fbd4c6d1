// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/alarm/live_status.h"

#include <QObject>
#include <QProcess>
#include <QString>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace surgescope::app {

/// Hands each change of an alarm to a program of the user's, as a JSON object on its standard input: one
/// process a change, without a shell, never waited for. Few at a time, each for a limited time; what there is
/// no room for is counted. GUI thread.
class AlarmProgram : public QObject {
  public:
    static constexpr std::size_t kAtOnce = 4;
    static constexpr std::size_t kMostWaiting = 200;
    static constexpr int kMostMilliseconds = 10'000;

    explicit AlarmProgram(const std::string& path);
    ~AlarmProgram() override;

    /// The changes since it was given a status last. The first one only tells where to begin: what was before
    /// was handed out before.
    void take(const feeds::LiveStatus& status);
    /// What went wrong last, with how often anything did; empty: nothing.
    std::string problem() const;

  private:
    void startNext();
    void fail(const QString& why);

    QString m_path;
    std::optional<std::uint64_t> m_changesSeen;
    std::deque<QByteArray> m_waiting;
    std::size_t m_running = 0;
    std::uint64_t m_failures = 0;
    QString m_lastFailure;
};

/// A change as it is handed over, in one line.
std::string alarmJson(const feeds::Transition& change);

} // namespace surgescope::app
