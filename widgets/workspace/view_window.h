// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace/view_area.h"

#include <QKeyEvent>

namespace surgescope::widgets {

/// A window of its own for views, on another monitor. It handles nothing but arranging: keys and menus go to
/// whoever made it. GUI thread.
class ViewWindow : public QWidget {
    Q_OBJECT
  public:
    explicit ViewWindow(ViewSet& views);
    /// Its panels go home.
    ~ViewWindow() override;

    ViewArea& area() { return *m_area; }
    const ViewArea& area() const { return *m_area; }
    /// Besides the height: larger type on a wall.
    void setTypeFactor(double factor);
    double scale() const { return m_scale; }

  signals:
    void closed();
    void resized();
    void keyPressed(QKeyEvent* event);
    void menuRequested(QPoint global);

  protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    void layOutArea();

    ViewArea* m_area; // child
    double m_factor = 1;
    double m_scale = 1;
};

} // namespace surgescope::widgets
