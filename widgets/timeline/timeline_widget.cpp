// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_widget.h"

#include "widgets/timeline/timeline_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

using Mode = feeds::Timeline::Mode;
using State = feeds::Timeline::Recording::State;

constexpr int kLitMs = 450;
constexpr double kGrip = 7; // pixels at scale 1 within which a loop's end or an event is meant
constexpr std::chrono::seconds kShortestLoop(1);

} // namespace

TimelineWidget::TimelineWidget(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    m_pace.setSingleShot(true);
    m_pace.setInterval(1000 / kMostSeeksPerSecond);
    connect(&m_pace, &QTimer::timeout, this, [this] {
        if (m_seekDue) seekSoon(*m_seekDue);
    });
    m_litTimer.setSingleShot(true);
    m_litTimer.setInterval(kLitMs);
    connect(&m_litTimer, &QTimer::timeout, this, [this] {
        m_look.lit = false;
        update(layout().button.toAlignedRect());
    });
}

void TimelineWidget::setTimeline(const feeds::Timeline& timeline) {
    if (timeline.mode == Mode::live && !timeline.empty && timeline.end != m_timeline.end) {
        m_look.lit = true;
        m_litTimer.start();
    }
    m_timeline = timeline;
    if (timeline.loop) m_lastLoop = timeline.loop;
    if (m_lastLoop && (m_lastLoop->to <= timeline.begin || m_lastLoop->from >= timeline.end))
        m_lastLoop.reset(); // of another recording
    if (m_drag == Drag::none || m_drag == Drag::handle) m_look.loop = loopShown();
    update();
}

void TimelineWidget::setScale(double scale) {
    m_scale = scale;
    update();
}

void TimelineWidget::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintTimeline(painter, m_timeline, layout(), m_look);
}

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
    if (m_timeline.mode == Mode::behindLive) emit liveRequested();
}

void TimelineWidget::changeSpeed(bool faster) {
    const double next = nextSpeed(m_timeline.speed, faster);
    if (!isLive() && next != m_timeline.speed) emit speedRequested(next);
}

void TimelineWidget::step(int seconds, bool held) {
    if (!seekableRange(m_timeline) || (isLive() && seconds > 0)) return;
    if (held && m_pace.isActive()) return;
    emit stepRequested(seconds);
    m_pace.start();
}

void TimelineWidget::goToEnd(bool last) {
    const auto range = seekableRange(m_timeline);
    if (last && m_timeline.mode != Mode::replay)
        goLive();
    else if (range)
        emit seekRequested(last ? range->to : range->from);
}

void TimelineWidget::goToEvent(bool forward) {
    if (!seekableRange(m_timeline) || (isLive() && forward)) return;
    emit eventRequested(forward);
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

/// The moment there, or the nearest that can be gone to. Only to be asked while there is one.
TimelineTime TimelineWidget::seekableAt(double x) const {
    const TimelineTime at = scaleOf(m_timeline, layout()).timeAt(x);
    const auto range = seekableRange(m_timeline);
    return range ? std::clamp(at, range->from, std::max(range->from, range->to)) : at;
}

TimelineWidget::Drag TimelineWidget::dragAt(QPointF at, Qt::KeyboardModifiers modifiers) const {
    const TimelineLayout l = layout();
    const auto range = seekableRange(m_timeline);
    const QRectF reach = l.track.united(l.axis).adjusted(-kGrip * m_scale, -6 * m_scale, kGrip * m_scale, 0);
    if (!range || !reach.contains(at)) return Drag::none;
    const TimelineScale scale = scaleOf(m_timeline, l);
    if (const auto loop = loopShown(); loop && at.y() > l.track.center().y()) { // the handles are at its feet
        const double toBegin = std::abs(scale.xOf(loop->from) - at.x());
        const double toEnd = std::abs(scale.xOf(loop->to) - at.x());
        if (std::min(toBegin, toEnd) <= kGrip * m_scale)
            return toBegin < toEnd ? Drag::loopBegin : Drag::loopEnd;
    }
    // A pixel of tolerance: a pixel is many seconds of a long night.
    if (at.x() < scale.xOf(range->from) - 1 || at.x() > scale.xOf(range->to) + kGrip * m_scale)
        return Drag::none;
    return modifiers & Qt::ShiftModifier ? Drag::newLoop : Drag::handle;
}

void TimelineWidget::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_drag != Drag::none || clickControl(event->position())) return;
    m_drag = dragAt(event->position(), event->modifiers());
    if (m_drag == Drag::none) return;
    QToolTip::hideText();
    const double x = event->position().x();
    const auto loop = m_look.loop = loopShown();
    switch (m_drag) {
    case Drag::handle:
        m_playAfterDrag = isPlaying();
        m_sought.reset();
        dragTo(x);
        if (m_playAfterDrag) emit pauseRequested();
        break;
    case Drag::newLoop: m_dragFrom = seekableAt(x); break;
    case Drag::loopBegin: m_dragFrom = loop->to; break;
    case Drag::loopEnd: m_dragFrom = loop->from; break;
    case Drag::none: break;
    }
}

