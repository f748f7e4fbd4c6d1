// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QStandardPaths>
#include <QString>
#include <QStringList>

#include <optional>

namespace surgescope::tests {

/// What a program of the system says on standard output; nothing when it failed or is not installed.
inline std::optional<QByteArray> runTool(const QString& name, const QStringList& arguments) {
    QProcess process;
    process.start(name, arguments);
    if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit ||
        process.exitCode() != 0)
        return std::nullopt;
    return process.readAllStandardOutput();
}

inline bool hasTool(const QString& name) {
    return !QStandardPaths::findExecutable(name).isEmpty();
}

} // namespace surgescope::tests
