// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/map/region_board.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/map/silent_marks.h"

#include <QFontMetricsF>
#include <QStringList>

#include <algorithm>
#include <array>

namespace surgescope::widgets {

namespace {

constexpr double kPadding = 6, kNameHigh = 20, kWorldWide = 1.35; // pixels at scale 1

feeds::Selection selectionOf(const std::string& region) {
    return region.empty() ? feeds::Selection{} : feeds::Selection::region(region);
}

/// "North America", "N. America", "NA".
std::array<QString, 3> namesOf(const feeds::PopCatalogue& catalogue, const std::string& region) {
    if (region.empty())
        return {QStringLiteral("World, at 90 %"), QStringLiteral("World ≥ 90 %"), QStringLiteral("≥ 90 %")};
    const auto view = catalogue.regionName(region);
    const QString whole = QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
    QStringList words = whole.split(u' ');
    if (words.size() > 1) words.front() = words.front().left(1) + u'.';
    return {whole, words.join(u' '), QString::fromStdString(region)};
}

} // namespace

void RegionBoard::layOut(const feeds::PopCatalogue& catalogue, const QRectF& line, double scale) {
    std::vector<std::string> regions{""};
    regions.insert(regions.end(), catalogue.regions().begin(), catalogue.regions().end());
    m_parts.resize(regions.size());
    const QFontMetricsF metrics(textFont(kLeastType * scale));
    const double wide = line.width() / (static_cast<double>(regions.size()) - 1 + kWorldWide);
    const auto wideOf = [&](const std::string& region) { return region.empty() ? kWorldWide * wide : wide; };
    std::size_t length = 0; // the longest names that all fit
    for (; length < 2; ++length)
        if (std::ranges::all_of(regions, [&](const std::string& region) {
                return metrics.horizontalAdvance(namesOf(catalogue, region).at(length)) <=
                       wideOf(region) - 2 * kPadding * scale;
            }))
            break;
    double x = line.left();
    for (std::size_t i = 0; i < regions.size(); ++i) {
        m_parts[i].region = regions[i];
        m_parts[i].name = namesOf(catalogue, regions[i]).at(length);
        m_parts[i].box = QRectF(x, line.top(), wideOf(regions[i]), line.height());
        x = m_parts[i].box.right();
    }
}

void RegionBoard::setFrame(const feeds::Frame& frame) {
    m_isOld = isOld(frame);
    for (Part& part : m_parts)
        part.count = countLevels(frame, selectionOf(part.region));
}

void RegionBoard::setColour(std::string_view region, const QColor& colour) {
    for (Part& part : m_parts)
        if (part.region == region) part.colour = colour;
}

void RegionBoard::paint(QPainter& painter, const feeds::Selection& selection, double scale) const {
    const Palette& p = colours();
    for (const Part& part : m_parts) {
        const bool selected = selection == selectionOf(part.region);
        const QRectF text = part.box.adjusted(kPadding * scale, 0, -kPadding * scale, 0);
        if (selected && !part.region.empty())
            painter.fillRect(QRectF(text.left(), part.box.bottom() - 3 * scale, text.width(), 2 * scale),
                             p.accent);
        painter.setFont(textFont(kLeastType * scale, selected ? QFont::DemiBold : QFont::Normal));
        painter.setPen(selected ? p.text : p.muted);
        painter.drawText(QRectF(text.left(), text.top() + 1 * scale, text.width(), kNameHigh * scale),
                         Qt::AlignLeft | Qt::AlignVCenter, part.name);
        const LevelCount& count = part.count;
        const QString numbers = count.measured + count.silent == 0
                                    ? QStringLiteral("–")
                                    : QStringLiteral("%1 of %2").arg(count.critical).arg(count.measured);
        const bool hot = count.critical > 0;
        painter.setFont(textFont(kLeastType * scale, hot ? QFont::DemiBold : QFont::Normal));
        painter.setPen(m_isOld ? p.faint : part.colour.isValid() ? part.colour : hot ? p.text : p.muted);
        const QRectF line(text.left(), text.top() + (kNameHigh + 1) * scale, text.width(), 22 * scale);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, numbers);
        if (count.silent == 0) continue;
        const double x = line.left() + QFontMetricsF(painter.font()).horizontalAdvance(numbers) + 14 * scale;
        paintSilentMark(painter, {x, line.center().y()}, 0.6 * scale);
        painter.setPen(p.text);
        painter.drawText(QRectF(x + 10 * scale, line.top(), text.width(), line.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, QString::number(count.silent));
    }
}

std::optional<feeds::Selection> RegionBoard::at(QPointF point, const feeds::Selection& now) const {
    for (const Part& part : m_parts) {
        if (!part.box.contains(point)) continue;
        const feeds::Selection wanted = selectionOf(part.region);
        return wanted == now ? feeds::Selection{} : wanted;
    }
    return std::nullopt;
}

const RegionBoard::Part* RegionBoard::find(std::string_view region) const {
    const auto found = std::ranges::find(m_parts, region, &Part::region);
    return found == m_parts.end() ? nullptr : &*found;
}

QRectF RegionBoard::boxOf(std::string_view region) const {
    const Part* part = find(region);
    return part ? part->box : QRectF();
}

const LevelCount& RegionBoard::countOf(std::string_view region) const {
    static const LevelCount kNone;
    const Part* part = find(region);
    return part ? part->count : kNone;
}

} // namespace surgescope::widgets