void TimelineWidget::dragTo(double x) {
    const TimelineTime at = seekableAt(x);
    if (m_drag == Drag::handle) {
        m_look.held = at;
        seekSoon(at);
    } else
        m_look.loop = TimelineRange{std::min(m_dragFrom, at), std::max(m_dragFrom, at)};
    update();
}

void TimelineWidget::seekSoon(TimelineTime to) {
    m_seekDue = to;
    if (m_pace.isActive()) return;
    m_seekDue.reset();
    m_sought = to;
    m_pace.start();
    emit seekRequested(to);
}

void TimelineWidget::mouseMoveEvent(QMouseEvent* event) {
    if (m_drag != Drag::none) return dragTo(event->position().x());
    const TimelineLayout l = layout();
    const bool onTrack = !m_timeline.empty && l.track.united(l.axis).contains(event->position());
    m_look.hover =
        onTrack ? std::optional(scaleOf(m_timeline, l).timeAt(event->position().x())) : std::nullopt;
    showTip(event->position(), event->globalPosition().toPoint());
    update();
}

void TimelineWidget::showTip(QPointF at, QPoint globalAt) {
    const double pixels = scaleOf(m_timeline, layout()).pixelsPerSecond();
    if (m_look.hover && pixels > 0) {
        const std::chrono::milliseconds reach(std::llround(kGrip / 2 * m_scale / pixels * 1000));
        QToolTip::showText(globalAt, timelineTooltip(m_timeline, *m_look.hover, reach), this);
    } else if (layout().recording.contains(at))
        QToolTip::showText(globalAt, recordingTooltip(m_timeline), this);
    else
        QToolTip::hideText();
}

void TimelineWidget::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_drag == Drag::none) return;
    if (m_drag == Drag::handle)
        dropHandle(event->position().x());
    else
        dropLoop();
    m_drag = Drag::none;
    update();
}

void TimelineWidget::dropHandle(double x) {
    const TimelineTime at = seekableAt(x);
    const bool toLive = m_timeline.mode != Mode::replay && x >= layout().track.right();
    m_look.held.reset();
    m_seekDue.reset();
    if (toLive) return emit liveRequested();
    if (m_sought != at) emit seekRequested(at); // m_pace does not hold back the last one
    if (m_playAfterDrag) emit playRequested();
}

void TimelineWidget::dropLoop() {
    const std::optional<TimelineRange> drawn = m_look.loop;
    if (drawn && drawn != loopShown() && drawn->to - drawn->from >= kShortestLoop) {
        m_lastLoop = drawn;
        emit loopRequested(drawn);
        return;
    }
    if (m_drag == Drag::newLoop) { // a click: ends the loop, or forgets the one that was switched off
        if (m_timeline.loop)
            emit loopRequested(std::nullopt);
        else
            m_lastLoop.reset();
    }
    m_look.loop = loopShown();
}

void TimelineWidget::leaveEvent(QEvent*) {
    m_look.hover.reset();
    update();
}

} // namespace surgescope::widgets
