// SPDX-License-Identifier: GPL-3.0-or-later
// What mouse and keys do to the map; the other half of map_widget.cpp.
#include "widgets/map/map_texts.h"
#include "widgets/map/map_widget.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kClusterShare = 0.4; // of the view that a cluster's PoPs fill after a click on it

} // namespace

void MapWidget::showTip(QPointF at, QPoint global) {
    const MapScene::Hit hit = m_detailBox.contains(at) ? MapScene::Hit{} : m_scene.at(at);
    QString tip;
    if (titleBox().contains(at))
        tip = QStringLiteral("What the colour tells. A click, or C: the next measure");
    else if (m_board.at(at, m_selection))
        tip = QString();
    else if (hit.pop)
        tip = popTooltip(m_frame->pops[*hit.pop], m_catalogue);
    else if (hit.cluster)
        tip = clusterTooltip(*hit.cluster, m_scene.markers(), *m_frame, m_scene.rules());
    const bool clickable = !tip.isEmpty() || m_board.at(at, m_selection);
    setCursor(clickable ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (tip.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(global, tip, this);
}

void MapWidget::wheelEvent(QWheelEvent* event) {
    const double turns = event->angleDelta().y() / 120.0;
    if (turns != 0) setView(m_view.zoomedAt(event->position(), std::pow(1.25, turns)));
    event->accept();
}

void MapWidget::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    m_search->close();
    m_pressed = true;
    m_dragging = m_clickZoomed = false;
    m_pressedAt = m_lastAt = event->position();
}

void MapWidget::mouseMoveEvent(QMouseEvent* event) {
    if (!m_pressed) {
        showTip(event->position(), event->globalPosition().toPoint());
        return;
    }
    if (!m_dragging &&
        (event->position() - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_dragging = true;
    setView(m_view.panned(event->position() - m_lastAt));
    m_lastAt = event->position();
}

void MapWidget::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_pressed) return;
    m_pressed = false;
    if (!m_dragging) click(event->position());
}

void MapWidget::click(QPointF at) {
    if (titleBox().contains(at)) {
        MapOptions options = m_options;
        options.metric = nextMetric(options.metric);
        return setOptions(options);
    }
    if (const auto region = m_board.at(at, m_selection)) {
        emit selected(*region);
        return;
    }
    if (const auto code = m_unplaced.at(at)) {
        emit selected(feeds::Selection::pop(*code));
        return;
    }
    if (m_detailBox.contains(at)) return; // what lies beneath cannot be meant
    const MapScene::Hit hit = m_scene.at(at);
    if (hit.cluster)
        zoomInto(*hit.cluster);
    else if (hit.pop)
        emit selected(feeds::Selection::pop(m_frame->pops[*hit.pop].code));
    else
        emit selected({});
}

void MapWidget::zoomInto(const PopCluster& cluster) {
    QRectF bounds(cluster.at, QSizeF(1, 1));
    for (const std::size_t member : cluster.members)
        bounds = bounds.united(QRectF(m_scene.markers()[member].at, QSizeF(1, 1)));
    const double factor = kClusterShare * std::min(m_view.size.width() / bounds.width(),
                                                   m_view.size.height() / bounds.height());
    m_clickZoomed = true;
    setView(m_view.showing(m_view.toWorld(bounds.center()), std::max(2.0, factor) * m_view.pixelsPerUnit));
}

void MapWidget::take(const QString& code) {
    const std::string wanted = code.toStdString();
    centreOn(wanted);
    emit selected(feeds::Selection::pop(wanted));
}

void MapWidget::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && !m_clickZoomed) setView(home());
    m_clickZoomed = false;
}

bool MapWidget::handleKey(const QKeyEvent& event) {
    const bool control = event.modifiers() & Qt::ControlModifier;
    if (event.key() == Qt::Key_Slash || (control && event.key() == Qt::Key_F)) {
        m_search->open(QPoint(qRound(px(16)), qRound(px(62))), scale());
        return true;
    }
    return moveByKey(event, control) || (!control && chooseByKey(event));
}

bool MapWidget::moveByKey(const QKeyEvent& event, bool control) {
    const QPointF middle(m_view.size.width() / 2, m_view.size.height() / 2);
    const double step = px(80);
    // Without Ctrl they go through time, which is the window's business.
    const bool ofTime =
        event.key() == Qt::Key_Left || event.key() == Qt::Key_Right || event.key() == Qt::Key_Home;
    if (ofTime && !control) return false;
    switch (event.key()) {
    case Qt::Key_Left: setView(m_view.panned({step, 0})); break;
    case Qt::Key_Right: setView(m_view.panned({-step, 0})); break;
    case Qt::Key_Up: setView(m_view.panned({0, step})); break;
    case Qt::Key_Down: setView(m_view.panned({0, -step})); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: setView(m_view.zoomedAt(middle, 1.25)); break;
    case Qt::Key_Minus: setView(m_view.zoomedAt(middle, 0.8)); break;
    case Qt::Key_Home: setView(home()); break;
    default: return false;
    }
    return true;
}

bool MapWidget::chooseByKey(const QKeyEvent& event) {
    if (event.modifiers() & (Qt::AltModifier | Qt::MetaModifier)) return false;
    MapOptions options = m_options;
    switch (event.key()) {
    case Qt::Key_C: options.metric = nextMetric(options.metric); break;
    case Qt::Key_D:
        options.size = options.size == DiscSize::requests ? DiscSize::egress : DiscSize::requests;
        break;
    case Qt::Key_G: options.clusters = !options.clusters; break;
    case Qt::Key_O: options.night = !options.night; break;
    default: return false;
    }
    setOptions(options);
    return true;
}

void MapWidget::keyPressEvent(QKeyEvent* event) {
    if (!handleKey(*event)) PanelWidget::keyPressEvent(event);
}

} // namespace surgescope::widgets
