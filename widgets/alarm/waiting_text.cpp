// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/alarm/waiting_text.h"

#include <algorithm>

namespace surgescope::widgets {

QStringList waitingText(const feeds::FeedHealth& health) {
    if (health.endpoints.empty())
        return {QStringLiteral("No telemetry source is open"), QStringLiteral("nothing to wait for")};
    QStringList lines{QStringLiteral("Waiting for telemetry")};
    for (const feeds::EndpointStatus& e : health.endpoints) {
        QString state = e.binds ? QStringLiteral("bound, ") : QString();
        if (e.peers == 0)
            state += e.binds ? QStringLiteral("no publisher connected")
                             : QStringLiteral("connecting, no answer yet");
        else
            state += e.peers == 1
                         ? QStringLiteral("1 publisher connected, nothing received yet")
                         : QStringLiteral("%1 publishers connected, nothing received yet").arg(e.peers);
        lines << QStringLiteral("on %1 (%2)").arg(QString::fromStdString(e.name), state);
    }
    return lines;
}

QString joinCommand(const feeds::FeedHealth& health, const QString& host) {
    const auto bound = std::ranges::find_if(health.endpoints, [](const feeds::EndpointStatus& endpoint) {
        return endpoint.binds && endpoint.name.starts_with("tcp://");
    });
    if (bound == health.endpoints.end()) return {};
    QString address = QString::fromStdString(bound->name);
    for (const QString& any :
         {QStringLiteral("//*:"), QStringLiteral("//0.0.0.0:"), QStringLiteral("//[::]:")})
        address.replace(any, QStringLiteral("//") + host + u':');
    return QStringLiteral("surgescope-agent --pop EWR --node edge-1 --connect ") + address;
}

} // namespace surgescope::widgets
