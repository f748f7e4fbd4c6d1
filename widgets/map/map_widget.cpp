// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/paint_device.h"
#include "widgets/base/palette.h"
#include "widgets/map/base_map_renderer.h"
#include "widgets/map/equal_earth.h"
#include "widgets/map/map_legend.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kMargin =
    0.15;                    // of the size, drawn beyond each edge so that a small pan needs no new picture
constexpr double kSlack = 7; // pixels beside a small disc that still count as on it

} // namespace

MapWidget::MapWidget(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : PanelWidget(QStringLiteral("PoP saturation"), parent), m_catalogue(catalogue) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    // The worker shares a slot and no more; looked into while something is expected.
    m_pictureTimer.setInterval(15);
    connect(&m_pictureTimer, &QTimer::timeout, this, &MapWidget::takeBaseMap);
}

void MapWidget::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    if (!m_frame || !frame || m_frame->epoch != frame->epoch) m_discScale.reset();
    m_frame = std::move(frame);
    placeMarkers();
    update();
}

void MapWidget::setSelectedPop(const std::optional<std::string>& code) {
    if (code == m_selected) return;
    m_selected = code;
    update();
}

void MapWidget::setView(const MapView& view) {
    if (view == m_view) return;
    m_view = view;
    m_atHome = view == MapView::home(view.size);
    placeMarkers();
    wantBaseMap();
    update();
}

std::optional<QPointF> MapWidget::positionOf(std::string_view code) const {
    for (const PopMarker& marker : m_markers)
        if (m_frame->pops[marker.pop].code == code) return marker.at;
    return std::nullopt;
}

QRectF MapWidget::mapArea() const {
    return QRectF(QPointF(), m_view.size).adjusted(2, 2, -2, 0);
}

void MapWidget::wantBaseMap() {
    if (m_rendering || m_view.size.isEmpty()) return;
    const bool covered = !m_base.isNull() && m_baseView.worldRect().contains(m_view.worldRect());
    if (covered && m_baseView.pixelsPerUnit == m_view.pixelsPerUnit && m_baseScale == scale() &&
        m_baseTheme == theme() && m_base.devicePixelRatio() == devicePixelRatioF())
        return;
    startBaseMap();
}

void MapWidget::startBaseMap() {
    const QSizeF size(std::ceil(m_view.size.width() * (1 + 2 * kMargin) / 2) * 2,
                      std::ceil(m_view.size.height() * (1 + 2 * kMargin) / 2) * 2);
    // An even difference keeps both pictures on the same pixel grid.
    const QSizeF even(size.width() + std::fmod(m_view.size.width(), 2),
                      size.height() + std::fmod(m_view.size.height(), 2));
    m_rendering = true;
    m_worker.request({m_view.withSize(even), devicePixelRatioF(), scale(), theme()});
    m_pictureTimer.start();
}

void MapWidget::takeBaseMap() {
    const auto picture = m_worker.take();
    if (!picture) return;
    m_pictureTimer.stop();
    m_rendering = false;
    m_base = QPixmap::fromImage(picture->image);
    m_baseView = picture->request.view;
    m_baseScale = picture->request.lineScale;
    m_baseTheme = picture->request.theme;
    update();
    wantBaseMap(); // the view may have moved on meanwhile
    if (!m_rendering) emit baseMapReady();
}

void MapWidget::placeMarkers() {
    m_markers.clear();
    m_finderFresh = false;
    if (!m_frame || !m_frame->settled) return;
    double most = 0;
    for (const feeds::PopFrame& pop : m_frame->pops)
        if (pop.summary.requestsPerSecond.hasValue())
            most = std::max(most, pop.summary.requestsPerSecond.value);
    m_discScale.show(most);
    m_markers = layOutPops(m_frame->pops, m_catalogue, m_view, m_discScale.top(), scale());
}

void MapWidget::paintBody(QPainter& painter, const QRectF&) {
    painter.save();
    painter.setClipRect(mapArea());
    paintBaseMap(painter);
    if (!m_frame || !m_frame->settled) {
        paintWaiting(painter);
        painter.restore();
        return;
    }
    if (takesPixels(painter, devicePixelRatioF()))
        paintPops(painter, m_markers, m_sprites, mapArea(), scale());
    else
        paintMarkers(painter, m_markers, mapArea(), scale());
    paintSelection(painter);
    paintUnplaced(painter);

    std::vector<QRectF> obstacles{QRectF(0, 0, px(330), px(62))};
    for (const UnplacedBox& u : m_unplaced)
        obstacles.push_back(u.box);
    const bool close = m_view.pixelsPerUnit > 2.5 * MapView::home(m_view.size).pixelsPerUnit;
    const auto critical = static_cast<std::size_t>(
        std::count_if(m_markers.begin(), m_markers.end(), [](const PopMarker& m) { return m.critical; }));
    const std::size_t most = close ? 70 : std::clamp<std::size_t>(critical, 6, 14);
    paintPopLabels(painter, m_markers, m_frame->pops, mapArea().adjusted(px(4), px(4), -px(4), -px(4)),
                   obstacles, most, scale());
    painter.setFont(textFont(px(13)));
    painter.setPen(colours().muted);
    painter.drawText(QRectF(px(16), px(36), px(320), px(20)), Qt::AlignLeft | Qt::AlignVCenter,
                     QStringLiteral("disc area: requests/s, colour: saturation"));
    painter.restore();
    paintLegend(painter);
}

