// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/base/panel_widget.h"

#include <QColor>

#include <vector>

namespace surgescope::widgets {

/// What one headline tile says. Colour is for trouble only; invalid colours mean the normal text colour.
struct TileContent {
    QString title;
    QString value;
    QColor valueColour;
    bool absent = false; // the value is words such as "no data", not a number
    QString badge;       // "stale", "61 % heard": how far the value can be trusted; empty when whole
    QString secondary;
    QString detail; // behind the secondary line where there is room for it
    QColor secondaryColour;
    std::vector<float> series; // NaN = gap; empty: no sparkline
    bool operator==(const TileContent& o) const {
        return title == o.title && value == o.value && valueColour == o.valueColour && absent == o.absent &&
               badge == o.badge && secondary == o.secondary && detail == o.detail &&
               secondaryColour == o.secondaryColour && series.size() == o.series.size();
    }
};

/// One headline number, to be read from four metres. GUI thread.
class TileWidget : public PanelWidget {
    Q_OBJECT
  public:
    explicit TileWidget(QWidget* parent = nullptr) : PanelWidget({}, parent) {}
    void setContent(const TileContent& content);

  protected:
    void paintBody(QPainter& painter, const QRectF& body) override;

  private:
    void paintSeries(QPainter& painter, const QRectF& box) const;
    TileContent m_content;
};

} // namespace surgescope::widgets
