// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/base/palette.h"
#include "widgets/base/panel_widget.h"
#include "widgets/charts/axis_scale.h"
#include "widgets/map/base_map_worker.h"
#include "widgets/map/map_view.h"
#include "widgets/map/pop_finder.h"
#include "widgets/map/pop_renderer.h"

#include <QPixmap>
#include <QTimer>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// The world with its PoPs: wheel zooms at the pointer, dragging pans, a click selects, a double click or
/// Ctrl+Home resets, Ctrl+arrows and + and - move, hovering explains. GUI thread; the base map is decoded and
/// drawn on a worker thread, and what is at hand is shown, moved and scaled, until a crisp picture arrives.
class MapWidget : public PanelWidget {
    Q_OBJECT
  public:
    /// The catalogue must outlive the widget.
    explicit MapWidget(const feeds::PopCatalogue& catalogue, QWidget* parent = nullptr);

    void setFrame(std::shared_ptr<const feeds::Frame> frame);
    void setSelectedPop(const std::optional<std::string>& code);

    const MapView& view() const { return m_view; }
    void setView(const MapView& view);
    /// Where a PoP is drawn, in this widget's pixels; nothing if it is unplaced or not in the frame.
    std::optional<QPointF> positionOf(std::string_view code) const;
    bool isCrisp() const {
        return !m_base.isNull() && !m_rendering && m_baseView.pixelsPerUnit == m_view.pixelsPerUnit;
    }

  signals:
    void popSelected(const QString& code);
    void selectionCleared();
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
    QRectF mapArea() const;
    void fitView();
    void wantBaseMap();
    void startBaseMap();
    void takeBaseMap();
    void placeMarkers();
    void paintBaseMap(QPainter& painter);
    void paintSelection(QPainter& painter);
    void paintLegend(QPainter& painter);
    void paintUnplaced(QPainter& painter);
    void paintWaiting(QPainter& painter);
    std::optional<std::size_t> popAt(QPointF at);
    void showTip(QPointF at, QPoint global);

    const feeds::PopCatalogue& m_catalogue;
    std::shared_ptr<const feeds::Frame> m_frame;
    std::optional<std::string> m_selected;

    MapView m_view;
    bool m_atHome = true; // follows the window's size until somebody zooms
    QPixmap m_base;
    MapView m_baseView;
    double m_baseScale = 0;
    Theme m_baseTheme = Theme::dark;
    bool m_rendering = false;
    BaseMapWorker m_worker;
    QTimer m_pictureTimer;

    AxisScale m_discScale;
    std::vector<PopMarker> m_markers;
    PopFinder m_finder;
    bool m_finderFresh = false;
    PopSprites m_sprites;
    QPixmap m_legend;
    double m_legendFor = -1;
    struct UnplacedBox {
        QRectF box;
        std::string code;
    };
    std::vector<UnplacedBox> m_unplaced;

    QPointF m_pressedAt;
    QPointF m_lastAt;
    bool m_pressed = false;
    bool m_dragging = false;
};

} // namespace surgescope::widgets