void MapWidget::paintBaseMap(QPainter& painter) {
    if (!takesPixels(painter, devicePixelRatioF())) {
        const double fineness = painter.device()->devicePixelRatioF();
        if (const auto world = loadWorld())
            paintWorld(painter, *world, m_view, colours(), std::max(scale() / 2, 0.6),
                       (keepsVectors(painter) ? 0.6 : 1.0) / fineness);
        return;
    }
    if (m_base.isNull()) return;
    const QRectF world = m_baseView.worldRect();
    const QPointF corner = m_view.toScreen(QPointF(world.left(), world.top() + world.height()));
    if (m_baseView.pixelsPerUnit == m_view.pixelsPerUnit &&
        m_base.devicePixelRatio() == devicePixelRatioF()) {
        painter.drawPixmap(corner.toPoint(), m_base);
        return;
    }
    const double zoom = m_view.pixelsPerUnit / m_baseView.pixelsPerUnit;
    painter.drawPixmap(QRectF(corner, m_baseView.size * zoom), m_base, QRectF(m_base.rect()));
}

void MapWidget::paintSelection(QPainter& painter) {
    if (!m_selected) return;
    for (const PopMarker& marker : m_markers) {
        if (m_frame->pops[marker.pop].code != *m_selected) continue;
        const double r = marker.radius + px(11);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colours().accent, px(2)));
        painter.drawEllipse(marker.at, r, r);
        for (const QPointF& side : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)})
            painter.drawLine(marker.at + side * r, marker.at + side * (r + px(7)));
    }
}

void MapWidget::paintLegend(QPainter& painter) {
    const double ratio = devicePixelRatioF(), wide = width() - 4;
    if (!takesPixels(painter, ratio)) {
        painter.save();
        painter.translate(2, m_view.size.height());
        painter.fillRect(QRectF(0, 0, wide, px(kLegendHeight)),
                         colours().panel); // discs may reach beneath it
        paintMapLegend(painter, m_discScale.top(), wide, scale());
        painter.restore();
        return;
    }
    if (m_legend.isNull() || m_legendFor != m_discScale.top() || m_legend.devicePixelRatio() != ratio) {
        m_legend = mapLegend(m_discScale.top(), wide, scale(), ratio);
        m_legendFor = m_discScale.top();
    }
    painter.drawPixmap(QPointF(2, m_view.size.height()), m_legend);
}

void MapWidget::paintUnplaced(QPainter& painter) {
    m_unplaced.clear();
    painter.setFont(textFont(px(13), QFont::Medium));
    const QFontMetricsF metrics(painter.font());
    double bottom = m_view.size.height() - px(10);
    std::size_t more = 0;
    for (const feeds::PopFrame& pop : m_frame->pops) {
        if (pop.place) continue;
        if (m_unplaced.size() >= 6) {
            ++more;
            continue;
        }
        const QString text = QStringLiteral("unplaced: %1  %2")
                                 .arg(QString::fromStdString(pop.code),
                                      formatReading(pop.summary.requestsPerSecond, Unit::perSecond));
        const double w = metrics.horizontalAdvance(text) + px(16);
        m_unplaced.push_back({QRectF(width() - px(14) - w, bottom - px(24), w, px(24)), pop.code});
        painter.setPen(QPen(m_selected == pop.code ? colours().accent : colours().border, 1));
        painter.setBrush(colours().shade);
        painter.drawRoundedRect(m_unplaced.back().box, px(3), px(3));
        painter.setPen(colours().text);
        painter.drawText(m_unplaced.back().box, Qt::AlignCenter, text);
        bottom -= px(28);
    }
    if (more == 0) return;
    painter.setPen(colours().text);
    painter.drawText(QRectF(0, bottom - px(24), width() - px(14), px(24)), Qt::AlignRight | Qt::AlignVCenter,
                     QStringLiteral("and %1 more unplaced").arg(more));
}

