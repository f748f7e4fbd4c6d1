// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/base/fonts.h"

#include "tests/support/catch_session.h"

#include <QApplication>

// Tests of widgets need an application object; without a screen it draws into memory.
int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    int qtArgc = 1; // options of the command line are Catch's
    QApplication application(qtArgc, argv);
    surgescope::widgets::loadFonts();
    return surgescope::tests::runTests(argc, argv);
}
