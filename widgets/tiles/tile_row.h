// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include "widgets/tiles/tile_widget.h"

#include <QWidget>

#include <vector>

namespace surgescope::widgets {

/// What is different from the baseline at the same time since release, and which that is: "+450 % vs standard
/// rollout". Empty where either is unknown.
QString changeText(const feeds::Frame& frame, feeds::Measure measure);

/// What the headline tiles say for a frame, in their order. Nothing received reads "no data", never 0.
/// `place` is what the frame's selection is called; empty: the world.
std::vector<TileContent> tileContents(const feeds::Frame& frame, const QString& place = {});

/// The headline tiles side by side. GUI thread.
class TileRow : public QWidget {
    Q_OBJECT
  public:
    explicit TileRow(QWidget* parent = nullptr);
    void setFrame(const feeds::Frame& frame, const QString& place);
    void setScale(double scale);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    double m_scale = 1;
    std::vector<TileWidget*> m_tiles; // children
};

} // namespace surgescope::widgets