void MapWidget::paintWaiting(QPainter& painter) {
    const QStringList lines = waitingText(m_frame ? m_frame->health : feeds::FeedHealth{});
    const Palette& p = colours();
    const double line = px(34), top = height() / 2.0 - line * static_cast<double>(lines.size()) / 2;
    painter.setPen(QPen(p.border, 1));
    painter.setBrush(p.shade);
    painter.drawRoundedRect(QRectF(width() * 0.14, top - px(26), width() * 0.72,
                                   line * static_cast<double>(lines.size()) + px(52)),
                            px(6), px(6));
    for (qsizetype i = 0; i < lines.size(); ++i) {
        painter.setFont(textFont(px(i == 0 ? 26 : 19), i == 0 ? QFont::DemiBold : QFont::Normal));
        painter.setPen(i == 0 ? p.text : p.muted);
        const QString fitted =
            QFontMetricsF(painter.font()).elidedText(lines[i], Qt::ElideRight, width() * 0.68);
        painter.drawText(QRectF(0, top + line * static_cast<double>(i), width(), line), Qt::AlignCenter,
                         fitted);
    }
}

std::optional<std::size_t> MapWidget::popAt(QPointF at) {
    if (!m_finderFresh) {
        std::vector<QPointF> centres;
        std::vector<double> radii;
        for (const PopMarker& m : m_markers) {
            centres.push_back(m.at);
            radii.push_back(m.radius);
        }
        m_finder.build(centres, radii, px(32));
        m_finderFresh = true;
    }
    const auto found = m_finder.find(at, px(kSlack));
    if (!found) return std::nullopt;
    return m_markers[*found].pop;
}

void MapWidget::showTip(QPointF at, QPoint global) {
    const auto pop = popAt(at);
    setCursor(pop ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (pop)
        QToolTip::showText(global, popTooltip(m_frame->pops[*pop], m_catalogue), this);
    else
        QToolTip::hideText();
}

void MapWidget::scaleChanged() {
    fitView();
}

void MapWidget::changeEvent(QEvent* event) {
    if (event->type() == QEvent::StyleChange) {
        m_legend = {};
        m_sprites = {};
        wantBaseMap();
    }
    PanelWidget::changeEvent(event);
}

void MapWidget::resizeEvent(QResizeEvent*) {
    fitView();
}

void MapWidget::fitView() {
    m_legend = {};
    const QSizeF size(width(), std::max(1.0, std::floor(height() - px(kLegendHeight) - 2)));
    // Zooming by 1 only brings the old zoom within the limits of the new size.
    m_view = m_atHome ? MapView::home(size)
                      : m_view.withSize(size).zoomedAt(QPointF(size.width() / 2, size.height() / 2), 1);
    placeMarkers();
    wantBaseMap();
}

void MapWidget::wheelEvent(QWheelEvent* event) {
    const double turns = event->angleDelta().y() / 120.0;
    if (turns != 0) setView(m_view.zoomedAt(event->position(), std::pow(1.25, turns)));
    event->accept();
}

void MapWidget::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    m_pressed = true;
    m_dragging = false;
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
    if (m_dragging) return;
    for (const UnplacedBox& u : m_unplaced) {
        if (!u.box.contains(event->position())) continue;
        emit popSelected(QString::fromStdString(u.code));
        return;
    }
    if (const auto pop = popAt(event->position()))
        emit popSelected(QString::fromStdString(m_frame->pops[*pop].code));
    else
        emit selectionCleared();
}

void MapWidget::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) setView(MapView::home(m_view.size));
}

void MapWidget::keyPressEvent(QKeyEvent* event) {
    const QPointF middle(m_view.size.width() / 2, m_view.size.height() / 2);
    const double step = px(80);
    // Without Ctrl they go through time, which is the window's business.
    const bool ofTime =
        event->key() == Qt::Key_Left || event->key() == Qt::Key_Right || event->key() == Qt::Key_Home;
    if (ofTime && !(event->modifiers() & Qt::ControlModifier)) return PanelWidget::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left: setView(m_view.panned({step, 0})); break;
    case Qt::Key_Right: setView(m_view.panned({-step, 0})); break;
    case Qt::Key_Up: setView(m_view.panned({0, step})); break;
    case Qt::Key_Down: setView(m_view.panned({0, -step})); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: setView(m_view.zoomedAt(middle, 1.25)); break;
    case Qt::Key_Minus: setView(m_view.zoomedAt(middle, 0.8)); break;
    case Qt::Key_Home: setView(MapView::home(m_view.size)); break;
    default: PanelWidget::keyPressEvent(event);
    }
}

} // namespace surgescope::widgets
