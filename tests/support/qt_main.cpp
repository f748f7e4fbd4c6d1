// SPDX-License-Identifier: GPL-3.0-or-later
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include "widgets/base/fonts.h"

#include <QApplication>

// Tests of widgets need an application object; without a screen it draws into memory.
int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    int qtArgc = 1; // options of the command line are Catch's
    QApplication application(qtArgc, argv);
    surgescope::widgets::loadFonts();
    return Catch::Session().run(argc, argv);
}
