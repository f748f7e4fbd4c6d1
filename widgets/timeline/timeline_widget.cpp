// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_widget.h"

#include "widgets/timeline/timeline_text.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace surgescope::widgets {

namespace {

using Mode = feeds::Timeline::Mode;

constexpr int kLitMs = 450;
constexpr double kGrip = 7; // pixels at scale 1 within which a loop's end or an event is meant
constexpr std::chrono::seconds kShortestLoop(1);

constexpr double kZoomStep = 1.5; // a notch of the wheel
constexpr double kFineZoomStep = 1.1;
constexpr double kPanStep = 0.1; // of what is seen
constexpr int kEdgeMs = 30;
constexpr double kEdgeStep = 0.03; // of what is seen, each time: all of it in a second
constexpr double kEdgeWide = 60;   // pixels at scale 1 past the edge that make it so fast

std::chrono::milliseconds partOf(const TimelineRange& range, double share) {
    return std::chrono::milliseconds(
        std::llround(share * static_cast<double>((range.to - range.from).count())));
}

} // namespace

TimelineWidget::TimelineWidget(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMouseTracking(true);
    m_pace.setSingleShot(true);
    m_pace.setInterval(1000 / kMostSeeksPerSecond);
    connect(&m_pace, &QTimer::timeout, this, [this] {
        if (m_seekDue) seekSoon(*m_seekDue);
    });
    m_edgeTimer.setInterval(kEdgeMs);
    connect(&m_edgeTimer, &QTimer::timeout, this, &TimelineWidget::scrollAtEdge);
    m_litTimer.setSingleShot(true);
    m_litTimer.setInterval(kLitMs);
    connect(&m_litTimer, &QTimer::timeout, this, [this] {
        m_look.lit = false;
        update(layout().button.toAlignedRect());
    });
}

void TimelineWidget::setOfNow(bool ofNow) {
    if (std::exchange(m_look.ofNow, ofNow) != ofNow) update();
}

void TimelineWidget::setTimeline(const feeds::Timeline& timeline) {
    if (timeline.mode == Mode::live && !timeline.empty && timeline.end != m_timeline.end) {
        m_look.lit = true;
        m_litTimer.start();
    }
    const bool moved = timeline.position != m_timeline.position;
    const bool inView = contains(m_look.window.of(whole()), m_timeline.position);
    m_timeline = timeline;
    if (m_look.window.of(whole()) == whole()) m_look.window.showWhole(); // of another recording
    if (moved && (inView || m_bringIntoView) && m_drag == Drag::none) {
        m_look.window.keepInView(whole(), timeline.position);
        m_bringIntoView = false;
    }
    if (timeline.loop) m_lastLoop = timeline.loop;
    if (m_lastLoop && (m_lastLoop->to <= timeline.begin || m_lastLoop->from >= timeline.end))
        m_lastLoop.reset(); // of another recording
    const bool drawing = m_drag == Drag::newLoop || m_drag == Drag::loopBegin || m_drag == Drag::loopEnd;
    if (!drawing) m_look.loop = loopShown();
    update();
}

void TimelineWidget::setScale(double scale) {
    m_scale = scale;
    update();
}

void TimelineWidget::setTrackOnly(bool trackOnly) {
    m_trackOnly = trackOnly;
    update();
}

void TimelineWidget::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintTimeline(painter, m_timeline, layout(), m_look);
}

/// The moment there, or the nearest that can be gone to. Only to be asked while there is one.
TimelineTime TimelineWidget::seekableAt(double x) const {
    const TimelineTime at = timeScale().timeAt(x);
    const auto range = seekableRange(m_timeline);
    return range ? std::clamp(at, range->from, std::max(range->from, range->to)) : at;
}

TimelineWidget::Drag TimelineWidget::dragAt(QPointF at, Qt::KeyboardModifiers modifiers) const {
    const TimelineLayout l = layout();
    const auto range = seekableRange(m_timeline);
    const QRectF reach = l.track.united(l.axis).adjusted(-kGrip * m_scale, -6 * m_scale, kGrip * m_scale, 0);
    if (!range || !reach.contains(at)) return Drag::none;
    const TimelineScale scale = timeScale();
    if (const auto loop = loopShown(); loop && at.y() > l.track.center().y()) { // the handles are at its feet
        const double toBegin = std::abs(scale.unboundedXOf(loop->from) - at.x());
        const double toEnd = std::abs(scale.unboundedXOf(loop->to) - at.x());
        if (std::min(toBegin, toEnd) <= kGrip * m_scale)
            return toBegin < toEnd ? Drag::loopBegin : Drag::loopEnd;
    }
    // A pixel of tolerance: a pixel is many seconds of a long night.
    if (at.x() < scale.xOf(range->from) - 1 || at.x() > scale.xOf(range->to) + kGrip * m_scale)
        return Drag::none;
    return modifiers & Qt::ShiftModifier ? Drag::newLoop : Drag::handle;
}

