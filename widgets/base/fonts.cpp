// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/fonts.h"

#include "widgets/base/plain_text.h"

#include <QFontDatabase>
#include <QStringList>
#include <QtGlobal>

#include <algorithm>

// Q_INIT_RESOURCE must stand outside of any namespace; a static library's resources need it.
static void initialiseWidgetResources() {
    Q_INIT_RESOURCE(widgets);
}

namespace surgescope::widgets {

namespace {

int plainTexts = 0; // alive

} // namespace

PlainText::PlainText() {
    ++plainTexts;
}

PlainText::~PlainText() {
    --plainTexts;
}

void useResources() {
    static const bool kDone = (initialiseWidgetResources(), true);
    static_cast<void>(kDone);
}

bool loadFonts() {
    useResources();
    bool all = true;
    for (const char16_t* face : {u"Regular", u"Medium", u"SemiBold"}) {
        const QString path = QStringLiteral(":/surgescope/fonts/Inter-%1.otf").arg(QStringView(face));
        all = QFontDatabase::addApplicationFont(path) >= 0 && all;
    }
    return all;
}

QFont textFont(double pixels, QFont::Weight weight) {
    QFont font(QStringList{QStringLiteral("Inter"), QStringLiteral("sans-serif")});
    font.setPixelSize(std::max(6, qRound(pixels)));
    font.setWeight(weight);
    font.setHintingPreference(QFont::PreferNoHinting); // the same widths at every scale
    if (plainTexts > 0) font.setStyleStrategy(QFont::PreferNoShaping);
    return font;
}

} // namespace surgescope::widgets
