// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "feeds/frame/frame.h"

#include <QPainter>
#include <QRectF>
#include <QString>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace surgescope::widgets {

/// PoPs that the catalogue does not know have no place on the map: they are told in its lower right corner,
/// the first few in boxes that can be clicked. GUI thread.
class UnplacedBoxes {
  public:
    /// From `corner` upwards, at `scale` as of PanelWidget.
    void layOut(const std::vector<feeds::PopFrame>& pops, QPointF corner, double scale);
    void clear();

    const std::vector<QRectF>& boxes() const { return m_boxes; }
    /// The code of the PoP whose box is there.
    std::optional<std::string> at(QPointF point) const;
    void paint(QPainter& painter, const feeds::Selection& selection) const;

  private:
    static constexpr std::size_t kMost = 6;

    std::vector<QRectF> m_boxes; // as the two below: one each
    std::vector<std::string> m_codes;
    std::vector<QString> m_texts;
    std::size_t m_more = 0;
    double m_scale = 1;
};

} // namespace surgescope::widgets
