// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/tiles/tile_widget.h"

#include <QWidget>

#include <vector>

namespace surgescope::widgets {

/// The selected PoPs by level of saturation; those without a value are in none of them.
struct LevelCount {
    int measured = 0;
    int elevated = 0; // 75 to 90 %
    int critical = 0; // 90 % and more
};
LevelCount countLevels(const feeds::Frame& frame);

/// What the headline tiles say for a frame, in their order. Nothing received reads "no data", never 0.
std::vector<TileContent> tileContents(const feeds::Frame& frame);

/// The headline tiles side by side. GUI thread.
class TileRow : public QWidget {
    Q_OBJECT
  public:
    explicit TileRow(QWidget* parent = nullptr);
    void setFrame(const feeds::Frame& frame);
    void setScale(double scale);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    double m_scale = 1;
    std::vector<TileWidget*> m_tiles; // children
};

} // namespace surgescope::widgets
