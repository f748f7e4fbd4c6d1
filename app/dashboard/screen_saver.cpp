// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/screen_saver.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace surgescope::app {

namespace {

QDBusMessage call(const QString& method) {
    return QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.ScreenSaver"),
                                          QStringLiteral("/org/freedesktop/ScreenSaver"),
                                          QStringLiteral("org.freedesktop.ScreenSaver"), method);
}

/// A container or a bare X server has no session bus; asking for one would start a daemon or wait.
bool hasSessionBus() {
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") &&
           QDBusConnection::sessionBus().isConnected();
}

} // namespace

ScreenSaver::~ScreenSaver() {
    release();
}

void ScreenSaver::inhibit(bool on) {
    m_wanted = on;
    if (!on) return release();
    if (m_cookie || m_asked || !hasSessionBus()) return;
    QDBusMessage message = call(QStringLiteral("Inhibit"));
    message << QStringLiteral("surgescope") << QStringLiteral("shows a launch on a wall");
    m_asked = true;
    auto* answer = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(message), this);
    connect(answer, &QDBusPendingCallWatcher::finished, this, [this, answer] {
        const QDBusPendingReply<uint> reply = *answer;
        answer->deleteLater();
        m_asked = false;
        if (reply.isError()) return; // nobody there who could
        m_cookie = reply.value();
        if (!m_wanted) release(); // left meanwhile
    });
}

void ScreenSaver::release() {
    if (!m_cookie) return;
    QDBusMessage message = call(QStringLiteral("UnInhibit"));
    message << *m_cookie;
    QDBusConnection::sessionBus().send(message);
    m_cookie.reset();
}

} // namespace surgescope::app
