// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/base/panel_widget.h"

#include <QSize>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// A view, and the panel that shows it.
struct View {
    std::string name; // one of kViewNames
    PanelWidget* panel;
    QSize least; // pixels at scale 1 that its words need; in less, all of it is smaller

    /// At which it fits into a place in a window of this scale; not without end.
    double scaleIn(double windowScale, QSize place) const {
        if (least.isEmpty()) return windowScale;
        const double fitting = std::min(static_cast<double>(place.width()) / least.width(),
                                        static_cast<double>(place.height()) / least.height());
        return std::clamp(fitting, 0.55 * windowScale, windowScale);
    }
    /// Placed in a window, whether or not that window is on the screen.
    bool isPlaced() const { return !panel->isHidden(); }
};

/// All views there are. Panels belong to whichever widget they are placed in; one that is placed nowhere is a
/// hidden child of `home`, which must outlive them. GUI thread.
struct ViewSet {
    QWidget* home = nullptr;
    std::vector<View> views;

    View* find(std::string_view name) {
        for (View& view : views)
            if (view.name == name) return &view;
        return nullptr;
    }
    View* viewOf(const QObject* panel) {
        for (View& view : views)
            if (view.panel == panel) return &view;
        return nullptr;
    }
};

} // namespace surgescope::widgets
