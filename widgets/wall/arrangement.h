// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace/view_area.h"
#include "widgets/workspace/view_window.h"
#include "widgets/workspace/workspace.h"

#include <QKeyEvent>
#include <QObject>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// Which views are where, over all windows: the main window's area and the windows of their own. GUI thread.
class Arrangement : public QObject {
    Q_OBJECT
  public:
    /// Both must outlive it.
    Arrangement(ViewSet& views, ViewArea& main);
    ~Arrangement() override;

    /// Everything as the workspace says: windows that it does not have are closed, others opened once the
    /// main window is shown.
    void setWorkspace(const Workspace& workspace);
    /// What there is; the main window's place is the caller's to add.
    Workspace workspace() const;
    /// The main window's views alone; those that are in a window of their own stay there.
    void setMainRoot(Pane root);

    void close(std::string_view view);
    /// Into a window of its own, on another screen if there is one; out of such a window back to the main
    /// one.
    void popOut(const std::string& view);
    void show(const std::string& view);
    bool isPlaced(std::string_view view) const;
    std::vector<std::string> closedViews() const;

    ViewArea* areaOf(std::string_view view);
    /// The view under the pointer, or the one with the focus, or the one that is maximised; empty: none.
    std::string current();
    void toggleMaximised(const std::string& view);
    /// Whatever is being dragged or is maximised: no longer. False: nothing was.
    bool cancelDrag();
    bool restore();

    void setTypeFactor(double factor);
    /// After views were given other sizes, as for a picture.
    void place();
    const std::vector<std::unique_ptr<ViewWindow>>& windows() const { return m_windows; }
    /// Windows of their own are hidden as long as the main one is.
    void setShown(bool shown);

  signals:
    /// By hand, in any window.
    void rearranged();
    void keyPressed(QKeyEvent* event);
    void menuRequested(QPoint global, surgescope::widgets::ViewArea* area);
    void windowOpened(surgescope::widgets::ViewWindow* window);

  private:
    ViewWindow& openWindow(Pane root, const QRect& place);
    void closeWindow(ViewWindow* window);
    QRect freePlace() const;

    ViewSet& m_views;
    ViewArea& m_main;
    std::vector<std::unique_ptr<ViewWindow>> m_windows;
    struct Origin { // so that a window's view goes back to where it came from, if all is as it was
        std::string view;
        Pane before;
        Pane after;
    };
    std::vector<Origin> m_origins;
    double m_factor = 1;
    bool m_shown = false;
};

} // namespace surgescope::widgets
