// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dashboard/heartbeat.h"

#include <QEvent>
#include <QWidget>
#include <QWindow>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace surgescope::app {
namespace {

constexpr std::chrono::seconds kBeatEvery{1};

/// What nobody sees is not painted, and that is no fault.
bool isSeen(const QWidget& window) {
    return window.isVisible() && !window.isMinimized() && window.windowHandle() &&
           window.windowHandle()->isExposed();
}

} // namespace

Heartbeat::Heartbeat(QWidget& window, std::function<void()> painted)
    : m_window(window), m_painted(std::move(painted)),
      m_socket(qEnvironmentVariable("NOTIFY_SOCKET").toStdString()) {
    qunsetenv("NOTIFY_SOCKET");
    m_window.installEventFilter(this);
    connect(&m_timer, &QTimer::timeout, this, &Heartbeat::beat);
    m_timer.start(kBeatEvery);
}

bool Heartbeat::eventFilter(QObject* watched, QEvent* event) {
    // All that is dirty is painted with it; when the next beat comes that has been done.
    if (watched == &m_window && event->type() == QEvent::UpdateRequest) m_hasPainted = true;
    return QObject::eventFilter(watched, event);
}

void Heartbeat::beat() {
    const bool isAlive = std::exchange(m_hasPainted, false) || !isSeen(m_window);
    m_window.update(0, 0, 1, 1);
    if (!isAlive) return;
    m_painted();
    if (!m_socket.empty()) tell(std::exchange(m_isReady, true) ? "WATCHDOG=1" : "READY=1\nWATCHDOG=1");
}

void Heartbeat::tell(const char* text) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (m_socket.size() >= sizeof to.sun_path) return m_socket.clear();
    m_socket.copy(to.sun_path, m_socket.size());
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0'; // a name that is no file
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + m_socket.size());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return;
    // One that is full or gone is not waited for; systemd notices what it does not get.
    (void)::sendto(socket, text, std::strlen(text), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
                   length);
    ::close(socket);
}

} // namespace surgescope::app
