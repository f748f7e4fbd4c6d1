// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/selection.h"

#include "widgets/charts/axis_scale.h"
#include "widgets/map/map_metric.h"
#include "widgets/map/map_view.h"
#include "widgets/map/pop_clusters.h"
#include "widgets/map/pop_finder.h"
#include "widgets/map/pop_labels.h"
#include "widgets/map/pop_renderer.h"
#include "widgets/map/silent_marks.h"
#include "widgets/map/spill_arcs.h"
#include "widgets/map/status_marks.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// Everything on the map that comes from a frame: discs, clusters, arcs, labels. Worked out when something it
/// depends on changes, not at each repaint. GUI thread.
class MapScene {
  public:
    /// The catalogue must outlive it.
    explicit MapScene(const feeds::PopCatalogue& catalogue) : m_catalogue(catalogue) {}

    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    void setView(const MapView& view, double scale);
    void setOptions(const MapOptions& options);
    void setSelection(const feeds::Selection& selection);
    /// What alarms say, the worst first. PoPs that are silent are marked above all else; those and the few
    /// that others name are in no cluster.
    void setAlarms(std::vector<MapAlarm> alarms);
    /// Where no label may stand, in pixels.
    void setObstacles(std::vector<QRectF> obstacles);
    /// Colours have changed.
    void dropSprites();

    /// Without a frame or before its first second everything is empty.
    const std::vector<PopMarker>& markers() const { return m_markers; }
    const std::vector<PopCluster>& clusters() const { return m_clusters; }
    const std::vector<PopLabel>& labels();
    const std::vector<StatusMark>& marks() const { return m_marks; }
    const std::vector<SpillArc>& arcs() const { return m_arcs; }
    const MarkerRules& rules() const { return m_rules; }
    const PopMarker* markerOf(std::string_view code) const;

    /// What is there: one of the two, or neither.
    struct Hit {
        std::optional<std::size_t> pop; // position in Frame::pops
        const PopCluster* cluster = nullptr;
    };
    Hit at(QPointF point);

    /// `copies`: of marks that were painted once for the screen. Without, each is painted anew, for finer
    /// pictures and for devices that keep lines as lines.
    void paint(QPainter& painter, const QRectF& area, bool copies);

  private:
    void layOut();
    void group();
    void estimateArcs();
    void paintClusters(QPainter& painter, const QRectF& area, bool copies);
    void paintArcs(QPainter& painter, const QRectF& area) const;
    void paintSelection(QPainter& painter) const;
    void paintMarks(QPainter& painter, const QRectF& area) const;
    void findSilent();
    void placeSilent();
    bool hasFrame() const { return m_frame && m_frame->settled; }

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    MapView m_view;
    MapOptions m_options;
    feeds::Selection m_selection;
    std::vector<MapAlarm> m_alarms;
    std::vector<QRectF> m_obstacles;

    AxisScale m_discScale;
    MarkerRules m_rules;
    std::vector<PopMarker> m_markers;
    std::vector<std::size_t> m_markerOfPop; // by position in Frame::pops; markers' number: none
    std::vector<PopCluster> m_clusters;
    std::vector<SpillArc> m_arcs; // between positions in Frame::pops

    // Groups depend on the zoom and on who is there, not on numbers: see pop_clusters.h.
    std::vector<feeds::PopIndex> m_groupedPlaces;
    double m_groupedWithin = 0;
    std::vector<std::optional<int>> m_groups;

    LevelWatch m_watch;
    std::vector<StatusMark> m_marks;
    struct Silent { // of one alarm
        QString text;
        std::vector<std::size_t> markers;
        std::vector<QPointF> at; // of those in sight
        QRectF box;
    };
    std::vector<Silent> m_silent;
    std::vector<QRectF> m_silentBefore; // where words stood, in the alarms' order; while the view stays

    std::vector<PopLabel> m_labels;
    bool m_labelsFresh = false;
    std::map<std::string, QPointF> m_labelsBefore; // where they stood; while the view stays
    PopFinder m_finder;
    std::vector<std::size_t> m_findable; // markers, then clusters behind their number
    bool m_finderFresh = false;
    PopSprites m_sprites;
    ClusterSprites m_clusterSprites;
};

} // namespace surgescope::widgets
