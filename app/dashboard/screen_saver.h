// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <cstdint>
#include <optional>

namespace surgescope::app {

/// Keeps the screen on while a wall shows data, by asking the desktop (org.freedesktop.ScreenSaver). Never
/// waits for an answer, and goes without where nobody gives one. GUI thread.
class ScreenSaver : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;
    ~ScreenSaver() override;
    void inhibit(bool on);

  private:
    void release();

    bool m_wanted = false;
    std::optional<std::uint32_t> m_cookie; // of what is in effect
    bool m_asked = false;                  // and not answered yet
};

} // namespace surgescope::app
