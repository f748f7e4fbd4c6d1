// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <functional>
#include <string>

class QWidget;

namespace surgescope::app {

/// Knows whether a window still gets onto the screen: asks it each second to paint a pixel, and looks whether
/// it did. Systemd is told each time, where it waits for that (sd_notify(3), Type=notify, WatchdogSec=): a
/// wall that is frozen is silent, and is started again. GUI thread.
class Heartbeat : public QObject {
  public:
    /// Takes NOTIFY_SOCKET from the environment: programs that are started from here are not the wall.
    /// `painted` is called each time. The window must outlive it.
    Heartbeat(QWidget& window, std::function<void()> painted);
    /// Looks and tells, once; it is called each second.
    void beat();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void tell(const char* text);

    QWidget& m_window;
    std::function<void()> m_painted;
    std::string m_socket; // path, or @name; empty: nobody waits
    bool m_hasPainted = false;
    bool m_isReady = false; // told so
    QTimer m_timer;
};

} // namespace surgescope::app
