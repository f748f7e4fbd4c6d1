// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/svg_text.h"

#include <QFont>
#include <QFontMetricsF>
#include <QRegularExpression>
#include <QString>

#include <algorithm>

namespace surgescope::widgets {

namespace {

constexpr char16_t kFamilies[] = u"Inter, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

QString unescaped(QString text) {
    text.replace(QStringLiteral("&lt;"), QStringLiteral("<"))
        .replace(QStringLiteral("&gt;"), QStringLiteral(">"));
    text.replace(QStringLiteral("&quot;"), QStringLiteral("\""));
    return text.replace(QStringLiteral("&amp;"), QStringLiteral("&"));
}

/// `weight` as CSS and Qt 6 both have it.
double widthOf(const QString& text, const QString& size, const QString& weight) {
    QFont font(QStringLiteral("Inter"));
    font.setPixelSize(std::max(1, qRound(size.toDouble())));
    font.setWeight(static_cast<QFont::Weight>(weight.toInt()));
    font.setHintingPreference(QFont::PreferNoHinting);
    return QFontMetricsF(font).horizontalAdvance(text);
}

} // namespace

QByteArray withSizedText(const QByteArray& svg, QSize size) {
    static const QRegularExpression kRoot(QStringLiteral("<svg width=\"[^\"]*\" height=\"[^\"]*\""));
    static const QRegularExpression kText(QStringLiteral(
        "<text ([^>]*?) font-family=\"[^\"]*\" font-size=\"([^\"]*)\" font-weight=\"([^\"]*)\" "
        "font-style=\"[^\"]*\"\\s*>([^<]*)</text>"));
    QString text = QString::fromUtf8(svg);
    text.replace(kRoot,
                 QStringLiteral("<svg width=\"%1\" height=\"%2\"").arg(size.width()).arg(size.height()));
    text.replace(QStringLiteral("image-rendering=\"optimizeSpeed\""),
                 QStringLiteral("image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\""));
    QString sized;
    qsizetype done = 0;
    for (auto match = kText.globalMatch(text); match.hasNext();) {
        const auto found = match.next();
        const QString words = found.captured(4);
        sized += QStringView(text).sliced(done, found.capturedStart() - done);
        sized +=
            QStringLiteral("<text %1 font-family=\"%2\" font-size=\"%3\" font-weight=\"%4\"")
                .arg(found.captured(1), QString::fromUtf16(kFamilies), found.captured(2), found.captured(3));
        if (const double width = widthOf(unescaped(words), found.captured(2), found.captured(3)); width > 0)
            sized +=
                QStringLiteral(" textLength=\"%1\" lengthAdjust=\"spacingAndGlyphs\"").arg(width, 0, 'f', 1);
        sized += u'>' + words + QStringLiteral("</text>");
        done = found.capturedEnd();
    }
    sized += QStringView(text).sliced(done);
    return sized.toUtf8();
}

} // namespace surgescope::widgets
