// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_widget.h"

#include "widgets/base/fonts.h"
#include "widgets/base/format.h"
#include "widgets/base/paint_device.h"
#include "widgets/base/palette.h"
#include "widgets/map/equal_earth.h"
#include "widgets/map/map_texts.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

// Pixels at scale 1.
constexpr double kWholeLegend = 640; // of height, for a legend that explains every mark
constexpr double kApart = 40;        // pixels to the nearest neighbour of a PoP that was searched for
constexpr double kSearchZoom = 4;    // times home, at least

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
    if (m_frame) m_board.setFrame(*m_frame);
    placeDetail();
    layOutUnplaced();
    describe();
    wantBaseMap(); // the night goes on
    update();
}

void MapWidget::setAlarms(const std::vector<MapAlarm>& alarms) {
    m_scene.setAlarms(alarms);
    for (const std::string& region : m_catalogue.regions())
        m_board.setColour(region, {});
    for (auto alarm = alarms.rbegin(); alarm != alarms.rend(); ++alarm) // the worst has the last word
        for (const std::string& code : alarm->codes) {
            // The board counts PoPs: what else is wrong with a region is not said by their number.
            const auto place = m_catalogue.find(code);
            if (place || alarm->isSilence)
                m_board.setColour(place ? m_catalogue.regions()[m_catalogue[*place].region.value] : code,
                                  colourOf(*alarm));
        }
    update();
}

void MapWidget::setSelection(const feeds::Selection& selection) {
    if (selection == m_selection) return;
    m_selection = selection;
    m_scene.setSelection(selection);
    m_detailBox = {};
    placeDetail();
    layOutUnplaced();
    describe();
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
    if (placeDetail()) layOutUnplaced();
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
    const QFontMetricsF metrics(textFont(px(kTitleType), QFont::DemiBold));
    return {px(10), px(8), metrics.horizontalAdvance(titleOf(m_options.metric)) + px(12), px(26)};
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
    std::vector<QRectF> obstacles{QRectF(0, 0, width(), px(kTitleHigh))};
    if (!m_detailBox.isEmpty()) obstacles.push_back(m_detailBox);
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
        painter.restore();
        return;
    }
    m_scene.paint(painter, mapArea(), copies);
    m_unplaced.paint(painter, m_selection);
    paintDetail(painter);
    painter.restore();
    paintTitle(painter);
    paintLegend(painter);
}

/// Beside the title what the size tells and, at the right, what the colour does.
void MapWidget::paintTitle(QPainter& painter) const {
    QString size = m_options.size == DiscSize::requests ? QStringLiteral("disc area: requests/s")
                                                        : QStringLiteral("disc area: egress");
    if (!m_options.clusters) size += QStringLiteral(", all discs");
    const QRectF line(px(16), px(8), width() - px(32), px(26));
    const double left = titleBox().right() + px(8);
    const double right = paintColourScale(painter, m_options.metric, line, scale());
    painter.setFont(textFont(px(kLeastType)));
    painter.setPen(colours().muted);
    if (left + QFontMetricsF(painter.font()).horizontalAdvance(size) < right)
        painter.drawText(QRectF(left, line.top(), width(), line.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         size);
}

void MapWidget::paintLegend(QPainter& painter) {
    painter.fillRect(QRectF(2, m_view.size.height(), width() - 4, height() - m_view.size.height() - 2),
                     colours().panel);
    painter.fillRect(QRectF(2, m_view.size.height(), width() - 4, 1), colours().border);
    m_board.paint(painter, m_selection, scale());
    if (!hasWholeLegend()) return;
    const double below = m_view.size.height() + px(RegionBoard::kHeight);
    const LegendContent content{m_options.metric, m_options.size, m_scene.rules().reference};
    const double ratio = devicePixelRatioF();
    if (!takesPixels(painter, ratio)) {
        painter.save();
        painter.translate(2, below);
        paintMapLegend(painter, content, width() - 4, scale()); // discs may reach beneath it
        painter.restore();
        return;
    }
    if (m_legend.isNull() || m_legendFor != content || m_legend.devicePixelRatio() != ratio) {
        m_legend = mapLegend(content, width() - 4, scale(), ratio);
        m_legendFor = content;
    }
    painter.drawPixmap(QPointF(2, below), m_legend);
}

bool MapWidget::hasWholeLegend() const {
    return height() >= px(kWholeLegend);
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
    const double below = px(RegionBoard::kHeight + (hasWholeLegend() ? kLegendHeight : 0));
    const QSizeF size(width(), std::max(1.0, std::floor(height() - below - 2)));
    m_board.layOut(m_catalogue, {px(10), size.height(), width() - px(20), px(RegionBoard::kHeight)}, scale());
    if (m_frame) m_board.setFrame(*m_frame);
    m_view = m_view.withSize(size);
    m_view.covered = px(kTitleHigh);
    // Zooming by 1 only brings the old zoom within the limits of the new size.
    m_view = m_atHome ? home() : m_view.zoomedAt(QPointF(size.width() / 2, size.height() / 2), 1);
    m_scene.setView(m_view, scale());
    m_detailBox = {};
    placeDetail();
    layOutUnplaced();
    wantBaseMap();
}

} // namespace surgescope::widgets
