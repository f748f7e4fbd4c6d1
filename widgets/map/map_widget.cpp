// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/paint_device.h"
#include "widgets/base/palette.h"
#include "widgets/map/equal_earth.h"
#include "widgets/map/map_texts.h"

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

constexpr double kChipsLeft = 232;    // behind the longest title
constexpr double kApart = 40;         // pixels to the nearest neighbour of a PoP that was searched for
constexpr double kSearchZoom = 4;     // times home, at least
constexpr double kClusterShare = 0.4; // of the view that a cluster's PoPs fill after a click on it

QString titleOf(MapMetric metric) {
    return QStringLiteral("PoP ") + QString::fromUtf16(metricName(metric));
}

} // namespace

MapWidget::MapWidget(const feeds::PopCatalogue& catalogue, QWidget* parent)
    : PanelWidget(titleOf(MapMetric::saturation), parent), m_catalogue(catalogue), m_scene(catalogue),
      m_search(new PopSearch(catalogue, this)) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    connect(&m_base, &BaseMapLayer::changed, this, qOverload<>(&QWidget::update));
    connect(&m_base, &BaseMapLayer::ready, this, &MapWidget::baseMapReady);
    connect(m_search, &PopSearch::found, this, &MapWidget::take);
}

void MapWidget::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    m_frame = std::move(frame);
    m_scene.setFrame(m_frame);
    layOutUnplaced();
    wantBaseMap(); // the night goes on
    update();
}

void MapWidget::setSilent(std::vector<SilentPops> silent) {
    m_scene.setSilent(std::move(silent));
    update();
}

void MapWidget::setSelection(const feeds::Selection& selection) {
    if (selection == m_selection) return;
    m_selection = selection;
    m_scene.setSelection(selection);
    update();
}

void MapWidget::setOptions(const MapOptions& options) {
    if (options == m_options) return;
    m_options = options;
    m_scene.setOptions(options);
    setTitle(titleOf(options.metric));
    wantBaseMap();
    update();
}

QString MapWidget::unit() const {
    const bool requests = m_options.size == DiscSize::requests;
    return (requests ? QStringLiteral("disc area: requests/s, colour: ")
                     : QStringLiteral("disc area: bit/s, colour: ")) +
           QString::fromUtf16(metricDomain(m_options.metric));
}

void MapWidget::setView(const MapView& view) {
    if (view == m_view) return;
    m_view = view;
    m_atHome = view == home();
    m_scene.setView(m_view, scale());
    wantBaseMap();
    update();
}

void MapWidget::centreOn(std::string_view code) {
    const auto place = m_catalogue.find(code);
    if (!place) return;
    const auto at = [this](const feeds::Pop& pop) {
        return equalEarth::forward(pop.longitude, pop.latitude);
    };
    const QPointF wanted = at(m_catalogue[*place]);
    double nearest = 1; // in world units
    for (const feeds::Pop& pop : m_catalogue.pops()) {
        const QPointF way = at(pop) - wanted;
        if (pop.code != code) nearest = std::min(nearest, std::hypot(way.x(), way.y()));
    }
    setView(m_view.showing(
        wanted, std::max(kSearchZoom * home().pixelsPerUnit, px(kApart) / std::max(1e-4, nearest))));
}

std::optional<QPointF> MapWidget::positionOf(std::string_view code) const {
    const PopMarker* marker = m_scene.markerOf(code);
    return marker ? std::optional(marker->at) : std::nullopt;
}

QRectF MapWidget::mapArea() const {
    return QRectF(QPointF(), m_view.size).adjusted(2, 2, -2, 0);
}

QRectF MapWidget::titleBox() const {
    const QFontMetricsF metrics(textFont(px(16), QFont::DemiBold));
    return {px(10), px(10), metrics.horizontalAdvance(titleOf(m_options.metric)) + px(12), px(26)};
}

void MapWidget::wantBaseMap() {
    std::optional<std::int64_t> minute;
    if (m_options.night && m_frame && m_frame->settled)
        minute = feeds::unixSeconds(*m_frame->settled) / BaseMapWorker::kSecondsOfMinute;
    m_base.want(m_view, scale(), devicePixelRatioF(), minute);
}

