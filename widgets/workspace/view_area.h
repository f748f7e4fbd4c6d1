// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace/view_set.h"
#include "widgets/workspace/workspace_layout.h"

#include <QWidget>

#include <optional>
#include <string>

namespace surgescope::widgets {

class DropPreview;

/// The views of one window, and the hands that arrange them: the gaps between views are dragged (a double
/// click makes both sides even), a view is dragged by its title onto another one's side or middle, a double
/// click on its title maximises it. GUI thread.
class ViewArea : public QWidget {
    Q_OBJECT
  public:
    /// `views` must outlive the area, which must be emptied (setRoot({})) if panels are to live on.
    explicit ViewArea(ViewSet& views, QWidget* parent = nullptr);

    /// What is not in the view set is left out.
    void setRoot(Pane root);
    const Pane& root() const { return m_root; }
    bool has(std::string_view view) const;
    /// Where there is most room.
    void add(Pane pane);
    Pane take(std::string_view view);

    /// Alone in the area, the others hidden; empty: all again. Forgotten when that view goes.
    void setMaximised(const std::string& view);
    const std::string& maximised() const { return m_maximised; }

    void setScale(double scale);
    /// Nothing is being dragged any more. False: nothing was.
    bool cancelDrag();

    /// The view beneath the pointer, empty where there is none.
    const std::string& hovered() const { return m_hovered; }
    std::string viewAt(QPoint at) const;
    const WorkspaceLayout& layout() const { return m_layout; }
    /// Gives every view its place anew.
    void place();

  signals:
    /// By hand, or by add() and take().
    void rearranged();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    struct Grip {
        std::string view;
        QPointF pressedAt; // in the panel
        QPoint global;
        bool dragging = false;
    };
    QRectF gripOf(const PanelWidget& panel) const;
    bool filterMouse(PanelWidget& panel, const std::string& view, QMouseEvent& event);
    void dragTo(QPoint at);
    void drop();
    void replayClick(PanelWidget& panel, const QMouseEvent& release);
    void setHoveredHandle(const WorkspaceLayout::Handle* handle);

    ViewSet& m_views;
    Pane m_root;
    WorkspaceLayout m_layout;
    std::string m_maximised;
    std::string m_hovered;
    double m_scale = 1;

    std::optional<Grip> m_grip;
    std::optional<DropTarget> m_target;
    DropPreview* m_preview; // child
    bool m_replaying = false;
    std::optional<WorkspaceLayout::Handle> m_held;
    QRect m_hoveredHandle;
};

} // namespace surgescope::widgets
