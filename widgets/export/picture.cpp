// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/picture.h"

#include "widgets/base/fonts.h"
#include "widgets/base/palette.h"
#include "widgets/base/panel_widget.h"
#include "widgets/base/plain_text.h"
#include "widgets/export/svg_text.h"

#include <QBuffer>
#include <QFontMetricsF>
#include <QPainter>
#include <QPdfWriter>
#include <QPicture>
#include <QSvgGenerator>
#include <QTextLayout>

#include <algorithm>
#include <cmath>

namespace surgescope::widgets {

namespace {

constexpr double kText = 12; // pixels at scale 1
constexpr double kLine = 17;
constexpr double kSide = 16;
constexpr int kPngQuality = 80; // of compression: little larger than the best, and twice as fast
constexpr double kAbove = 7;

/// One phrase that is wider than a line: broken between words, and within them if it must be.
QStringList brokenUp(const QString& phrase, const QFont& font, double width) {
    QTextLayout layout(phrase, font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.beginLayout();
    QStringList lines;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        lines << phrase.mid(line.textStart(), line.textLength()).trimmed();
    }
    layout.endLayout();
    return lines;
}

/// The phrases on lines of a width: broken between two of them rather than within one.
QStringList linesOf(const ExportNote& note, double width, double scale) {
    const QFont font = textFont(kText * scale);
    const QFontMetricsF metrics(font);
    QStringList lines;
    for (const QString& phrase : phrasesOf(note)) {
        const QString longer = lines.isEmpty() ? phrase : lines.back() + QStringLiteral(" · ") + phrase;
        if (!lines.isEmpty() && metrics.horizontalAdvance(longer) <= width)
            lines.back() = longer;
        else if (metrics.horizontalAdvance(phrase) <= width)
            lines << phrase;
        else
            lines << brokenUp(phrase, font, width);
    }
    return lines;
}

/// Some room is left for a wider font that stands in for ours.
double textWidth(int width, double scale) {
    return std::max(width * 0.9 - 2 * kSide * scale, 60.0);
}

int heightOf(qsizetype lines, double scale) {
    return static_cast<int>(std::ceil((2 * kAbove + kLine * static_cast<double>(lines)) * scale));
}

/// A panel paints itself on any device; of what is no panel, itself first and then what lies on it. Not
/// QWidget::render() for all of it: on the screen a panel may copy pixels that it painted before.
void paintWidget(QPainter& painter, QWidget& widget) {
    if (auto* panel = qobject_cast<PanelWidget*>(&widget)) {
        painter.save();
        panel->paintPanel(painter);
        painter.restore();
        return;
    }
    painter.save();
    widget.render(&painter, QPoint(), QRegion(), QWidget::RenderFlags());
    painter.restore();
    for (QObject* object : widget.children()) {
        auto* child = qobject_cast<QWidget*>(object);
        if (!child || child->isWindow() || !child->isVisibleTo(&widget)) continue;
        painter.save();
        painter.translate(child->pos());
        painter.setClipRect(child->rect());
        paintWidget(painter, *child);
        painter.restore();
    }
}

QPicture notedDown(const Picture& picture) {
    QPicture noted;
    QPainter painter(&noted);
    picture.paint(painter);
    painter.end();
    return noted;
}

} // namespace

Picture::Picture(QWidget& view, const ExportNote& note, double scale)
    : m_view(view), m_note(note), m_scale(scale),
      m_lines(linesOf(note, textWidth(view.width(), scale), scale)) {}

QSize Picture::roomIn(QSize whole, const ExportNote& note, double scale) {
    const auto lines = linesOf(note, textWidth(whole.width(), scale), scale).size();
    return {whole.width(), whole.height() - heightOf(lines, scale)};
}

QSize Picture::size() const {
    return {m_view.width(), m_view.height() + heightOf(m_lines.size(), m_scale)};
}

void Picture::paint(QPainter& painter) const {
    const Palette& p = colours();
    painter.fillRect(QRect(QPoint(), size()), p.background);
    painter.setRenderHint(QPainter::LosslessImageRendering); // a heatmap's cells are data
    painter.save();
    painter.setClipRect(m_view.rect());
    paintWidget(painter, m_view);
    painter.restore();
    painter.setFont(textFont(kText * m_scale));
    painter.setPen(p.muted);
    double y = m_view.height() + kAbove * m_scale;
    for (const QString& line : m_lines) {
        painter.drawText(QRectF(kSide * m_scale, y, m_view.width(), kLine * m_scale),
                         Qt::AlignLeft | Qt::AlignVCenter, line);
        y += kLine * m_scale;
    }
}

QImage imageOf(const Picture& picture, double pixelRatio) {
    QImage image((QSizeF(picture.size()) * pixelRatio).toSize(), QImage::Format_RGB32);
    image.setDevicePixelRatio(pixelRatio);
    if (image.isNull()) return image;
    QPainter painter(&image);
    picture.paint(painter);
    return image;
}

QByteArray pngOf(QImage image, const ExportNote& note) {
    if (image.isNull()) return {};
    image.setText(QStringLiteral("Title"), note.title);
    image.setText(QStringLiteral("Description"), plainText(note));
    image.setText(QStringLiteral("Software"), note.program);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG", kPngQuality);
    return bytes;
}

FileMaker svgMaker(const Picture& picture) {
    return [noted = notedDown(picture), size = picture.size(), note = picture.note()]() mutable {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setResolution(96); // as CSS has it; at the default of 72 texts come out a quarter smaller
        generator.setSize(size);
        generator.setViewBox(QRect(QPoint(), size));
        generator.setTitle(note.title);
        generator.setDescription(plainText(note));
        QPainter painter(&generator);
        noted.play(&painter);
        painter.end();
        return withSizedText(bytes, size);
    };
}

FileMaker pdfMaker(const Picture& picture) {
    const PlainText plain;
    return [noted = notedDown(picture), size = picture.size(), note = picture.note()]() mutable {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        QPdfWriter writer(&buffer);
        writer.setResolution(72);
        writer.setPageSize(QPageSize(QSizeF(size), QPageSize::Point, QString(), QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF());
        writer.setTitle(note.title);
        writer.setCreator(note.program);
        QPainter painter(&writer);
        // A noted picture plays at its own size in inches; here a pixel is a point.
        painter.scale(static_cast<double>(noted.logicalDpiX()) / writer.logicalDpiX(),
                      static_cast<double>(noted.logicalDpiY()) / writer.logicalDpiY());
        noted.play(&painter);
        painter.end();
        return bytes;
    };
}

} // namespace surgescope::widgets
