// SPDX-License-Identifier: GPL-3.0-or-later
// What keys and buttons ask for; the other half of timeline_widget.cpp.
#include "widgets/timeline/timeline_widget.h"

#include <QKeyEvent>

namespace surgescope::widgets {

namespace {

using Mode = feeds::Timeline::Mode;
using State = feeds::Timeline::Recording::State;

constexpr double kCloserByKey = 4; // a night to two minutes in four

} // namespace

bool TimelineWidget::isLive() const {
    return m_timeline.mode == Mode::live;
}

bool TimelineWidget::isPlaying() const {
    return isLive() || !(m_timeline.paused || m_timeline.atEnd);
}

std::optional<TimelineRange> TimelineWidget::loopShown() const {
    return m_timeline.loop ? m_timeline.loop : m_lastLoop;
}

void TimelineWidget::togglePlaying() {
    if (!seekableRange(m_timeline)) return;
    if (!isPlaying()) return emit playRequested();
    if (isLive()) emit seekRequested(m_timeline.position); // leaves live, for a live feed cannot stand still
    emit pauseRequested();
}

void TimelineWidget::toggleLoop() {
    if (m_timeline.loop)
        emit loopRequested(std::nullopt);
    else if (m_lastLoop && seekableRange(m_timeline))
        emit loopRequested(m_lastLoop);
}

void TimelineWidget::toggleRecording() {
    if (m_timeline.mode == Mode::replay) return; // there is nothing new to record
    const feeds::Timeline::Recording& r = m_timeline.recording;
    emit recordRequested(!(r.state == State::recording && !r.flight));
}

void TimelineWidget::keep() {
    const feeds::Timeline::Recording& r = m_timeline.recording;
    if (r.flight && r.state == State::recording) emit keepRequested();
}

void TimelineWidget::goLive() {
    if (m_timeline.mode != Mode::behindLive) return;
    m_bringIntoView = true;
    emit liveRequested();
}

void TimelineWidget::changeSpeed(bool faster) {
    const double next = nextSpeed(m_timeline.speed, faster);
    if (!isLive() && next != m_timeline.speed) emit speedRequested(next);
}

void TimelineWidget::step(int seconds, bool held) {
    if (!seekableRange(m_timeline) || (isLive() && seconds > 0)) return;
    if (held && m_pace.isActive()) return;
    m_bringIntoView = true;
    emit stepRequested(seconds);
    m_pace.start();
}

void TimelineWidget::goToEnd(bool last) {
    const auto range = seekableRange(m_timeline);
    if (last && m_timeline.mode != Mode::replay)
        goLive();
    else if (range) {
        m_bringIntoView = true;
        emit seekRequested(last ? range->to : range->from);
    }
}

void TimelineWidget::goToEvent(bool forward) {
    if (!seekableRange(m_timeline) || (isLive() && forward)) return;
    m_bringIntoView = true;
    emit eventRequested(forward);
}

void TimelineWidget::zoomByKey(bool whole) {
    if (m_timeline.empty) return;
    TimelineWindow window = m_look.window;
    if (whole) {
        window.showWhole();
    } else {
        window.centre(this->whole(), m_timeline.position); // it may be out of sight
        window.zoom(this->whole(), m_timeline.position, kCloserByKey);
    }
    showPart(window);
}

bool TimelineWidget::handleKey(const QKeyEvent& event) {
    // By what they print: on many keyboards brackets need a modifier.
    if (event.text() == QStringLiteral("[") || event.text() == QStringLiteral("]")) {
        changeSpeed(event.text() == QStringLiteral("]"));
        return true;
    }
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) return false;
    const int size = event.modifiers() & Qt::ShiftModifier ? 10 : 1;
    const bool held = event.isAutoRepeat(); // means something for steps alone
    switch (event.key()) {
    case Qt::Key_Left: step(-size, held); return true;
    case Qt::Key_Right: step(size, held); return true;
    case Qt::Key_Space:
        if (!held) togglePlaying();
        return true;
    case Qt::Key_Home:
    case Qt::Key_End:
        if (!held) goToEnd(event.key() == Qt::Key_End);
        return true;
    case Qt::Key_N:
    case Qt::Key_P:
        if (!held) goToEvent(event.key() == Qt::Key_N);
        return true;
    case Qt::Key_Z:
        if (!held) zoomByKey(event.modifiers() & Qt::ShiftModifier);
        return true;
    case Qt::Key_L:
        if (!held) toggleLoop();
        return true;
    case Qt::Key_K:
        if (!held) keep();
        return true;
    case Qt::Key_R:
        if (!held) toggleRecording();
        return true;
    default: return false;
    }
}

bool TimelineWidget::clickControl(QPointF at) {
    const TimelineLayout l = layout();
    if (l.button.contains(at))
        togglePlaying();
    else if (l.speed.contains(at))
        changeSpeed(at.x() >= l.speed.center().x());
    else if (l.below.contains(at))
        goLive();
    else if (l.keep.contains(at) && m_timeline.recording.flight)
        keep();
    else if (l.record.contains(at))
        toggleRecording();
    else
        return false;
    return true;
}

} // namespace surgescope::widgets
