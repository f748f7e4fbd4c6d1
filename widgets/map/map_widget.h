// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/selection.h"

#include "widgets/base/panel_widget.h"
#include "widgets/map/base_map_layer.h"
#include "widgets/map/map_legend.h"
#include "widgets/map/map_scene.h"
#include "widgets/map/map_view.h"
#include "widgets/map/pop_search.h"
#include "widgets/map/region_board.h"
#include "widgets/map/unplaced_boxes.h"

#include <QPixmap>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// The world with its PoPs: wheel zooms at the pointer, dragging pans, a click selects a PoP or a region or
/// zooms into a cluster, a double click or Ctrl+Home resets, Ctrl+arrows and + and - move, hovering explains.
/// C changes what the colour tells, D what the size tells; G shows all discs, O the night; / or Ctrl+F finds
/// a PoP. GUI thread.
class MapWidget : public PanelWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive the widget.
    explicit MapWidget(const feeds::PopCatalogue& catalogue, QWidget* parent = nullptr);

    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    /// What alarms say of PoPs and regions, whatever the colour tells; the worst first.
    void setAlarms(const std::vector<MapAlarm>& alarms);
    /// A region dims all PoPs outside of it; a PoP's details are shown where it and few others are not.
    void setSelection(const feeds::Selection& selection);
    const feeds::Selection& selection() const { return m_selection; }
    /// Whether a selected PoP's details are shown here: not where another view does.
    void setDetailed(bool detailed);
    /// Where they are; empty: nowhere.
    const QRectF& detailBox() const { return m_detailBox; }
    const MapOptions& options() const { return m_options; }
    void setOptions(const MapOptions& options);

    /// What discs and colours tell, with its domain.
    QString unit() const;

    const MapView& view() const { return m_view; }
    void setView(const MapView& view);
    /// Brings a PoP of the catalogue to the middle, close enough to be apart from its neighbours.
    void centreOn(std::string_view code);
    /// Where a PoP is, in this widget's pixels; nothing if it is unplaced or not in the frame. Its disc may
    /// be part of a cluster.
    std::optional<QPointF> positionOf(std::string_view code) const;
    bool isCrisp() const { return m_base.isCrisp(); }
    /// What is drawn above the base map.
    const MapScene& scene() const { return m_scene; }
    const RegionBoard& board() const { return m_board; }
    const PopSearch& search() const { return *m_search; }

    /// Its keys, for whoever gets them while the focus is elsewhere. False: not one of them.
    bool handleKey(const QKeyEvent& event) override;

  signals:
    /// What the user wants to be selected; the world: nothing in particular.
    void selected(const feeds::Selection& selection);
    /// A crisp base map has arrived.
    void baseMapReady();

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;
    void scaleChanged() override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    static constexpr double kTitleHigh = 34; // pixels at scale 1, over the map
    void describe();
    bool moveByKey(const QKeyEvent& event, bool control);
    bool chooseByKey(const QKeyEvent& event);
    QRectF mapArea() const;
    QRectF titleBox() const;
    void fitView();
    void wantBaseMap();
    void layOutUnplaced();
    void paintTitle(QPainter& painter) const;
    void paintLegend(QPainter& painter);
    bool placeDetail();
    QRectF bestDetailBox() const;
    void paintDetail(QPainter& painter) const;
    bool hasWholeLegend() const;
    void showTip(QPointF at, QPoint global);
    MapView home() const { return MapView::home(m_view.size, m_view.covered); }
    void click(QPointF at);
    void zoomInto(const PopCluster& cluster);
    void take(const QString& code);

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    feeds::Selection m_selection;
    MapOptions m_options;

    MapView m_view;
    bool m_atHome = true; // follows the window's size until somebody zooms
    BaseMapLayer m_base;
    MapScene m_scene;
    RegionBoard m_board;
    PopSearch* m_search; // child
    bool m_isDetailed = false;
    QRectF m_detailBox;
    QPixmap m_legend;
    LegendContent m_legendFor;
    UnplacedBoxes m_unplaced;

    QPointF m_pressedAt;
    QPointF m_lastAt;
    bool m_pressed = false;
    bool m_dragging = false;
    bool m_clickZoomed = false; // the first half of a double click was on a cluster
};

} // namespace surgescope::widgets
