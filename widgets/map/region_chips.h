// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/selection.h"
#include "feeds/model/pop_catalogue.h"

#include <QPainter>
#include <QRectF>

#include <optional>
#include <vector>

namespace surgescope::widgets {

/// The region filter: World and the catalogue's regions as quiet words in a row, the selected one marked.
/// GUI thread.
class RegionChips {
  public:
    /// From `left` on, centred on `middle`, no farther than `right`: in a narrow map the words get shorter.
    void layOut(const feeds::PopCatalogue& catalogue, double left, double right, double middle, double scale);
    void paint(QPainter& painter, const feeds::Selection& selection, double scale) const;

    /// What a click there selects; nothing: it is beside the words. On the selected one it clears.
    std::optional<feeds::Selection> at(QPointF point, const feeds::Selection& now) const;
    /// Where a region's word stands; "" is the world's.
    QRectF boxOf(std::string_view region) const;
    /// Of all of them.
    QRectF bounds() const;

  private:
    struct Chip {
        std::string region;
        QString text;
        QRectF box;
    };
    std::vector<Chip> m_chips;
};

} // namespace surgescope::widgets
