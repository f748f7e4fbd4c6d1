// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wall/wall_mode.h"

#include <QApplication>
#include <QCursor>
#include <QMouseEvent>
#include <QToolTip>

namespace surgescope::widgets {

namespace {

constexpr int kTrembling = 3; // pixels that a table's shaking moves a mouse

} // namespace

WallMode::WallMode(QObject* parent) : QObject(parent) {
    m_rest.setSingleShot(true);
    m_rest.setInterval(kPointerRest);
    connect(&m_rest, &QTimer::timeout, this, &WallMode::hidePointer);
    m_tick.setInterval(100);
    connect(&m_tick, &QTimer::timeout, this, &WallMode::tick);
}

WallMode::~WallMode() {
    leave();
}

void WallMode::enter(bool hidePointerAtOnce) {
    if (m_on) return;
    m_on = true;
    m_pointer = QCursor::pos();
    qApp->installEventFilter(this);
    if (hidePointerAtOnce)
        hidePointer();
    else
        m_rest.start();
}

void WallMode::leave() {
    if (!m_on) return;
    m_on = false;
    qApp->removeEventFilter(this);
    m_rest.stop();
    m_tick.stop();
    m_rotation = {};
    m_urgent = {};
    showPointer();
    emit progressed();
}

void WallMode::rotate(int pages, std::chrono::milliseconds dwell, int first) {
    m_rotation = PageRotation(pages, dwell, first);
    if (!m_rotation.turns()) return;
    m_sinceTick.start();
    m_tick.start();
    emit pageTurned(m_rotation.page());
}

void WallMode::setUrgent(int pages) {
    if (!m_on || pages == m_urgent.count()) return;
    const auto before = m_urgent.shown();
    m_urgent.setCount(pages);
    if (m_urgent.shown() != before) emit urgentTurned();
    if (pages == 0 || m_tick.isActive()) return;
    m_sinceTick.start();
    m_tick.start();
}

void WallMode::tick() {
    const std::chrono::milliseconds time(m_sinceTick.restart());
    if (m_urgent.advance(time)) emit urgentTurned();
    if (!m_urgent.shown() && m_rotation.advance(time)) emit pageTurned(m_rotation.page());
    emit progressed();
}

void WallMode::touch() {
    m_rotation.touch();
    m_urgent.touch();
}

void WallMode::hidePointer() {
    if (m_pointerHidden) return;
    if (QApplication::activePopupWidget()) return m_rest.start(); // somebody is choosing
    m_pointerHidden = true;
    QGuiApplication::setOverrideCursor(Qt::BlankCursor);
    QToolTip::hideText();
    emit pointerHid();
}

void WallMode::showPointer() {
    if (!m_pointerHidden) return;
    m_pointerHidden = false;
    QGuiApplication::restoreOverrideCursor();
}

bool WallMode::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::MouseMove: {
        // Windows that appear beneath a pointer at rest are told that it moved.
        const QPoint at = static_cast<QMouseEvent*>(event)->globalPosition().toPoint();
        if ((at - m_pointer).manhattanLength() < kTrembling) return m_pointerHidden;
        m_pointer = at;
        [[fallthrough]];
    }
    case QEvent::MouseButtonPress:
    case QEvent::Wheel:
        showPointer();
        m_rest.start();
        touch();
        break;
    case QEvent::KeyPress: touch(); break;
    case QEvent::ToolTip: return m_pointerHidden;
    default: break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace surgescope::widgets