void MapWidget::layOutUnplaced() {
    if (m_frame && m_frame->settled)
        m_unplaced.layOut(m_frame->pops, {width() - px(14), m_view.size.height() - px(10)}, scale());
    else
        m_unplaced.clear();
    std::vector<QRectF> obstacles{QRectF(0, 0, px(kChipsLeft), px(62)), m_chips.bounds()};
    obstacles.insert(obstacles.end(), m_unplaced.boxes().begin(), m_unplaced.boxes().end());
    m_scene.setObstacles(std::move(obstacles));
}

void MapWidget::paintBody(QPainter& painter, const QRectF&) {
    painter.save();
    painter.setClipRect(mapArea());
    // Hidden it may have no base map at hand; then, too, it is painted for a picture only.
    const bool copies = !isHidden() && takesPixels(painter, devicePixelRatioF());
    copies ? m_base.paint(painter) : m_base.paintAnew(painter);
    if (!m_frame || !m_frame->settled) {
        paintWaiting(painter);
        painter.restore();
        return;
    }
    m_scene.paint(painter, mapArea(), copies);
    m_unplaced.paint(painter, m_selection);
    painter.setFont(textFont(px(13)));
    painter.setPen(colours().muted);
    QString subtitle = m_options.size == DiscSize::requests ? QStringLiteral("disc area: requests/s")
                                                            : QStringLiteral("disc area: egress");
    if (!m_options.clusters) subtitle += QStringLiteral(", all discs");
    painter.drawText(QRectF(px(16), px(36), px(320), px(20)), Qt::AlignLeft | Qt::AlignVCenter, subtitle);
    painter.restore();
    paintLegend(painter);
}

void MapWidget::paintEvent(QPaintEvent* event) {
    PanelWidget::paintEvent(event);
    if (!m_frame || !m_frame->settled) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(mapArea());
    m_chips.paint(painter, m_selection, scale()); // to be clicked on: no part of a picture
}

void MapWidget::paintLegend(QPainter& painter) {
    const LegendContent content{m_options.metric, m_options.size, m_scene.rules().reference};
    const double ratio = devicePixelRatioF();
    if (!takesPixels(painter, ratio)) {
        painter.save();
        painter.translate(2, m_view.size.height());
        paintMapLegend(painter, content, width() - 4, scale()); // discs may reach beneath it
        painter.restore();
        return;
    }
    if (m_legend.isNull() || m_legendFor != content || m_legend.devicePixelRatio() != ratio) {
        m_legend = mapLegend(content, width() - 4, scale(), ratio);
        m_legendFor = content;
    }
    painter.drawPixmap(QPointF(2, m_view.size.height()), m_legend);
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

void MapWidget::showTip(QPointF at, QPoint global) {
    const MapScene::Hit hit = m_scene.at(at);
    QString tip;
    if (titleBox().contains(at))
        tip = QStringLiteral("What the colour tells. A click, or C: the next measure");
    else if (m_chips.at(at, m_selection))
        tip = QString();
    else if (hit.pop)
        tip = popTooltip(m_frame->pops[*hit.pop], m_catalogue);
    else if (hit.cluster)
        tip = clusterTooltip(*hit.cluster, m_scene.markers(), *m_frame, m_scene.rules());
    const bool clickable = !tip.isEmpty() || m_chips.at(at, m_selection);
    setCursor(clickable ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (tip.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(global, tip, this);
}

void MapWidget::scaleChanged() {
    fitView();
}

void MapWidget::changeEvent(QEvent* event) {
    if (event->type() == QEvent::StyleChange) {
        m_legend = {};
        m_scene.dropSprites();
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
    m_chips.layOut(m_catalogue, px(kChipsLeft), width() - px(12), px(23), scale());
    m_view = m_view.withSize(size);
    m_view.covered = m_chips.bounds().bottom();
    // Zooming by 1 only brings the old zoom within the limits of the new size.
    m_view = m_atHome ? home() : m_view.zoomedAt(QPointF(size.width() / 2, size.height() / 2), 1);
    m_scene.setView(m_view, scale());
    layOutUnplaced();
    wantBaseMap();
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
    if (const auto region = m_chips.at(at, m_selection)) {
        emit selected(*region);
        return;
    }
    if (const auto code = m_unplaced.at(at)) {
        emit selected(feeds::Selection::pop(*code));
        return;
    }
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
