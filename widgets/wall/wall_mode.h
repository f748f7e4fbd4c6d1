// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/wall/page_rotation.h"
#include "widgets/wall/urgent_turns.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPoint>
#include <QTimer>

#include <chrono>

namespace surgescope::widgets {

/// What a wall does without anybody near: the pointer hides when it has rested, pages take turns, and those
/// of what burns come among them. While it is on it watches all input of the program. GUI thread.
class WallMode : public QObject {
    Q_OBJECT
  public:
    static constexpr std::chrono::milliseconds kPointerRest = std::chrono::seconds(2);

    explicit WallMode(QObject* parent = nullptr);
    ~WallMode() override;

    void enter(bool hidePointerAtOnce);
    void leave();
    bool isOn() const { return m_on; }
    /// Fewer than two pages do not turn.
    void rotate(int pages, std::chrono::milliseconds dwell, int first);
    const PageRotation& rotation() const { return m_rotation; }
    /// So many pages come in turn, whatever else is shown.
    void setUrgent(int pages);
    const UrgentTurns& urgent() const { return m_urgent; }
    bool pointerHidden() const { return m_pointerHidden; }

  signals:
    void pageTurned(int page);
    /// urgent().shown() is another one, or none any more.
    void urgentTurned();
    void progressed();
    /// Nothing that hovering brought up may stay.
    void pointerHid();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void hidePointer();
    void showPointer();
    void tick();
    void touch();

    bool m_on = false;
    bool m_pointerHidden = false;
    QPoint m_pointer;
    QTimer m_rest;
    QTimer m_tick;
    QElapsedTimer m_sinceTick;
    PageRotation m_rotation;
    UrgentTurns m_urgent;
};

} // namespace surgescope::widgets
