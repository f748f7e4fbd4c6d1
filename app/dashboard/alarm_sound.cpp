// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/alarm_sound.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace surgescope::app {
namespace {

constexpr std::array kPlayers{"pw-play", "paplay", "aplay"}; // PipeWire, PulseAudio, ALSA
constexpr int kMostPlayingMs = 4'000;
constexpr int kSamplesPerSecond = 22'050;
constexpr double kToneSeconds = 0.22;
constexpr double kPauseSeconds = 0.08;

std::vector<double> notesOf(Tone tone) { // Hz
    switch (tone) {
    case Tone::warning: return {660};
    case Tone::critical: return {660, 880, 1'100};
    case Tone::blind: break;
    }
    return {440, 220};
}

bool isToBeAcknowledged(const feeds::Card& card) {
    return card.state == feeds::AlarmState::unacked && card.severity == feeds::Severity::critical;
}

} // namespace

std::optional<Tone> Tones::next(const feeds::LiveStatus& status, feeds::SteadyTime now) {
    const auto seen = std::exchange(m_changesSeen, status.changes);
    const auto fresh = std::min<std::uint64_t>(seen ? status.changes - std::min(*seen, status.changes) : 0,
                                               status.history.size());
    for (auto i = status.history.size() - fresh; i < status.history.size(); ++i) {
        if (!makesSound(status.history[i])) continue;
        m_newsSeverity =
            m_hasNews ? std::max(m_newsSeverity, status.history[i].severity) : status.history[i].severity;
        m_hasNews = true;
    }
    const bool isBlind = status.alarms.verdict == feeds::Verdict::blind;
    const bool isCritical = isBlind || std::ranges::any_of(status.alarms.cards, isToBeAcknowledged);
    if (now < m_mutedUntil) {
        m_hasNews = false; // somebody is there, and sees it
        return std::nullopt;
    }
    const auto apart = status.alarms.isFlood ? kInFlood : m_hasNews ? kApart : kAgain;
    if ((!m_hasNews && !isCritical) || (m_playedAt && now < *m_playedAt + apart)) return std::nullopt;
    const auto tone = isBlind                                                     ? Tone::blind
                      : isCritical || m_newsSeverity == feeds::Severity::critical ? Tone::critical
                                                                                  : Tone::warning;
    m_hasNews = false;
    m_playedAt = now;
    return tone;
}

feeds::Result<std::unique_ptr<AlarmSound>> AlarmSound::open() {
    std::string names;
    for (const char* name : kPlayers) {
        if (const QString found = QStandardPaths::findExecutable(QString::fromLatin1(name));
            !found.isEmpty()) {
            std::unique_ptr<AlarmSound> sound(new AlarmSound(found));
            if (!sound->m_folder.isValid())
                return feeds::Error{"--sound: " + sound->m_folder.errorString().toStdString()};
            return sound;
        }
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return feeds::Error{"--sound: found no player; expected one of " + names};
}

void AlarmSound::take(const feeds::LiveStatus& status, feeds::SteadyTime now) {
    if (const auto tone = m_tones.next(status, now)) play(*tone);
}

void AlarmSound::play(Tone tone) {
    if (m_playing) return; // the one before still sounds
    const QString path = m_folder.filePath(QStringLiteral("%1.wav").arg(static_cast<int>(tone)));
    if (!QFile::exists(path)) {
        QFile file(path);
        const std::string wave = waveOf(tone);
        if (!file.open(QIODevice::WriteOnly) ||
            file.write(wave.data(), static_cast<qint64>(wave.size())) < 0) {
            m_problem = "--sound: " + file.errorString().toStdString();
            return;
        }
    }
    m_playing = new QProcess(this);
    m_playing->setStandardInputFile(QProcess::nullDevice());
    m_playing->setStandardOutputFile(QProcess::nullDevice());
    m_playing->setStandardErrorFile(QProcess::nullDevice());
    const auto end = [this](const QString& why) {
        m_problem = why.isEmpty() ? "" : ("--sound: " + m_player + ": " + why).toStdString();
        std::exchange(m_playing, nullptr)->deleteLater();
    };
    connect(m_playing, &QProcess::finished, this, [end](int code, QProcess::ExitStatus how) {
        end(how == QProcess::CrashExit ? QStringLiteral("it crashed or was ended")
            : code != 0                ? QStringLiteral("it ended with %1").arg(code)
                                       : QString());
    });
    connect(m_playing, &QProcess::errorOccurred, this, [this, end](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) end(m_playing->errorString());
    });
    QTimer::singleShot(kMostPlayingMs, m_playing, [process = m_playing] { process->kill(); });
    m_playing->start(m_player, {path});
}

std::string waveOf(Tone tone) {
    std::vector<std::int16_t> samples;
    for (const double hertz : notesOf(tone)) {
        const auto count = static_cast<int>(kToneSeconds * kSamplesPerSecond);
        for (int i = 0; i < count; ++i) {
            const double swell = std::sin(std::numbers::pi * i / count); // no click where it begins and ends
            const double wave = std::sin(2 * std::numbers::pi * hertz * i / kSamplesPerSecond);
            samples.push_back(static_cast<std::int16_t>(20'000 * swell * wave));
        }
        samples.insert(samples.end(), static_cast<std::size_t>(kPauseSeconds * kSamplesPerSecond), 0);
    }
    std::string bytes;
    const auto number = [&bytes](std::uint32_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i)
            bytes += static_cast<char>(value >> (8 * i) & 0xffU);
    };
    const auto dataBytes = static_cast<std::uint32_t>(samples.size() * 2);
    // RIFF, http://soundfile.sapp.org/doc/WaveFormat: PCM, one channel, 16 bits.
    bytes += "RIFF";
    number(36 + dataBytes, 4);
    bytes += "WAVEfmt ";
    number(16, 4);
    number(1, 2);
    number(1, 2);
    number(kSamplesPerSecond, 4);
    number(kSamplesPerSecond * 2, 4);
    number(2, 2);
    number(16, 2);
    bytes += "data";
    number(dataBytes, 4);
    for (const auto sample : samples)
        number(static_cast<std::uint16_t>(sample), 2);
    return bytes;
}

} // namespace surgescope::app
