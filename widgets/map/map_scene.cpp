// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/map_scene.h"

#include "widgets/base/format.h"
#include "widgets/base/paint_device.h"
#include "widgets/base/palette.h"

#include <algorithm>
#include <array>
#include <utility>

namespace surgescope::widgets {

namespace {

constexpr double kSlack = 7;     // pixels beside a small disc that still count as on it
constexpr double kCloseUp = 2.5; // times home's zoom: from there on many have room for a label
constexpr std::size_t kMostLabels = 70, kLeastLabels = 6;

} // namespace

void MapScene::setFrame(std::shared_ptr<const feeds::Frame> frame) {
    if (!m_frame || !frame || m_frame->epoch != frame->epoch) m_discScale.reset();
    m_frame = std::move(frame);
    if (m_frame) m_watch.see(*m_frame);
    estimateArcs();
    layOut();
}

void MapScene::setView(const MapView& view, double scale) {
    m_view = view;
    m_rules.scale = scale;
    m_labelsBefore.clear();
    m_silentBefore.clear();
    layOut();
}

void MapScene::setOptions(const MapOptions& options) {
    if (options.size != m_options.size) m_discScale.reset();
    m_options = options;
    layOut();
}

void MapScene::setSelection(const feeds::Selection& selection) {
    m_selection = selection;
    layOut();
}

void MapScene::setAlarms(std::vector<MapAlarm> alarms) {
    if (alarms == m_alarms) return;
    m_alarms = std::move(alarms);
    layOut();
}

/// Of a region it is those of its PoPs that are not heard.
void MapScene::findSilent() {
    m_silent.clear();
    for (const MapAlarm& alarm : m_alarms) {
        if (!alarm.isSilence) continue;
        const auto isMeant = [&](const feeds::PopFrame& pop) {
            const auto named = [&](const std::string& code) {
                return std::ranges::find(alarm.codes, code) != alarm.codes.end();
            };
            return named(pop.code) || (pop.freshness >= feeds::Freshness::stale && named(pop.region));
        };
        Silent silent{alarm.text, {}, {}, {}};
        for (std::size_t i = 0; i < m_markers.size(); ++i)
            if (isMeant(m_frame->pops[m_markers[i].pop])) silent.markers.push_back(i);
        m_silent.push_back(std::move(silent));
    }
}

void MapScene::setObstacles(std::vector<QRectF> obstacles) {
    if (obstacles == m_obstacles) return;
    m_obstacles = std::move(obstacles);
    m_labelsFresh = false;
}

void MapScene::dropSprites() {
    m_sprites = {};
    m_clusterSprites = {};
}

const PopMarker* MapScene::markerOf(std::string_view code) const {
    for (const PopMarker& marker : m_markers)
        if (m_frame->pops[marker.pop].code == code) return &marker;
    return nullptr;
}

void MapScene::layOut() {
    m_markers.clear();
    m_clusters.clear();
    m_labels.clear();
    m_marks.clear();
    m_silent.clear();
    m_labelsFresh = m_finderFresh = false;
    m_rules.metric = m_options.metric;
    m_rules.size = m_options.size;
    m_rules.region.reset();
    const auto& regions = m_catalogue.regions();
    if (m_selection.scope == feeds::Selection::Scope::region) {
        const auto found = std::find(regions.begin(), regions.end(), m_selection.code);
        m_rules.region = feeds::RegionIndex(static_cast<std::size_t>(found - regions.begin()));
    }
    if (!hasFrame()) return;
    double most = 0;
    for (const feeds::PopFrame& pop : m_frame->pops)
        if (const feeds::Reading rate = sizeReading(pop.summary, m_options.size); rate.hasValue())
            most = std::max(most, rate.value);
    m_discScale.show(most);
    m_rules.reference = m_discScale.top();
    m_markers = layOutPops(m_frame->pops, m_catalogue, m_view, m_rules);
    m_marks = statusMarks(m_alarms, m_watch, m_markers, m_frame->pops);
    findSilent();
    m_markerOfPop.assign(m_frame->pops.size(), m_markers.size());
    if (m_options.clusters) group();
    for (std::size_t i = 0; i < m_markers.size(); ++i)
        m_markerOfPop[m_markers[i].pop] = i;
    m_clusters = clusterMarkers(m_markers, m_frame->pops, m_rules);
}

void MapScene::group() {
    // Dimmed PoPs are background, and the selected, the marked and the silent ones must be seen.
    std::vector<bool> isAlone(m_markers.size());
    for (const StatusMark& mark : m_marks)
        if (mark.isNamed) isAlone[mark.marker] = true;
    for (const Silent& silent : m_silent)
        for (const std::size_t marker : silent.markers)
            isAlone[marker] = true;
    std::vector<PopMarker*> grouped;
    for (std::size_t i = 0; i < m_markers.size(); ++i) {
        PopMarker& marker = m_markers[i];
        const std::string& code = m_frame->pops[marker.pop].code;
        if (!marker.dimmed && !(m_selection.isPop() && code == m_selection.code) && !isAlone[i])
            grouped.push_back(&marker);
    }
    // By place: the markers' own order changes with their numbers.
    std::sort(grouped.begin(), grouped.end(),
              [](const PopMarker* a, const PopMarker* b) { return a->pop < b->pop; });
    std::vector<feeds::PopIndex> places;
    for (const PopMarker* marker : grouped)
        places.push_back(*m_frame->pops[marker->pop].place);
    const double within = kPileUp * m_rules.scale / m_view.pixelsPerUnit;
    if (places != m_groupedPlaces || within != m_groupedWithin) {
        m_groups = groupPlaces(m_catalogue, places, within, within * kClusterReach / kPileUp);
        m_groupedPlaces = std::move(places);
        m_groupedWithin = within;
    }
    for (std::size_t i = 0; i < grouped.size(); ++i)
        grouped[i]->cluster = m_groups[i];
    std::erase_if(m_marks,
                  [&](const StatusMark& mark) { return m_markers[mark.marker].cluster.has_value(); });
}

void MapScene::estimateArcs() {
    m_arcs.clear();
    if (!hasFrame()) return;
    std::vector<SpillSite> sites;
    const auto value = [](const feeds::Reading& reading) {
        return reading.quality <= feeds::Quality::partial ? reading.value : 0.0; // the last known is not now
    };
    for (const feeds::PopFrame& pop : m_frame->pops) {
        SpillSite site;
        if (pop.place && pop.place->value < m_catalogue.size()) {
            const feeds::Pop& place = m_catalogue[*pop.place];
            const feeds::Summary& s = pop.summary;
            site = {place.longitude, place.latitude, value(s[Measure::requests_per_second]),
                    value(s[Measure::spilled_out_per_second]), value(s[Measure::spilled_in_per_second])};
        }
        sites.push_back(site);
    }
    m_arcs = estimateSpill(sites);
}

const std::vector<PopLabel>& MapScene::labels() {
    if (m_labelsFresh || !hasFrame()) return m_labels;
    m_labelsFresh = true;
    LabelRules rules;
    rules.metric = m_rules.metric;
    rules.scale = m_rules.scale;
    const double edge = 4 * rules.scale;
    rules.area = QRectF(QPointF(), m_view.size).adjusted(edge, edge, -edge, -edge);
    placeSilent();
    rules.obstacles = m_obstacles;
    for (const Silent& silent : m_silent) {
        rules.obstacles.push_back(silent.box);
        const double half = kSilentMark * m_rules.scale / 2;
        for (const QPointF& at : silent.at)
            rules.obstacles.emplace_back(at - QPointF(half, half), QSizeF(2 * half, 2 * half));
    }
    rules.marks = m_marks;
    rules.before = &m_labelsBefore;
    const bool close =
        m_view.pixelsPerUnit > kCloseUp * MapView::home(m_view.size, m_view.covered).pixelsPerUnit;
    rules.most = close ? kMostLabels : std::max(kLeastLabels, m_marks.size());
    m_labels = layOutLabels(m_markers, m_clusters, m_frame->pops, rules);
    m_labelsBefore.clear();
    for (const PopLabel& label : m_labels)
        m_labelsBefore[m_frame->pops[m_markers[label.marker].pop].code] = label.box.center() - label.at;
    return m_labels;
}

MapScene::Hit MapScene::at(QPointF point) {
    if (!m_finderFresh) {
        std::vector<QPointF> centres;
        std::vector<double> radii;
        m_findable.clear();
        for (std::size_t i = 0; i < m_markers.size(); ++i) {
            if (m_markers[i].cluster) continue;
            centres.push_back(m_markers[i].at);
            radii.push_back(m_markers[i].radius);
            m_findable.push_back(i);
        }
        for (std::size_t i = 0; i < m_clusters.size(); ++i) {
            centres.push_back(m_clusters[i].at);
            radii.push_back(m_clusters[i].radius);
            m_findable.push_back(m_markers.size() + i);
        }
        m_finder.build(centres, radii, 32 * m_rules.scale);
        m_finderFresh = true;
    }
    // A label is as good as what it stands for, and easier to hit.
    for (const PopLabel& label : m_labels)
        if (label.box.contains(point)) return {m_markers[label.marker].pop, nullptr};
    const auto found = m_finder.find(point, kSlack * m_rules.scale);
    if (!found) return {};
    const std::size_t which = m_findable[*found];
    if (which < m_markers.size()) return {m_markers[which].pop, nullptr};
    return {std::nullopt, &m_clusters[which - m_markers.size()]};
}

void MapScene::paint(QPainter& painter, const QRectF& area, bool copies) {
    if (!hasFrame()) return;
    paintArcs(painter, area);
    paintClusters(painter, area, copies); // below the discs: those that stand alone beside one show
    if (copies)
        paintPops(painter, m_markers, m_sprites, area, m_rules.scale);
    else
        paintMarkers(painter, m_markers, area, m_rules.scale);
    const auto& words = labels();
    paintMarks(painter, area);
    paintSelection(painter);
    paintLabels(painter, words, m_rules.scale);
    for (const Silent& silent : m_silent)
        paintSilentPops(painter, silent.text, silent.at, silent.box, m_rules.scale);
}

void MapScene::placeSilent() {
    const double edge = 8 * m_rules.scale;
    const QRectF all = QRectF(QPointF(), m_view.size), area = all.adjusted(edge, edge, -edge, -edge);
    std::vector<QRectF> obstacles = m_obstacles;
    for (const PopMarker& marker : m_markers)
        if (!marker.cluster)
            obstacles.emplace_back(marker.at - QPointF(marker.radius, marker.radius),
                                   QSizeF(2 * marker.radius, 2 * marker.radius));
    for (const PopCluster& cluster : m_clusters)
        obstacles.emplace_back(cluster.at - QPointF(cluster.radius, cluster.radius),
                               QSizeF(2 * cluster.radius, 2 * cluster.radius));
    m_silentBefore.resize(m_silent.size());
    for (std::size_t i = 0; i < m_silent.size(); ++i) {
        Silent& silent = m_silent[i];
        silent.at.clear();
        for (const std::size_t marker : silent.markers)
            if (all.contains(m_markers[marker].at)) silent.at.push_back(m_markers[marker].at);
        QRectF& before = m_silentBefore[i];
        silent.box = placeSilentWords(silent.text, silent.at, area, obstacles,
                                      before.isEmpty() ? std::nullopt : std::optional(before), m_rules.scale);
        before = silent.box;
        obstacles.push_back(silent.box);
    }
}

void MapScene::paintMarks(QPainter& painter, const QRectF& area) const {
    for (const StatusMark& mark : m_marks)
        if (const PopMarker& marker = m_markers[mark.marker]; area.contains(marker.at) && !marker.dimmed)
            paintStatusMark(painter, marker, mark.colour, m_rules.scale);
}

void MapScene::paintClusters(QPainter& painter, const QRectF& area, bool copies) {
    const double ratio = painter.device()->devicePixelRatioF();
    for (const PopCluster& cluster : m_clusters) {
        const double r = cluster.radius;
        if (!area.adjusted(-r, -r, r, r).contains(cluster.at)) continue;
        if (copies)
            drawSprite(painter, cluster.at, m_clusterSprites.sprite(cluster, m_rules.scale, ratio));
        else
            paintCluster(painter, cluster.at, r, cluster.parts, m_rules.scale);
    }
}

void MapScene::paintArcs(QPainter& painter, const QRectF& area) const {
    const auto end = [&](const PopMarker& marker) -> std::pair<QPointF, double> {
        if (marker.cluster)
            for (const PopCluster& cluster : m_clusters)
                if (m_markers[cluster.members.front()].cluster == marker.cluster)
                    return {cluster.at, cluster.radius};
        return {marker.at, marker.radius + markRoom(marker.level) * m_rules.scale};
    };
    for (const SpillArc& arc : m_arcs) {
        const std::size_t a = m_markerOfPop[arc.from], b = m_markerOfPop[arc.to];
        if (a >= m_markers.size() || b >= m_markers.size()) continue;
        const PopMarker &from = m_markers[a], &to = m_markers[b];
        if ((from.dimmed && to.dimmed) || (from.cluster && from.cluster == to.cluster)) continue;
        if (!QRectF(from.at, to.at).normalized().adjusted(-1, -60, 1, 60).intersects(area)) continue;
        // Some such devices cannot clip: what leads out of the map is left out.
        if (keepsVectors(painter) && !(area.contains(from.at) && area.contains(to.at))) continue;
        const auto [start, startRadius] = end(from);
        const auto [stop, stopRadius] = end(to);
        paintSpillArc(painter, start, startRadius, stop, stopRadius, arc.share, m_rules.scale);
    }
}

void MapScene::paintSelection(QPainter& painter) const {
    if (!m_selection.isPop()) return;
    const PopMarker* marker = markerOf(m_selection.code);
    if (!marker) return;
    const double r = marker->radius + 11 * m_rules.scale;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colours().accent, 2 * m_rules.scale));
    painter.drawEllipse(marker->at, r, r);
    for (const QPointF& side : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)})
        painter.drawLine(marker->at + side * r, marker->at + side * (r + 7 * m_rules.scale));
}

} // namespace surgescope::widgets