void TimelineWidget::mousePressEvent(QMouseEvent* event) {
    if (m_drag != Drag::none) return;
    const double x = m_dragX = event->position().x();
    if (event->button() == Qt::MiddleButton && !m_look.window.isWhole() &&
        layout().track.contains(event->position()))
        m_drag = Drag::pan;
    if (event->button() != Qt::LeftButton || clickControl(event->position())) return;
    m_drag = onScrollBar(event->position()) ? Drag::scroll : dragAt(event->position(), event->modifiers());
    if (m_drag == Drag::none) return;
    QToolTip::hideText();
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
    case Drag::scroll: beginScroll(x); break;
    case Drag::pan:
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
    const double x = event->position().x();
    if (m_drag == Drag::pan || m_drag == Drag::scroll) return moveAlong(x);
    if (m_drag != Drag::none) {
        m_dragX = x;
        const TimelineScale scale = timeScale();
        if (!m_look.window.isWhole() && (x < scale.left() || x > scale.right())) m_edgeTimer.start();
        return dragTo(x);
    }
    updateHover(event->position());
    showTip(event->position(), event->globalPosition().toPoint());
    update();
}

void TimelineWidget::updateHover(QPointF at) {
    const TimelineLayout l = layout();
    const bool onTrack = !m_timeline.empty && !onScrollBar(at) && l.track.united(l.axis).contains(at);
    m_look.hover = onTrack ? std::optional(timeScale().timeAt(at.x())) : std::nullopt;
}

void TimelineWidget::showTip(QPointF at, QPoint globalAt) {
    const double pixels = timeScale().pixelsPerSecond();
    if (m_look.hover && pixels > 0) {
        const std::chrono::milliseconds reach(std::llround(kGrip / 2 * m_scale / pixels * 1000));
        QToolTip::showText(globalAt, timelineTooltip(m_timeline, *m_look.hover, reach), this);
    } else if (onScrollBar(at))
        QToolTip::showText(globalAt, QStringLiteral("drag: scroll<br>double click: everything"), this);
    else if (layout().speed.contains(at) && !isLive())
        QToolTip::showText(globalAt, QStringLiteral("seconds of the launch a second<br>[ slower, ] faster"),
                           this);
    else if (layout().recording.contains(at))
        QToolTip::showText(globalAt, recordingTooltip(m_timeline), this);
    else
        QToolTip::hideText();
}

void TimelineWidget::mouseReleaseEvent(QMouseEvent* event) {
    if (m_drag == Drag::none || (event->button() == Qt::MiddleButton) != (m_drag == Drag::pan) ||
        (event->button() != Qt::LeftButton && m_drag != Drag::pan))
        return;
    m_edgeTimer.stop();
    if (m_drag == Drag::handle)
        dropHandle(event->position().x());
    else if (m_drag != Drag::pan && m_drag != Drag::scroll)
        dropLoop();
    m_drag = Drag::none;
    update();
}

void TimelineWidget::dropHandle(double x) {
    const TimelineTime at = seekableAt(x);
    const TimelineScale scale = timeScale();
    const bool toLive =
        m_timeline.mode != Mode::replay && x >= scale.right() && scale.shown().to == m_timeline.end;
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

void TimelineWidget::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !onScrollBar(event->position())) return mousePressEvent(event);
    showPart({});
}

void TimelineWidget::wheelEvent(QWheelEvent* event) {
    const TimelineLayout l = layout();
    const QPointF at = event->position(), turns = QPointF(event->angleDelta()) / 120;
    if (m_timeline.empty || !l.track.united(l.axis).contains(at)) return event->ignore();
    TimelineWindow window = m_look.window;
    const bool pans = turns.x() != 0 || event->modifiers() & Qt::ShiftModifier;
    const double step = event->modifiers() & Qt::ControlModifier ? kFineZoomStep : kZoomStep;
    if (pans)
        window.pan(whole(),
                   partOf(timeScale().shown(), -kPanStep * (turns.x() != 0 ? turns.x() : turns.y())));
    else
        window.zoom(whole(), timeScale().timeAt(at.x()), std::pow(step, turns.y()));
    showPart(window);
    QToolTip::hideText(); // of another moment
    updateHover(at);
    event->accept();
}

void TimelineWidget::showPart(const TimelineWindow& window) {
    m_look.window = window;
    update();
}

bool TimelineWidget::onScrollBar(QPointF at) const {
    const TimelineLayout l = layout();
    return !m_look.window.isWhole() &&
           QRectF(l.axis.topLeft(), QPointF(l.axis.right(), l.whole.bottom())).contains(at);
}

void TimelineWidget::beginScroll(double x) {
    const TimelineTime at = scaleOf(m_timeline, layout()).timeAt(x);
    if (!contains(timeScale().shown(), at)) {
        m_look.window.centre(whole(), at);
        update();
    }
    m_scrollBy = at - timeScale().shown().from;
}

void TimelineWidget::moveAlong(double x) {
    const TimelineScale seen = timeScale(), all = scaleOf(m_timeline, layout());
    if (m_drag == Drag::scroll)
        m_look.window.pan(whole(), all.timeAt(x) - m_scrollBy - seen.shown().from);
    else
        m_look.window.pan(whole(),
                          partOf(seen.shown(), (m_dragX - x) / std::max(1.0, seen.right() - seen.left())));
    m_dragX = x;
    update();
}

void TimelineWidget::scrollAtEdge() {
    const TimelineScale scale = timeScale();
    const double past = m_dragX - std::clamp(m_dragX, scale.left(), scale.right());
    if (past == 0) return m_edgeTimer.stop();
    m_look.window.pan(whole(),
                      partOf(scale.shown(), kEdgeStep * std::clamp(past / (kEdgeWide * m_scale), -1.0, 1.0)));
    dragTo(m_dragX);
}

void TimelineWidget::leaveEvent(QEvent*) {
    m_look.hover.reset();
    update();
}

} // namespace surgescope::widgets
