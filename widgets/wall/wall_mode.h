// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/wall/page_rotation.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPoint>
#include <QTimer>

#include <chrono>

namespace surgescope::widgets {

/// What a wall does without anybody near: the pointer hides when it has rested, and pages take turns. While
/// it is on it watches all input of the program. GUI thread.
class WallMode : public QObject {
    Q_OBJECT
  public:
    static constexpr std::chrono::milliseconds kPointerRest = std::chrono::seconds(2);
    static constexpr double kTypeFactor = 1.12; // read from further away
    static constexpr double kBarFactor = 1.08;  // of the timeline, whose words fill their boxes

    explicit WallMode(QObject* parent = nullptr);
    ~WallMode() override;

    void enter(bool hidePointerAtOnce);
    void leave();
    bool isOn() const { return m_on; }
    /// Fewer than two pages do not turn.
    void rotate(int pages, std::chrono::milliseconds dwell, int first);
    const PageRotation& rotation() const { return m_rotation; }
    bool pointerHidden() const { return m_pointerHidden; }

  signals:
    void pageTurned(int page);
    void progressed();
    /// Nothing that hovering brought up may stay.
    void pointerHid();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void hidePointer();
    void showPointer();
    void tick();

    bool m_on = false;
    bool m_pointerHidden = false;
    QPoint m_pointer;
    QTimer m_rest;
    QTimer m_tick;
    QElapsedTimer m_sinceTick;
    PageRotation m_rotation;
};

} // namespace surgescope::widgets
