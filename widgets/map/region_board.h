// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"
#include "feeds/frame/selection.h"
#include "feeds/model/pop_catalogue.h"

#include "widgets/base/level_count.h"

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <QString>

#include <optional>
#include <string_view>
#include <vector>

namespace surgescope::widgets {

/// The world and the catalogue's regions side by side: how many of their PoPs are at 90 % and more, and how
/// many are not heard. A click selects one. GUI thread.
class RegionBoard {
  public:
    static constexpr double kHeight = 46; // pixels at scale 1

    /// Within `line`, as many equal parts as there are; in a narrow map the words get shorter.
    void layOut(const feeds::PopCatalogue& catalogue, const QRectF& line, double scale);
    void setFrame(const feeds::Frame& frame);
    /// What an alarm says of a region has its colour; an invalid one: none does.
    void setColour(std::string_view region, const QColor& colour);
    void paint(QPainter& painter, const feeds::Selection& selection, double scale) const;

    /// What a click there selects; nothing: it is beside the words. On the selected one it clears.
    std::optional<feeds::Selection> at(QPointF point, const feeds::Selection& now) const;
    /// Where a region stands; "" is the world.
    QRectF boxOf(std::string_view region) const;
    const LevelCount& countOf(std::string_view region) const;

  private:
    struct Part {
        std::string region;
        QString name;
        QRectF box;
        LevelCount count;
        QColor colour;
    };
    const Part* find(std::string_view region) const;
    std::vector<Part> m_parts; // the world first
    bool m_isOld = false;
};

} // namespace surgescope::widgets
