// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/alarm_program.h"

#include <QFileInfo>
#include <QTimer>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace surgescope::app {

std::string alarmJson(const feeds::Transition& change) {
    using Json = nlohmann::ordered_json;
    const Json json{{"time", feeds::utcText(change.second)},
                    {"unix_seconds", feeds::unixSeconds(change.second)},
                    {"change", feeds::wordsFor(change.change)},
                    {"card", change.card},
                    {"occurrence", change.occurrence},
                    {"rule", change.rule},
                    {"group", change.group},
                    {"severity", feeds::wordsFor(change.severity)},
                    {"from", feeds::wordsFor(change.from)},
                    {"to", feeds::wordsFor(change.to)},
                    {"shelved", change.isShelved},
                    {"members", change.members},
                    {"value", std::isfinite(change.value) ? Json(change.value) : Json(nullptr)},
                    {"by", change.by},
                    {"note", change.note},
                    {"text", change.text}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

AlarmProgram::AlarmProgram(const std::string& path)
    : m_path(QFileInfo(QString::fromStdString(path)).absoluteFilePath()) {}

AlarmProgram::~AlarmProgram() {
    for (auto* process : findChildren<QProcess*>()) {
        process->disconnect(this);
        process->kill();
        process->waitForFinished(100);
    }
}

void AlarmProgram::take(const feeds::LiveStatus& status) {
    const auto seen = std::exchange(m_changesSeen, status.changes);
    if (!seen) return;
    const auto fresh = status.changes - std::min(*seen, status.changes);
    const auto there = std::min<std::uint64_t>(fresh, status.history.size());
    m_failures += fresh - there;
    for (std::size_t i = status.history.size() - there; i < status.history.size(); ++i) {
        if (m_waiting.size() >= kMostWaiting)
            fail(QStringLiteral("too many changes at once"));
        else
            m_waiting.push_back(QByteArray::fromStdString(alarmJson(status.history[i])));
    }
    startNext();
}

void AlarmProgram::startNext() {
    while (m_running < kAtOnce && !m_waiting.empty()) {
        auto* process = new QProcess(this);
        const QByteArray line = std::exchange(m_waiting.front(), {});
        m_waiting.pop_front();
        ++m_running;
        process->setStandardOutputFile(QProcess::nullDevice());
        process->setStandardErrorFile(QProcess::nullDevice());
        const auto end = [this, process] {
            --m_running;
            process->disconnect(this);
            process->deleteLater();
            startNext();
        };
        connect(process, &QProcess::finished, this, [this, end](int code, QProcess::ExitStatus how) {
            if (how == QProcess::CrashExit)
                fail(QStringLiteral("it crashed or was ended"));
            else if (code != 0)
                fail(QStringLiteral("it ended with %1").arg(code));
            end();
        });
        connect(process, &QProcess::errorOccurred, this, [this, process, end](QProcess::ProcessError error) {
            if (error != QProcess::FailedToStart) return; // finished() tells the rest
            fail(process->errorString());
            end();
        });
        QTimer::singleShot(kMostMilliseconds, process, [process] { process->kill(); });
        process->start(m_path, QStringList(), QIODevice::WriteOnly);
        process->write(line);
        process->closeWriteChannel();
    }
}

void AlarmProgram::fail(const QString& why) {
    ++m_failures;
    m_lastFailure = why;
}

std::string AlarmProgram::problem() const {
    if (m_failures == 0) return {};
    return (QStringLiteral("--on-alarm ") + m_path + QStringLiteral(": ") + m_lastFailure +
            (m_failures > 1 ? QStringLiteral(" (failed %1 times)").arg(m_failures) : QString()))
        .toStdString();
}

} // namespace surgescope::app
