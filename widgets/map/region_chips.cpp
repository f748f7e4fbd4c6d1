// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/region_chips.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"

#include <QFontMetricsF>

namespace surgescope::widgets {

namespace {

constexpr double kHeight = 22, kPadding = 9;

QFont chipFont(double scale) {
    return textFont(13 * scale, QFont::Medium);
}

feeds::Selection selectionOf(const std::string& region) {
    return region.empty() ? feeds::Selection{} : feeds::Selection::region(region);
}

} // namespace

void RegionChips::layOut(const feeds::PopCatalogue& catalogue, double left, double right, double middle,
                         double scale) {
    const QFontMetricsF metrics(chipFont(scale));
    for (const bool shortened : {false, true}) {
        m_chips.clear();
        double x = left;
        const auto add = [&](const std::string& region, const QString& text) {
            const double width = metrics.horizontalAdvance(text) + 2 * kPadding * scale;
            m_chips.push_back(
                {region, text, QRectF(x, middle - kHeight / 2 * scale, width, kHeight * scale)});
            x += width + 2 * scale;
        };
        add({}, QStringLiteral("World"));
        for (const std::string& region : catalogue.regions()) {
            const std::string_view name = shortened ? std::string_view(region) : catalogue.regionName(region);
            add(region, QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
        }
        if (x <= right) return;
    }
}

void RegionChips::paint(QPainter& painter, const feeds::Selection& selection, double scale) const {
    const Palette& p = colours();
    const QRectF all = bounds();
    painter.setPen(Qt::NoPen);
    painter.setBrush(p.shade); // discs shine through beneath
    painter.drawRoundedRect(all, all.height() / 2, all.height() / 2);
    painter.setFont(chipFont(scale));
    for (const Chip& chip : m_chips) {
        const bool selected = selection == selectionOf(chip.region);
        if (selected) {
            painter.setPen(QPen(chip.region.empty() ? p.border : p.accent, 1.2 * scale));
            painter.setBrush(p.panel);
            painter.drawRoundedRect(chip.box, chip.box.height() / 2, chip.box.height() / 2);
        }
        painter.setPen(selected ? p.text : p.muted);
        painter.drawText(chip.box, Qt::AlignCenter, chip.text);
    }
}

std::optional<feeds::Selection> RegionChips::at(QPointF point, const feeds::Selection& now) const {
    for (const Chip& chip : m_chips) {
        if (!chip.box.contains(point)) continue;
        const feeds::Selection wanted = selectionOf(chip.region);
        return wanted == now ? feeds::Selection{} : wanted;
    }
    return std::nullopt;
}

QRectF RegionChips::boxOf(std::string_view region) const {
    for (const Chip& chip : m_chips)
        if (chip.region == region) return chip.box;
    return {};
}

QRectF RegionChips::bounds() const {
    QRectF all;
    for (const Chip& chip : m_chips)
        all = all.united(chip.box);
    return all;
}

} // namespace surgescope::widgets
